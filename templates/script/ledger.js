/* Ledgers as lines: what a value is the sum of, each part with its name; and the warning where one blew up. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const NEGLIGIBLE = 1e-9; // of the largest part: what rounding leaves between the offset and the sum of its parts

  /* The entries that are not 0, the offset taken apart. What its parts do not account for stays visible. */
  function parts(row) {
    return row.ledger.flatMap(([name, part]) => {
      if (name !== "offset" || !row.offsets.length) return part !== 0 || name === "source" || name === "target" ? [[name, part]] : [];
      const rest = part - row.offsets.reduce((sum, [, one]) => sum + one, 0);
      const largest = Math.max(1, Math.abs(part), ...row.offsets.map(([, one]) => Math.abs(one)));
      return Math.abs(rest) <= NEGLIGIBLE * largest ? row.offsets : [...row.offsets, ["rest", rest]];
    });
  }

  /* The ledger of a row: {label, value, terms: [{sign, label, amount, help}]}; null where it has none. */
  function of(row) {
    if (row.value === null || !row.ledger.length) return null;
    const found = parts(row);
    const largest = Math.max(Math.abs(row.value), ...found.map(([, part]) => Math.abs(part)));
    const decimals = largest > 0 && largest < 1 ? Math.min(2 - Math.floor(Math.log10(largest)), 8) : 2;
    const terms = found.map(([name, part], rank) => {
      const { label, help } = site.wording.entry(name);
      return { sign: rank ? (part < 0 ? "−" : "+") : "", label, amount: site.wording.fixed(rank ? Math.abs(part) : part, decimals), help };
    });
    return { label: site.wording.rowLabel(row), value: site.wording.fixed(row.value, decimals), terms };
  }

  /* The ledgers of some rows as a list, or null where none has one. */
  function list(rows) {
    const found = rows.map(of).filter(Boolean);
    if (!found.length) return null;
    return element("dl", { class: "ledgers" }, ...found.map((ledger) => element("div", {},
      element("dt", {}, ledger.label),
      element("dd", {}, "value " + ledger.value + " =", ...ledger.terms.flatMap((term) => [
        " ", element("span", { class: "term", title: term.help }, (term.sign ? term.sign + " " : "") + term.label + " " + term.amount),
      ])))));
  }

  /* What a reader must know of a row that blew up, with the numbers. */
  function warning(row) {
    const { name, size } = row.excess;
    const rules = row.rules ? "the rule set “" + row.rules + "”" : "this method";
    const grown = name === null
      ? "relevance is far larger than the value it explains (largest |R| " + site.wording.number(size) + ", value "
      : "the part of the value that belongs to no word is far larger than the value (" + site.wording.entry(name).label + " "
        + site.wording.number(size) + ", value ";
    return site.wording.rowLabel(row) + ": " + grown + site.wording.number(row.value) + "). On this sentence " + rules
      + " does not tell which words mattered: shares and order mean little.";
  }

  site.ledger = { of, list, warning };
})(window.nmtAudit);
