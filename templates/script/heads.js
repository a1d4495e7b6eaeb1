/* Attention heads of a Transformer: each head's share of its layer's relevance, for the explained word. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const TITLES = { encoder: "Encoder, among source words", decoder: "Decoder, among earlier words", cross: "From the decoder to the source" };

  /* The rows of the explained word's pieces; without any, null. */
  function rowsOf({ values, units, choice }) {
    const unit = units.target.find((one) => one.tokens.includes(choice.position));
    const rows = unit ? values.rows.filter((row) => row.method === "heads" && row.details && unit.tokens.includes(row.position)) : [];
    return rows.length ? rows : null;
  }

  /* [{kind, layers: [[share of each head]…]}], the mean over the pieces of the word. */
  function shares(context) {
    const rows = rowsOf(context);
    return Object.keys(TITLES).map((kind) => {
      const found = rows.map((row) => site.panels.detail(row, kind)).filter(Boolean);
      if (!found.length) return null;
      const [layers, heads] = found[0].shape;
      const mean = (place) => found.reduce((sum, one) => sum + one.values[place], 0) / found.length;
      return { kind, layers: Array.from({ length: layers }, (_, layer) => Array.from({ length: heads }, (__, head) => mean(layer * heads + head))) };
    }).filter(Boolean);
  }

  const wordOf = ({ units, choice }) => units.target.find((unit) => unit.tokens.includes(choice.position));

  function tableOf({ kind, layers }, largest) {
    const cell = (share, layer, head) => {
      const made = element("td", { class: share < 0 ? "below" : "above", title: "layer " + (layer + 1) + ", head " + (head + 1) + ": " + site.wording.percent(share, 1) }, site.wording.percent(share));
      made.style.setProperty("--s", String(largest > 0 ? Math.abs(share) / largest : 0));
      return made;
    };
    return element(
      "table", {}, element("caption", {}, TITLES[kind]),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "layer"), ...layers[0].map((_, head) => element("th", { scope: "col" }, element("span", { class: "visually-hidden" }, "head "), String(head + 1))))),
      element("tbody", {}, ...layers.map((row, layer) => element("tr", {}, element("th", { scope: "row" }, String(layer + 1)), ...row.map((share, head) => cell(share, layer, head)))).reverse()),
    );
  }

  function draw(container, context) {
    if (!rowsOf(context)) {
      container.replaceChildren(element("p", { class: "note" }, "Heads were not stored for this word."));
      return;
    }
    const found = shares(context);
    const largest = Math.max(...found.flatMap(({ layers }) => layers.flat().map(Math.abs)));
    container.replaceChildren(element("div", { class: "head-tables" }, ...found.map((one) => element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": TITLES[one.kind] }, tableOf(one, largest)))));
  }

  /* A panel per kind of attention, a row per layer, the first layer below as in a network. */
  function picture(context) {
    const sheet = site.picture.sheet();
    const found = rowsOf(context) ? shares(context) : [];
    const largest = Math.max(0, ...found.flatMap(({ layers }) => layers.flat().map(Math.abs)));
    const [wide, high] = [34, 24];
    let left = 0;
    found.forEach(({ kind, layers }) => {
      const upward = layers.slice().reverse();
      sheet.text(left + 20, 8, TITLES[kind], { size: 9, bold: true });
      upward.forEach((row, place) => {
        sheet.text(left + 14, 16 + (place + 0.5) * high + 2.5, String(layers.length - place), { size: 7, across: "right" });
        row.forEach((share, head) => {
          const fill = site.shades.shade(largest > 0 ? share / largest : 0, true, sheet.ink);
          sheet.box(left + 20 + head * wide, 16 + place * high, wide - 0.8, high - 0.8, fill);
          sheet.text(left + 20 + (head + 0.5) * wide, 16 + (place + 0.5) * high + 2.5, site.wording.fixed(share, 2), { size: 7, across: "center", colour: site.shades.over(fill) });
        });
      });
      upward[0].forEach((_, head) => sheet.text(left + 20 + (head + 0.5) * wide, 24 + layers.length * high, String(head + 1), { size: 7, across: "center", colour: sheet.ink.muted }));
      sheet.reach(left + 20 + upward[0].length * wide, 26 + layers.length * high);
      left += 42 + Math.max(upward[0].length * wide, 130);
    });
    site.drawings.scale(sheet, 20, sheet.bottom + 8, true, "share of the layer's |relevance|");
    const word = wordOf(context);
    return { sheet, title: "Attention heads behind “" + (word ? word.text.slice(0, 60) : "") + "”", facts: site.picture.facts(context, ["method", "relevance of each head's output"]) };
  }

  site.panels.add({
    name: "heads", title: "Heads", draw, picture,
    about: (context) => {
      const word = wordOf(context);
      return "How much of the relevance of “" + (word ? word.text.slice(0, 60) : "") + "” goes through each attention head, as a share of its layer. Layers stand one above the other as in the network, the first one below.";
    },
    key: ({ choice }) => JSON.stringify([choice.position, choice.split instanceof Set ? [...choice.split] : choice.split]),
    applies: (context) => context.values.rows.some((row) => row.method === "heads" && row.details),
  });
})(window.nmtAudit);
