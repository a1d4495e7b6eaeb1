/* Full maps: attention and the chosen method side by side, cells on a canvas, words around it, every number within reach of
   the arrow keys and in a table behind. */
(function (site) {
  "use strict";
  const { element, one } = site.dom;
  const APART = 13; // pixels between the source words and the earlier words of the translation
  const CELL = { narrowest: 17, widest: 30, high: 24, low: 19 };
  const NAMES = { narrowest: 84, widest: 132 };
  const EDGES = 10; // around a map, for the outlines of what is chosen
  const MANY = 40; // words: rows get lower
  const SEEN = 0.15; // of the largest: smaller negative numbers need no sign of their own
  const MOST = 6e6; // pixels of a canvas

  let together = false; // one scale for all rows

  /* Where columns and rows stand, in pixels. */
  function geometry(of, room) {
    const columns = site.grids.columns(of);
    const widest = Math.max(...of.words.map((word) => site.picture.widthOf(word.text.slice(0, 20), 13)));
    const names = Math.ceil(Math.min(Math.max(widest + 12, NAMES.narrowest), NAMES.widest));
    const cell = Math.max(CELL.narrowest, Math.min(CELL.widest, Math.floor((room - names - EDGES - (of.target ? APART : 0)) / columns.length)));
    const high = of.words.length > MANY ? CELL.low : CELL.high;
    const left = columns.map((column, place) => place * cell + (column.side === "target" ? APART : 0));
    return { columns, cell, high, left, names, wide: columns.length * cell + (of.target ? APART : 0), tall: of.words.length * high };
  }

  function hatch(pen, x, y, wide, high, colour) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, wide, high);
    pen.clip();
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let at = x - high; at < x + wide; at += 7) { pen.moveTo(at, y + high); pen.lineTo(at + high, y); }
    pen.stroke();
    pen.restore();
  }

  function paint(canvas, of, place) {
    const scale = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST / (place.wide * place.tall)));
    canvas.width = Math.max(1, Math.round(place.wide * scale));
    canvas.height = Math.max(1, Math.round(place.tall * scale));
    canvas.style.width = place.wide + "px";
    canvas.style.height = place.tall + "px";
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.imageSmoothingEnabled = false;
    const ink = site.shades.ink();
    const shares = sharesOf(of, place);
    ["source", "target"].forEach((side) => paintSide(pen, of, place, ink, shares, side));
    of.rows.forEach((known, row) => {
      if (!known || !Number.isFinite(known.largest)) hatch(pen, 0, row * place.high + 1, of.source.units.length * place.cell, place.high - 2, ink.line);
    });
    if (of.target) {
      pen.fillStyle = ink.text;
      pen.fillRect(of.source.units.length * place.cell + Math.floor(APART / 2), 0, 1, place.tall);
    }
  }

  /* Each number as a share of what gets the strongest colour in its row; null where nothing is drawn. */
  function sharesOf(of, place) {
    return of.rows.map((known, row) => {
      if (!known || !Number.isFinite(known.largest)) return place.columns.map(() => null);
      const largest = site.grids.ceiling(of, row, together);
      return place.columns.map((column) => {
        const number = site.grids.value(of, row, column);
        return number === null ? null : largest > 0 ? number / largest : 0;
      });
    });
  }

  /* The cells of one side: a pixel each, drawn larger, with gaps between them and a minus on what is well below zero. */
  function paintSide(pen, of, place, ink, shares, side) {
    const first = place.columns.findIndex((column) => column.side === side);
    const count = place.columns.filter((column) => column.side === side).length;
    if (!count) return;
    const left = place.left[first];
    const small = site.shades.pixels(of.rows.length, count, of.signed, ink, (row, column) => shares[row][first + column]);
    pen.drawImage(small, left, 0, count * place.cell, place.tall);
    for (let column = 1; column <= count; column += 1) pen.clearRect(left + column * place.cell - 1, 0, 1, place.tall);
    for (let row = 1; row <= of.rows.length; row += 1) pen.clearRect(left, row * place.high - 1, count * place.cell, 1);
    if (!of.signed) return;
    shares.forEach((row, at) => row.slice(first, first + count).forEach((share, column) => {
      if (share === null || share > -SEEN) return;
      pen.fillStyle = site.shades.over(site.shades.shade(share, true, ink));
      pen.fillRect(left + (column + 0.5) * place.cell - 4, (at + 0.5) * place.high - 1.5, 7, 2);
    }));
  }

  /* The words above and beside the cells. Scripts that can be set upright are not turned. */
  const turned = (word) => (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}。、，]/u.test(word.text) ? "upright" : "turned");
  function headsNode(of, place) {
    const made = element("div", { class: "heat-heads", "aria-hidden": "true" });
    place.columns.forEach((column, at) => {
      const node = site.panels.wordNode(column.word, column.language, { class: "heat-word " + turned(column.word) });
      const gap = column.side === "target" && at === of.source.units.length;
      node.style.width = place.cell + "px";
      node.style.lineHeight = place.cell + "px"; // across, as the writing runs upwards
      if (gap) node.style.marginLeft = APART + "px";
      made.append(node);
    });
    return made;
  }
  function namesNode(of, place) {
    const made = element("div", { class: "heat-names", "aria-hidden": "true" });
    made.append(...of.words.map((word, row) => {
      const node = site.panels.wordNode(word, of.language, { class: "heat-name" + (of.rows[row] ? "" : " none") });
      node.style.height = place.high + "px";
      node.style.lineHeight = place.high + "px";
      return node;
    }));
    made.style.width = place.names + "px";
    return made;
  }

  const put = (node, x, y, wide, high) => {
    Object.entries({ left: x, top: y, width: wide, height: high }).forEach(([name, pixels]) => { node.style[name] = pixels + "px"; });
    node.hidden = false;
  };

  /* The number of a cell in words. */
  function says(of, row, column) {
    const target = site.panels.wordNode(of.words[row], of.language);
    const known = of.rows[row];
    if (!known) return ["“", target, "” was not explained."];
    const number = site.grids.value(of, row, column);
    const other = site.panels.wordNode(column.word, column.language);
    const begin = [column.side === "target" ? "earlier word “" : "“", other, "” for “", target, "”: "];
    if (number === null) return [...begin, "it comes later and cannot matter."];
    if (of.kind.method === site.values.ATTENTION) return [...begin, "attention " + site.wording.fixed(number, 3)];
    const share = known.shares[column.side === "source" ? column.unit : known.source.length + column.unit];
    return [...begin, (number > 0 && of.signed ? "+" : "") + site.wording.number(number) + ", " + site.wording.percent(share) + " of all |R| of this word"];
  }

  /* A map as a figure, with `show(row)` to mark the chosen word. */
  function figure(of, room, name, choose) {
    const place = geometry(of, room);
    const canvas = element("canvas", { "aria-hidden": "true" });
    const rowMark = element("div", { class: "heat-row", hidden: true });
    const cellMark = element("div", { class: "heat-cell", hidden: true });
    const line = element("p", { class: "heat-says", "aria-live": "polite" }, "Point at a cell, or move by arrow keys, for its number.");
    const cells = element("div", { class: "heat-cells", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": site.grids.sentence(of) + " Arrow keys read the cells, Enter chooses a word." }, canvas, rowMark, cellMark);
    const legend = element("span", { class: "heat-legend" + (of.signed ? " signed" : ""), "aria-hidden": "true" }, element("i", {}));
    const grid = element("div", { class: "heat-grid" }, element("div", { class: "heat-corner" }, legend), headsNode(of, place), namesNode(of, place), cells);
    const box = element("div", { class: "heat-box", role: "region", "aria-label": of.title + ", scrolls in its own box" }, grid);
    paint(canvas, of, place);
    cells.style.width = place.wide + "px";
    cells.style.height = place.tall + "px";
    interact(cells, of, place, { cellMark, line, choose });
    const show = (row) => { if (row < 0) rowMark.hidden = true; else put(rowMark, -2, row * place.high - 1, place.wide + 4, place.high + 1); };
    return { node: element("figure", { class: "heat", "data-heat": name }, box, line), show };
  }

  /* Pointing, arrow keys and choosing. */
  function interact(cells, of, place, { cellMark, line, choose }) {
    let at = { row: 0, column: 0 };
    const go = (row, column, scroll) => {
      at = { row: Math.min(Math.max(row, 0), of.words.length - 1), column: Math.min(Math.max(column, 0), place.columns.length - 1) };
      put(cellMark, place.left[at.column] - 1, at.row * place.high - 1, place.cell + 1, place.high + 1);
      line.replaceChildren(...says(of, at.row, place.columns[at.column]));
      if (scroll) cellMark.scrollIntoView({ block: "nearest", inline: "nearest" });
    };
    const under = (event) => {
      const frame = cells.getBoundingClientRect();
      const x = event.clientX - frame.left;
      const column = place.left.findIndex((left) => x >= left && x < left + place.cell);
      const row = Math.floor((event.clientY - frame.top) / place.high);
      return column < 0 || row < 0 || row >= of.words.length ? null : { row, column };
    };
    cells.addEventListener("pointermove", (event) => { const found = under(event); if (found && (found.row !== at.row || found.column !== at.column || cellMark.hidden)) go(found.row, found.column); });
    cells.addEventListener("pointerleave", () => { if (document.activeElement !== cells) cellMark.hidden = true; });
    cells.addEventListener("click", (event) => { const found = under(event); if (found) choose(found.row); });
    cells.addEventListener("focus", () => go(at.row, at.column));
    cells.addEventListener("blur", () => { cellMark.hidden = true; });
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -Infinity], End: [0, Infinity] };
    cells.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in steps) go(at.row + steps[event.key][0], at.column + steps[event.key][1], true);
      else if (event.key === "Enter") choose(at.row);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /* What can be shown in the second map, as a list to choose from. */
  function picker(context) {
    const all = site.grids.kinds(context);
    const rules = new Set(all.map(({ kind }) => kind.rules).filter(Boolean));
    const key = (kind) => JSON.stringify([kind.method, kind.state, kind.rules, kind.against]);
    const now = key(site.grids.chosen(context));
    const label = ({ kind, words }) => site.grids.title(kind) + (rules.size > 1 && kind.rules ? ", " + kind.rules : "") + " (" + words + " of " + site.plural(context.units.target.length, "word") + ")";
    const made = element("select", { "aria-label": "What the second map shows", "data-second-map": true }, ...all.map((one_) => element("option", { value: key(one_.kind), selected: key(one_.kind) === now }, label(one_))));
    made.addEventListener("change", () => {
      const [method, state, rules_, against] = JSON.parse(made.value);
      site.choice.set({ method, state, rules: rules_, against });
      const again = one("[data-panel=maps] [data-second-map]");
      if (again) again.focus();
    });
    return made;
  }

  function oneScale(container, context) {
    const box = element("input", { type: "checkbox" });
    box.checked = together;
    box.addEventListener("change", () => {
      together = box.checked;
      draw(container, context);
      one(".heat-switch input", container).focus();
    });
    return element("label", { class: "heat-switch", title: "Otherwise each row is coloured by its own largest |R|" }, box, " one scale for all rows");
  }

  let shown = []; // the figures on the page
  function draw(container, context) {
    const { attention, relevance } = grids(context);
    const wide = container.clientWidth || 720;
    const most = context.units.source.length * 2 + (relevance && relevance.target ? context.units.target.length : 0);
    const stacked = !attention || !relevance || wide < 860 || most * CELL.narrowest + 260 > wide;
    const shares = attention && relevance ? [attention, relevance].map((of) => 6 + site.grids.columns(of).length) : [1];
    const rooms = shares.map((share) => (stacked ? wide : ((wide - 32) * share) / (shares[0] + shares[1])));
    const choose = (row) => site.choice.set({ position: positionOf(context, row) });
    const column = (of, room, name, head) => {
      const made = figure(of, room, name, choose);
      shown.push(made);
      const node = element("div", { class: "heat-column" }, element("div", { class: "heat-title" }, head, name === "relevance" && of.signed ? oneScale(container, context) : null), made.node);
      if (!stacked) node.style.width = room + "px";
      return node;
    };
    shown = [];
    container.replaceChildren(element(
      "div", { class: "heats" + (stacked ? " stacked" : "") },
      attention ? column(attention, rooms[0], "attention", element("b", {}, "Attention")) : null,
      relevance ? column(relevance, rooms[rooms.length - 1], "relevance", picker(context)) : null,
    ));
    moved(container, context);
  }

  /* Marks the row of the chosen word. */
  function moved(container, context) {
    const row = rowOf(context);
    shown.forEach((figure_) => figure_.show(row));
  }
  const rowOf = ({ units, choice }) => units.target.findIndex((unit) => unit.tokens.includes(choice.position));

  /* The token that stands for a word: the last one that something is stored for, or its last. */
  function positionOf({ units, values }, row) {
    const { tokens } = units.target[row];
    const explained = tokens.filter((token) => values.at(token).length);
    const among = explained.length ? explained : tokens;
    return among[among.length - 1];
  }

  /* Both maps, made once for what is shown. */
  let last = { key: null, grids: null };
  function grids(context) {
    const now = context.segment.id + key(context);
    if (last.key !== now || last.maps !== context.maps) last = { key: now, maps: context.maps, grids: { attention: site.grids.attention(context), relevance: site.grids.relevance(context) } };
    return last.grids;
  }

  const key = ({ choice }) => JSON.stringify([choice.method, choice.state, choice.rules, choice.against, choice.split instanceof Set ? [...choice.split] : choice.split]);

  function about(context) {
    const { attention, relevance } = grids(context);
    const words = context.units.target.length;
    const begin = "Each row is a word of the translation, each column a source word" + (relevance && relevance.target ? "; right of the line stand the earlier words of the translation" : "") + ".";
    const few = relevance && relevance.stored < words ? " " + relevance.stored + " of " + site.plural(words, "word") + (relevance.stored === 1 ? " was" : " were") + " explained; the others are hatched. An audit with --maps stores every word of the most suspicious segments." : "";
    return begin + few + (attention ? "" : " This model has no attention.") + (relevance ? "" : " No word of this segment was explained.");
  }

  /* The figure to take away: the papers' layout, both maps side by side. */
  function picture(context) {
    const sheet = site.picture.sheet();
    const { attention, relevance } = grids(context);
    site.drawings.maps(sheet, [attention, relevance].filter(Boolean), together);
    const kind = site.grids.chosen(context);
    return {
      sheet, title: [attention, relevance].filter(Boolean).map((of) => of.title).join(" | "),
      facts: site.picture.facts(context, kind && ["method", site.wording.method(kind.method).label], kind && kind.rules && ["rule set", kind.rules], ["colours", together ? "one scale for all rows of relevance" : "each row of relevance by its own largest |R|"]),
    };
  }

  site.heat = { positionOf, rowOf, picture, figure };
  site.panels.add({
    name: "maps", title: "Full maps", about, key, draw, moved, picture,
    applies: (context) => Boolean(context.units.source.length && context.units.target.length && (context.values.attends || context.values.kinds().length)),
    table: (context) => Object.values(grids(context)).filter(Boolean).map(site.grids.table),
  });
})(window.nmtAudit);
