/* The bar of filters above the list. It shows what the address asks for, and asks for more by changing it. */
(function (site) {
  "use strict";
  const { one, all, element, button } = site.dom;
  const PATIENCE = 180; // ms after the last letter before a search begins

  const field = (name) => one("[data-ask=" + name + "]");
  let bar = null;
  let typed = 0;
  let typing = false; // the last change was made by typing: further letters are the same step of the back button

  /* Asks for something else. */
  function ask(changes, byTyping) {
    window.clearTimeout(typed);
    const replace = Boolean(byTyping) && typing;
    typing = Boolean(byTyping);
    site.view.go(site.filter.parameters({ ...site.filter.asked(), ...changes }), replace);
  }
  const toggled = (list, name) => (list.includes(name) ? list.filter((other) => other !== name) : [...list, name]);
  const toggle = (name) => ask({ categories: toggled(site.filter.asked().categories, name) });
  const everything = () => ask(site.filter.everything(site.filter.asked()));

  const number = (name) => (field(name).value === "" ? null : Number(field(name).value));
  const typedWish = () => ({
    q: field("q").value.trim(), score: [number("score-from"), number("score-to")], length: [number("length-from"), number("length-to")],
  });
  function later() {
    window.clearTimeout(typed);
    typed = window.setTimeout(() => ask(typedWish(), true), PATIENCE);
  }

  const option = (value, label) => element("option", { value }, label);

  /* What only the index knows: categories, rules, documents, columns. */
  function fill() {
    const { index } = site.data;
    one("[data-chips]").replaceChildren(...index.categories.map((category, place) => {
      const name = site.filter.nameOf(category);
      const help = category.help + (category.false_alarms ? " False alarms on references: " + category.false_alarms + "." : "") + (category.checked ? "" : " Not checked in this run.");
      return button(element("span", { class: "under " + category.slug }, category.label), () => toggle(name),
        { class: "chip", "data-category": name, "aria-pressed": "false", title: help, "aria-keyshortcuts": place < 9 ? place + 1 : null });
    }));
    all("[data-chips] button").forEach((chip) => chip.append(" ", element("small", { "data-count": true })));
    one("[data-rules]").append(...index.rules.map((rule) => element("label", { class: "switch" },
      element("input", { type: "checkbox", "data-rule": rule }), element("span", {}, rule))));
    one("[data-rules]").hidden = index.rules.length === 0;
    field("doc").append(...index.documents.map((name) => option(name, name)));
    field("doc").closest("label").hidden = index.documents.length === 0;
    field("sort").append(...site.filter.sortable().map((name) => option(name, site.filter.columns[name].label)));
  }

  function listen() {
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(typedWish(), true);
      document.activeElement.blur(); // from here the keys go through the rows
    });
    field("q").addEventListener("keydown", (event) => { if (event.key === "Escape") event.preventDefault(); }); // leaves the field, and keeps what was typed
    all("input[type=search], input[type=number]", bar).forEach((node) => node.addEventListener("input", later));
    const choices = { in: "field", show: "show", verdict: "verdict", doc: "document" };
    Object.entries(choices).forEach(([name, key]) => field(name).addEventListener("change", () => ask({ ...typedWish(), [key]: field(name).value || null })));
    field("re").addEventListener("change", () => ask({ ...typedWish(), expression: field("re").checked }));
    all("[data-rule]", bar).forEach((box) => box.addEventListener("change", () => ask({ rules: all("[data-rule]:checked", bar).map((checked) => checked.dataset.rule) })));
    field("sort").addEventListener("change", () => ask({ sort: (["number", "chrf", "bleu", "logprob"].includes(field("sort").value) ? "" : "-") + field("sort").value }));
    one("[data-action=direction]").addEventListener("click", () => {
      const { sort } = site.filter.asked();
      ask({ sort: sort.startsWith("-") ? sort.slice(1) : "-" + sort });
    });
    one("[data-action=everything]").addEventListener("click", everything);
    one("[data-action=further]").addEventListener("click", () => unfold(one("[data-further]").hidden));
  }

  function unfold(open) {
    one("[data-further]").hidden = !open;
    one("[data-action=further]").setAttribute("aria-expanded", String(open));
  }

  function start() {
    bar = one("[data-filters]");
    fill();
    listen();
  }

  const setValue = (node, value) => { if (node.value !== value) node.value = value; };
  const setNumber = (name, value) => { if (number(name) !== value) field(name).value = value === null ? "" : String(value); };

  /* Shows what is asked for, and what is wrong with the expression, if it is one. */
  function show(wish, problem) {
    if (field("q").value.trim() !== wish.q) field("q").value = wish.q;
    [["in", wish.field], ["show", wish.show], ["verdict", wish.verdict], ["doc", wish.document]].forEach(([name, value]) => setValue(field(name), value || ""));
    field("re").checked = wish.expression;
    setNumber("score-from", wish.score[0]);
    setNumber("score-to", wish.score[1]);
    setNumber("length-from", wish.length[0]);
    setNumber("length-to", wish.length[1]);
    all("[data-rule]", bar).forEach((box) => { box.checked = wish.rules.includes(box.dataset.rule); });
    all("[data-category]", bar).forEach((chip) => chip.setAttribute("aria-pressed", String(wish.categories.includes(chip.dataset.category))));
    showOrder(wish.sort);
    const further = [wish.rules.length, wish.score.some((bound) => bound !== null), wish.length.some((bound) => bound !== null), wish.verdict, wish.document !== null].filter(Boolean).length;
    if (further) unfold(true);
    one("[data-further-count]").textContent = further ? "(" + further + " in use)" : "";
    one("[data-action=everything]").hidden = !site.filter.narrowed(wish);
    showProblem(problem);
  }
  function showOrder(sort) {
    const falling = sort.startsWith("-");
    const name = sort.replace(/^-/, "");
    if (!all("option", field("sort")).some((known) => known.value === name)) field("sort").append(option(name, site.filter.columns[name].label));
    setValue(field("sort"), name);
    one("[data-action=direction]").textContent = (falling ? "↓ " : "↑ ") + site.filter.columns[name].ways[falling ? 1 : 0];
  }
  function showProblem(problem) {
    const node = one("[data-problem]");
    node.hidden = !problem;
    node.textContent = problem ? "This is not a regular expression, so it is left out: " + problem + "." : "";
    field("q").setAttribute("aria-invalid", String(Boolean(problem)));
  }

  /* How many segments each category would show, [categories]. */
  function showCounts(counts) {
    all("[data-category]", bar).forEach((chip, place) => {
      one("[data-count]", chip).textContent = site.count(counts[place]);
      chip.classList.toggle("none", counts[place] === 0);
    });
  }

  /* `share` 0…1 of the segments searched; null when nothing is being searched. */
  function showProgress(share) {
    const node = one("[data-progress]");
    node.hidden = share === null;
    node.textContent = share === null ? "" : "searching … " + Math.round(100 * share) + " %";
  }

  const focus = () => { field("q").focus(); field("q").select(); };
  const toggleAt = (place) => { const category = site.data.index.categories[place]; if (category) toggle(site.filter.nameOf(category)); };

  site.controls = { start, show, showCounts, showProgress, ask, everything, toggleAt, focus };
})(window.nmtAudit);
