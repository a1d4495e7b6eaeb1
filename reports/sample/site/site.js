/* The pages' behaviour: theme, keys, figures, and the list of segments. Corpus text enters the page as text nodes only. */
(function () {
  "use strict";

  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  function element(name, properties, ...children) {
    const made = document.createElement(name);
    Object.entries(properties || {}).forEach(([key, value]) => {
      if (value !== null && value !== undefined) made.setAttribute(key, value);
    });
    made.append(...children);
    return made;
  }

  /* Storage may be refused, on a share or in a private window; then a choice lasts as long as the page. */
  function remember(key, value) {
    try { window.localStorage.setItem(key, value); } catch (refused) { return false; }
    return true;
  }
  function recall(key) {
    try { return window.localStorage.getItem(key); } catch (refused) { return null; }
  }

  /* Theme */
  const THEMES = ["system", "light", "dark"];
  function setTheme(name) {
    if (name === "light" || name === "dark") document.documentElement.setAttribute("data-theme", name);
    else document.documentElement.removeAttribute("data-theme");
    all("[data-theme-name]").forEach((node) => { node.textContent = name; });
  }
  let theme = THEMES.includes(recall("nmt-audit-theme")) ? recall("nmt-audit-theme") : "system";
  setTheme(theme);
  function nextTheme() {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember("nmt-audit-theme", theme);
    setTheme(theme);
  }

  /* Keys: a page adds its own; typing into a field is left alone. */
  const keys = { t: nextTheme, "?": () => one("#keys").showModal() };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    if (event.target.closest && event.target.closest("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const action = keys[event.key];
    if (action && action(event) !== false) event.preventDefault();
  });

  /* Figures: one stop for the tab key, arrows from word to word, the numbers in a line below. */
  function startFigures() {
    all(".map").forEach((scope) => {
      const columns = all(".col", scope);
      const labels = all(".head b", one(".figure", scope)).map((node) => node.textContent);
      const inspector = one(".inspector", scope);
      const exact = all(".numbers .grid tr:not(.group)", scope).slice(1);
      const show = (column, place) => {
        const numbers = all("td", exact[place]).map((cell, row) => labels[row] + " " + cell.textContent.replace(/ (\S+ %)$/, " ($1)"))
          .filter((text) => !text.endsWith("·"));
        inspector.replaceChildren(
          element("b", {}, one("b", column).textContent + " ", element("bdi", {}, one("span", column).textContent)),
          " — " + numbers.join(" · "),
        );
      };
      columns.forEach((column, place) => {
        column.tabIndex = place === 0 ? 0 : -1;
        column.setAttribute("role", "group");
        column.addEventListener("mouseenter", () => show(column, place));
        column.addEventListener("focus", () => show(column, place));
        column.addEventListener("click", () => column.focus());
        column.addEventListener("keydown", (event) => {
          const mirrored = column.parentElement.dir === "rtl" ? -1 : 1;
          const move = { ArrowRight: mirrored, ArrowLeft: -mirrored, ArrowDown: 1, ArrowUp: -1 }[event.key];
          const next = move ? columns[place + move] : null;
          if (!next) return;
          event.preventDefault();
          column.tabIndex = -1;
          next.tabIndex = 0;
          next.focus();
        });
      });
    });
  }

  /* Several explained words: buttons instead of a stack. */
  function startPicker(picker) {
    const panels = all(".why", picker);
    const bar = element("div", { class: "pick", role: "group", "aria-label": "Explained words" }, element("span", {}, "explained words"));
    let shown = Math.max(0, panels.findIndex((panel) => panel.open));
    const buttons = panels.map((panel, place) => {
      const word = one("summary em", panel);
      const label = element("bdi", { lang: word ? word.lang : "en" }, word ? word.textContent : "</s>");
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => choose(place));
      return button;
    });
    const step = (by) => choose((shown + by + panels.length) % panels.length);
    const before = element("button", { type: "button", "aria-label": "previous explained word", title: "previous explained word ( [ )" }, "◀");
    const after = element("button", { type: "button", "aria-label": "next explained word", title: "next explained word ( ] )" }, "▶");
    before.addEventListener("click", () => step(-1));
    after.addEventListener("click", () => step(1));
    function choose(place) {
      shown = place;
      panels.forEach((panel, index) => { panel.open = index === place; panel.hidden = index !== place; });
      buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(index === place)));
    }
    bar.append(before, ...buttons, after);
    picker.prepend(bar);
    picker.classList.add("live");
    panels.forEach((panel) => { panel.prepend(element("h3", {}, ...Array.from(one("summary", panel).cloneNode(true).childNodes))); });
    panels.forEach((panel) => { const summary = one("summary", panel); panel.prepend(summary); });
    choose(shown);
    return step;
  }

  function startSegment() {
    const steps = all("[data-picker]").map((picker) => [picker, startPicker(picker)]);
    const nearest = (by) => {
      const inView = steps.find((entry) => entry[0].getBoundingClientRect().bottom > 80);
      if (inView) inView[1](by);
    };
    const follow = (rel) => { const link = one("a[rel=" + rel + "]"); if (link) link.click(); };
    const back = one("[data-back]");
    const last = recallSession("nmt-audit-list");
    if (back && last) back.setAttribute("href", back.getAttribute("href") + last);
    Object.assign(keys, {
      j: () => follow("next"), k: () => follow("prev"), u: () => back && back.click(), "[": () => nearest(-1), "]": () => nearest(1),
    });
  }
  function recallSession(key) {
    try { return window.sessionStorage.getItem(key); } catch (refused) { return null; }
  }

  /* The list of segments. The data scripts call these two. */
  const PAGE = 50;
  const list = { index: null, chunks: new Map(), waiting: new Map(), order: [], shown: 0, current: -1, turn: 0, busy: 0 };
  window.nmtAudit = {
    index: (data) => { list.index = data; },
    chunk: (number, rows) => { list.chunks.set(number, rows); },
  };

  function loadChunk(number) {
    if (list.chunks.has(number)) return Promise.resolve(true);
    if (!list.waiting.has(number)) {
      list.waiting.set(number, new Promise((resolve) => {
        const tag = element("script", { src: "data/segments-" + String(number).padStart(4, "0") + ".js" });
        tag.addEventListener("load", () => { tag.remove(); resolve(list.chunks.has(number)); });
        tag.addEventListener("error", () => { tag.remove(); list.waiting.delete(number); resolve(false); });
        document.head.append(tag);
      }));
    }
    return list.waiting.get(number);
  }
  const chunkOf = (segment) => Math.floor(segment / list.index.size) + 1;
  const rowOf = (segment) => (list.chunks.get(chunkOf(segment)) || [])[segment % list.index.size];

  /* What a row of the list looks like, what it is found by, and where it stands. */
  const labelOf = (slug) => (list.index.categories.find((category) => category.slug === slug) || { label: slug }).label;
  function marked(text) {
    if (text === null) return [];
    if (typeof text === "string") return [text];
    return text.map((part) => {
      if (typeof part === "string") return part;
      const [words, title, ...classes] = part;
      const inner = classes.reduceRight(
        (child, name) => element("span", { class: "under " + name + (words ? "" : " point") }, child), document.createTextNode(words),
      );
      return element("mark", { title: title }, inner);
    });
  }
  function line(label, lang, text, kind) {
    const content = text === "" ? [element("span", { class: "muted", lang: "en" }, "empty")] : marked(text);
    return element("div", { class: "line " + kind }, element("dt", {}, label), element("dd", { lang: lang, dir: "auto" }, ...content));
  }
  function item(segment) {
    const [id, page, source, hypothesis, reference, srcLang, tgtLang, slugs, score] = rowOf(segment);
    const data = list.index;
    const number = "#" + (segment + 1);
    const chrf = data.chrf[segment];
    const kind = data.kinds[data.statuses[segment]];
    const head = element("div", { class: "row-head" },
      page ? element("a", { href: page, class: "number", tabindex: "0" }, number) : element("span", { class: "number" }, number));
    slugs.forEach((slug) => head.append(
      element("span", { class: "chip" }, element("span", { class: "under " + slug }, labelOf(slug)))));
    if (slugs.length) head.append(element("span", { class: "muted", title: "suspicion, 0 to 1" }, score));
    if (chrf !== null) head.append(element("span", { class: "muted" }, "chrF " + (chrf / 10).toFixed(1)));
    if (kind === "empty") head.append(element("span", { class: "muted" }, "empty: not translated"));
    if (kind === "too_long") head.append(element("span", { class: "muted" }, "longer than the model takes: not translated"));
    if (kind === "partly") head.append(element("span", { class: "muted" }, "not fully checked"));
    head.append(element("bdi", { class: "id" }, id));
    const lines = element("dl", { class: "lines" }, line("source", srcLang, source, "source"));
    if (kind !== "too_long" && kind !== "empty") lines.append(line("translation", tgtLang, hypothesis, "translation"));
    if (reference !== null) lines.append(line("reference", tgtLang, reference, "reference"));
    return element("li", { class: page ? "open" : null, "data-segment": segment }, head, lines);
  }

  const plain = (text) => (text === null ? "" : typeof text === "string" ? text : text.map((part) => (typeof part === "string" ? part : part[0])).join(""));
  const matches = (segment, words) => {
    const row = rowOf(segment);
    if (!row) return false;
    const text = [row[0], plain(row[2]), plain(row[3]), plain(row[4])].join("\n").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
  const orders = {
    suspicion: (a, b) => list.index.scores[b] - list.index.scores[a] || a - b,
    corpus: (a, b) => a - b,
    chrf: (a, b) => (list.index.chrf[a] ?? 9999) - (list.index.chrf[b] ?? 9999) || a - b,
    longest: (a, b) => list.index.lengths[b] - list.index.lengths[a] || a - b,
    shortest: (a, b) => list.index.lengths[a] - list.index.lengths[b] || a - b,
  };

  function startList() {
    const data = list.index;
    const ui = {
      rows: one("[data-rows]"), counts: one("[data-counts]"), nothing: one("[data-nothing]"), search: one("[data-search]"),
      status: one("[data-status]"), sort: one("[data-sort]"), more: one("[data-action=more]"), clear: one("[data-action=clear]"),
      chips: all("[data-category]"),
    };
    if (!data) {
      ui.nothing.textContent = "The list could not be loaded: data/index.js is missing beside this page. Copy the whole folder.";
      ui.nothing.hidden = false;
      return;
    }
    const bits = new Map(data.categories.map((category, place) => [category.slug, 1 << place]));
    const state = { q: "", c: new Set(), status: "all", sort: "suspicion" };

    function readHash() {
      const given = new URLSearchParams(window.location.hash.slice(1));
      const choice = (select, value, fallback) => (all("option", select).some((o) => o.value === value) ? value : fallback);
      state.q = given.get("q") || "";
      state.c = new Set((given.get("c") || "").split(",").filter((slug) => bits.has(slug)));
      state.status = choice(ui.status, given.get("show"), "all");
      state.sort = choice(ui.sort, given.get("sort"), "suspicion");
    }
    function writeHash() {
      const given = new URLSearchParams();
      if (state.q) given.set("q", state.q);
      if (state.c.size) given.set("c", Array.from(state.c).join(","));
      if (state.status !== "all") given.set("show", state.status);
      if (state.sort !== "suspicion") given.set("sort", state.sort);
      const hash = given.toString() ? "#" + given.toString().replaceAll("%2C", ",") : "";
      try { window.history.replaceState(null, "", hash || window.location.pathname); } catch (refused) { /* the list works without it */ }
      try { window.sessionStorage.setItem("nmt-audit-list", hash); } catch (refused) { /* so does the way back */ }
    }
    function showControls() {
      ui.search.value = state.q;
      ui.status.value = state.status;
      ui.sort.value = state.sort;
      ui.chips.forEach((chip) => chip.setAttribute("aria-pressed", String(state.c.has(chip.dataset.category))));
      ui.clear.hidden = !(state.q || state.c.size || state.status !== "all");
    }

    const hasStatus = (segment) => {
      if (state.status === "all") return true;
      if (state.status === "flagged") return data.masks[segment] !== 0;
      if (state.status === "clear") return data.masks[segment] === 0;
      return data.kinds[data.statuses[segment]] === state.status;
    };
    async function apply() {
      const turn = ++list.turn;
      const words = state.q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      writeHash();
      showControls();
      let candidates = data.masks.map((_, segment) => segment).filter(hasStatus);
      if (words.length) {
        const needed = Array.from(new Set(candidates.map(chunkOf)));
        for (let place = 0; place < needed.length; place += 1) {
          if (!list.chunks.has(needed[place])) {
            if (needed.length > 1) ui.counts.textContent = "searching … " + Math.round((100 * place) / needed.length) + " %";
            await loadChunk(needed[place]);
            if (turn !== list.turn) return;
          }
        }
        candidates = candidates.filter((segment) => matches(segment, words));
      }
      countChips(candidates);
      const wanted = Array.from(state.c).reduce((mask, slug) => mask | bits.get(slug), 0);
      list.order = (wanted ? candidates.filter((segment) => data.masks[segment] & wanted) : candidates).sort(orders[state.sort]);
      list.shown = 0;
      list.current = -1;
      ui.rows.replaceChildren();
      showCounts();
      await showMore(turn);
    }
    function countChips(candidates) {
      ui.chips.forEach((chip) => {
        const bit = bits.get(chip.dataset.category);
        one("[data-count]", chip).textContent = candidates.filter((segment) => data.masks[segment] & bit).length.toLocaleString("en");
      });
    }
    function showCounts() {
      const total = data.masks.length;
      const flagged = list.order.filter((segment) => data.masks[segment]).length;
      ui.counts.textContent = list.order.length.toLocaleString("en") + " of " + total.toLocaleString("en") + " segments, "
        + flagged.toLocaleString("en") + " with a suspected flag";
      ui.nothing.hidden = list.order.length > 0;
      if (list.order.length > 0) return;
      ui.nothing.replaceChildren(total === 0
        ? "This run has no segments."
        : "No segment is like that. Take a filter away, or show everything with the key 0.");
    }
    async function showMore(turn) {
      if (list.busy === turn) return;
      list.busy = turn;
      const batch = list.order.slice(list.shown, list.shown + PAGE);
      const loaded = await Promise.all(Array.from(new Set(batch.map(chunkOf))).map(loadChunk));
      if (turn !== list.turn) return;
      if (loaded.includes(false)) {
        ui.nothing.textContent = "Part of the list could not be loaded: a file in the folder data is missing beside this page.";
        ui.nothing.hidden = false;
      }
      ui.rows.append(...batch.filter(rowOf).map(item));
      list.shown += batch.length;
      ui.more.hidden = list.shown >= list.order.length;
      list.busy = 0;
      ui.more.textContent = "Show more (" + (list.order.length - list.shown).toLocaleString("en") + " left)";
    }

    function select(place) {
      const items = ui.rows.children;
      if (place < 0 || place >= items.length) return;
      if (items[list.current]) items[list.current].removeAttribute("aria-current");
      list.current = place;
      items[place].setAttribute("aria-current", "true");
      items[place].scrollIntoView({ block: "nearest" });
      if (place >= items.length - 5 && !ui.more.hidden) showMore(list.turn);
    }
    function toggle(slug) {
      if (state.c.has(slug)) state.c.delete(slug); else state.c.add(slug);
      apply();
    }
    function clear() {
      Object.assign(state, { q: "", c: new Set(), status: "all" });
      apply();
    }
    const open = () => {
      const chosen = ui.rows.children[list.current];
      const link = chosen ? one("a", chosen) : null;
      if (!link) return false;
      link.click();
      return true;
    };

    let typing = 0;
    ui.search.addEventListener("input", () => {
      window.clearTimeout(typing);
      typing = window.setTimeout(() => { state.q = ui.search.value; apply(); }, 120);
    });
    one("[data-filters]").addEventListener("submit", (event) => event.preventDefault());
    ui.status.addEventListener("change", () => { state.status = ui.status.value; apply(); });
    ui.sort.addEventListener("change", () => { state.sort = ui.sort.value; apply(); });
    ui.chips.forEach((chip) => chip.addEventListener("click", () => toggle(chip.dataset.category)));
    ui.more.addEventListener("click", () => showMore(list.turn));
    ui.clear.addEventListener("click", clear);
    ui.rows.addEventListener("click", (event) => {
      const chosen = event.target.closest("li");
      if (!chosen || event.target.closest("a") || String(window.getSelection())) return;
      select(Array.from(ui.rows.children).indexOf(chosen));
    });
    ui.rows.addEventListener("dblclick", () => open());
    window.addEventListener("hashchange", () => { readHash(); apply(); });
    Object.assign(keys, {
      "/": () => { ui.search.focus(); ui.search.select(); },
      j: () => select(list.current + 1), k: () => select(Math.max(0, list.current - 1)), 0: clear,
      Enter: (event) => (event.target.closest("a, button, summary") ? false : open()),
    });
    ui.chips.slice(0, 9).forEach((chip, place) => { keys[String(place + 1)] = () => toggle(chip.dataset.category); });
    if ("IntersectionObserver" in window) {
      new IntersectionObserver((seen) => { if (seen[0].isIntersecting && !ui.more.hidden) showMore(list.turn); }, { rootMargin: "400px" }).observe(ui.more);
    }
    readHash();
    apply();
  }

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-needs-script]").forEach((node) => { node.hidden = false; });
    all("[data-theme-name]").forEach((node) => { node.textContent = theme; });
    const actions = { theme: nextTheme, keys: () => one("#keys").showModal(), "close-keys": () => one("#keys").close() };
    Object.entries(actions).forEach(([name, action]) => all("[data-action=" + name + "]").forEach((node) => node.addEventListener("click", action)));
    const page = document.body.dataset.page;
    startFigures();
    if (page === "segment") startSegment();
    if (page === "segments") startList();
  });
})();
