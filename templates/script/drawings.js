/* The parts of figures to take away, drawn on a sheet (picture.js) in the layout of the papers: maps, bars, curves, tables of shades. */
(function (site) {
  "use strict";
  const CELL = 17; // points
  const APART = 8;
  const SEEN = 0.15; // of the largest: smaller negative numbers need no sign of their own
  const LONGEST = 110; // points that a word may take

  const { widthOf, fitted } = site.picture;
  const direction = (language) => site.wording.direction(language);

  /* Words beside rows, their ends at x. */
  function beside(sheet, x, y, words, high, language, size = 8) {
    words.forEach((word, place) => sheet.text(x, y + (place + 0.5) * high + size * 0.36, fitted(word.text, LONGEST, size), { size, across: "right", dir: direction(language) }));
  }

  /* Words above columns, turned where one of them is too wide. Returns how much room they need. */
  const room = (words, wide, size = 8) => {
    const widest = Math.min(Math.max(0, ...words.map((word) => widthOf(word.text.slice(0, 60), size))), LONGEST);
    return { turned: widest > wide - 2, high: widest > wide - 2 ? widest + 6 : size + 6 };
  };
  function above(sheet, x, y, words, wide, language, size = 8) {
    const { turned } = room(words, wide, size);
    words.forEach((word, place) => {
      const middle = x + (place + 0.5) * wide;
      if (turned) sheet.text(middle + size * 0.36, y - 3, fitted(word.text, LONGEST, size), { size, turned: true });
      else sheet.text(middle, y - 4, word.text, { size, across: "center", dir: direction(language) });
    });
  }

  /* Words below columns, turned alike, their ends at the top. */
  function below(sheet, x, y, words, wide, language, size = 8) {
    const { turned } = room(words, wide, size);
    words.forEach((word, place) => {
      const middle = x + (place + 0.5) * wide;
      if (turned) sheet.text(middle + size * 0.36, y, fitted(word.text, LONGEST, size), { size, turned: true, across: "right" });
      else sheet.text(middle, y + size, word.text, { size, across: "center", dir: direction(language) });
    });
  }

  /* The scale of the colours under a drawing. */
  function scale(sheet, x, y, signed, text) {
    const steps = 30;
    for (let step = 0; step < steps; step += 1) {
      const share = signed ? (2 * step) / (steps - 1) - 1 : step / (steps - 1);
      sheet.box(x + step * 3, y, 3.1, 6, site.shades.shade(share, signed, sheet.ink));
    }
    sheet.text(x + steps * 3 + 6, y + 5.5, text, { size: 7, colour: sheet.ink.muted });
    sheet.reach(x, y + 8);
  }

  /* Cells of numbers: a colour for each, and a sign where it is well below zero. `number(row, column)`: null is left as paper. */
  function cells(sheet, x, y, shape, size, signed, number, ceiling) {
    for (let row = 0; row < shape[0]; row += 1) {
      for (let column = 0; column < shape[1]; column += 1) {
        const value = number(row, column);
        if (value === null) continue;
        const most = ceiling(row);
        const share = most > 0 ? value / most : 0;
        const fill = site.shades.shade(share, signed, sheet.ink);
        const [left, top] = [x + column * size[0], y + row * size[1]];
        sheet.box(left, top, size[0] - 0.8, size[1] - 0.8, fill);
        if (signed && share < -SEEN) sheet.text(left + size[0] / 2, top + size[1] / 2 + 2.5, "−", { size: 7, across: "center", colour: site.shades.over(fill) });
      }
    }
    sheet.reach(x + shape[1] * size[0], y + shape[0] * size[1]);
  }

  /* How much room the words above a map need. */
  const headOf = (of) => Math.max(...[of.source, of.target].filter(Boolean).map((side) => room(side.units, CELL).high));

  /* A full map (grids.js) with its upper left corner at a place, `head` points left for the words above it.
     Returns where it ends on the right. */
  function map(sheet, of, x, y, head, together) {
    const columns = site.grids.columns(of);
    const own = (side) => columns.filter((column) => column.side === side);
    const left = x + Math.min(Math.max(...of.words.map((word) => widthOf(word.text.slice(0, 60), 8))), LONGEST) + 6;
    sheet.text(left, y + 8, of.title, { bold: true });
    const top = y + 14 + head;
    beside(sheet, left - 4, top, of.words, CELL, of.language);
    const byRow = !together && of.kind.method !== site.values.ATTENTION;
    let right = left;
    ["source", "target"].filter((side) => own(side).length).forEach((side) => {
      const sideColumns = own(side);
      above(sheet, right, top, sideColumns.map((column) => column.word), CELL, sideColumns[0].language);
      cells(sheet, right, top, [of.words.length, sideColumns.length], [CELL, CELL], of.signed,
        (row, column) => site.grids.value(of, row, sideColumns[column]), (row) => site.grids.ceiling(of, row, together));
      if (side === "source") unexplained(sheet, of, right, top, sideColumns.length * CELL);
      right += sideColumns.length * CELL + APART;
    });
    if (byRow) {
      sheet.text(right - 4, top - 4, "largest", { size: 6, colour: sheet.ink.muted });
      of.rows.forEach((row, place) => row && sheet.text(right - 4, top + (place + 0.5) * CELL + 2, site.wording.number(row.largest, 2), { size: 6, colour: sheet.ink.muted }));
      right += 30;
    }
    scale(sheet, left, top + of.words.length * CELL + 8, of.signed, byRow ? "each row by its own largest |R|" : "0 to " + site.wording.number(of.largest, 2));
    sheet.reach(right, top);
    return right;
  }
  /* Maps side by side, or one above the other where that would be too wide for a page. */
  const WIDEST = 60; // columns
  function maps(sheet, several, together) {
    const beneath = several.reduce((sum, of) => sum + site.grids.columns(of).length, 0) > WIDEST;
    const head = Math.max(...several.map(headOf));
    let x = 0;
    several.forEach((of, place) => {
      if (beneath) map(sheet, of, 0, place ? sheet.bottom + 20 : 0, headOf(of), together);
      else x = map(sheet, of, x, 0, head, together) + 26;
    });
  }
  function unexplained(sheet, of, x, top, wide) {
    of.rows.forEach((row, place) => {
      const middle = top + (place + 0.5) * CELL;
      if (!row) sheet.line([[x, middle], [x + wide, middle]], sheet.ink.line, 0.8, [2, 3]);
    });
  }

  site.drawings = { beside, above, below, room, scale, cells, map, maps };
})(window.nmtAudit);
