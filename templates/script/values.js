/* What the model computed for one segment, unpacked when it is asked for; and added up to the words that a reader sees. */
(function (site) {
  "use strict";

  const ATTENTION = "attention";
  const LOGIT = "logit";
  const STATES = "states"; // the vectors of a state, for the panels: they say nothing of words
  const PATH = ["context", "target", "output", LOGIT]; // from the source to the choice of the word
  const BLOWN_UP = 100; // times the value, from which on relevance is noise: the largest seen on a sane map is about 20
  const LEDGER = ["source", "target", "initial", "bias", "offset", "stabiliser"];

  const made = new WeakMap(); // maps → what `of` made of them

  const spread = (packed, Type, scale) => Float64Array.from(site.data.unpacked(packed, Type), (step) => step * scale);

  /* A stored row with its relevance per token, as numbers: R_source [S], R_target [position]; null where it was not finite,
     or says nothing of that side. */
  function decoded(row) {
    const known = {};
    const side = (name) => {
      if (!(name in known)) known[name] = row.scale === null || !row[name] ? null : spread(row[name], Int16Array, row.scale / 32767);
      return known[name];
    };
    const one = { ...row };
    Object.defineProperty(one, "R_source", { get: () => side("source"), enumerable: true });
    Object.defineProperty(one, "R_target", { get: () => side("target"), enumerable: true });
    return one;
  }

  const same = (row, wanted) => Object.entries(wanted).every(([name, value]) => value === undefined || row[name] === value);

  /* The values of a segment's maps; null for none. `sources`, `targets`: how many tokens there are. */
  function of(maps) {
    if (!maps) return null;
    if (!made.has(maps)) made.set(maps, unpacked(maps));
    return made.get(maps);
  }
  function unpacked(maps) {
    const sources = maps.source.pieces.length;
    const targets = maps.target.pieces.length;
    const rows = maps.rows.map(decoded);
    // What is no relevance over the words, such as the vectors of states, is for the panels alone.
    const letters = 4 * Math.ceil((2 * sources) / 3); // of a packed number per source token
    const drawable = rows.filter((row) => site.wording.state(row.state) && row.method !== ATTENTION && row.method !== STATES
      && (row.source ? row.source.length === letters : row.scale === null && !row.details));
    const at = new Map();
    drawable.forEach((row) => { if (!at.has(row.position)) at.set(row.position, []); at.get(row.position).push(row); });
    let weights = null;
    const attention = (position) => {
      if (!maps.attention || position < 0 || position >= targets) return null;
      weights = weights || spread(maps.attention, Uint16Array, 1 / 65535);
      return weights.subarray(position * sources, (position + 1) * sources);
    };
    let logprobs = null;
    const logprob = (position) => {
      if (!maps.logprobs) return null;
      logprobs = logprobs || site.data.unpacked(maps.logprobs, Float32Array);
      return Number.isFinite(logprobs[position]) ? logprobs[position] : null;
    };
    return {
      sources, targets, rows, attention, logprob, attends: Boolean(maps.attention),
      /* The first row with all that is asked for; what is left undefined may be anything. */
      find: (wanted) => (wanted.position === undefined ? drawable : at.get(wanted.position) || []).find((row) => same(row, wanted)) || null,
      /* The rows of one target token. */
      at: (position) => at.get(position) || [],
      /* The target tokens that something is stored for, in order. */
      positions: () => Array.from(at.keys()).sort((a, b) => a - b),
      kinds: () => kinds(drawable),
      /* The rule set that a method was first stored with, the run's own. */
      rulesOf: (method) => (drawable.find((row) => row.method === method) || { rules: null }).rules,
    };
  }

  /* The distinct {method, state, rules, against} of some rows, in the order of the computation. */
  function kinds(rows) {
    const found = new Map();
    rows.forEach(({ method, state, rules, against }) => found.set(JSON.stringify([method, state, rules, against]), { method, state, rules, against }));
    return Array.from(found.values()).sort(byOrder);
  }
  const compared = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const byOrder = (a, b) => site.wording.methodRank(a.method) - site.wording.methodRank(b.method) || compared(a.method, b.method)
    || site.wording.stateRank(a.state) - site.wording.stateRank(b.state) || compared(a.against || "", b.against || "")
    || compared(a.rules || "", b.rules || "");

  const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);

  /* One kind of explanation over the tokens of an explained word. `parts`: {source, target} per token, numbers or null;
     `units`: source and earlier target units; `adds`: whether numbers add up, or a unit has their mean. */
  function merged(units, parts, adds) {
    const numbers = (side) => {
      if (parts.some((part) => part[side] === null)) return new Float64Array(units[side].length).fill(NaN);
      const sums = parts.map((part) => site.words.sums(units[side], part[side]));
      const counts = adds ? null : parts.map((part) => site.words.sums(units[side], new Float64Array(part[side].length).fill(1)));
      return Float64Array.from(units[side], (_, unit) => {
        const sum = total(sums.map((one) => one[unit]));
        if (adds) return sum;
        const count = total(counts.map((one) => one[unit]));
        return count ? sum / count : 0;
      });
    };
    return { source: numbers("source"), target: numbers("target") };
  }

  /* A row of a figure: its kind, its numbers over source units and earlier target units, and what follows from them.
     `prefix` null: the earlier words cannot matter here. */
  function row(kind, source, prefix, rest) {
    const numbers = Float64Array.from(prefix ? [...source, ...prefix] : source);
    const sizes = numbers.map(Math.abs);
    const largest = sizes.reduce((most, size) => (Number.isNaN(size) || size > most ? size : most), 0);
    const scaled = Number.isFinite(largest) && largest > 0 ? sizes.map((size) => size / largest) : sizes.map(() => 0);
    const sum = total(scaled); // Σ|R| of a map that blew up may overflow, its parts of the largest do not
    const shares = scaled.map((size) => (sum > 0 ? size / sum : 0));
    const one = { ...kind, stage: site.wording.stageOf(kind.state), source, prefix, numbers, largest, shares, ...rest };
    one.excess = excess(one);
    one.blownUp = one.excess !== null;
    return one;
  }

  /* What of the value belongs to no word: the ledger without the words, its offset taken apart where the run names the parts. */
  function accounts(one) {
    const own = one.ledger.filter(([name]) => ["initial", "bias", "stabiliser"].includes(name));
    return [...own, ...(one.offsets.length ? one.offsets : one.ledger.filter(([name]) => name === "offset"))];
  }

  /* What is so much larger than the value that shares and order mean little: words (null) or an account; null where nothing is. */
  function excess(one) {
    if (one.value === null) return null;
    const limit = BLOWN_UP * Math.max(1, Math.abs(one.value));
    const found = [[null, one.largest], ...accounts(one)].find(([, size]) => !(Math.abs(size) <= limit));
    return found ? { name: found[0], size: found[1] } : null;
  }

  /* A number of the data; null there means that it was not finite. */
  const finite = (value) => (value === null || value === undefined ? NaN : value);
  function added(parts) {
    const totals = new Map();
    parts.forEach((part) => Object.entries(part || {}).forEach(([name, value]) => totals.set(name, (totals.get(name) || 0) + finite(value))));
    return totals;
  }

  /* The rows of one explained word: attention (the mean over its tokens, so that weights still add up to 1), then each kind
     that `wanted(row)` takes. `units` {source, target}, `places`: explained tokens of the word, `prefix`: how many earlier
     target units there are. */
  function rowsOf(values, units, places, prefix, wanted) {
    const found = [];
    if (values.attends) {
      const weights = new Float64Array(values.sources);
      places.forEach((place) => values.attention(place).forEach((weight, token) => { weights[token] += weight / places.length; }));
      const rest = { value: null, ledger: [], offsets: [], rules: null, pieces: places.length };
      found.push(row({ method: ATTENTION, state: LOGIT, against: null }, site.words.sums(units.source, weights), null, rest));
    }
    const here = places.flatMap((place) => values.at(place)).filter(wanted);
    kinds(here).forEach((kind) => {
      const items = here.filter((one) => same(one, kind)).filter((one, place, all) => all.findIndex((other) => other.position === one.position) === place);
      found.push(explained(kind, items, units, prefix));
    });
    return found;
  }
  function explained(kind, items, units, prefix) {
    const { adds, prefix: says } = site.wording.method(kind.method);
    const parts = items.map((item) => ({ source: item.R_source, target: item.scale === null ? null : item.R_target || new Float64Array(item.position) }));
    const sums = merged(units, parts, adds);
    const values = items.map((item) => (item.ledger ? finite(item.value) : item.value));
    const ledger = added(items.map((item) => item.ledger));
    return row(kind, sums.source, prefix && says ? sums.target.subarray(0, prefix) : null, {
      value: values.includes(null) ? null : total(values),
      ledger: LEDGER.filter((name) => ledger.has(name)).map((name) => [name, ledger.get(name)]),
      offsets: Array.from(added(items.map((item) => item.offsets))), pieces: items.length,
    });
  }

  /* The units with the largest |R|, largest first, source before earlier target units among equals. */
  function top(one, count = 2) {
    const places = Array.from(one.numbers.keys()).filter((place) => Math.abs(one.numbers[place]) > 0);
    return places.sort((a, b) => Math.abs(one.numbers[b]) - Math.abs(one.numbers[a]) || a - b).slice(0, count);
  }

  /* What all the parts know of an explained word: {unit, places, last, prefix (how many earlier units), rows, own}.
     `wanted`: which of the stored rows belong to the figure. `asked`: tokens that belong to it though nothing is stored. */
  function focus(values, units, unit, asked, wanted) {
    const { tokens } = units.target[unit];
    const explainedTokens = tokens.filter((token) => values.at(token).length || (asked && asked.includes(token)));
    const places = explainedTokens.length ? explainedTokens : tokens;
    const last = Math.max(...places);
    const prefix = site.words.reached(units.target, last);
    const rows = rowsOf(values, units, places, prefix, wanted);
    return {
      unit, places, last, prefix, rows,
      attention: rows.find((one) => one.method === ATTENTION) || null,
      path: rows.filter((one) => one.method !== ATTENTION && PATH.includes(one.stage) && !one.against),
      contrasts: rows.filter((one) => one.method !== ATTENTION && one.against),
    };
  }

  site.values = { of, kinds, row, rowsOf, focus, top, accounts, ATTENTION, LOGIT, PATH };
})(window.nmtAudit);
