/* Exactly what the list shows, in its order, as a file: for a spreadsheet, or for a program. */
(function (site) {
  "use strict";
  const { one, element, button } = site.dom;

  const answerOf = (flag) => (site.review ? site.review.verdictOf(flag.id) : null);
  const standing = (segment) => segment.flags.filter((flag) => flag.dismissed === null);
  const judged = (flag) => { const answer = answerOf(flag); return answer ? flag.category + ": " + answer.verdict : null; };

  /* Scores are kept with about seven digits: 0.3 is to be read as 0.3, not as 0.30000001192092896. */
  const digits = (value) => (value === null ? null : Number(value.toPrecision(7)));

  /* What a row of a table says. `corpus`: text that others wrote, which a spreadsheet program must not take for a formula. */
  const COLUMNS = [
    { label: "number", width: 8, of: (segment) => segment.number + 1 },
    { label: "id", width: 18, corpus: true, of: (segment) => segment.id },
    { label: "document", width: 14, corpus: true, of: (segment) => segment.document },
    { label: "source", width: 60, corpus: true, of: (segment) => segment.source },
    { label: "translation", width: 60, corpus: true, of: (segment) => segment.hypothesis },
    { label: "reference", width: 60, corpus: true, of: (segment) => segment.reference },
    { label: "categories", width: 22, of: (segment) => Array.from(new Set(standing(segment).map((flag) => flag.category))).join("; ") },
    { label: "suspicion", width: 10, of: (segment) => (standing(segment).length ? digits(segment.suspicion) : null) },
    { label: "chrF", width: 8, of: (segment) => digits(segment.chrf) },
    { label: "BLEU", width: 8, of: (segment) => digits(segment.bleu) },
    { label: "TER", width: 8, of: (segment) => digits(segment.ter) },
    { label: "log-probability", width: 14, of: (segment) => digits(segment.logprob) },
    { label: "verdicts", width: 26, of: (segment) => standing(segment).map(judged).filter(Boolean).join("; ") },
  ];
  const cells = (segment) => COLUMNS.map((column) => column.of(segment));

  /* Text that a spreadsheet program would take for a formula gets an apostrophe, which keeps it text. */
  const defused = (value, column) => (COLUMNS[column].corpus && /^[=+\-@\t\r]/.test(value || "") ? "'" + value : value);
  const plain = (value) => (value === null ? "" : String(value));
  const quoted = (text) => (/[",\r\n]|^\s|\s$/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
  const commas = (values) => values.map((value, column) => quoted(plain(defused(value, column)))).join(",") + "\r\n";
  const tabs = (values) => values.map((value, column) => plain(defused(value, column)).replace(/[\t\r\n]+/g, " ")).join("\t") + "\n";
  const labels = () => COLUMNS.map((column) => column.label);

  /* A segment with all its flags, for a program. */
  function whole(segment) {
    const flags = segment.flags.map(({ segment: _, ...flag }) => ({ ...flag, verdict: answerOf(flag) }));
    return JSON.stringify({
      number: segment.number + 1, id: segment.id, document: segment.document, source: segment.source, translation: segment.hypothesis, reference: segment.reference,
      src_lang: segment.srcLang, tgt_lang: segment.tgtLang, status: segment.status, categories: Array.from(new Set(standing(segment).map((flag) => flag.category))),
      not_checked: segment.notChecked.map((category) => category.code), suspicion: standing(segment).length ? digits(segment.suspicion) : null,
      chrf: digits(segment.chrf), bleu: digits(segment.bleu), ter: digits(segment.ter), logprob: digits(segment.logprob), flags,
    }) + "\n";
  }

  const TABLE = "One row per segment. ";
  const DEFUSED = "A text that a spreadsheet would take for a formula gets an apostrophe in front.";
  const KINDS = [
    { name: "csv", label: "CSV", help: TABLE + "Separated by commas, UTF-8. " + DEFUSED, type: "text/csv;charset=utf-8", row: (segment) => commas(cells(segment)), head: () => "\ufeff" + commas(labels()) },
    { name: "tsv", label: "TSV", help: TABLE + "Separated by tabs; tabs and line breaks within a text become spaces. " + DEFUSED, type: "text/tab-separated-values;charset=utf-8", row: (segment) => tabs(cells(segment)), head: () => tabs(labels()) },
    { name: "jsonl", label: "JSON lines", help: "One segment per line, with its flags and verdicts in full.", type: "application/jsonl;charset=utf-8", row: whole, head: () => "" },
    { name: "xlsx", label: "Excel", help: TABLE + "Numbers are numbers, texts are never formulas; a text over 32,767 characters is cut.", type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", row: cells },
  ];

  /* The segments of an order as `row` makes them. Chunks are read one by one, whatever the order; null where one is missing. */
  async function collected(order, row, progress) {
    const places = Array.from(order.keys()).sort((a, b) => order[a] - order[b]);
    const rows = new Array(order.length);
    for (let at = 0; at < places.length;) {
      const chunk = site.data.chunkOf(order[places[at]]);
      const content = await site.data.part("segments", chunk);
      if (!content) return { rows: null, missing: chunk };
      for (; at < places.length && site.data.chunkOf(order[places[at]]) === chunk; at += 1) rows[places[at]] = row(site.data.row(content, order[places[at]]));
      progress(at / places.length);
    }
    return { rows, missing: null };
  }

  /* run.view.12-segments.csv, of letters that every disk takes */
  function fileName(kind, { wish, order }) {
    const name = (text) => Array.from(text.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "")).slice(0, 60).join("");
    const filters = site.filter.inUse(wish).map((filter) => name(filter.label)).slice(0, 3);
    return [name(site.data.index.name) || "run", ...filters, site.plural(order.length, "segment").replaceAll(",", "").replace(" ", "-"), kind].join(".");
  }

  let writing = 0;
  async function write(kind) {
    writing += 1;
    const mine = writing;
    const shown = site.list.shown();
    const tell = (text) => { if (mine === writing) one("[data-exported]").textContent = text; };
    const { rows, missing } = await collected(shown.order, kind.row, (share) => tell("Writing … " + Math.round(100 * share) + " %"));
    if (mine !== writing) return;
    if (!rows) {
      tell("Nothing was written: data/segments-" + String(missing).padStart(4, "0") + ".js is missing beside this page. Copy the whole folder.");
      return;
    }
    const name = fileName(kind.name, shown);
    const content = kind.name === "xlsx" ? site.spreadsheet.workbook("Segments", COLUMNS, rows) : new Blob([kind.head(), ...rows], { type: kind.type });
    site.download(name, content, kind.type);
    tell(site.plural(rows.length, "segment") + " written to " + name);
  }

  function start() {
    const menu = one("[data-export]");
    one("[data-kinds]").replaceChildren(...KINDS.map((kind) => element("li", {},
      button(kind.label, () => write(kind), { "data-kind": kind.name, "aria-describedby": "export-" + kind.name }), element("small", { id: "export-" + kind.name }, kind.help))));
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      one("summary", menu).focus();
    });
    document.addEventListener("click", (event) => { if (event.isTrusted && !menu.contains(event.target)) menu.open = false; }); // a download is a click, too
  }
  function open() {
    one("[data-export]").open = true;
    one("[data-kinds] button").focus();
  }

  site.exporting = { start, open };
})(window.nmtAudit);
