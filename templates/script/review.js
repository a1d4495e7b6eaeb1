/* The answer on the current flag: confirm, reject or not sure, by one key each; category, severity and a comment behind them. */
(function (site) {
  "use strict";
  const { one, element, button } = site.dom;

  /* What a mistake may be besides what the checks look for, after the MQM typology. */
  const FURTHER = { MISTRANSLATION: "mistranslation", ADDITION: "addition", TERMINOLOGY: "terminology", GRAMMAR: "grammar or spelling", STYLE: "style", OTHER: "something else" };
  const ACTIONS = [
    { verdict: "confirm", key: "c", label: "Confirm", done: "confirmed", sign: "✓", help: "The suspicion is right: there is a mistake" },
    { verdict: "reject", key: "x", label: "Reject", done: "rejected", sign: "✗", help: "The suspicion is wrong: there is no mistake" },
    { verdict: "unsure", key: "n", label: "Not sure", done: "not sure", sign: "?", help: "It cannot be decided from these sentences" },
  ];
  const SEVERITY_KEYS = { 7: "minor", 8: "major", 9: "critical" };
  const GO_ON = "nmt-audit:go-on";
  const OPEN = "nmt-audit:answer-open";

  let form = null; // the nodes of the form that is shown
  let wanted = null; // the control to return to when the next flag is drawn
  let goOn = true;
  let order = { list: null, segments: null, flags: 0 }; // what the list shows, counted

  const current = () => { const found = site.view.name() === "segment" ? site.reader.current() : null; return found && found.segment ? found : null; };
  const flagNow = () => { const found = current(); return found && found.flag ? found.flag : null; };
  const categories = () => [...site.data.index.categories.map((known) => [known.code, known.label]), ...Object.entries(FURTHER).filter(([code]) => !site.data.category(code))];
  const label = (code) => { const known = code && (site.data.category(code) || null); return known ? known.label : FURTHER[code] || code || "no category"; };
  const done = (verdict) => ACTIONS.find((action) => action.verdict === verdict).done;
  const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

  /* --- answering ---------------------------------------------------------------------------------------------------- */

  /* What an answer on a flag says of it beside the verdict. */
  function about(flag) {
    return { flag_id: flag.id, segment_id: current().segment.id, span: { side: flag.side, start: flag.start, end: flag.end } };
  }
  const ofFlag = (flag) => site.answers.of(flag.id) || {};

  function answer(verdict, control) {
    const flag = flagNow();
    if (!flag) return;
    const before = ofFlag(flag);
    const kept = verdict === "confirm" ? { category: before.category || flag.category, severity: before.severity || null } : { category: flag.category, severity: null };
    site.answers.give(about(flag), { verdict, ...kept });
    site.say(label(flag.category) + " " + done(verdict));
    wanted = control || null;
    if (goOn) advance();
  }

  /* A severity, or another category, says that there is a mistake. Choosing the same severity again takes it away. */
  function grade(changes) {
    const flag = flagNow();
    if (!flag) return;
    const before = ofFlag(flag);
    const severity = "severity" in changes && before.severity === changes.severity ? null : "severity" in changes ? changes.severity : before.severity || null;
    const category = changes.category || before.category || flag.category;
    site.answers.give(about(flag), { verdict: "confirm", category, severity });
    site.say(label(category) + (severity ? ", " + severity : ", no severity") + ", confirmed");
  }

  function comment(text) {
    const flag = flagNow();
    if (!flag) return;
    const before = ofFlag(flag);
    site.answers.give(about(flag), { comment: text === "" ? null : text, category: before.category || flag.category }, "comment");
  }

  function back(what) {
    const changed = site.answers[what]();
    if (!changed) {
      site.say(what === "undo" ? "Nothing to take back" : "Nothing to repeat");
      return;
    }
    const was = changed.verdict === null ? "no answer" : done(changed.verdict);
    site.say((what === "undo" ? "Taken back, now: " : "Again: ") + was);
    if (changed.flag_id && site.answers.here(changed.flag_id)) show(changed.flag_id);
  }

  /* --- going on ----------------------------------------------------------------------------------------------------- */

  function show(id) {
    const here = current();
    const inside = Boolean(here && here.segment && here.segment.flags.some((flag) => flag.id === id));
    site.view.go({ segment: null, flag: id }, inside);
  }

  const open = (flag) => flag.dismissed === null && !verdictOf(flag.id);

  /* The flag after this one that has no answer yet: in this segment, or in one further down the list. */
  function advance() {
    const here = current();
    if (!here) return;
    const flags = here.segment.flags;
    const next = flags.slice(flags.indexOf(here.flag) + 1).find(open);
    if (next) {
      show(next.id);
      return;
    }
    const found = further(here.segment.number);
    if (found) show(found);
    else site.say(left() ? "No flag further down is without an answer; further up there are " + site.count(left()) : "Every flag of this view has an answer");
  }

  function further(from) {
    for (let segment = site.list.step(from, 1); segment !== null; segment = site.list.step(segment, 1)) {
      const found = flagsOf(segment).filter((place) => !site.data.flags.dismissed[place] && !verdictOf(site.data.flags.id[place]))
        .sort((a, b) => site.data.flags.score[b] - site.data.flags.score[a]);
      if (found.length) return site.data.flags.id[found[0]];
    }
    return null;
  }

  /* The places of a segment's flags in the columns of the index, which are in the order of the corpus. */
  function flagsOf(segment) {
    const column = site.data.flags.segment;
    let low = 0;
    let high = column.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[middle] < segment) low = middle + 1;
      else high = middle;
    }
    const found = [];
    for (let place = low; place < column.length && column[place] === segment; place += 1) found.push(place);
    return found;
  }

  /* --- counting ----------------------------------------------------------------------------------------------------- */

  /* What this reviewer said of a flag: {verdict, category, severity, …}; null where nothing was decided. */
  function verdictOf(flag) {
    const found = site.answers.of(flag);
    return found && found.verdict !== null ? found : null;
  }

  /* Answers of this reviewer: on flags of this run (`answered`, and of which kind), on flags it has not (`gone`), mistakes marked. */
  function counts() {
    const found = { answered: 0, confirm: 0, reject: 0, unsure: 0, missed: 0, gone: 0 };
    const ids = known();
    site.answers.all().filter((given) => given.reviewer === site.answers.name()).forEach((given) => {
      if (given.flag_id === null) found.missed += 1;
      else if (!ids.has(given.flag_id)) found.gone += 1;
      else { found.answered += 1; found[given.verdict] += 1; }
    });
    return found;
  }

  let ids = null;
  const known = () => { ids = ids || new Map(site.data.flags.id.map((id, place) => [id, place])); return ids; };

  /* Flags of the segments that the list shows, and how many of them have an answer. */
  function inView() {
    const list = site.list.shown().order;
    if (list !== order.list) {
      // A segment that was opened by a link comes before any list: then the view is all of the run.
      const segments = list.length ? new Set(list) : { has: () => true };
      const { segment, dismissed } = site.data.flags;
      let flags = 0;
      segment.forEach((number, place) => { if (!dismissed[place] && segments.has(number)) flags += 1; });
      order = { list, segments, flags };
    }
    let answered = 0;
    site.answers.all().forEach((given) => {
      const place = given.flag_id !== null && given.reviewer === site.answers.name() ? known().get(given.flag_id) : undefined;
      if (place !== undefined && !site.data.flags.dismissed[place] && order.segments.has(site.data.flags.segment[place])) answered += 1;
    });
    return { answered, of: order.flags };
  }
  const left = () => { const view = inView(); return view.of - view.answered; };

  /* --- the form ----------------------------------------------------------------------------------------------------- */

  const keyed = (text, key) => [text + " ", element("kbd", { "aria-hidden": "true" }, key)];

  function build(container) {
    form = { container };
    form.verdicts = ACTIONS.map((action) => button("", () => answer(action.verdict, action.verdict), {
      class: "answer-button", "data-control": action.verdict, "aria-pressed": "false", "aria-keyshortcuts": action.key, title: action.help + " (key " + action.key + ")",
    }));
    form.verdicts.forEach((node, place) => node.append(element("span", { class: "sign", "aria-hidden": "true" }, ACTIONS[place].sign), ...keyed(ACTIONS[place].label, ACTIONS[place].key)));
    form.group = element("div", { class: "answer-buttons", role: "group" }, form.verdicts);
    form.subject = element("b", { class: "answer-subject" });
    form.note = element("span", { class: "answer-note muted" });
    form.more = details();
    form.others = element("ul", { class: "answer-others" });
    form.progress = element("progress", { max: "1", value: "0", "aria-label": "Flags of this view with an answer" });
    form.count = element("span", { class: "answer-count muted" });
    const row = element("div", { class: "answer-row" }, form.subject, form.group, form.note, element("span", { class: "answer-progress" }, form.progress, form.count));
    container.classList.add("answer");
    covering.disconnect();
    covering.observe(container);
    container.replaceChildren(element("h2", { class: "visually-hidden" }, "Your verdict"), form.others, form.more, row);
  }

  /* How much of the window the form covers: what is scrolled to, by key or by a link, stops above it. */
  const covering = new ResizeObserver(([{ target }]) => {
    document.documentElement.style.setProperty("--covered", (target.offsetHeight ? target.offsetHeight + 16 : 0) + "px");
  });

  /* What stands behind the buttons. */
  function details() {
    form.category = element("select", { "data-control": "category", "aria-keyshortcuts": "Shift+1 Shift+2 Shift+3 Shift+4 Shift+5" }, categories().map(([code, name]) => element("option", { value: code }, name)));
    form.category.addEventListener("change", () => grade({ category: form.category.value }));
    form.severities = Object.entries(SEVERITY_KEYS).map(([key, severity]) => {
      const made = button("", () => grade({ severity }), { "data-control": severity, "aria-pressed": "false", "aria-keyshortcuts": key });
      made.append(...keyed(severity, key));
      return made;
    });
    form.comment = element("textarea", { rows: "2", dir: "auto", "data-control": "comment", "aria-keyshortcuts": "m" });
    form.comment.addEventListener("input", () => comment(form.comment.value));
    form.name = element("input", { type: "text", autocomplete: "name", "data-control": "name", placeholder: "may stay empty" });
    form.name.addEventListener("change", () => site.answers.rename(form.name.value.trim()));
    form.asked = element("label", {}, "Your name, for the file", form.name);
    form.undo = button("", () => back("undo"), { "data-control": "undo", "aria-keyshortcuts": "z" });
    form.undo.append(...keyed("Take back", "z"));
    form.redo = button("", () => back("redo"), { "data-control": "redo", "aria-keyshortcuts": "Z" });
    form.redo.append(...keyed("Again", "Z"));
    form.summary = element("summary", {});
    const made = element("details", { class: "answer-more" }, form.summary, element("div", { class: "answer-fields" },
      element("label", {}, "Category", form.category),
      element("div", { class: "severity", role: "group", "aria-label": "Severity" }, element("span", { "aria-hidden": "true" }, "Severity"), element("span", {}, form.severities)),
      element("div", { class: "steps" }, form.undo, form.redo),
      element("label", { class: "comment" }, element("span", {}, keyed("Comment", "m")), form.comment),
      form.asked));
    made.open = site.memory.get(OPEN) === "yes";
    form.summary.addEventListener("click", () => { form.opened = false; site.memory.set(OPEN, made.open ? "no" : "yes"); });
    return made;
  }

  /* Shows what is known of the current flag; controls stay where they are, so that focus does. */
  function update() {
    const container = one("[data-part=review]");
    if (!site.data.index || !container || !current()) return;
    if (!form || form.container !== container || !container.contains(form.group)) build(container);
    const flag = flagNow();
    container.hidden = !flag && !one(".answer-instead", container);
    if (!flag) return;
    const given = ofFlag(flag);
    form.verdicts.forEach((node, place) => node.setAttribute("aria-pressed", String(given.verdict === ACTIONS[place].verdict)));
    subject(flag);
    form.group.setAttribute("aria-label", "Your verdict on the suspected " + label(flag.category));
    form.severities.forEach((node) => node.setAttribute("aria-pressed", String(given.severity === node.dataset.control)));
    offer(given.category || flag.category);
    if (document.activeElement !== form.comment || form.shown !== flag.id) form.comment.value = given.comment || "";
    form.asked.hidden = site.answers.name() !== "" && document.activeElement !== form.name;
    if (form.opened && form.shown !== flag.id) form.more.open = form.opened = false;
    form.shown = flag.id;
    form.undo.disabled = !site.answers.can("undo");
    form.redo.disabled = !site.answers.can("redo");
    summary(flag, given);
    others(flag);
    progress();
    if (wanted) { const node = one("[data-control=" + wanted + "]", container); if (node) node.focus(); }
    wanted = null;
  }

  /* What the verdict is on: the flag itself may be out of sight. */
  function subject(flag) {
    const { flags } = current().segment;
    const known = site.data.category(flag.category);
    form.subject.replaceChildren(element("span", { class: "under " + (known ? known.slug : "other") }, label(flag.category)), flags.length > 1 ? element("small", {}, " " + (flags.indexOf(flag) + 1) + " of " + flags.length) : "");
  }

  function offer(code) {
    if (!Array.from(form.category.options).some((option) => option.value === code)) form.category.append(element("option", { value: code }, label(code)));
    form.category.value = code;
  }

  function summary(flag, given) {
    const corrected = given.verdict === "confirm" && given.category && given.category !== flag.category ? label(given.category) : null;
    const said = [corrected, given.severity, given.comment ? "with a comment" : null].filter(Boolean);
    form.summary.textContent = said.length ? "Details: " + said.join(", ") : "Category, severity, comment";
    form.note.textContent = !given.verdict && given.comment ? "The comment waits for a verdict" : flag.dismissed !== null && !given.verdict ? "Rejected in an earlier review" : "";
  }

  function others(flag) {
    form.others.replaceChildren(...site.answers.others(flag.id).map((given) => element("li", { class: "muted" },
      element("bdi", {}, given.reviewer || "Someone"), ", " + day(given.at) + ": " + done(given.verdict),
      given.verdict === "confirm" && given.category && given.category !== flag.category ? ", but " + label(given.category) : "",
      given.severity ? " (" + given.severity + ")" : "", given.comment ? [" “", element("bdi", {}, given.comment), "”"] : [])));
    form.others.hidden = !form.others.children.length;
  }

  function progress() {
    const view = inView();
    const found = counts();
    form.progress.max = Math.max(view.of, 1);
    form.progress.value = view.answered;
    form.count.textContent = site.count(view.answered) + " of " + site.plural(view.of, "flag") + " answered in this view · " + site.count(found.answered) + " in all";
  }

  /* --- keys and events ---------------------------------------------------------------------------------------------- */

  /* Enter presses the button that has the focus; only elsewhere it goes on. */
  const idle = (event) => !event.target.closest("a, button, input, select, textarea, summary, [tabindex='0']");
  const free = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]") || event.target.closest("input, select, textarea"));
  function openComment() {
    if (!form || !flagNow()) return false;
    form.opened = form.opened || !form.more.open; // for the comment only: the next flag finds it closed again
    form.more.open = true;
    form.comment.focus({ preventScroll: true });
    return true;
  }

  const table = { Enter: { run: (event) => idle(event) && advance(), help: "go on to the next flag without a verdict" } };
  ACTIONS.forEach((action) => { table[action.key] = { run: () => answer(action.verdict), help: action.label.toLowerCase() + ": " + action.help.charAt(0).toLowerCase() + action.help.slice(1) }; });
  Object.entries(SEVERITY_KEYS).forEach(([key, severity]) => { table[key] = { run: () => grade({ severity }), help: "confirm as " + severity }; });
  table["⇧1"] = { run: () => false, help: "confirm, but as another category", label: "Shift 1–5" };
  table.m = { run: openComment, help: "write a comment; Escape leaves it" };
  table.z = { run: () => back("undo"), help: "take the last verdict back" };
  table.Z = { run: () => back("redo"), help: "give it again" };
  site.keys.add("segment", table);
  ["list", "segment"].forEach((view) => site.keys.add(view, { v: { run: () => site.exchange.open(), help: "verdicts: save, bring in, count" } }));

  /* By the place of the key: what Shift makes of a digit differs between keyboards. */
  document.addEventListener("keydown", (event) => {
    const digit = /^Digit([1-5])$/.exec(event.code);
    if (!digit || !event.shiftKey || site.view.name() !== "segment" || !free(event)) return;
    const chosen = site.data.index.categories[digit[1] - 1];
    if (!chosen || !flagNow()) return;
    event.preventDefault();
    grade({ category: chosen.code });
  });

  /* Shows something else in place of the verdict, for as long as it takes; null ends that. */
  function instead(...nodes) {
    const container = one("[data-part=review]");
    if (!form || form.container !== container) build(container);
    const old = one(".answer-instead", container);
    if (old) old.remove();
    if (nodes.length) container.prepend(element("div", { class: "answer-instead" }, nodes));
    container.hidden = !nodes.length && !flagNow();
  }

  site.on("ready", () => {
    one(".tools").prepend(button("Verdicts", () => site.exchange.open(), { "data-control": "verdicts", title: "Save, bring in and count verdicts (v)" }));
    goOn = site.memory.get(GO_ON) !== "no";
    site.answers.start();
    if (site.data.index.verdicts) site.data.load("data/verdicts.js").then(() => site.emit("verdicts"));
  });
  ["segment", "flag", "verdicts"].forEach((name) => site.on(name, update));

  site.review = { verdictOf, counts, inView, label, day, done, categories, advance, keyed, instead, goesOn: () => goOn, goOn: (wish) => { goOn = wish; site.memory.set(GO_ON, wish ? "yes" : "no"); } };
})(window.nmtAudit);
