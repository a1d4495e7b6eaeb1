/* Corpus text as nodes: suspect stretches underlined, and whatever else is laid over a text, such as words or differences. */
(function (site) {
  "use strict";
  const { element } = site.dom;

  /* The underlines that the flags of a segment ask for on a side ("src" or "tgt"): [{start, end, slug, faint, title}], code points.
     A flag on a whole side has none, nor has a counterpart that is one, nor a flag that was dismissed. */
  function marksOf(segment, side) {
    const length = site.words.lengthOf(side === "src" ? segment.source : segment.hypothesis);
    const found = [];
    segment.flags.filter((flag) => flag.dismissed === null).forEach((flag) => {
      const { slug } = site.data.category(flag.category);
      const other = flag.counterpart;
      if (flag.side === side && flag.start !== null && flag.end !== null) found.push({ start: flag.start, end: flag.end, slug, faint: false });
      if (!other || other.side !== side || other.start === null || other.end === null || (other.start === 0 && other.end === length)) return;
      found.push({ start: other.start, end: other.end, slug, faint: true });
    });
    return found;
  }

  const label = (slug) => { const known = site.data.category(slug); return known ? known.label : slug; };
  const title = (over) => (over.every((mark) => mark.faint) ? "counterpart of the suspected " : "suspected ")
    + Array.from(new Set(over.map((mark) => label(mark.slug)))).sort().join(" and ");

  /* <mark> with an underline for each category inside each other, around some nodes; none: a point between two words. */
  function underlined(over, nodes) {
    const names = Array.from(new Set(over.map((mark) => (mark.faint ? "~ " : "") + mark.slug))).sort().map((name) => name.replace(/^~ (.*)/, "$1 faint"));
    const inner = names.reduceRight(
      (children, name) => [element("span", { class: "under " + name + (nodes.length ? "" : " point") }, ...children)], nodes,
    );
    const given = over.find((mark) => mark.title);
    return element("mark", { title: given ? given.title : title(over) }, ...inner);
  }

  /* A text as nodes. `marks`: underlines, which may overlap; one without width is drawn as a point.
     `layers`: further ranges laid inside, outer layer first; each a sorted list of {start, end, make() → element} without overlaps. */
  function line(text, marks, layers) {
    const slice = site.words.slicer(text);
    const length = site.words.lengthOf(text);
    const inside = marks.filter((mark) => mark.start <= length && mark.end >= mark.start)
      .map((mark) => ({ ...mark, start: Math.max(mark.start, 0), end: Math.min(mark.end, length) }));
    const cuts = Array.from(new Set([0, length, ...inside.flatMap((mark) => [mark.start, mark.end])])).sort((a, b) => a - b);
    return cuts.flatMap((start, place) => {
      const end = place + 1 < cuts.length ? cuts[place + 1] : length;
      const points = inside.filter((mark) => mark.start === start && mark.end === start);
      const nodes = points.length ? [underlined(points, [])] : [];
      if (start === end) return nodes;
      const over = inside.filter((mark) => mark.start <= start && mark.end >= end);
      const own = layered(slice, start, end, layers || []);
      return over.length ? [...nodes, underlined(over, own)] : [...nodes, ...own];
    });
  }

  /* The nodes of [start, end), with the ranges of the layers that reach into it. */
  function layered(slice, start, end, layers) {
    if (start >= end) return [];
    if (!layers.length) return [document.createTextNode(slice(start, end))];
    const [layer, ...others] = layers;
    const nodes = [];
    let at = start;
    for (let place = firstAfter(layer, start); place < layer.length && layer[place].start < end; place += 1) {
      const from = Math.max(layer[place].start, at);
      const to = Math.min(layer[place].end, end);
      if (from >= to) continue;
      nodes.push(...layered(slice, at, from, others));
      const made = layer[place].make();
      made.append(...layered(slice, from, to, others));
      nodes.push(made);
      at = to;
    }
    return [...nodes, ...layered(slice, at, end, others)];
  }

  /* The first range of a sorted layer that ends after a place: texts of ten thousand characters have thousands of ranges. */
  function firstAfter(layer, start) {
    let low = 0;
    let high = layer.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (layer[middle].end <= start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  site.texts = { marksOf, line };
})(window.nmtAudit);
