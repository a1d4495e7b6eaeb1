/* The list of segments. Rows are drawn a page at a time, and never more than a few hundred are kept: those far above or below are taken
   out again, so that a list of a hundred thousand stays light. Rows keep their place and number for a screen reader. */
(function (site) {
  "use strict";
  const { one, all, element, button } = site.dom;
  const FIRST = 12; // rows drawn at once: what a screen shows
  const PAGE = 50;
  const MOST = 500; // rows in the page at any time

  const state = {
    turn: 0, // grows with each answer: what belongs to an older one is dropped
    key: null, wish: null, query: null, answer: null, // what was asked last, and the answer: see filter.js
    pending: false, // whether the answer is still being made
    rows: "old", from: 0, to: 0, // "old": they show another answer; "coming"; "drawn"; and which places of the order they are
    current: null, // the segment that keys act on
    stale: false, // verdicts have changed since
    scroll: 0, listed: false, // where the reader was when the list was left; whether the list is shown
  };
  const ui = {};
  const order = () => (state.answer ? state.answer.order : new Uint32Array(0));

  /* Reads what the address asks for; the answer may take a search through all texts. Draws where the list is what is shown. */
  async function apply(options) {
    const { draw, keep } = { draw: true, keep: null, ...options };
    const begun = performance.now();
    state.turn += 1;
    const { turn } = state;
    const wish = site.filter.asked();
    const query = site.search.query(wish);
    Object.assign(state, { key: JSON.stringify(wish), wish, query: query && !query.problem ? query : null, rows: draw ? "coming" : "old", stale: false, pending: true });
    if (draw) {
      state.current = keep;
      ui.rows.setAttribute("aria-busy", "true");
    }
    site.controls.show(wish, query && query.problem);
    const searched = await search(turn, draw);
    if (turn !== state.turn) return;
    state.pending = false;
    answer(searched && searched.hits);
    if (!draw) return;
    await redraw(keep);
    if (turn !== state.turn) return;
    const missing = searched ? searched.missing : [];
    if (missing.length) tell(element("p", {}, missingText(missing)));
    finished(begun);
  }

  /* Hits of the text that is asked for; null where none is. What is found meanwhile is shown. */
  async function search(turn, draw) {
    if (!state.query) {
      site.search.cancel();
      site.controls.showProgress(null);
      return null;
    }
    let [told, rows] = [performance.now(), 0];
    const found = await site.search.run(state.query, (share, hits) => {
      if (turn !== state.turn) return;
      site.controls.showProgress(share);
      if (!draw || performance.now() - told < 300) return;
      told = performance.now();
      answer(hits);
      if (rows < FIRST) redraw(null); // a screen of rows is enough to begin with: reading their texts would hold the search up
      rows = order().length;
    });
    if (turn === state.turn) site.controls.showProgress(null);
    return found;
  }
  const missingText = (chunks) => (chunks.length === 1 ? "A part could not be searched: " : site.count(chunks.length) + " parts could not be searched: ")
    + chunks.slice(0, 3).map((chunk) => "data/segments-" + String(chunk).padStart(4, "0") + ".js").join(", ") + (chunks.length > 3 ? ", …" : "")
    + (chunks.length === 1 ? " is" : " are") + " missing beside this page. Copy the whole folder.";

  function answer(hits) {
    state.answer = site.filter.evaluated(state.wish, hits);
    const { index } = site.data;
    const shown = order().length;
    ui.counts.replaceChildren(
      shown === index.segments ? site.plural(shown, "segment") : site.count(shown) + " of " + site.plural(index.segments, "segment"),
      element("small", {}, " · " + site.plural(state.answer.flags, "flag")));
    site.controls.showCounts(state.answer.counts);
  }

  function finished(begun) {
    ui.rows.removeAttribute("aria-busy");
    if (!ui.rows.dataset.ready) ui.rows.dataset.ready = String(performance.now());
    ui.rows.dataset.took = String(performance.now() - begun);
    ui.rows.dataset.turn = String(state.turn);
    site.say(ui.counts.textContent);
    site.emit("list", state.answer);
  }

  /* Draws the answer anew, from its top, or around a segment that is to be kept in view. */
  let drawing = 0;
  async function redraw(keep) {
    drawing += 1;
    const mine = drawing;
    state.rows = "coming";
    const place = keep === null ? 0 : Math.max(0, placeOf(keep));
    const from = Math.max(0, place - 4);
    const to = Math.min(order().length, from + FIRST);
    const items = await made(from, to);
    if (mine !== drawing) return;
    ui.rows.replaceChildren(...items);
    Object.assign(state, { from, to, rows: "drawn" });
    tell(order().length ? null : nothing());
    select(keep === null ? state.current : keep, false);
    showEnds();
    watchEnds();
  }
  const made = (from, to) => site.rows.items(order().subarray(from, to), state.query, from, order().length);

  /* Adds rows after the last, or before the first, and takes out as many at the other end as are too many. What is being read stays where it is. */
  let growing = null;
  function grow(direction, count) {
    if (!growing) growing = grown(direction, count).finally(() => { growing = null; });
    return growing;
  }
  async function grown(direction, count) {
    if (state.rows !== "drawn") return;
    const mine = drawing;
    const [from, to] = direction > 0 ? [state.to, Math.min(order().length, state.to + count)] : [Math.max(0, state.from - count), state.from];
    if (from >= to) return;
    const items = await made(from, to);
    if (mine !== drawing) return;
    steady(() => {
      if (direction > 0) ui.rows.append(...items); else ui.rows.prepend(...items);
      state.from = Math.min(state.from, from);
      state.to = Math.max(state.to, to);
      while (state.to - state.from > MOST) {
        if (direction > 0) { ui.rows.firstElementChild.remove(); state.from += 1; } else { ui.rows.lastElementChild.remove(); state.to -= 1; }
      }
      showEnds();
    });
    window.setTimeout(watchEnds); // after this turn, in which no more are asked for
  }

  /* Changes the rows without moving the one that is at the top of the window. */
  function steady(change) {
    const anchor = all("li", ui.rows).find((row) => row.getBoundingClientRect().bottom > 0);
    const before = anchor ? anchor.getBoundingClientRect().top : 0;
    change();
    if (anchor && anchor.isConnected && state.listed) window.scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function showEnds() {
    const [above, below] = [state.from, order().length - state.to];
    ui.earlier.hidden = above === 0;
    ui.earlier.textContent = "Show earlier ones (" + site.count(above) + ")";
    ui.more.hidden = below <= 0;
    ui.more.textContent = "Show more (" + site.count(below) + " left)";
  }
  /* An end that is in sight, or still is, asks for more. */
  const watchEnds = () => [ui.earlier, ui.more].forEach((end) => { ui.watch.unobserve(end); if (!end.hidden) ui.watch.observe(end); });

  /* Something in place of rows, or above them. */
  function tell(...nodes) {
    const said = nodes.filter(Boolean);
    ui.nothing.replaceChildren(...said);
    ui.nothing.hidden = said.length === 0;
  }
  function nothing() {
    if (site.data.index.segments === 0) return element("p", {}, "This run has no segments.");
    const filters = site.filter.inUse(state.wish);
    const text = element("p", {}, ui.progress.hidden ? "No segment is like that. Take a filter away:" : "Nothing found so far.");
    if (!ui.progress.hidden) return text;
    const without = filters.map((filter) => button("✕ " + filter.label, () => site.controls.ask(filter.without), { "aria-label": "Without: " + filter.label }));
    return element("div", {}, text, element("p", { class: "without" }, ...without, filters.length > 1 ? button("Show everything", site.controls.everything) : null));
  }

  /* The current row */
  const placeOf = (segment) => order().indexOf(segment);
  const rowOf = (segment) => one("li[data-segment='" + segment + "']", ui.rows);
  function select(segment, focused) {
    all("li[aria-current]", ui.rows).forEach((row) => row.removeAttribute("aria-current"));
    const row = segment === null ? null : rowOf(segment);
    if (!row) return null;
    state.current = segment;
    row.setAttribute("aria-current", "true");
    if (focused) {
      const link = one("a.number", row);
      if (link) link.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
    return row;
  }

  /* The next or previous row; where it is not drawn yet, it is. */
  async function move(by) {
    if (!order().length || state.rows !== "drawn") return;
    const at = state.current === null ? -1 : placeOf(state.current);
    const place = at < 0 ? state.from : Math.min(order().length - 1, Math.max(0, at + by));
    const segment = order()[place];
    if (growing && !rowOf(segment)) await growing;
    if (!rowOf(segment)) await (place >= state.from - 1 && place <= state.to ? grow(by, PAGE) : redraw(segment));
    select(segment, true);
    if (place >= state.to - 5) grow(1, PAGE);
    if (place < state.from + 5) grow(-1, PAGE);
  }

  async function open(segment) {
    const found = await site.data.segment(segment);
    if (!found) return;
    select(segment, false);
    site.view.go(site.rows.target(found));
  }

  /* The next or previous segment with flags that stand, in the order of the list, also from one that the filters leave out; null at the end. */
  function step(from, by) {
    if (!state.answer) return null;
    const every = site.filter.ordered(state.wish.sort);
    const { columns } = site.data;
    for (let place = site.filter.ranks(state.wish.sort)[from] + by; place >= 0 && place < every.length; place += by) {
      const segment = every[place];
      if (state.answer.shown[segment] && columns.flags[segment] > 0) return segment;
    }
    return null;
  }

  /* The list is shown, left, or asked for something else. */
  function view() {
    const listed = site.view.name() === "list";
    if (state.listed && !listed) state.scroll = window.scrollY;
    const returned = listed && !state.listed;
    state.listed = listed;
    ui.section.hidden = !listed;
    if (listed) document.title = ui.title;
    const asked = JSON.stringify(site.filter.asked());
    const judged = state.stale && state.wish !== null && state.wish.verdict !== null;
    if (asked !== state.key || (listed && judged)) apply({ draw: listed, keep: asked === state.key ? state.current : null }).then(() => { if (returned && judged) back(); });
    else if (listed && state.rows === "old" && state.pending) apply({ keep: state.current });
    else if (listed && state.rows === "old") redraw(state.current).then(() => { back(); finished(performance.now()); });
    else if (returned) { refresh(); back(); }
  }

  /* Where the reader was; or at the segment that was read last. */
  function back() {
    if (!state.listed) return;
    window.scrollTo({ top: state.scroll, behavior: "instant" });
    if (state.current === null) return;
    const row = select(state.current, false);
    if (!row) {
      if (placeOf(state.current) >= 0) redraw(state.current).then(() => select(state.current, true));
      return;
    }
    one("a.number", row)?.focus({ preventScroll: true });
    const { top, bottom } = row.getBoundingClientRect();
    if (top < 0 || bottom > window.innerHeight) row.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /* Verdicts given meanwhile. */
  function refresh() {
    if (!state.stale) return;
    all("li", ui.rows).forEach((row) => one("[data-badge]", row).replaceWith(site.rows.badge(Number(row.dataset.segment))));
    state.stale = false;
  }

  function listen() {
    ui.more.addEventListener("click", () => grow(1, PAGE));
    ui.earlier.addEventListener("click", () => grow(-1, PAGE));
    ui.watch = new IntersectionObserver((seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => grow(entry.target === ui.more ? 1 : -1, PAGE)), { rootMargin: "600px" });
    ui.rows.addEventListener("click", (event) => {
      const row = event.target.closest("li[data-segment]");
      if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      if (!event.target.closest("a") && String(window.getSelection())) return; // words are being marked, to copy them
      event.preventDefault();
      open(Number(row.dataset.segment));
    });
    ui.rows.addEventListener("focusin", (event) => { const row = event.target.closest("li"); if (row) select(Number(row.dataset.segment), false); });
    site.on("view", view);
    site.on("segment", (shown) => { if (shown && shown.segment) state.current = shown.segment.number; });
    site.on("verdicts", () => { state.stale = true; if (state.listed && state.rows === "drawn") { if (state.wish.verdict) apply({ keep: state.current }); else refresh(); } });
  }

  /* The digits apart: an object would put them before all other keys, and the list of keys shows them in this order. */
  function addKeys() {
    const openCurrent = (event) => {
      if (event.target.closest("a, button, summary") || state.current === null) return false;
      open(state.current);
      return true;
    };
    site.keys.add("list", {
      "/": { run: site.controls.focus, help: "search" },
      j: { run: () => { move(1); }, help: "next, previous segment", label: "j k" }, k: { run: () => { move(-1); }, help: null },
      Enter: { run: openCurrent, help: "open the segment" },
    });
    const categories = Math.min(9, site.data.index.categories.length);
    for (let place = 0; place < categories; place += 1) {
      site.keys.add("list", { [place + 1]: { run: () => site.controls.toggleAt(place), help: place ? null : "switch a category on or off", label: "1–" + categories } });
    }
    site.keys.add("list", { 0: { run: site.controls.everything, help: "show everything" } });
    site.keys.add("list", { e: { run: site.exporting.open, help: "export what is shown" } });
  }

  site.on("ready", () => {
    Object.assign(ui, {
      section: one("[data-view=list]"), rows: one("[data-rows]"), counts: one("[data-counts]"), nothing: one("[data-nothing]"),
      more: one("[data-action=more]"), earlier: one("[data-action=earlier]"), progress: one("[data-progress]"), title: document.title,
    });
    if ("scrollRestoration" in window.history) window.history.scrollRestoration = "manual"; // rows come later than a browser scrolls
    site.controls.start();
    site.exporting.start();
    listen();
    addKeys();
  });

  site.list = { order: () => Array.from(order()), step, shown: () => ({ order: order(), wish: state.wish, flags: state.answer ? state.answer.flags : 0 }) };
})(window.nmtAudit);
