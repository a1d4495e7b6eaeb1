/* States as columns: the vectors of words and states, a row per word and a column per dimension, and saliency in the same manner. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const HIGH = 20; // pixels a word
  const UNSIGNED = new Set(["gradient", "variance"]);
  const ABOUT = { gradient: "how much the score of the word would change with each number of each word's embedding", variance: "how far each number is from the mean of its sentence" };

  /* States that relevance explains have their names in the index; those of the encoder are named here. */
  const ENCODER = { source: "Encoder states", source_forward: "Encoder states, read forwards", source_backward: "Encoder states, read backwards" };
  function named(state) {
    const [base, layer] = state.split(".");
    const known = site.wording.state(state);
    return known ? known.label : (ENCODER[base] || "State " + base.replaceAll("_", " ")) + (layer ? ", layer " + layer : "");
  }

  /* The rows that hold vectors: states of the network, and derivatives at the explained word. */
  function groups({ values, choice, maps, segment }) {
    const units = (tokens, text, count) => site.words.units(site.words.of(tokens, text), tokens, text, true).slice(0, count);
    const found = [];
    values.rows.filter((row) => row.method === "states" && row.details).forEach((row) => {
      const vectors = site.panels.detail(row, "values");
      if (!vectors) return;
      const ofSource = row.state.startsWith("source") || (vectors.shape[0] === maps.source.pieces.length && vectors.shape[0] !== maps.target.pieces.length);
      const side = ofSource ? [maps.source, segment.source, segment.srcLang] : [maps.target, segment.hypothesis, segment.tgtLang];
      found.push({ title: named(row.state), signed: true, total: "length", parts: [{ units: units(side[0], side[1], vectors.shape[0]), language: side[2], vectors }] });
    });
    values.rows.filter((row) => row.position === choice.position && row.details && row.details.source_dimensions).forEach((row) => {
      const source = site.panels.detail(row, "source_dimensions");
      const target = site.panels.detail(row, "target_dimensions");
      const parts = [{ units: units(maps.source, segment.source, source.shape[0]), language: segment.srcLang, vectors: source }];
      if (target && target.shape[0]) parts.push({ units: units(maps.target, segment.hypothesis, target.shape[0]), language: segment.tgtLang, vectors: target });
      found.push({ title: site.wording.method(row.method).label + ": " + (ABOUT[row.method] || "per dimension"), signed: !UNSIGNED.has(row.method), total: row.method === "gradient" ? "mean" : "sum", parts });
    });
    return found;
  }

  const largestOf = (group) => group.parts.reduce((most, { vectors }) => vectors.values.reduce((largest, value) => Math.max(largest, Math.abs(value)), most), 0);
  const vector = ({ vectors }, place) => vectors.values.subarray(place * vectors.shape[1], (place + 1) * vectors.shape[1]);
  const totals = {
    length: (numbers) => Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0)),
    mean: (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
    sum: (numbers) => numbers.reduce((sum, value) => sum + value, 0),
  };

  /* A pixel per dimension and a row per word, drawn as large as there is room. */
  function pixels(group, part, largest, ink) {
    const [count, width] = part.vectors.shape;
    return site.shades.pixels(count, width, group.signed, ink, (place, dimension) => {
      const value = part.vectors.values[place * width + dimension];
      return largest > 0 ? value / largest : 0;
    });
  }
  function canvasOf(group, part, largest) {
    const [count, width] = part.vectors.shape;
    const canvas = pixels(group, part, largest, site.shades.ink());
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", group.title + ", " + site.plural(count, "word") + " by " + site.plural(width, "dimension"));
    canvas.style.height = count * HIGH + "px";
    return canvas;
  }

  let opened = 0; // which of the pictures the reader looked at last: it is open on the next segment too
  function groupNode(group, place) {
    const made = element("details", { class: "vectors-group", open: place === opened }, element("summary", {}, group.title));
    const fill = () => { if (made.open && made.childElementCount === 1) made.append(...partsOf(group)); };
    made.addEventListener("toggle", () => { if (made.open) opened = place; fill(); });
    fill();
    return made;
  }
  function partsOf(group) {
    const largest = largestOf(group);
    return group.parts.map((part) => element(
      "div", { class: "vector-grid" },
      element("div", { class: "vector-names", "aria-hidden": "true" }, ...part.units.map((unit) => site.panels.wordNode(unit, part.language))),
      canvasOf(group, part, largest),
      element("div", { class: "vector-totals", "aria-hidden": "true", title: group.total + " over the dimensions" }, ...part.units.map((_, place) => element("span", {}, site.wording.number(totals[group.total](vector(part, place)), 2)))),
    ));
  }

  function draw(container, context) {
    const found = groups(context);
    container.replaceChildren(element("div", { class: "vectors" }, ...found.map(groupNode)));
    if (!found.length) container.append(element("p", { class: "note" }, "Nothing was stored per dimension for this word."));
  }

  function table(context) {
    return groups(context).map((group) => ({
      caption: group.title, head: ["word", group.total + " over the dimensions"],
      rows: group.parts.flatMap((part) => part.units.map((unit, place) => [{ unit, lang: part.language }, totals[group.total](vector(part, place))])),
    }));
  }

  function picture(context) {
    const sheet = site.picture.sheet();
    const [high, wide] = [17, 420];
    let top = 0;
    groups(context).forEach((group) => {
      const largest = largestOf(group);
      sheet.text(0, top + 10, group.title, { size: 9, bold: true });
      top += 18;
      group.parts.forEach((part) => {
        const [count] = part.vectors.shape;
        site.drawings.beside(sheet, 104, top, part.units, high, part.language);
        sheet.image(110, top, wide, count * high, pixels(group, part, largest, sheet.ink));
        part.units.forEach((_, place) => {
          if (place) sheet.line([[110, top + place * high], [110 + wide, top + place * high]], sheet.ink.paper, 1);
          sheet.text(110 + wide + 6, top + (place + 0.5) * high + 2.5, site.wording.number(totals[group.total](vector(part, place)), 2), { size: 7 });
        });
        top += count * high + 7;
      });
      site.drawings.scale(sheet, 110, top, group.signed, "largest " + site.wording.number(largest, 2) + "; beside the rows: " + group.total);
      top += 24;
    });
    return { sheet, title: "States as columns", facts: site.picture.facts(context) };
  }

  site.panels.add({
    name: "dimensions", title: "States as columns", draw, table, picture,
    about: () => "Each row is the vector of a word, a shade per dimension; all rows of a picture share one scale. The number beside a row is its length, mean or sum over the dimensions.",
    key: ({ choice }) => String(choice.position),
    applies: (context) => context.values.rows.some((row) => row.details && (row.details.values || row.details.source_dimensions)),
  });
})(window.nmtAudit);
