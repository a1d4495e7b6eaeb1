/* The figure: a column per word with a bar for each row, source words, a rule, earlier words of the translation. */
(function (site) {
  "use strict";
  const { element, all } = site.dom;
  const PREFIX = "earlier words of the translation";
  const PREFIX_SHORT = "earlier words"; // over fewer columns than
  const WIDE = 5;
  const DENSE = 33; // pixels that a word set upright takes
  const NARROW = "(max-width: 720px)"; // there the stylesheet makes a list of words of it

  /* The words of both sides: [{label, lang, dir, columns: [{place, number, text, isEnd, suspect, word, splits}]}]. */
  function sides(context, focus) {
    const { segment, units } = context;
    const name = site.sentences.names(context, focus);
    const side = (label, lang, list, first, suspect, words) => ({
      label, lang, dir: site.wording.direction(lang),
      columns: list.map((unit, at) => ({
        place: first + at, number: unit.word + 1, isEnd: unit.isEnd, suspect: suspect.some((span) => unit.start < span.end && span.start < unit.end),
        text: name.isOwn(first + at) ? name.begun() : unit.text, side: first ? "target" : "source", word: unit.word, splits: words[unit.word].tokens.length > 1,
      })),
    });
    const prefix = units.target.slice(0, focus.prefix);
    return [
      side("source words", segment.srcLang, units.source, 0, context.suspect.source, context.words.source),
      side(prefix.length < WIDE ? PREFIX_SHORT : PREFIX, segment.tgtLang, prefix, name.own, context.suspect.target, context.words.target),
    ].filter((one) => one.columns.length);
  }

  /* By what the bars of each row are scaled: its own largest |R|; together: the largest of all rows that share a unit and did not blow up. */
  function scales(rows, together) {
    const shared = rows.filter((row) => row.method !== site.values.ATTENTION && !row.blownUp && Number.isFinite(row.largest));
    const most = Math.max(0, ...shared.map((row) => row.largest));
    return rows.map((row) => (together && shared.includes(row) ? most : row.largest));
  }

  function cell(row, place, scale, strong) {
    if (place >= row.numbers.length) return element("i", { class: "x" });
    const value = row.numbers[place];
    const size = scale > 0 && Number.isFinite(scale) ? Math.min(Math.abs(value) / scale, 1) : 0;
    const classes = [site.wording.method(row.method).signed ? "" : "a", value < 0 ? "n" : "", strong.has(place) ? "t" : ""].filter(Boolean).join(" ");
    const bar = element("i", { class: classes || null }, site.wording.number(value, 2));
    bar.style.setProperty("--s", Number.isFinite(size) ? size.toFixed(4) : "0");
    return bar;
  }

  function drawnColumn(column, rows, measures, marks) {
    const classes = ["col", column.isEnd ? "end" : "", column.suspect ? "suspect" : ""].filter(Boolean).join(" ");
    const cells = rows.map((row, at) => cell(row, column.place, measures[at], marks[at]));
    return element("div", { class: classes, "data-place": column.place, role: "group", tabindex: "-1", "aria-label": column.number + " " + column.text },
      element("b", {}, String(column.number)), element("span", { lang: column.lang }, column.text), ...cells);
  }

  /* The largest words of a row carry their number. */
  const strongest = (row) => new Set(site.values.top(row).filter((place) => Math.abs(row.numbers[place]) >= row.largest / 4));

  const head = (row, scale, own) => {
    const { short, help } = site.wording.rowHelp(row);
    const longest = "longest bar " + site.wording.number(own ? row.largest : scale);
    const scaled = " Scaled by " + (own ? "its own " + longest : "the " + longest + " of all rows") + ".";
    return element("span", { class: "head" + (row.chosen ? " chosen" : ""), title: help + scaled },
      element("b", {}, site.wording.rowLabel(row)), element("small", {}, own ? longest : "scale " + site.wording.number(scale)), element("abbr", {}, short));
  };

  const letters = (text) => Array.from(text).reduce((width, sign) => width + (sign.codePointAt(0) > 0x2e80 ? 14.5 : 7.6), 0);
  const widthOf = (found) => found.flatMap((side) => side.columns)
    .reduce((sum, column) => sum + Math.max(46, 18 + Math.min(letters(column.text), 150)), 0);

  /* The words wrapped into bands that fit the page. Fewer than three words of a side are not left alone at the end of a band. */
  function bands(found, limit) {
    const done = [];
    let band = [];
    let room = limit;
    found.forEach((side) => {
      for (let start = 0; start < side.columns.length;) {
        if (room < Math.min(3, side.columns.length - start)) { done.push(band); band = []; room = limit; }
        const columns = side.columns.slice(start, start + room);
        band.push({ ...side, label: start ? "continued" : side.label, columns });
        start += columns.length;
        room -= columns.length;
      }
    });
    return [...done, band];
  }

  /* Draws the rows of an explained word. `width`: pixels that there are; `splitWord(side, word)`: what a click on a word does. */
  function draw(context, focus, rows, { width, together, splitWord }) {
    const found = sides(context, focus);
    const room = width - 206; // what the names of the rows leave
    const narrow = window.matchMedia(NARROW).matches;
    const roomy = widthOf(found) <= room;
    const layout = (roomy ? "roomy" : "dense") + (rows.length > 5 ? " many" : "");
    const measures = scales(rows, together);
    const marks = rows.map(strongest);
    const own = (row) => !together || row.method === site.values.ATTENTION || row.blownUp;
    const heads = () => rows.map((row, at) => head(row, measures[at], own(row)));
    const drawn = (roomy || narrow ? [found] : bands(found, Math.max(6, Math.floor(room / DENSE)))).map((band) => {
      const figure = element("div", { class: "figure " + layout },
        element("div", { class: "heads" }, ...heads()),
        ...band.map((side) => element("div", { class: "side", dir: side.dir },
          element("span", { class: "side-label", dir: "ltr" }, side.label),
          ...side.columns.map((column) => drawnColumn({ ...column, lang: side.lang }, rows, measures, marks)))));
      figure.style.setProperty("--rows", String(rows.length));
      return element("div", { class: "scroller" }, figure);
    });
    const inspector = element("p", { class: "inspector", "aria-live": "polite" }, "Point at a word, or move with the arrow keys, for its numbers.");
    const columns = found.flatMap((side) => side.columns.map((column) => ({ ...column, lang: side.lang })));
    steer(drawn, columns, rows, inspector, splitWord);
    return [...drawn, inspector];
  }

  /* One stop for the tab key, arrows from word to word, the numbers of the word in a line below. */
  function steer(drawn, columns, rows, inspector, splitWord) {
    const nodes = drawn.flatMap((band) => all(".col", band));
    if (nodes.length) nodes[0].tabIndex = 0;
    const show = (at) => {
      const column = columns[at];
      const numbers = rows.filter((row) => column.place < row.numbers.length).map((row) => site.wording.rowLabel(row) + " " + exact(row, column.place));
      inspector.replaceChildren(element("b", {}, column.number + " ", element("bdi", { lang: column.lang }, column.text)), " — " + numbers.join(" · "));
    };
    const at = (event) => { const node = event.target.closest(".col"); return node ? nodes.indexOf(node) : -1; };
    const go = (from, to) => { nodes[from].tabIndex = -1; nodes[to].tabIndex = 0; nodes[to].focus(); };
    const onKey = (event) => {
      const from = at(event);
      if (from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const mirrored = nodes[from].parentElement.dir === "rtl" ? -1 : 1;
      const by = { ArrowRight: mirrored, ArrowLeft: -mirrored, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Enter" || event.key === " ") splitWord(columns[from]);
      else if (!by) return;
      else if (nodes[from + by]) go(from, from + by);
      event.preventDefault();
      event.stopPropagation();
    };
    drawn.forEach((band) => {
      band.addEventListener("mouseover", (event) => { if (at(event) >= 0) show(at(event)); });
      band.addEventListener("focusin", (event) => { if (at(event) >= 0) show(at(event)); });
      band.addEventListener("click", (event) => { if (at(event) >= 0) splitWord(columns[at(event)]); });
      band.addEventListener("keydown", onKey);
    });
  }
  const exact = (row, place) => site.wording.number(row.numbers[place])
    + (row.method === site.values.ATTENTION ? "" : " (" + site.wording.percent(row.shares[place]) + ")");

  /* The table behind the figure. */
  function table(context, focus, rows) {
    const found = sides(context, focus);
    const number = (row, place) => (place < row.numbers.length
      ? element("td", {}, site.wording.number(row.numbers[place]), " ", element("small", {}, site.wording.percent(row.shares[place])))
      : element("td", {}, element("span", { class: "muted", title: "this word cannot matter here" }, "·")));
    const bodies = found.map((side) => element("tbody", {},
      element("tr", { class: "group" }, element("th", { colspan: rows.length + 1, scope: "rowgroup" }, side.label)),
      ...side.columns.map((column) => element("tr", {},
        element("th", { scope: "row" }, element("span", { class: "muted" }, String(column.number)), " ",
          element("span", { lang: side.lang, dir: "auto" }, column.text)),
        ...rows.map((row) => number(row, column.place))))));
    const heads = rows.map((row) => element("th", { scope: "col", title: site.wording.rowHelp(row).help }, site.wording.rowLabel(row)));
    return element("table", { class: "grid" }, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "word"), ...heads)), ...bodies);
  }

  site.figure = { draw, table, scales };
})(window.nmtAudit);
