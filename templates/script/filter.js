/* Which segments the list shows and in which order: typed columns only, no object per segment, so that a hundred thousand take a blink.
   All of it stands in the address, each part left out where it asks for nothing:
     q       text; several words must all be there, "words in quotes" stay together
     in      where the text is looked for: source, translation or reference; left out: everywhere, the identifier too
     re=1    the text is a regular expression
     c       categories, by their slugs, separated by commas; any of them
     rule    rules of checks, separated by commas; any of them
     score   from..to of a flag's score, either may be missing
     length  from..to of the source's length in characters
     verdict none, any, confirm, reject or unsure
     show    flagged, clear (without a flag), partly (not fully checked), or a status: empty, too_long, not_finite, out_of_memory
     doc     the name of a document
     sort    a column, with - before it: the largest first
   Category, rule, score and verdict must hold for one and the same flag. What is not known is passed over. */
(function (site) {
  "use strict";

  const FIELDS = ["source", "translation", "reference"];
  const VERDICTS = ["none", "any", "confirm", "reject", "unsure"];
  const STATUSES = { empty: "empty", too_long: "too long for the model", not_finite: "numbers that are none", out_of_memory: "too large for the memory" };
  const SHOWN = ["flagged", "clear", "partly", ...Object.keys(STATUSES)];
  const FIRST = "-suspicion";

  /* What the list can be ordered by: name → how a reader calls it and its two directions, and the column it is. */
  const LEVELS = ["lowest first", "highest first"];
  const LENGTHS = ["shortest first", "longest first"];
  const COLUMNS = {
    number: { label: "place in the corpus", ways: ["first to last", "last to first"], of: () => null },
    suspicion: { label: "suspicion", ways: LEVELS, of: (columns) => columns.suspicion },
    flags: { label: "number of flags", ways: ["fewest first", "most first"], of: (columns) => columns.flags },
    chrf: { label: "chrF", ways: LEVELS, of: (columns) => columns.chrf },
    bleu: { label: "BLEU", ways: LEVELS, of: (columns) => columns.bleu },
    ter: { label: "TER", ways: LEVELS, of: (columns) => columns.ter },
    logprob: { label: "log-probability", ways: LEVELS, of: (columns) => columns.logprob },
    source: { label: "length of the source", ways: LENGTHS, of: (columns) => columns.source_length },
    translation: { label: "length of the translation", ways: LENGTHS, of: (columns) => columns.translation_length },
    ratio: { label: "translation to source length", ways: LEVELS, of: ratios },
  };

  function ratios({ source_length: source, translation_length: translation }) {
    const found = new Float32Array(source.length);
    for (let n = 0; n < found.length; n += 1) found[n] = source[n] ? translation[n] / source[n] : NaN;
    return found;
  }

  /* The word for a category in the address: its slug, unless other unknown categories share it. */
  function nameOf(category) {
    const alike = site.data.index.categories.filter((other) => other.slug === category.slug);
    return alike.length === 1 ? category.slug : category.code.toLowerCase();
  }

  const among = (value, known) => (known.includes(value) ? value : null);
  function listed(value, known) {
    const given = (value || "").split(",");
    return known.filter((name) => given.includes(name));
  }
  function range(value) {
    const found = /^(\d*\.?\d*)\.\.(\d*\.?\d*)$/.exec(value || "");
    if (!found) return [null, null];
    return found.slice(1).map((bound) => (bound === "" || bound === "." ? null : Number(bound)));
  }
  const written = ([from, to]) => (from === null && to === null ? null : (from === null ? "" : from) + ".." + (to === null ? "" : to));

  /* What the address asks for. */
  function asked() {
    const given = site.view.get;
    const { index } = site.data;
    const sort = given("sort") || FIRST;
    return {
      q: (given("q") || "").trim(), field: among(given("in"), FIELDS), expression: given("re") === "1",
      categories: listed(given("c"), index.categories.map(nameOf)), rules: listed(given("rule"), index.rules),
      score: range(given("score")), length: range(given("length")),
      verdict: among(given("verdict"), VERDICTS), show: among(given("show"), SHOWN), document: among(given("doc"), index.documents),
      sort: Object.hasOwn(COLUMNS, sort.replace(/^-/, "")) ? sort : FIRST,
    };
  }

  /* The parameters of the address for what is asked; null takes one out. */
  const parameters = (wish) => ({
    q: wish.q || null, in: wish.field, re: wish.expression ? "1" : null,
    c: wish.categories.join(",") || null, rule: wish.rules.join(",") || null,
    score: written(wish.score), length: written(wish.length),
    verdict: wish.verdict, show: wish.show, doc: wish.document, sort: wish.sort === FIRST ? null : wish.sort,
  });
  const NOTHING = { q: "", field: null, expression: false, categories: [], rules: [], score: [null, null], length: [null, null], verdict: null, show: null, document: null };

  const within = (value, [from, to]) => (from === null || value >= from) && (to === null || value <= to);
  const bounded = ([from, to]) => from !== null || to !== null;

  /* Scores are kept with about seven digits: 0.7 as written must include a score of 0.7. */
  const single = ([from, to]) => [from === null ? null : Math.fround(from), to === null ? null : Math.fround(to)];

  /* Whether a flag has the verdict that is asked for. */
  function judged(wanted) {
    const verdictOf = site.review ? site.review.verdictOf : () => null;
    return (flag) => {
      const answer = verdictOf(site.data.flags.id[flag]);
      const given = answer && answer.verdict;
      if (wanted === "none") return !given;
      return wanted === "any" ? Boolean(given) : given === wanted;
    };
  }

  /* For each segment a mask of the categories of its flags that rule, score and verdict let through, and calls `seen` for each such flag. */
  function flagMasks(wish, seen) {
    const { flags, index } = site.data;
    const rules = new Uint8Array(index.rules.length).fill(wish.rules.length ? 0 : 1);
    wish.rules.forEach((rule) => { rules[index.rules.indexOf(rule)] = 1; });
    const score = single(wish.score);
    const fits = wish.verdict ? judged(wish.verdict) : () => true;
    const masks = new Uint16Array(index.segments);
    for (let flag = 0; flag < flags.segment.length; flag += 1) {
      if (flags.dismissed[flag] || !rules[flags.rule[flag]] || !within(flags.score[flag], score) || !fits(flag)) continue;
      masks[flags.segment[flag]] |= 1 << flags.category[flag];
      seen(flag);
    }
    return masks;
  }

  /* Which segments may be shown, whatever their flags: [N] of 0 and 1. `hits` (of the search) may be null. */
  function allowed(wish, hits) {
    const { columns, index } = site.data;
    const allow = hits ? hits.slice() : new Uint8Array(index.segments).fill(1);
    const keep = (test) => { for (let n = 0; n < allow.length; n += 1) if (allow[n] && !test(n)) allow[n] = 0; };
    if (bounded(wish.length)) keep((n) => within(columns.source_length[n], wish.length));
    if (wish.document !== null) { const place = index.documents.indexOf(wish.document); keep((n) => columns.document[n] === place); }
    if (wish.show === "flagged") keep((n) => columns.flags[n] > 0);
    if (wish.show === "clear") keep((n) => columns.flags[n] === 0);
    if (wish.show === "partly") keep((n) => columns.not_checked[n] > 0);
    if (wish.show in STATUSES) { const status = index.statuses.indexOf(wish.show); keep((n) => columns.status[n] === status); }
    return allow;
  }

  /* All segments by a column: numbers of segments, those without a value last, equal ones as in the corpus. Kept, since filters change more often than the order. */
  const orders = new Map();
  function ordered(sort) {
    if (!orders.has(sort)) {
      if (orders.size > 3) orders.clear();
      orders.set(sort, sorted(sort));
    }
    return orders.get(sort);
  }
  function sorted(sort) {
    const all = new Uint32Array(site.data.index.segments);
    for (let n = 0; n < all.length; n += 1) all[n] = n;
    const falling = sort.startsWith("-");
    const column = COLUMNS[sort.replace(/^-/, "")].of(site.data.columns);
    if (!column) return falling ? all.reverse() : all;
    const keys = new Float64Array(all.length);
    for (let n = 0; n < keys.length; n += 1) keys[n] = Number.isNaN(column[n]) ? Infinity : falling ? -column[n] : column[n];
    return all.sort((a, b) => keys[a] - keys[b] || a - b);
  }

  /* The place of each segment in such an order. */
  const places = new Map();
  function ranks(sort) {
    if (!places.has(sort)) {
      places.clear();
      const found = new Uint32Array(site.data.index.segments);
      ordered(sort).forEach((segment, place) => { found[segment] = place; });
      places.set(sort, found);
    }
    return places.get(sort);
  }

  /* The answer to what is asked: { order: numbers of segments, flags: how many flags that fits, counts: segments by category if that were the only one }. */
  function evaluated(wish, hits) {
    const { index, flags } = site.data;
    const fitting = new Uint32Array(flags.segment.length);
    let found = 0;
    const choosy = wish.rules.length > 0 || bounded(wish.score) || wish.verdict !== null;
    const masks = flagMasks(wish, (flag) => { fitting[found] = flag; found += 1; });
    const allow = allowed(wish, hits);
    const wanted = wish.categories.reduce((mask, name) => mask | (1 << index.categories.findIndex((category) => nameOf(category) === name)), 0);
    const counts = new Uint32Array(index.categories.length);
    const shown = new Uint8Array(index.segments);
    for (let n = 0; n < shown.length; n += 1) {
      if (!allow[n]) continue;
      for (let rest = masks[n]; rest; rest &= rest - 1) counts[31 - Math.clz32(rest & -rest)] += 1;
      shown[n] = wanted ? (masks[n] & wanted ? 1 : 0) : (choosy ? (masks[n] ? 1 : 0) : 1);
    }
    let count = 0;
    for (let place = 0; place < found; place += 1) {
      const flag = fitting[place];
      if (shown[flags.segment[flag]] && (!wanted || wanted & (1 << flags.category[flag]))) count += 1;
    }
    return { order: picked(ordered(wish.sort), shown), shown, flags: count, counts };
  }

  /* Those of an order that are shown. A loop, and not filter(), which makes a number object of each on its way. */
  function picked(order, shown) {
    const kept = new Uint32Array(order.length);
    let length = 0;
    for (let place = 0; place < order.length; place += 1) if (shown[order[place]]) { kept[length] = order[place]; length += 1; }
    return kept.slice(0, length);
  }

  /* Whether anything is left out. */
  const narrowed = (wish) => Object.entries(parameters(wish)).some(([name, value]) => !["sort", "in", "re"].includes(name) && value !== null);

  /* Each filter in use, as a reader would say it, and what to ask for without it. */
  function inUse(wish) {
    const label = (name) => site.data.index.categories.find((category) => nameOf(category) === name).label;
    const between = ([from, to]) => (to === null ? "from " + from : from === null ? "up to " + to : from + " to " + to);
    const shown = { flagged: "flagged", clear: "without a flag", partly: "not fully checked", ...STATUSES };
    const verdicts = { none: "no verdict yet", any: "with a verdict", confirm: "confirmed", reject: "rejected", unsure: "unsure" };
    const filters = [];
    const add = (words, without) => filters.push({ label: words, without: { ...wish, ...without } });
    if (wish.q) add((wish.expression ? "expression: " : "text: ") + (wish.q.length > 40 ? Array.from(wish.q).slice(0, 40).join("") + "…" : wish.q) + (wish.field ? " in the " + wish.field : ""), { q: "" });
    wish.categories.forEach((name) => add(label(name), { categories: wish.categories.filter((other) => other !== name) }));
    wish.rules.forEach((name) => add("rule " + name, { rules: wish.rules.filter((other) => other !== name) }));
    if (bounded(wish.score)) add("score " + between(wish.score), { score: [null, null] });
    if (bounded(wish.length)) add("source of " + between(wish.length) + " characters", { length: [null, null] });
    if (wish.verdict) add(verdicts[wish.verdict], { verdict: null });
    if (wish.show) add(shown[wish.show], { show: null });
    if (wish.document !== null) add("document " + wish.document, { document: null });
    return filters;
  }

  /* The places in the index of a segment's flags: they stand in the order of the corpus. */
  function flagsOf(segment) {
    const { segment: owners, dismissed } = site.data.flags;
    let low = 0;
    for (let high = owners.length; low < high;) {
      const middle = (low + high) >> 1;
      if (owners[middle] < segment) low = middle + 1; else high = middle;
    }
    const places = [];
    for (; low < owners.length && owners[low] === segment; low += 1) if (!dismissed[low]) places.push(low);
    return places;
  }

  /* The columns that hold a value at all: an order by chrF means nothing without references. */
  const sortable = () => Object.keys(COLUMNS).filter((name) => {
    const column = ["chrf", "bleu", "ter", "logprob"].includes(name) ? site.data.columns[name] : null;
    return !column || column.some((value) => !Number.isNaN(value));
  });

  site.filter = { asked, parameters, evaluated, ordered, ranks, narrowed, inUse, nameOf, flagsOf, sortable, columns: COLUMNS, everything: (wish) => ({ ...wish, ...NOTHING }) };
})(window.nmtAudit);
