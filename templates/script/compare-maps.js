/* Two models on the same segment: attention of A beside attention of B, relevance of A beside relevance of B. Rows are the
   words of each translation, columns the words of the source, which are the same for both. */
(function (site) {
  "use strict";
  const { element, one } = site.dom;
  const LETTERS = ["A", "B"];
  const APART = 32; // pixels between the maps
  const NARROW = 760; // pixels: below, maps stand one above the other
  const CELL = 17; // the narrowest column of a map, with its names beside

  const CROWDED = 1.25; // times the room: up to there, a map scrolls in its box rather than stand below the other

  let asked = null; // the kind of explanation that the reader chose last, as text
  let earlier = false; // whether relevance is shown for the earlier words of the translation, too

  /* What a map is made from: the segment of one run, its words and numbers; null where no model read it. */
  function contextOf(item, side, maps) {
    if (!maps || !maps.source.pieces.length || !maps.target.pieces.length) return null;
    const segment = { ...item[side], srcLang: item.srcLang, tgtLang: item.tgtLang };
    const units = {
      source: site.words.units(site.words.of(maps.source, segment.source), maps.source, segment.source, false),
      target: site.words.units(site.words.of(maps.target, segment.hypothesis), maps.target, segment.hypothesis, false),
    };
    return { segment, maps, units, values: site.values.of(maps), choice: {} };
  }

  const key = (kind) => JSON.stringify([kind.method, kind.state, kind.rules, kind.against]);

  /* The kinds of explanation that either side holds, those of both first, then as they are computed. */
  function kindsOf(contexts) {
    const found = new Map(); // key → { kind, words: [of A, of B] }
    contexts.forEach((context, side) => context && site.grids.kinds(context).forEach(({ kind, words }) => {
      if (!found.has(key(kind))) found.set(key(kind), { kind, words: [0, 0] });
      found.get(key(kind)).words[side] = words;
    }));
    const shared = (entry) => Number(!entry.words.every(Boolean));
    return Array.from(found.values()).sort((first, second) => shared(first) - shared(second));
  }

  /* The one that is shown: what was asked for, else relevance for the last stage that most words are explained for. */
  function settled(kinds) {
    const wanted = kinds.find(({ kind }) => key(kind) === asked);
    if (wanted) return wanted.kind;
    const plain = kinds.filter(({ kind }) => kind.method === "lrp" && !kind.against);
    const least = ({ words }) => Math.min(...words.filter(Boolean)) + 1000 * words.filter(Boolean).length;
    const best = (plain.length ? plain : kinds).reduce((most, entry) => (most === null || least(entry) >= least(most) ? entry : most), null);
    return best && best.kind;
  }

  /* One colour for one number in both maps: weights are compared across. */
  function onOneScale(grids) {
    const largest = Math.max(0, ...grids.map((of) => (of ? of.largest : 0)));
    return grids.map((of) => of && { ...of, largest });
  }

  function missing(side, context, what) {
    if (context) return what;
    return site.data.index.models[side] ? "Nothing was read by the model of " + LETTERS[side] + " here." : LETTERS[side] + " was made without a model.";
  }

  function columnOf(of, side, room, note, name, number) {
    const title = LETTERS[side] + (site.data.index.models[side] ? " · " + site.data.index.models[side] : "");
    const made = element("div", {}, element("h4", {}, title));
    if (!of) {
      made.append(element("p", { class: "empty" }, note));
      return made;
    }
    const figure = site.heat.figure(of, room, name + "-" + LETTERS[side].toLowerCase(), (row) => figure.show(row));
    const said = of.title + " of " + LETTERS[side] + ", segment " + (number + 1);
    one(".heat-box", figure.node).setAttribute("aria-label", said + ", scrolls in its own box");
    one(".heat-cells", figure.node).setAttribute("aria-label", said + ". " + one(".heat-cells", figure.node).getAttribute("aria-label").replace(/ Arrow keys.*$/, " Arrow keys read the cells, Enter marks a word."));
    made.append(figure.node, behind(of, said));
    return made;
  }

  /* The numbers as a table, made when it is opened. */
  function behind(of, said) {
    const place = element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": said + ": the numbers" });
    const details = element("details", { class: "behind" }, element("summary", {}, "The numbers in a table"), place);
    details.addEventListener("toggle", () => place.replaceChildren(...(details.open ? [site.panels.tableNode(site.grids.table(of))] : [])));
    return details;
  }

  /* Whether both maps have room side by side, and how much. */
  function layout(width, grids) {
    const widest = Math.max(0, ...grids.map((of) => (of ? site.grids.columns(of).length * CELL + 130 : 0)));
    const half = (width - APART) / 2;
    const stacked = width < NARROW || widest > CROWDED * half;
    return { stacked, room: stacked ? width : half };
  }

  function pair(grids, notes, width, name, number) {
    const { stacked, room } = layout(width, grids);
    return element("div", { class: "both-maps" + (stacked ? " stacked" : "") }, ...grids.map((of, side) => columnOf(of, side, room, notes[side], name, number)));
  }

  function picker(kinds, chosen, again) {
    const rules = new Set(kinds.map(({ kind }) => kind.rules).filter(Boolean));
    const label = ({ kind, words }) => site.grids.title(kind) + (rules.size > 1 && kind.rules ? ", " + kind.rules : "") + " (words: " + words[0] + " in A, " + words[1] + " in B)";
    const made = element("select", { "aria-label": "Which explanation", "data-kind": true }, ...kinds.map((entry) => element("option", { value: key(entry.kind), selected: key(entry.kind) === key(chosen) }, label(entry))));
    made.addEventListener("change", () => { asked = made.value; again(); });
    return made;
  }

  function earlierWords(again) {
    const box = element("input", { type: "checkbox", "data-earlier": true, checked: earlier });
    box.addEventListener("change", () => { earlier = box.checked; again(); });
    return element("label", { class: "heat-switch" }, box, " earlier words of the translation, too");
  }

  /* Both pairs of maps of a segment into a place on the page. `maps`: {a, b}, or null where they could not be loaded. */
  function draw(container, item, maps) {
    if (!maps) {
      container.replaceChildren(element("p", { class: "empty" }, "The maps could not be loaded: data/ is missing beside this page. Copy the whole folder."));
      return;
    }
    const contexts = [contextOf(item, "a", maps.a), contextOf(item, "b", maps.b)];
    if (!contexts.some(Boolean)) {
      container.replaceChildren(element("p", { class: "empty" }, "No model read this segment in either run: there are no maps."));
      return;
    }
    const width = container.clientWidth || 720;
    const attention = onOneScale(contexts.map((context) => context && site.grids.attention(context)));
    const kinds = kindsOf(contexts);
    const chosen = settled(kinds);
    const relevance = contexts.map((context) => {
      const of = context && chosen ? site.grids.relevance({ ...context, choice: chosen }) : null;
      return of && of.stored ? of : null;
    });
    const prefixed = relevance.some((of) => of && of.target);
    const shown = relevance.map((of) => of && { ...of, target: earlier ? of.target : null });
    const redraw = (focus) => { draw(container, item, maps); const control = container.querySelector(focus); if (control) control.focus(); };
    const unexplained = contexts.map((context, side) => missing(side, context, "No word of this segment was explained" + (chosen ? " this way" : "") + " in " + LETTERS[side] + ". An audit explains what is flagged, and with --maps every word of the most suspicious segments."));
    container.replaceChildren(
      element("div", { class: "both-tools" }, element("h3", {}, "Attention"), element("span", { class: "note" }, "Both by one scale. Rows: words of each translation; columns: words of the source.")),
      pair(attention, contexts.map((context, side) => missing(side, context, "The model of " + LETTERS[side] + " has no attention.")), width, "attention", item.number),
      element("div", { class: "both-tools" }, element("h3", {}, "Relevance"), kinds.length ? picker(kinds, chosen, () => redraw("[data-kind]")) : null, prefixed ? earlierWords(() => redraw("[data-earlier]")) : null,
        element("span", { class: "note" }, "Each row by its own largest |R|" + (prefixed ? ", earlier words included" : "") + "; hatched words were not explained.")),
      pair(shown, unexplained, width, "relevance", item.number),
    );
  }

  site.bothModels = { draw };
})(window.nmtAudit);
