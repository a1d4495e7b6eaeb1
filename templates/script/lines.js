/* The lines of a segment: source, translation and reference as text. Each word can be reached, by pointer or by key, and then
   shades the words that attention and relevance connect it with. */
(function (site) {
  "use strict";
  const { element, one } = site.dom;
  const LEAST = 0.2; // weights and shares below this are not drawn at full size where a word's own largest is smaller
  const STRONG = 0.5; // of the largest: from here on the sign is written
  const NAMED = 3; // words that the line of numbers names

  let context = null;
  let nodes = { source: [], target: [] }; // side → unit → its elements; an underline may cut a word in two
  let boxes = {};
  let cursor = { side: null, place: -1 }; // where the keys stand
  let pointed = null; // where the pointer is
  let known = new Map(); // what a target unit says, for the choice that is shown
  let differing = false;

  const sideOf = (name) => (name === "source" ? "src" : "tgt");

  /* One line. `layers` are laid over the text from outside to inside. */
  function line(label, lang, content, { side, note }) {
    const text = note
      ? element("span", { class: "muted", lang: "en" }, note)
      : element("div", {
        class: "text" + (site.wording.unspaced(lang) ? " unspaced" : ""), tabindex: "0", role: "group", "aria-label": label + (side ? ", word by word" : ""),
        "data-side": side || null,
      }, ...content);
    if (side && !note) boxes[side] = text;
    return element("div", { class: "line" }, element("dt", {}, label), element("dd", { lang, dir: "auto" }, text));
  }

  /* The words of a side as a layer. A word of a figure and a word of a line are the same unit. */
  function wordLayer(side) {
    return context.units[side].map((unit, place) => ({ ...unit, place })).filter((unit) => unit.end > unit.start).map((unit) => ({
      start: unit.start, end: unit.end,
      make: () => {
        const made = nodes[side][unit.place];
        const node = element("span", { class: "w", id: made ? null : side + "-word-" + unit.place, "data-word": unit.place });
        nodes[side][unit.place] = [...(made || []), node];
        return node;
      },
    }));
  }

  /* The end mark of a side, which the model chose, or read, like a word. It has no text: it is not part of the line. */
  function endMarks(side) {
    return context.units[side].map((unit, place) => ({ unit, place })).filter(({ unit }) => unit.isEnd).map(({ place }) => {
      const node = element("span", { class: "w end-mark", id: side + "-word-" + place, "data-word": place, title: "the end mark" });
      nodes[side][place] = [node];
      return node;
    });
  }

  /* The layers of a line, with readings above its words where they are switched on. */
  const read = (name, layers, words) => site.readings.around(layers, (context.segment.pronunciation || {})[name], words);

  function sourceLine() {
    const { segment } = context;
    if (!segment.source) return line("source", segment.srcLang, [], { note: "empty" });
    const layers = read("source", [wordLayer("source")], context.units.source);
    const words = site.texts.line(segment.source, site.texts.marksOf(segment, "src"), layers);
    return line("source", segment.srcLang, [...words, ...endMarks("source")], { side: "source" });
  }
  const NOTES = {
    empty: "no translation",
    too_long: "no translation: the source is longer than the model takes",
    not_finite: "no translation: the model's numbers for it are not numbers (NaN)",
    out_of_memory: "no translation: it did not fit into memory",
  };
  function targetLine(changes) {
    const { segment } = context;
    if (!segment.hypothesis) {
      const marked = segment.flags.length ? site.texts.line("", site.texts.marksOf(segment, "tgt"), []) : [];
      return line("translation", segment.tgtLang, marked, { note: NOTES[segment.status] || "no translation" });
    }
    const layers = read("hypothesis", [site.differences.layer(changes.removed, "del"), wordLayer("target")], context.units.target);
    const words = site.texts.line(segment.hypothesis, site.texts.marksOf(segment, "tgt"), layers);
    return line("translation", segment.tgtLang, [...words, ...endMarks("target")], { side: "target" });
  }
  function referenceLine(changes) {
    const { segment } = context;
    const layers = read("reference", [site.differences.layer(changes.added, "ins")], []);
    return line("reference", segment.tgtLang, site.texts.line(segment.reference, [], layers), {});
  }
  function furtherReferenceLines() {
    const { segment } = context;
    return segment.furtherReferences.map((text, place) => line("reference " + (place + 2), segment.tgtLang, site.texts.line(text, [], []), {}));
  }
  function continuationLine() {
    const { segment } = context;
    return element("div", { class: "line" },
      element("dt", { title: "What the model says next when it is not allowed to end here." }, "would go on"),
      element("dd", { lang: segment.tgtLang, dir: "auto" }, "… " + segment.continuation));
  }

  /* Draws the lines of a context into a part of the page. */
  function draw(root, given) {
    context = given;
    nodes = { source: [], target: [] };
    boxes = {};
    known = new Map();
    cursor = { side: null, place: -1 };
    pointed = null;
    const { segment } = context;
    const comparable = segment.reference !== null && Boolean(segment.hypothesis);
    const changes = differing && comparable ? site.differences.between(segment.hypothesis, segment.reference) : { removed: [], added: [] };
    const lines = [sourceLine(), targetLine(changes)];
    if (segment.reference !== null) lines.push(referenceLine(changes), ...furtherReferenceLines());
    if (segment.continuation) lines.push(continuationLine());
    const same = differing && comparable && !changes.removed.length && !changes.added.length;
    const toggle = comparable ? site.dom.button("Show differences to the reference", () => compare(), {
      "data-control": "differences", "aria-pressed": String(differing), title: "Words that only the translation or only the reference has (d)",
    }) : null;
    const legend = differing && comparable ? element("span", { class: "legend" }, ...(same ? ["The translation is the reference, word for word."] : [
      element("del", {}, "not in the reference"), " ", element("ins", {}, "only in the reference")])) : null;
    root.replaceChildren(
      element("dl", { class: "lines main-lines" + (context.values ? " reachable" : "") }, ...lines),
      element("p", { class: "inspector numbers-line", "aria-live": "polite", "data-numbers": true, hidden: !context.values }, hint()),
      element("div", { class: "under-lines" }, toggle, legend),
    );
    site.readings.finish(root);
    Object.entries(boxes).forEach(([side, box]) => steer(side, box));
    chosen();
  }
  const hint = () => (context.values ? "Point at a word, or move with the arrow keys, to see what it is connected with." : "");

  function compare() {
    differing = !differing;
    site.emit("differences", differing);
  }

  /* Marks the word that the figure explains. */
  function chosen() {
    nodes.target.forEach((made) => made && made.forEach((node) => node.classList.remove("explained")));
    const unit = context.values ? site.words.wordOf(context.units.target, context.choice.position) : -1;
    (nodes.target[unit] || []).forEach((node) => node.classList.add("explained"));
  }

  /* What a target unit says of the source units and of the earlier target units: {attention [source units] | null, row | null}. */
  function said(unit) {
    if (!known.has(unit)) {
      const { values, units, choice } = context;
      const wanted = (row) => row.method === choice.method && row.state === choice.state && row.rules === choice.rules && row.against === choice.against;
      const focus = site.values.focus(values, units, unit, [], wanted);
      const row = focus.rows.find((found) => found.method !== site.values.ATTENTION) || null;
      const sane = row && !row.blownUp && Number.isFinite(row.largest);
      known.set(unit, { focus, attention: focus.attention ? focus.attention.source : null, row: sane ? row : null, stored: row });
    }
    return known.get(unit);
  }

  const largest = (numbers) => numbers.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

  /* Shades one unit. weight: 0…1 or null; relevance: −1…1 or null; unsigned relevance has no sign to write. */
  function shade(side, place, weight, relevance, signed) {
    (nodes[side][place] || []).forEach((node, at) => {
      node.classList.add("shaded");
      node.style.setProperty("--a", weight ? weight.toFixed(3) : "0");
      node.style.setProperty("--r", relevance ? Math.abs(relevance).toFixed(3) : "0");
      node.classList.toggle("against", Boolean(relevance) && relevance < 0);
      if (at === 0 && signed && Math.abs(relevance || 0) >= STRONG) node.dataset.sign = relevance < 0 ? "−" : "+";
    });
  }
  function clear() {
    [...nodes.source, ...nodes.target].forEach((made) => made && made.forEach((node) => {
      node.classList.remove("shaded", "against", "here");
      delete node.dataset.sign;
    }));
  }

  /* Shows what a word is connected with, in the lines and in words. */
  function show(side, place) {
    clear();
    (nodes[side][place] || []).forEach((node) => node.classList.add("here"));
    if (!context.values) return;
    one("[data-numbers]").replaceChildren(...(side === "target" ? fromTarget(place) : fromSource(place)));
  }
  /* Shows the word that is pointed at, else the one that the keys stand on, else none. */
  function again() {
    if (pointed) show(pointed.side, pointed.place);
    else if (cursor.side && boxes[cursor.side] === document.activeElement) show(cursor.side, cursor.place);
    else clear();
  }

  const numbered = (side, place) => [element("b", {}, String(place + 1), " ", word(side, place)), " — "];
  const langOf = (side) => (side === "source" ? context.segment.srcLang : context.segment.tgtLang);
  const word = (side, place, named) => element("bdi", { lang: langOf(side) }, named || context.units[side][place].text);
  function listed(items) {
    return items.flatMap(({ side, place, kind, named, text }, rank) => [(rank ? ", " : "") + (kind || ""), element("em", {}, word(side, place, named)), " " + text]);
  }
  const subject = () => {
    const { method, state, against } = context.choice;
    if (!method || !state) return "relevance";
    const other = against ? " rather than “" + site.wording.piece(against) + "”" : "";
    return site.wording.method(method).prose + " of the " + site.wording.state(state).prose + other;
  };
  const signedPercent = (share, negative, signed) => (signed ? (negative ? "−" : "+") : "") + site.wording.percent(share);

  function fromTarget(place) {
    const { values, units } = context;
    const { focus, attention, row, stored } = said(place);
    const own = units.source.length;
    const signed = row ? site.wording.method(row.method).signed : false;
    const most = attention ? largest(attention) : 0;
    const relevance = (at) => (row && row.largest ? row.numbers[at] / row.largest : null);
    units.source.forEach((_, at) => shade("source", at, most ? attention[at] / most : null, relevance(at), signed));
    if (row && row.prefix) row.prefix.forEach((_, at) => { if (at !== place) shade("target", at, null, relevance(own + at), signed); });
    const parts = [];
    if (attention) {
      const best = site.values.top(focus.attention, NAMED).filter((at) => attention[at] >= 0.05);
      parts.push(["attention ", ...listed(best.map((at) => ({ side: "source", place: at, text: site.wording.fixed(attention[at], 2) })))]);
    }
    if (row) {
      const best = site.values.top(row, NAMED).filter((at, rank) => !rank || row.shares[at] >= 0.05);
      const { begun, isOwn } = site.sentences.names(context, focus);
      const items = best.map((at) => ({
        side: at < own ? "source" : "target", place: at < own ? at : at - own, kind: at < own ? "" : isOwn(at) ? "its own beginning " : "earlier ",
        named: isOwn(at) ? begun() : null, text: signedPercent(row.shares[at], row.numbers[at] < 0, signed),
      }));
      parts.push([subject() + " ", ...(items.length ? listed(items) : ["is zero for every word"])]);
    } else parts.push([subject() + (stored ? " blew up and says little" : " was not stored for this word")]);
    const logprobs = units.target[place].tokens.map(values.logprob);
    if (!logprobs.includes(null)) parts.push(["probability " + site.wording.percent(Math.exp(logprobs.reduce((sum, value) => sum + value, 0)))]);
    return [...numbered("target", place), ...joined(parts)];
  }

  /* The reverse: which target words drew on a source word. */
  function fromSource(place) {
    const { units } = context;
    const found = units.target.map((_, at) => ({ at, ...said(at) }));
    const weights = found.map(({ attention }) => (attention ? attention[place] : 0));
    const shares = found.map(({ row }) => (row ? row.shares[place] * Math.sign(row.numbers[place]) : 0));
    const signed = context.choice.method ? site.wording.method(context.choice.method).signed : false;
    const scale = [Math.max(LEAST, largest(weights)), Math.max(LEAST, largest(shares))];
    found.forEach(({ at }) => shade("target", at, weights[at] / scale[0], shares[at] / scale[1], signed));
    const best = (numbers, text) => Array.from(numbers.keys()).filter((at) => Math.abs(numbers[at]) >= 0.05)
      .sort((a, b) => Math.abs(numbers[b]) - Math.abs(numbers[a]) || a - b).slice(0, NAMED).map((at) => ({ side: "target", place: at, text: text(numbers[at]) }));
    const parts = [];
    if (context.values.attends) {
      const items = best(weights, (weight) => site.wording.fixed(weight, 2));
      parts.push(items.length ? ["attention of ", ...listed(items)] : ["no word looks at it"]);
    }
    const stored = found.filter(({ row }) => row).length;
    const items = best(shares, (share) => signedPercent(Math.abs(share), share < 0, signed));
    if (items.length) parts.push([subject() + " of ", ...listed(items)]);
    else parts.push([stored ? subject() + " gives it under 5 %" : subject() + " was not stored"]);
    if (stored && stored < units.target.length) parts.push(["stored for " + stored + " of " + site.plural(units.target.length, "word")]);
    return [...numbered("source", place), ...joined(parts)];
  }
  const joined = (parts) => parts.flatMap((part, rank) => (rank ? [" · ", ...part] : part));

  /* One stop for the tab key in each line; arrows move by word, in the direction of the text. Enter, or a click, explains a word. */
  function steer(side, box) {
    const placeOf = (event) => { const node = event.target.closest && event.target.closest(".w"); return node ? Number(node.dataset.word) : -1; };
    const reachable = () => Array.from(nodes[side].keys()).filter((place) => nodes[side][place]);
    const move = (place) => {
      cursor = { side, place };
      box.setAttribute("aria-activedescendant", side + "-word-" + place);
      nodes[side][place][0].scrollIntoView({ block: "nearest", inline: "nearest" });
      show(side, place);
    };
    const first = () => {
      const explained = one(".w.explained", box);
      if (cursor.side === side) return cursor.place;
      return explained ? Number(explained.dataset.word) : reachable()[0];
    };
    const point = (place) => { pointed = place >= 0 ? { side, place } : null; again(); };
    box.addEventListener("mouseover", (event) => point(placeOf(event)));
    box.addEventListener("mouseleave", () => point(-1));
    box.addEventListener("focus", () => { if (box.matches(":focus-visible")) move(first()); });
    box.addEventListener("blur", again);
    box.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (place < 0 || String(window.getSelection())) return;
      cursor = { side, place };
      explain(side, place);
    });
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const mirrored = window.getComputedStyle(box.parentElement).direction === "rtl" ? -1 : 1;
      const all = reachable();
      const at = all.indexOf(cursor.side === side ? cursor.place : -1);
      const next = { ArrowRight: at + mirrored, ArrowLeft: at - mirrored, Home: 0, End: all.length - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") explain(side, cursor.side === side ? cursor.place : first());
      else if (next === undefined) return;
      else if (all[next] !== undefined) move(all[next]);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /* Makes a target word the explained one. */
  function explain(side, place) {
    const { values, units } = context;
    if (side !== "target" || !values) return;
    const stored = units.target[place].tokens.filter((token) => values.at(token).length);
    if (!stored.length && !values.attends) return;
    site.choice.set({ position: Math.max(...(stored.length ? stored : units.target[place].tokens)) });
  }

  /* Another choice: other numbers behind the same words. */
  function rechoose(given) {
    context = given;
    known = new Map();
    chosen();
    again();
  }

  /* The word that the keys stand on: {side, place, start, end}, code points; null for none. */
  function at() {
    if (!cursor.side) return null;
    const { start, end } = context.units[cursor.side][cursor.place];
    return { side: cursor.side, place: cursor.place, start, end };
  }

  /* What is selected inside one of the two lines: {side, start, end}, code points; null for nothing. */
  function selection() {
    const selected = window.getSelection();
    const range = selected.rangeCount && !selected.isCollapsed ? selected.getRangeAt(0) : null;
    const side = range && Object.keys(boxes).find((name) => boxes[name].contains(range.startContainer) && boxes[name].contains(range.endContainer));
    if (!side) return null;
    const before = (node, offset) => {
      const measured = document.createRange();
      measured.setStart(boxes[side], 0);
      measured.setEnd(node, offset);
      const copy = measured.cloneContents();
      copy.querySelectorAll("rt, rp").forEach((reading) => reading.remove());
      return site.words.lengthOf(copy.textContent);
    };
    const [start, end] = [before(range.startContainer, range.startOffset), before(range.endContainer, range.endOffset)];
    return start < end ? { side, start, end } : null;
  }

  site.lines = { draw, rechoose, compare, at, selection, sideOf, nodes: (side, place) => nodes[side][place] || [], units: (side) => context.units[side] };
})(window.nmtAudit);
