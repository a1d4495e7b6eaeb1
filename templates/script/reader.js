/* The view of one segment: opens what the address names, draws its parts, goes from flag to flag. */
(function (site) {
  "use strict";
  const { element, one, button } = site.dom;
  const PARTS = ["lines", "flags", "why", "panels", "review", "missed"];
  const LABELS = { lines: "The segment", flags: "What is suspected", why: "Why", panels: "Maps", review: "Review", missed: "Missed errors" };

  let root = null;
  let turn = 0; // drawings that were overtaken by another address stop
  let wanted = ""; // which end of the next segment to begin at, where keys go back
  const shown = { segment: null, maps: null, lost: null, flag: null, place: -1, words: null, units: null, values: null };

  const part = (name) => one("[data-part=" + name + "]", root);

  /* The parts, empty, once. Others fill panels, review and missed. */
  function build() {
    root = one("[data-view=segment]");
    if (!root) return;
    root.replaceChildren(
      element("div", { "data-head": true }), element("p", { class: "empty", "data-absent": true, hidden: true }),
      ...PARTS.map((name) => element("section", { "data-part": name, "aria-label": LABELS[name] })),
    );
  }

  /* Where the address leads: {number, flag} or a sentence that says why nowhere. */
  async function target() {
    const flag = site.view.get("flag");
    if (flag !== null) {
      const number = site.data.numberOfFlag(flag);
      return number < 0 ? { absent: "This run has no flag “" + flag + "”. It may be from another run." } : { number, flag };
    }
    const id = site.view.get("segment");
    const number = await site.data.numberOfId(id);
    return number < 0 ? { absent: "This run has no segment “" + site.wording.visible(id) + "”. It may be from another run." } : { number, flag: null };
  }

  async function open() {
    if (!root) return;
    root.hidden = site.view.name() !== "segment";
    turn += 1;
    if (root.hidden) { shown.segment = null; return; }
    const mine = turn;
    const found = await target();
    if (mine !== turn) return;
    if (found.absent) { absent(found.absent); return; }
    if (shown.segment && shown.segment.number === found.number) { showFlag(placeOf(found.flag)); return; }
    const [segment, maps] = await Promise.all([site.data.segment(found.number), site.data.mapsOf(found.number)]);
    const lost = maps ? null : await missingMaps(found.number);
    if (mine !== turn) return;
    if (segment) {
      take(segment, maps, lost);
      draw(placeOf(found.flag));
    } else {
      absent("This part of the run could not be loaded: " + fileOf("segments", found.number) + " is missing beside this page. Copy the whole folder.");
    }
  }
  const fileOf = (kind, number) => "data/" + kind + "-" + String(site.data.chunkOf(number)).padStart(4, "0") + ".js";
  async function missingMaps(number) {
    const chunk = site.data.chunkOf(number);
    return site.data.index.maps.includes(chunk) && !(await site.data.part("maps", chunk)) ? fileOf("maps", number) : null;
  }

  function absent(text) {
    shown.segment = shown.maps = shown.flag = shown.values = null;
    one("[data-head]", root).replaceChildren(crumbs(), element("h1", {}, "Nothing to show"));
    one("[data-absent]", root).textContent = text;
    one("[data-absent]", root).hidden = false;
    PARTS.forEach((name) => { part(name).hidden = true; });
    document.title = "Segments · " + site.data.index.name;
  }

  /* The words of both sides: of the model where it took part, else of the text. */
  function take(segment, maps, lost) {
    const plain = (text) => site.words.plain(text).map((word, place) => ({ ...word, word: place, isPiece: false }));
    const tokens = maps && maps.source.pieces.length && maps.target.pieces.length;
    const words = tokens ? { source: site.words.of(maps.source, segment.source), target: site.words.of(maps.target, segment.hypothesis) }
      : { source: plain(segment.source), target: plain(segment.hypothesis) };
    Object.assign(shown, { segment, maps: tokens ? maps : null, lost, words, values: tokens ? site.values.of(maps) : null, flag: null, place: -1 });
    cut();
  }
  /* Words, or the pieces of them. */
  function cut() {
    const { segment, maps, words } = shown;
    const all = site.choice.get().split;
    shown.units = maps ? {
      source: site.words.units(words.source, maps.source, segment.source, all), target: site.words.units(words.target, maps.target, segment.hypothesis, all),
    } : words;
  }

  const live = () => shown.segment.flags.filter((flag) => flag.dismissed === null);
  function placeOf(id) {
    const { flags } = shown.segment;
    if (id !== null) return flags.findIndex((flag) => flag.id === id);
    return wanted === "last" && live().length ? live().length - 1 : flags.length ? 0 : -1;
  }

  /* What the parts are told: the segment, what the model computed, the choice, the current flag and its spans. */
  function context() {
    const { flag, segment } = shown;
    const spans = (side) => (flag ? [flag, flag.counterpart].filter((one) => one && one.side === side && one.start !== null && one.end !== null) : []);
    return {
      segment, maps: shown.maps, lost: shown.lost, words: shown.words, units: shown.units, values: shown.values, choice: site.choice.get(), flag,
      suspect: { source: spans("src"), target: spans("tgt") },
      explained: flag && shown.values ? flag.positions.filter((token) => token >= 0 && token < shown.values.targets) : [],
    };
  }

  function draw(place) {
    wanted = "";
    const { segment } = shown;
    one("[data-absent]", root).hidden = true;
    PARTS.forEach((name) => { part(name).hidden = false; });
    one("[data-head]", root).replaceChildren(crumbs(), head());
    site.suspicions.draw(part("flags"), segment, (at) => goTo(segment.flags[at].id));
    shown.place = place;
    shown.flag = segment.flags[place] || null;
    begin(true);
    site.lines.draw(part("lines"), context());
    part("lines").append(facts());
    document.title = "Segment " + (segment.number + 1) + " · " + site.data.index.name;
    window.scrollTo(0, 0);
    one("h1", root).focus({ preventScroll: true });
    site.emit("segment", current());
  }
  /* The current flag's word to begin with, and its figure. */
  function begin(anew) {
    site.suspicions.mark(part("flags"), shown.place);
    site.choice.within(shown.values, -1);
    const position = site.why.first(context());
    site.choice.within(shown.values, position);
    site.why.show(part("why"), context(), anew);
  }

  /* Makes another flag of the segment the current one. */
  function showFlag(place) {
    wanted = "";
    if (!shown.segment || !shown.segment.flags[place] || place === shown.place) return;
    shown.place = place;
    shown.flag = shown.segment.flags[place];
    begin(false);
    site.lines.rechoose(context());
    steps();
    const node = one(".flag[aria-current]", root);
    node.scrollIntoView({ block: "nearest" });
    site.say("Flag " + (place + 1) + " of " + shown.segment.flags.length + ": suspected " + site.data.category(shown.flag.category).label);
    site.emit("flag", shown.flag);
  }
  const goTo = (id, replace) => site.view.go({ flag: id, segment: null }, replace);

  /* The next segment with a flag, as the list is filtered and sorted; null at its end. */
  function neighbour(by) {
    const from = shown.segment ? shown.segment.number : -1;
    if (site.list && site.list.step) return site.list.step(from, by);
    const { flags } = site.data.columns;
    for (let number = from + by; number >= 0 && number < flags.length; number += by) if (flags[number]) return number;
    return null;
  }

  /* One flag on, or back; over the end of the segment into the next one. */
  async function stepFlag(by) {
    if (!shown.segment) return;
    const next = shown.place + by;
    if (next >= 0 && next < live().length) { goTo(shown.segment.flags[next].id, true); return; }
    const number = neighbour(by);
    if (number === null || number === undefined) { site.say(by > 0 ? "This is the last flag." : "This is the first flag."); return; }
    const segment = await site.data.segment(number);
    const flags = segment ? segment.flags.filter((flag) => flag.dismissed === null) : [];
    wanted = by < 0 ? "last" : "";
    const flag = flags[by < 0 ? flags.length - 1 : 0];
    if (flag) goTo(flag.id);
    else site.view.go({ segment: segment ? segment.id : String(number), flag: null });
  }

  /* ← All segments   ◂ previous flag   next flag ▸ */
  function crumbs() {
    return element("div", { class: "crumbs" },
      element("a", { href: site.view.address({ segment: null, flag: null }), "data-back": true, title: "Back to the list (u)" }, "← All segments"),
      element("span", { class: "steps", "data-steps": true }, ...stepButtons()));
  }
  function stepButtons() {
    if (!shown.segment) return [];
    const ends = { "-1": shown.place <= 0 && isEnd(-1), 1: shown.place >= live().length - 1 && isEnd(1) };
    const one = (by, label, end, key) => button(ends[by] ? end : label, () => stepFlag(by), { class: "quiet", disabled: ends[by], title: label + " (" + key + ")" });
    return [one(-1, "← previous flag", "first flag", "k"), one(1, "next flag →", "last flag", "j")];
  }
  const isEnd = (by) => { const number = neighbour(by); return number === null || number === undefined; };
  const steps = () => one("[data-steps]", root).replaceChildren(...stepButtons());

  function head() {
    const { segment } = shown;
    return element("div", { class: "segment-head" },
      element("h1", { tabindex: "-1" }, "Segment " + site.count(segment.number + 1), " ",
        element("bdi", { class: "id", title: "identifier in the corpus" }, site.wording.visible(segment.id)),
        segment.document === null ? null : [" ", element("bdi", { class: "id", title: "document" }, segment.document)]),
      site.suspicions.copying("Copy link", () => site.view.permalink({ segment: segment.id }), "Copy the address of this segment"));
  }

  const FACTS = [
    ["chrF", "chrf", 1, "Overlap with the reference in runs of letters, 0 to 100."],
    ["BLEU", "bleu", 1, "Overlap with the reference in runs of words, 0 to 100; rough for one sentence."],
    ["TER", "ter", 1, "Words to be changed to get to the reference, per 100 of its words; 0 is the reference itself."],
    ["log-probability", "logprob", 2, "Mean natural logarithm of the probability per token; 0 is certain."],
  ];
  function facts() {
    const { segment } = shown;
    const fact = (label, help, value) => element("li", {}, element("span", { class: "muted", title: help }, label), " ", value);
    const found = FACTS.filter(([, name]) => segment[name] !== null)
      .map(([label, name, decimals, help]) => fact(label, help, site.wording.fixed(segment[name], decimals)));
    if (segment.notChecked.length) {
      const help = "Checks that could not be made for this segment, for its languages or its length.";
      found.push(fact("not checked", help, segment.notChecked.map((category) => category.label).join(", ")));
    }
    return element("ul", { class: "facts" }, ...found);
  }

  const current = () => ({ segment: shown.segment, maps: shown.maps, flag: shown.flag, words: shown.words, units: shown.units, values: shown.values });

  function onChoice() {
    if (!shown.segment) return;
    const before = shown.units;
    cut();
    if (shown.maps && before.target.length + before.source.length !== shown.units.target.length + shown.units.source.length) redrawLines();
    else site.lines.rechoose(context());
    site.why.show(part("why"), context(), false);
  }
  function redrawLines() {
    if (!shown.segment) return;
    const held = document.activeElement && part("lines").contains(document.activeElement) ? document.activeElement.dataset : null;
    site.lines.draw(part("lines"), context());
    part("lines").append(facts());
    const again = held && one(held.control ? "[data-control=" + held.control + "]" : "[data-side=" + held.side + "]", part("lines"));
    if (again) again.focus({ preventScroll: true });
  }

  site.on("ready", build);
  site.on("view", open);
  site.on("choice", onChoice);
  site.on("differences", redrawLines);
  site.on("readings", redrawLines);

  /* A figure wraps where the page ends: another width, other bands. */
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    window.requestAnimationFrame(() => { if (shown.segment) site.why.redraw(); });
  });

  const toggle = (name) => () => site.choice.set({ [name]: !site.choice.get()[name] });
  site.keys.add("segment", {
    j: { run: () => { stepFlag(1); }, help: "next flag" },
    k: { run: () => { stepFlag(-1); }, help: "previous flag" },
    u: { run: () => site.view.go({ segment: null, flag: null }), help: "back to the list" },
    "[": { run: () => site.why.step(-1), help: "previous explained word" },
    "]": { run: () => site.why.step(1), help: "next explained word" },
    "arrow-help": { run: () => false, help: "in a line or a figure: from word to word; Enter explains a word", label: "← →" },
    d: { run: () => site.lines.compare(), help: "differences to the reference" },
    p: { run: toggle("split"), help: "pieces instead of words" },
    o: { run: toggle("together"), help: "all rows on one scale" },
  });

  site.reader = { current, showFlag, nextFlag: () => stepFlag(1), previousFlag: () => stepFlag(-1) };
})(window.nmtAudit);
