/* The page of two runs: its changed segments, to filter, to step through, and to open with the maps of both models.
   #show=worse&pair=ID : what is shown stands in the address; ID is the segment's in B. */
(function (site) {
  "use strict";
  const { one, all, element, button } = site.dom;
  const PAGE = 25;
  const SIGNS = { better: "▲", worse: "▼", even: "=" };
  const HELP = {
    new: "B has it, A does not", fixed: "A has it, B does not", changed: "both have it, with other numbers or words",
    persisting: "both have it, alike", dismissed: "reviewers rejected it", unchecked: "the other run did not check for it",
  };
  const TOLD = Object.keys(HELP);
  const STATUS = {
    empty: "nothing to translate", too_long: "longer than the model takes", not_finite: "the model's numbers are not numbers",
    out_of_memory: "did not fit into memory",
  };

  const received = { changes: new Map(), bothMaps: new Map() };
  const FILES = { changes: "changes", bothMaps: "both-maps" };
  const ui = {};
  const state = { order: [], shown: 0, current: -1, turn: 0 };

  /* The data scripts call these. */
  function comparison(content) { site.data.index = content; }
  const changes = (number, content) => received.changes.set(number, content);
  const bothMaps = (number, content) => received.bothMaps.set(number, content);

  /* What a chunk holds for the segment at a place of the index; null where it could not be loaded. */
  async function part(kind, size, place) {
    const number = Math.floor(place / size) + 1;
    if (!received[kind].has(number)) await site.data.load("data/" + FILES[kind] + "-" + String(number).padStart(4, "0") + ".js");
    const content = received[kind].get(number);
    return content ? content[place % size] : null;
  }
  const segmentAt = (place) => part("changes", site.data.index.texts, place);
  const mapsAt = (place) => part("bothMaps", site.data.index.maps, place);

  /* --- a segment ------------------------------------------------------------------------------------------------------ */

  const signed = (value, decimals) => { const text = site.wording.fixed(value, decimals); return value > 0 && Number(text) !== 0 ? "+" + text : text; };

  const unlike = (ranges, name, letter) => ranges.map(([start, end]) => ({ start, end, make: () => element(name, { title: "only " + letter + " says this" }) }));

  function line(label, lang, text, marks, layers, note) {
    const nodes = text === "" ? [element("span", { class: "muted", lang: "en" }, note)] : site.texts.line(text, marks, layers);
    return element("div", { class: "line " + label.toLowerCase() }, element("dt", {}, label), element("dd", { lang, dir: "auto" }, ...nodes));
  }

  function lines(item) {
    const { a, b } = item;
    const source = site.texts.marksOf(b, "src");
    if (a.source === b.source) {
      const known = new Set(source.map((mark) => JSON.stringify(mark)));
      source.push(...site.texts.marksOf(a, "src").filter((mark) => !known.has(JSON.stringify(mark))));
    }
    const said = (side, letter, name) => line(letter, item.tgtLang, side.hypothesis, site.texts.marksOf(side, "tgt"), [unlike(side.unlike, name, letter)], STATUS[side.status] || "no translation");
    return element("dl", { class: "lines" },
      line("source", item.srcLang, b.source, source, [], "empty"),
      said(a, "A", "del"), said(b, "B", "ins"),
      item.reference === null ? null : line("reference", item.tgtLang, item.reference, [], [], "empty"));
  }

  function flagChange(item, { kind, a, b }) {
    const before = a === null ? null : item.a.flags[a];
    const after = b === null ? null : item.b.flags[b];
    const flag = after || before;
    const { slug, label, help } = site.data.category(flag.category);
    const score = kind === "changed" ? before.score.toFixed(2) + " → " + after.score.toFixed(2) : flag.score.toFixed(2);
    return element("li", {},
      element("b", { class: "kind " + kind, title: HELP[kind] }, kind), " ",
      element("span", {},
        element("span", { class: "chip", title: help }, element("span", { class: "under " + slug }, label)), " ",
        element("span", { class: "said", dir: "auto" }, flag.message), " ",
        element("span", { class: "muted", title: "Score of the flag, 0 to 1" }, score)));
  }
  function flagChanges(item) {
    if (!item.changes.length) return null;
    const sorted = item.changes.slice().sort((one_, other) => TOLD.indexOf(one_.kind) - TOLD.indexOf(other.kind));
    return element("ul", { class: "flag-changes" }, ...sorted.map((change) => flagChange(item, change)));
  }

  function head(item, way) {
    return element("div", { class: "row-head" },
      element("span", { class: "number" }, "#" + (item.number + 1)),
      element("span", { class: "way " + way }, element("span", { "aria-hidden": "true" }, SIGNS[way] + " "), way),
      element("span", { title: "Gain: chrF and fall of suspicion together" }, signed(item.gain, 2)),
      item.chrf === null ? null : element("span", { class: "muted" }, "chrF " + site.wording.fixed(item.a.chrf, 1) + " → " + site.wording.fixed(item.b.chrf, 1)),
      element("bdi", { class: "id" }, item.id));
  }

  /* The row of a segment; `place`: in the index, `at`: in what is shown. */
  function row(item, place, at) {
    const made = element("li", { "data-place": place, "aria-posinset": at + 1, "aria-setsize": state.order.length });
    if (!item) {
      made.append(element("p", { class: "muted" }, "This segment could not be loaded: data/ is missing beside this page. Copy the whole folder."));
      return made;
    }
    const way = item.gain > 0 ? "better" : item.gain < 0 ? "worse" : "even";
    const maps = element("div", { class: "both", id: "both-" + place, hidden: true });
    const opener = button("Attention and relevance of both", () => toggle(made), { class: "show-maps", "aria-expanded": "false", "aria-controls": maps.id });
    made.append(head(item, way), lines(item), ...[flagChanges(item)].filter(Boolean), opener, maps);
    made.addEventListener("focusin", () => select(at, false));
    return made;
  }

  /* Opens or closes the maps of a row. */
  async function toggle(node) {
    const opener = one(".show-maps", node);
    const place = one(".both", node);
    const open = place.hidden;
    opener.setAttribute("aria-expanded", String(open));
    place.hidden = !open;
    if (!open) return;
    const at = Number(node.dataset.place);
    site.view.go({ pair: site.data.index.ids[at] }, true);
    await drawMaps(node, at);
  }
  async function drawMaps(node, at) {
    const [item, maps] = await Promise.all([segmentAt(at), mapsAt(at)]);
    const place = one(".both", node);
    if (item && !place.hidden) site.bothModels.draw(place, item, maps);
  }
  const redraw = () => all("[data-changes] > li").filter((node) => one(".both:not([hidden])", node)).forEach((node) => drawMaps(node, Number(node.dataset.place)));

  /* --- the list ------------------------------------------------------------------------------------------------------- */

  /* The places of the segments of a kind, in order. */
  function ofKind(name) {
    const { kinds, kindNames } = site.data.index;
    const bit = name ? 1 << kindNames.indexOf(name) : 0;
    return Array.from(kinds.keys()).filter((place) => !name || kinds[place] & bit);
  }
  const asked = () => { const name = site.view.get("show"); return site.data.index.kindNames.includes(name) ? name : ""; };

  /* Shows as many of the segments asked for. `anew`: from the first one on. */
  async function show(count, anew) {
    state.turn += 1;
    const turn = state.turn;
    const from = anew ? 0 : state.shown;
    const to = Math.min(Math.max(count, 0), state.order.length);
    ui.list.setAttribute("aria-busy", "true");
    const items = await Promise.all(state.order.slice(from, to).map(segmentAt));
    if (turn !== state.turn) return false;
    const rows = items.map((item, offset) => row(item, state.order[from + offset], from + offset));
    if (anew) ui.list.replaceChildren(...rows);
    else ui.list.append(...rows);
    state.shown = to;
    ui.list.removeAttribute("aria-busy");
    const left = state.order.length - to;
    ui.more.hidden = left === 0;
    ui.more.textContent = "Show " + site.plural(Math.min(left, PAGE), "more segment") + " of " + site.count(left);
    return true;
  }

  /* What the address asks for. */
  async function view() {
    const name = asked();
    all("[data-tab]").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.tab === name)));
    const pair = site.view.get("pair");
    if (state.name === name && (pair === null || pair === state.pair)) return;
    state.name = name;
    state.pair = pair;
    state.current = -1;
    state.order = ofKind(name);
    const wanted = pair === null ? -1 : state.order.indexOf(site.data.index.ids.indexOf(pair));
    if (!(await show(Math.max(PAGE, wanted + 1), true))) return;
    ui.nothing.hidden = state.order.length > 0;
    ui.nothing.textContent = "No segment of this kind.";
    site.say(site.plural(state.order.length, "segment"));
    if (wanted < 0) return;
    select(wanted, true);
    const node = ui.list.children[wanted];
    if (one(".both", node) && one(".both", node).hidden) toggle(node);
  }

  function select(at, scroll) {
    if (at < 0 || at >= state.shown) return;
    all("[aria-current]", ui.list).forEach((node) => node.removeAttribute("aria-current"));
    state.current = at;
    const node = ui.list.children[at];
    node.setAttribute("aria-current", "true");
    if (!scroll) return;
    node.scrollIntoView({ block: "nearest" });
    const opener = one(".show-maps", node);
    if (opener) opener.focus({ preventScroll: true });
  }
  async function move(step) {
    const next = state.current + step;
    if (next >= state.shown && state.shown < state.order.length) await show(state.shown + PAGE, false);
    select(Math.max(next, 0), true);
  }

  function addKeys() {
    const openCurrent = () => { const node = ui.list.children[state.current]; if (!node || !one(".both", node)) return false; toggle(node); return true; };
    const tab = (at) => { const found = all("[data-tab]")[at]; if (!found) return false; found.click(); return true; };
    site.keys.add("compare", {
      j: { run: () => { move(1); }, help: "next, previous segment", label: "j k" }, k: { run: () => { move(-1); }, help: null },
      m: { run: openCurrent, help: "maps of both models" },
    });
    all("[data-tab]").forEach((_, at, tabs) => site.keys.add("compare", { [at + 1]: { run: () => tab(at), help: at ? null : "which segments are shown", label: "1–" + tabs.length } }));
    site.keys.within(() => "compare");
  }

  /* Another width asks for another layout of the maps. */
  function watch() {
    let width = ui.list.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(ui.list.clientWidth - width) < 24) return;
      width = ui.list.clientWidth;
      redraw();
    }).observe(ui.list);
  }

  function start() {
    if (document.body.dataset.page !== "compare") return;
    ui.list = one("[data-changes]");
    if (!ui.list) return;
    if (!site.data.index) {
      one("[data-missing]").hidden = false;
      one("[data-tabs]").hidden = true;
      return;
    }
    Object.assign(ui, { more: one("[data-action=more]"), nothing: one("[data-nothing]") });
    all("[data-tab]").forEach((tab) => tab.addEventListener("click", () => site.view.go({ show: tab.dataset.tab, pair: null })));
    ui.more.addEventListener("click", () => { const from = state.shown; show(state.shown + PAGE, false).then(() => select(from, true)); });
    site.on("view", view);
    site.on("theme", redraw);
    addKeys();
    watch();
    view();
  }

  document.addEventListener("DOMContentLoaded", start);
  Object.assign(site, { comparison, changes, bothMaps });
})(window.nmtAudit);
