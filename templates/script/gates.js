/* Gates of a recurrent network, a curve per gate over the words that it reads: the signal's norm, 1 at its largest, and beside it
   how much the choice of the word would change with it, where that was stored. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const SIGNAL = "gates";
  const SALIENCY = "gate_saliency";
  const WIDE = 40; // pixels a word
  const HIGH = 72;
  const LEFT = 32;
  const ACROSS = 620; // points: what does not fit beside goes below

  const rowOf = ({ values, choice }, method) => {
    const rows = values.rows.filter((row) => row.method === method && row.details);
    return rows.find((row) => row.position === choice.position) || rows[rows.length - 1] || null;
  };

  /* "encoder.forward" → "Encoder, forward"; "encoder.2" → "Encoder, layer 2" */
  function named(part) {
    const names = part.split(".").map((name) => (/^\d+$/.test(name) ? "layer " + name : name)).join(", ");
    return names.charAt(0).toUpperCase() + names.slice(1);
  }

  /* What a part reads at each step: the encoder the source's pieces, the decoder nothing at first, then the earlier target's. */
  function reads({ maps, segment }, part, count) {
    const ofSource = part.startsWith("encoder");
    const tokens = ofSource ? maps.source : maps.target;
    const slice = site.words.slicer(ofSource ? segment.source : segment.hypothesis);
    const word = (place) => ({ text: slice(tokens.starts[place], tokens.ends[place]) || site.wording.piece(tokens.pieces[place]) });
    const words = ofSource ? [] : [{ text: "start", start: true }];
    for (let place = 0; words.length < count; place += 1) words.push(word(place));
    return { words, language: ofSource ? segment.srcLang : segment.tgtLang };
  }

  /* [{part, words, language, gates: [{gate, signal, saliency}]}] */
  function parts(context) {
    const shown = rowOf(context, SIGNAL) || rowOf(context, SALIENCY);
    const beside = rowOf(context, SIGNAL) ? rowOf(context, SALIENCY) : null;
    const found = new Map();
    Object.keys(shown.details).filter((name) => !name.endsWith(".dimensions")).forEach((name) => {
      const signal = site.panels.detail(shown, name);
      if (!signal) return;
      const [part, gate] = [name.split(".").slice(0, -1).join("."), name.split(".").pop()];
      if (!found.has(part)) found.set(part, { part: named(part), ...reads(context, part, signal.values.length), gates: [] });
      const second = beside ? site.panels.detail(beside, name) : null;
      found.get(part).gates.push({ gate, signal: signal.values, saliency: second ? second.values : null });
    });
    return Array.from(found.values());
  }

  const node = (name, attributes, ...children) => {
    const made = document.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  };
  const ordered = (of) => {
    const order = Array.from(of.words.keys());
    return site.wording.direction(of.language) === "rtl" ? order.reverse() : order;
  };

  function curve(numbers, order, x, y, extra) {
    const points = order.filter((place) => place < numbers.length).map((place, at) => [x(at), y(numbers[place])]);
    return [
      node("polyline", { class: "gate-line" + extra, points: points.map((point) => point.join(",")).join(" ") }),
      ...points.map(([cx, cy]) => node(extra ? "rect" : "circle", extra ? { class: "gate-dot second", x: cx - 3, y: cy - 3, width: 6, height: 6 } : { class: "gate-dot", cx, cy, r: 3.5 })),
    ];
  }

  /* The gates of a part under each other, the words below. */
  function drawn(of) {
    const order = ordered(of);
    const step = HIGH + 24;
    const bottom = of.gates.length * step;
    const room = Math.min(Math.max(...of.words.map((word) => site.picture.widthOf(word.text.slice(0, 40), 13))), 84) + 12;
    const svg = node("svg", { width: LEFT + order.length * WIDE + 8, height: Math.ceil(bottom + room), role: "img", "aria-label": sentence(of) });
    of.gates.forEach((gate, place) => {
      const top = place * step + 20;
      const x = (at) => LEFT + (at + 0.5) * WIDE;
      const y = (value) => top + HIGH * (1 - value);
      svg.append(node("text", { class: "gate-label", x: LEFT, y: top - 7 }, gate.gate));
      [0, 1].forEach((level) => svg.append(node("line", { class: "gate-zero", x1: LEFT, x2: LEFT + order.length * WIDE, y1: y(level), y2: y(level) }), node("text", { class: "gate-label", x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, String(level))));
      if (gate.saliency) svg.append(...curve(gate.saliency, order, x, y, " second"));
      svg.append(...curve(gate.signal, order, x, y, ""));
    });
    order.forEach((place, at) => {
      const middle = LEFT + (at + 0.5) * WIDE + 4;
      svg.append(node("text", { class: "gate-word", x: middle, y: bottom + 4, "text-anchor": "end", transform: "rotate(-90 " + middle + " " + (bottom + 4) + ")", lang: of.language }, site.picture.fitted(of.words[place].text, 84, 13)));
    });
    return svg;
  }

  function sentence(of) {
    const most = (numbers) => of.words[numbers.reduce((best, value, place) => (value > numbers[best] ? place : best), 0)].text.slice(0, 40);
    return of.part + ". " + of.gates.map((gate) => gate.gate + " gate: most open at " + site.wording.quoted(most(gate.signal))).join("; ") + ".";
  }

  function draw(container, context) {
    const both = Boolean(rowOf(context, SIGNAL) && rowOf(context, SALIENCY));
    container.replaceChildren(
      ...(both ? [element("p", { class: "note" }, "Drawn through with dots: the signal. Dashed with squares: its saliency.")] : []),
      element("div", { class: "gates" }, ...parts(context).map((of) => element("figure", {}, element("figcaption", {}, of.part), element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": of.part + ": gates" }, drawn(of))))),
    );
  }

  function table(context) {
    return parts(context).map((of) => ({
      caption: of.part,
      head: [of.part, ...of.words.map((unit) => ({ unit, lang: of.language }))],
      rows: of.gates.flatMap((gate) => [[gate.gate + ": signal", ...gate.signal], ...(gate.saliency ? [[gate.gate + ": saliency", ...gate.saliency]] : [])]),
    }));
  }

  /* A column per part, a panel per gate, as in the paper. */
  function picture(context) {
    const sheet = site.picture.sheet();
    const [wide, high] = [26, 44];
    let left = 0;
    let begin = 0;
    parts(context).forEach((of) => {
      const order = ordered(of);
      if (left && left + 30 + order.length * wide > ACROSS) [left, begin] = [0, sheet.bottom + 16];
      const x = (at) => left + 24 + (at + 0.5) * wide;
      sheet.text(left + 24, begin + 9, of.part, { size: 9, bold: true });
      let top = begin + 16;
      of.gates.forEach((gate) => {
        sheet.text(left + 6, top + high / 2 + 12, gate.gate, { turned: true });
        const y = (value) => top + high * (1 - value);
        [0, 0.5, 1].forEach((level) => {
          sheet.line([[left + 24, y(level)], [left + 24 + order.length * wide, y(level)]], sheet.ink.line, 0.5);
          sheet.text(left + 20, y(level) + 2, String(level), { size: 6, across: "right", colour: sheet.ink.muted });
        });
        [[gate.signal, sheet.ink.look, null], [gate.saliency, sheet.ink.minus, [3, 1.5]]].filter(([numbers]) => numbers).forEach(([numbers, colour, dash]) => {
          const points = order.filter((place) => place < numbers.length).map((place, at) => [x(at), y(numbers[place])]);
          sheet.line(points, colour, 1.3, dash);
          points.forEach(([px, py]) => (dash ? sheet.box(px - 1.5, py - 1.5, 3, 3, colour) : sheet.dot(px, py, 1.6, colour)));
        });
        top += high + 10;
      });
      const room = site.drawings.room(of.words, wide).high;
      site.drawings.below(sheet, left + 24, top, order.map((place) => of.words[place]), wide, of.language);
      sheet.reach(left + 30 + order.length * wide, top + room + 4);
      left += 54 + order.length * wide;
    });
    return { sheet, title: "Gate signals", facts: site.picture.facts(context, ["curves", "norm over the dimensions, 1 at its largest" + (rowOf(context, SALIENCY) ? "; dashed: saliency of the gates" : "")]) };
  }

  site.panels.add({
    name: "gates", title: "Gates", draw, table, picture,
    about: () => "How far each gate of the recurrent network is open at each word that it reads: the norm over its dimensions, 1 at the largest. Whether what it lets through mattered, it does not say.",
    key: (context) => String((rowOf(context, SALIENCY) || { position: "" }).position),
    applies: (context) => Boolean(rowOf(context, SIGNAL) || rowOf(context, SALIENCY)),
  });
})(window.nmtAudit);
