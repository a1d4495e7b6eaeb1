/* The numbers of full maps: a row per word of the translation, a column per source word and, for methods that speak of them,
   per earlier word of the translation. The rows are those of the figure above, made by the same sums. */
(function (site) {
  "use strict";

  const same = (row, kind) => row.method === kind.method && row.state === kind.state && (row.against || null) === (kind.against || null)
    && (row.rules || null) === (kind.rules || null);

  /* A side as columns: its units, their language, and in which order they stand, right to left where they are read so. */
  function side(units, language) {
    const rtl = site.wording.direction(language) === "rtl";
    const order = Array.from(units.keys());
    return { units, language, rtl, order: rtl ? order.reverse() : order };
  }

  /* Of each word of the translation its focus: attention and what was explained at it (values.js). */
  function focuses({ values, units }, wanted) {
    return units.target.map((_, unit) => site.values.focus(values, units, unit, null, wanted));
  }

  /* {kind, title, signed, source, target (null: says nothing of earlier words), rows: a figure's row or null, largest} */
  function grid(context, kind, title, rows) {
    const { signed, prefix } = site.wording.method(kind.method);
    const known = rows.filter(Boolean);
    return {
      kind, title, signed, rows,
      words: context.units.target, language: context.segment.tgtLang,
      source: side(context.units.source, context.segment.srcLang),
      target: prefix && known.some((row) => row.prefix) ? side(context.units.target.slice(0, -1), context.segment.tgtLang) : null,
      stored: known.length,
      largest: known.reduce((most, row) => (row.largest > most ? row.largest : most), 0),
    };
  }

  function attention(context) {
    if (!context.values.attends) return null;
    const kind = { method: site.values.ATTENTION, state: site.values.LOGIT, rules: null, against: null };
    return grid(context, kind, "Attention", focuses(context, () => false).map((focus) => focus.attention));
  }

  /* The kind of explanation that the reader chose; null where nothing was explained. */
  function chosen({ choice }) {
    return choice.method ? { method: choice.method, state: choice.state, rules: choice.rules, against: choice.against } : null;
  }

  function relevance(context) {
    const kind = chosen(context);
    if (!kind) return null;
    const rows = focuses(context, (row) => same(row, kind)).map((focus) => focus.rows.find((row) => row.method !== site.values.ATTENTION) || null);
    return grid(context, kind, title(kind), rows);
  }

  /* "Relevance · readout", and the rule set where there are several. */
  function title(kind) {
    const stage = site.wording.state(kind.state);
    const other = kind.against ? ", rather than “" + site.wording.piece(kind.against) + "”" : "";
    return site.wording.method(kind.method).label + (stage ? ": " + stage.prose : "") + other;
  }

  /* The kinds that a segment holds, each with how many words of the translation it explains. */
  function kinds({ values, units }) {
    const rows = new Map(); // position → rows
    values.positions().forEach((position) => rows.set(position, values.at(position)));
    const explains = (kind) => units.target.filter((unit) => unit.tokens.some((token) => (rows.get(token) || []).some((row) => same(row, kind)))).length;
    return values.kinds().map((kind) => ({ kind, words: explains(kind) }));
  }

  /* The number of a cell: a column is {side: "source" | "target", unit}. null: not explained, or a word that comes later. */
  function value(of, row, column) {
    const known = of.rows[row];
    if (!known) return null;
    const numbers = column.side === "source" ? known.source : known.prefix;
    return numbers && column.unit < numbers.length ? numbers[column.unit] : null;
  }

  /* What gets the strongest colour in a row. */
  const ceiling = (of, row, together) => (together || of.kind.method === site.values.ATTENTION ? of.largest : of.rows[row].largest);

  /* The columns from left to right, source words first. */
  function columns(of) {
    const made = of.source.order.map((unit) => ({ side: "source", unit, word: of.source.units[unit], language: of.source.language }));
    if (of.target) made.push(...of.target.order.map((unit) => ({ side: "target", unit, word: of.target.units[unit], language: of.target.language })));
    return made;
  }

  /* The strongest cells, strongest first: [{row, column, value}]. */
  function strongest(of, count) {
    const best = [];
    const all = columns(of);
    of.rows.forEach((known, row) => known && all.forEach((column) => {
      const number = value(of, row, column);
      const size = Math.abs(number);
      if (!(size > 0) || (best.length === count && size <= Math.abs(best[count - 1].value))) return;
      best.push({ row, column, value: number });
      best.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
      best.length = Math.min(best.length, count);
    }));
    return best;
  }

  /* The map in a sentence, for those who do not see it. */
  function sentence(of) {
    const { number, quoted } = site.wording;
    const short = (text) => quoted(text.length > 40 ? text.slice(0, 40) + "…" : text);
    const cells = strongest(of, 3).map((cell) => short(cell.column.word.text) + " for " + short(of.words[cell.row].text) + ", " + number(cell.value));
    const size = "Map of " + of.title.toLowerCase() + ", " + site.plural(of.words.length, "word") + " of the translation by " + site.plural(of.source.units.length, "source word") + ". ";
    return size + (cells.length ? "Largest: " + cells.join("; ") + "." : "Nothing is stored.");
  }

  /* The numbers as a table (panels.js). */
  function table(of) {
    const all = columns(of);
    const inOrder = [...of.source.units.keys()].map((unit) => all.find((column) => column.side === "source" && column.unit === unit))
      .concat(of.target ? [...of.target.units.keys()].map((unit) => all.find((column) => column.side === "target" && column.unit === unit)) : []);
    return {
      caption: of.title,
      head: [of.title, ...inOrder.map((column) => ({ unit: column.word, lang: column.language }))],
      rows: of.rows.map((known, row) => [{ unit: of.words[row], lang: of.language }, ...(known ? inOrder.map((column) => value(of, row, column)) : ["not explained"])]),
    };
  }

  site.grids = { attention, relevance, chosen, kinds, title, value, ceiling, columns, strongest, sentence, table };
})(window.nmtAudit);
