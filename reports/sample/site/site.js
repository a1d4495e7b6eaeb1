/* What every part uses: elements made from text nodes only, what the browser remembers, events between the parts. */
window.nmtAudit = (function () {
  "use strict";

  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* An element with attributes and children. Children are elements or text; text never becomes markup. */
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
    });
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
  }

  /* A button that does one thing. */
  function button(label, action, attributes) {
    const made = element("button", { type: "button", ...attributes }, label);
    made.addEventListener("click", action);
    return made;
  }

  /* Storage may be refused, on a share or in a private window, or be full; the answer says whether it was kept. */
  const memory = {
    set(key, value) { try { window.localStorage.setItem(key, value); return true; } catch (refused) { return false; } },
    get(key) { try { return window.localStorage.getItem(key); } catch (refused) { return null; } },
    drop(key) { try { window.localStorage.removeItem(key); return true; } catch (refused) { return false; } },
  };

  /* Events between the parts: "ready" (index read), "view" (the hash changed), "choice", "verdicts", … */
  const listeners = new Map();
  function on(name, action) {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(action);
  }
  const emit = (name, detail) => (listeners.get(name) || []).forEach((action) => action(detail));

  /* Says something to a screen reader, without moving anything. */
  function say(text) {
    const region = one("[data-say]");
    if (region) region.textContent = text;
  }

  /* Hands a file to the reader: works from a disk, asks for no network. `content`: text or bytes. */
  function download(name, content, type) {
    const address = URL.createObjectURL(new Blob([content], { type: type || "text/plain;charset=utf-8" }));
    const link = element("a", { href: address, download: name, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const count = (number) => number.toLocaleString("en");
  const plural = (number, singular, several) => count(number) + " " + (number === 1 ? singular : several || singular + "s");

  return { dom: { one, all, element, button }, memory, on, emit, say, download, count, plural };
})();

/* Keys: each part registers its own, with what they do; the list behind "?" is made from the same table. */
(function (site) {
  "use strict";
  const { one, element } = site.dom;

  /* name of the view ("" everywhere, "list", "segment") → key → { run, help, label } */
  const table = new Map();
  let current = () => "";

  /* Registers keys for a view: { key: { run(event), help, label } }. `run` returns false to let the browser have the key;
     `help` null keeps it out of the list; `label` is how the list shows it, where that is not the key itself. */
  function add(view, keys) {
    if (!table.has(view)) table.set(view, new Map());
    Object.entries(keys).forEach(([key, entry]) => table.get(view).set(key, entry));
  }
  const find = (key) => {
    const own = table.get(current());
    return (own && own.get(key)) || (table.get("") && table.get("").get(key)) || null;
  };

  const typing = (target) => Boolean(target.closest && target.closest("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, [contenteditable]"));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const entry = find(event.key);
    if (entry && entry.run(event) !== false) event.preventDefault();
  });

  function show() {
    const rows = [];
    [current(), ""].filter((view, place, views) => views.indexOf(view) === place).forEach((view) => {
      (table.get(view) || new Map()).forEach((entry, key) => {
        if (entry.help) rows.push(element("div", {}, element("dt", {}, element("kbd", {}, entry.label || key)), element("dd", {}, entry.help)));
      });
    });
    one("#keys .keys").replaceChildren(...rows);
    one("#keys").showModal();
  }

  add("", { "?": { run: show, help: "this list" } });
  site.keys = { add, show, within: (view) => { current = view; } };
})(window.nmtAudit);

/* Light, dark, or as the system has it. */
(function (site) {
  "use strict";
  const { all } = site.dom;
  const THEMES = ["system", "light", "dark"];
  const KEY = "nmt-audit-theme";

  let theme = THEMES.includes(site.memory.get(KEY)) ? site.memory.get(KEY) : "system";
  function apply() {
    if (theme === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", theme);
    all("[data-theme-name]").forEach((node) => { node.textContent = theme; });
  }
  function next() {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    site.memory.set(KEY, theme);
    apply();
    site.say("Theme: " + theme);
  }
  apply();
  document.addEventListener("DOMContentLoaded", apply);
  site.theme = { next };
  site.keys.add("", { t: { run: next, help: "light, dark or as the system has it" } });
})(window.nmtAudit);

/* The data scripts: one index for all segments, chunks of texts, maps and names, each loaded when it is asked for.
   The format is described on the page “How to read”, and in docs/site-data.md. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const KEPT = { segments: 12, maps: 4 }; // chunks kept as objects; others are read from the disk again

  const data = { index: null, columns: null, flags: null, verdicts: [] };
  const received = { segments: new Map(), maps: new Map(), names: null };
  const waiting = new Map(); // address → promise of whether it came

  /* base64 → typed array, little-endian as every machine that runs a browser is */
  function unpacked(text, Type) {
    if (Uint8Array.fromBase64) return new Type(Uint8Array.fromBase64(text).buffer); // browsers of 2025 and later: without a second text of all of it
    const letters = window.atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let place = 0; place < letters.length; place += 1) bytes[place] = letters.charCodeAt(place);
    return new Type(bytes.buffer);
  }

  const COLUMNS = {
    categories: Uint16Array, not_checked: Uint16Array, status: Uint8Array, document: Int32Array, language: Uint16Array,
    suspicion: Float32Array, source_length: Uint32Array, translation_length: Uint32Array, flags: Uint16Array,
    chrf: Float32Array, bleu: Float32Array, ter: Float32Array, logprob: Float32Array,
  };
  const FLAG_COLUMNS = { segment: Uint32Array, category: Uint8Array, rule: Uint16Array, score: Float32Array, dismissed: Uint8Array };

  /* The data scripts call these. */
  function index(content) {
    const taken = (given, name, Type) => {
      const array = unpacked(given[name], Type);
      given[name] = null; // the text is not needed any more
      return array;
    };
    data.index = content;
    data.columns = {};
    Object.entries(COLUMNS).forEach(([name, Type]) => { data.columns[name] = taken(content.columns, name, Type); });
    data.flags = {};
    Object.entries(FLAG_COLUMNS).forEach(([name, Type]) => { data.flags[name] = taken(content.flags, name, Type); });
    data.flags.id = hexNames(taken(content.flags, "id", Uint8Array));
    content.columns = content.flags = null;
  }
  /* Bytes as names of flags: 16 hex digits for each 8 of them. */
  function hexNames(bytes) {
    const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
    const found = new Array(bytes.length / 8);
    for (let flag = 0; flag < found.length; flag += 1) {
      let name = "";
      for (let place = 8 * flag; place < 8 * flag + 8; place += 1) name += pairs[bytes[place]];
      found[flag] = name;
    }
    return found;
  }
  const chunk = (number, content) => received.segments.set(number, content);
  const maps = (number, content) => received.maps.set(number, content);
  const names = (content) => { received.names = content; };
  const verdicts = (content) => { data.verdicts = content; };

  /* Runs a data script once; the answer is whether it came. */
  function load(address) {
    if (!waiting.has(address)) {
      waiting.set(address, new Promise((resolve) => {
        const tag = element("script", { src: address });
        tag.addEventListener("load", () => { tag.remove(); waiting.delete(address); resolve(true); });
        tag.addEventListener("error", () => { tag.remove(); waiting.delete(address); resolve(false); });
        document.head.append(tag);
      }));
    }
    return waiting.get(address);
  }

  /* A chunk by its number, from 1; null where it could not be loaded. The least recently used are let go. */
  async function part(kind, number) {
    const kept = received[kind];
    if (!kept.has(number)) await load("data/" + kind + "-" + String(number).padStart(4, "0") + ".js");
    const content = kept.get(number);
    if (content === undefined) return null;
    kept.delete(number);
    kept.set(number, content);
    while (kept.size > KEPT[kind]) kept.delete(kept.keys().next().value);
    return content;
  }

  const chunkOf = (segment) => Math.floor(segment / data.index.size) + 1;
  const offsetOf = (segment) => segment % data.index.size;

  /* One segment as an object, texts and flags and all; null where its chunk could not be loaded.
     Offsets in flags are code points of the text as shown. */
  async function segment(number) {
    const content = await part("segments", chunkOf(number));
    return content && row(content, number);
  }
  function row(content, number) {
    const at = offsetOf(number);
    const value = (name) => { const found = data.columns[name][number]; return Number.isNaN(found) ? null : found; };
    const [src, tgt] = data.index.languages[data.columns.language[number]];
    const document_ = data.columns.document[number];
    return {
      number, id: content.id[at], source: content.source[at], hypothesis: content.hypothesis[at], reference: content.reference[at],
      furtherReferences: content.further_references[at] || [],
      srcLang: src, tgtLang: tgt, status: data.index.statuses[data.columns.status[number]],
      document: document_ < 0 ? null : data.index.documents[document_],
      continuation: content.continuation[at] === undefined ? null : content.continuation[at],
      pronunciation: (content.pronunciation || {})[at] || null,
      notChecked: data.index.categories.filter((_, place) => data.columns.not_checked[number] & (1 << place)),
      flags: content.flags.filter((flag) => flag.segment === at).sort((a, b) => (a.dismissed !== null) - (b.dismissed !== null) || b.score - a.score),
      suspicion: value("suspicion"), chrf: value("chrf"), bleu: value("bleu"), ter: value("ter"), logprob: value("logprob"),
    };
  }

  /* What the model computed for one segment: tokens, attention, explanations; null where the run holds nothing. */
  async function mapsOf(number) {
    if (!data.index.maps.includes(chunkOf(number))) return null;
    const content = await part("maps", chunkOf(number));
    return (content && content[offsetOf(number)]) || null;
  }

  /* The number of the segment with an identifier, or of a flag's; -1 where this run has none. */
  async function numberOfId(id) {
    if (!received.names) await load("data/names.js");
    return received.names ? received.names.indexOf(id) : -1;
  }
  const flagAt = (id) => data.flags.id.indexOf(id);
  const numberOfFlag = (id) => { const place = flagAt(id); return place < 0 ? -1 : data.flags.segment[place]; };

  const category = (code) => data.index.categories.find((known) => known.code === code || known.slug === code) || null;

  Object.assign(data, { load, unpacked, part, row, segment, mapsOf, numberOfId, numberOfFlag, flagAt, chunkOf, category });
  Object.assign(site, { data, index, chunk, maps, names, verdicts });
})(window.nmtAudit);

/* What the page of segments shows, kept in the address: filters and order of the list, or one segment, or one flag.
   #c=omission&q=nicht&sort=-suspicion   ·   #segment=ID&…   ·   #flag=ID&… : the filters stay while segments are read. */
(function (site) {
  "use strict";

  let parameters = new URLSearchParams();
  const read = () => { parameters = new URLSearchParams(window.location.hash.slice(1)); };

  function address(changes) {
    const next = new URLSearchParams(parameters);
    Object.entries(changes).forEach(([name, value]) => {
      if (value === null || value === "") next.delete(name);
      else next.set(name, value);
    });
    return "#" + next.toString().replaceAll("%2C", ",");
  }

  /* Changes the address, a null value drops a parameter. `replace` leaves no step for the back button. */
  function go(changes, replace) {
    const hash = address(changes);
    if (hash === (window.location.hash || "#")) return;
    try {
      window.history[replace ? "replaceState" : "pushState"](null, "", hash);
    } catch (refused) {
      window.location.hash = hash; // some browsers refuse history from a disk; then hashchange follows
      return;
    }
    read();
    site.emit("view");
  }

  window.addEventListener("hashchange", () => { read(); site.emit("view"); });
  window.addEventListener("popstate", () => { read(); site.emit("view"); });
  read();

  site.view = {
    get: (name) => parameters.get(name),
    go, address,
    permalink: (changes) => window.location.href.split("#")[0] + "#" + new URLSearchParams(changes),
    name: () => (parameters.has("segment") || parameters.has("flag") ? "segment" : "list"),
  };
})(window.nmtAudit);

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

/* Text in a hundred thousand segments, from a disk that has no server: the chunks are read once, a few at a time, and of each stays one
   folded string per field. Whatever is asked next needs no disk. A newer search overtakes an older one. */
(function (site) {
  "use strict";
  const AT_ONCE = 3; // chunks read at the same time: more only wait for each other, and each takes memory
  const BREATH = 40; // ms of searching before the page may draw or take a key
  const FIELDS = ["id", "source", "translation", "reference"];

  /* Two spellings of one text become one: composed letters, small letters. Not by the reader's locale: an address must find the same everywhere. */
  const fold = (text) => text.normalize("NFC").toLowerCase().replaceAll("ς", "σ");

  /* Control characters as the texts show them, so that a pasted one is found. */
  const visible = (text) => text.replace(/[\0-\x1f]/g, (c) => ("\t\n\r".includes(c) ? " " : String.fromCharCode(0x2400 + c.charCodeAt(0))))
    .replaceAll("\x7f", "\u2421").replace(/[\u2028\u2029]/g, "↵").replace(/[\x80-\x9f\ufffe\uffff]/g, "\ufffd");

  /* Words, and phrases in quotation marks. A quotation mark that is not closed is one to be found. */
  function terms(text) {
    const found = [];
    for (const [, phrase, word] of text.matchAll(/["“”„]([^"“”„]+)["“”]|(\S+)/gu)) found.push(fold(phrase || word));
    return Array.from(new Set(found));
  }

  /* An expression without ".*" at its ends: it finds the same segments, without trying every place of a long text twice. */
  const trimmed = (source) => source.replace(/^(\.\*\??)+/, "").replace(/(?<![\\.])(\.\*\??)+$/, "");

  /* An expression in which \w, \W, \b and \B know the letters of every language: in JavaScript they know English ones only, and "\bder\b" would find "Räder". */
  const LETTERS = "\\p{L}\\p{M}\\p{N}_";
  const [INSIDE, EDGE] = ["[" + LETTERS + "]", { b: ["(?!", "(?="], B: ["(?=", "(?!"] }];
  const edge = ([after, before]) => "(?:(?<=" + INSIDE + ")" + after + INSIDE + ")|(?<!" + INSIDE + ")" + before + INSIDE + "))";
  function lettered(source) {
    let set = false; // within [ ]
    return source.replace(/\\[^]|[[\]]/gu, (sign) => {
      if (sign === "[" || sign === "]") set = sign === "[";
      else if (sign === "\\w") return set ? LETTERS : INSIDE;
      else if (sign === "\\W" && !set) return "[^" + LETTERS + "]";
      else if (/\\b/i.test(sign) && !set) return edge(EDGE[sign[1]]);
      return sign;
    });
  }

  /* What is looked for: { key, fields, terms } or { key, fields, expression }, or { problem } for an expression that is none; null: nothing. */
  function query(wish) {
    if (!wish.q) return null;
    const text = visible(wish.q);
    const fields = wish.field ? [wish.field] : FIELDS;
    const key = JSON.stringify([text, wish.field, wish.expression]);
    if (!wish.expression) return { key, fields, terms: terms(text), expression: null, problem: null };
    try {
      return { key, fields, terms: null, expression: new RegExp(lettered(trimmed(text.normalize("NFC"))), "iu"), problem: null };
    } catch (broken) {
      return { key, fields, terms: null, expression: null, problem: broken.message.split(": ").pop() };
    }
  }

  /* The texts of a chunk in one field, joined by line breaks, which the texts have none of: [{ text, starts, rows }]. Texts of Latin letters
     stand apart: a browser keeps a string of them in half the memory, unless one wide letter is among them. */
  function column(texts) {
    const groups = [[], []];
    texts.forEach((text, row) => { if (text) groups[WIDE.test(text) ? 1 : 0].push(row); });
    return groups.filter((rows) => rows.length).map((rows) => joined(texts, Uint16Array.from(rows)));
  }
  const WIDE = /[^\0-\xff]/;
  function joined(texts, rows) {
    const text = fold(Array.from(rows, (row) => texts[row]).join("\n"));
    const starts = new Uint32Array(rows.length + 1);
    for (let place = 1, at = 0; place <= rows.length; place += 1, at += 1) {
      at = text.indexOf("\n", at);
      if (at < 0) at = text.length;
      starts[place] = at + 1;
    }
    return { text, starts, rows };
  }

  const kept = []; // by number of the chunk
  async function folded(number) {
    if (kept[number]) return kept[number];
    const content = await site.data.part("segments", number);
    if (content) kept[number] = { count: content.id.length, id: column(content.id), source: column(content.source), translation: column(content.hypothesis), reference: column(content.reference) };
    return kept[number] || null;
  }

  /* Notes which rows have what is looked for, in `hits` [rows of the chunk]. */
  function markTerm({ text, starts, rows }, term, hits) {
    for (let place = 0, at = text.indexOf(term); at >= 0; at = text.indexOf(term, starts[place])) {
      while (starts[place + 1] <= at) place += 1;
      hits[rows[place]] = 1;
      place += 1;
      if (place >= rows.length) return;
    }
  }
  /* Row by row, with a breath between them: an expression may take long over a long text. */
  async function markExpression({ text, starts, rows }, expression, hits, breathe) {
    for (let place = 0; place < rows.length; place += 1) {
      if (!hits[rows[place]] && expression.test(text.slice(starts[place], starts[place + 1] - 1))) hits[rows[place]] = 1;
      if (breathe.due() && !(await breathe.now())) return;
    }
  }

  /* Which rows of a chunk match: each word somewhere in the fields, or the expression in one of them. */
  async function rowsOf(chunk, wanted, breathe) {
    const columns = wanted.fields.flatMap((field) => chunk[field]);
    if (wanted.expression) {
      const hits = new Uint8Array(chunk.count);
      for (const texts of columns) await markExpression(texts, wanted.expression, hits, breathe);
      return hits;
    }
    const hits = new Uint8Array(chunk.count).fill(1);
    wanted.terms.forEach((term) => {
      const having = new Uint8Array(chunk.count);
      columns.forEach((texts) => markTerm(texts, term, having));
      for (let row = 0; row < chunk.count; row += 1) hits[row] &= having[row];
    });
    return hits;
  }

  let newest = 0;
  let last = { key: null, result: null };

  /* Lets the page draw and take keys every now and then; `now` answers whether the search is still wanted. */
  function breathing(wanted) {
    let breathed = performance.now();
    return {
      due: () => performance.now() - breathed > BREATH,
      async now() {
        await new Promise((resolve) => { window.setTimeout(resolve); });
        breathed = performance.now();
        return wanted();
      },
    };
  }

  /* Searches everything: { hits: [N] of 0 and 1, missing: chunks that could not be read }; null where a newer search has begun.
     `progress(share, hits)` is called as it goes on, with the hits so far. */
  async function run(wanted, progress) {
    newest += 1;
    if (last.key === wanted.key) return last.result;
    const mine = newest;
    const { index } = site.data;
    const chunks = Math.ceil(index.segments / index.size);
    const hits = new Uint8Array(index.segments);
    const missing = [];
    const breathe = breathing(() => mine === newest);
    let [next, done] = [1, 0];
    async function reader() {
      while (next <= chunks && mine === newest) {
        const number = next;
        next += 1;
        const chunk = await folded(number);
        if (mine !== newest) return;
        if (chunk) hits.set(await rowsOf(chunk, wanted, breathe), (number - 1) * index.size);
        else missing.push(number);
        done += 1;
        if (!breathe.due()) continue;
        progress(done / chunks, hits);
        await breathe.now();
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, reader));
    if (mine !== newest) return null;
    const result = { hits, missing };
    last = missing.length ? { key: null, result: null } : { key: wanted.key, result };
    return result;
  }
  const cancel = () => { newest += 1; };

  /* Where a text, as shown, has what is looked for: [{start, end}] in code points, sorted, none touching another. */
  function found(text, wanted) {
    const { letters, starts, ends } = traced(text);
    const ranges = [];
    const add = (from, to) => ranges.push({ start: starts[from], end: ends[to - 1] });
    if (wanted.expression) {
      for (const match of letters.matchAll(new RegExp(wanted.expression.source, "giu"))) if (match[0]) add(match.index, match.index + match[0].length);
    } else {
      wanted.terms.forEach((term) => {
        for (let at = letters.indexOf(term); at >= 0; at = letters.indexOf(term, at + term.length)) add(at, at + term.length);
      });
    }
    ranges.sort((a, b) => a.start - b.start || b.end - a.end);
    const merged = [];
    ranges.forEach((range) => {
      const before = merged[merged.length - 1];
      if (before && range.start <= before.end) before.end = Math.max(before.end, range.end);
      else merged.push(range);
    });
    return merged;
  }

  /* A text folded letter by letter, and for each place in it where in the text its letter starts and ends; a letter keeps the marks that follow it. */
  function traced(text) {
    const [starts, ends] = [[], []];
    let [letters, at] = ["", 0];
    for (const [letter] of text.matchAll(/\P{M}\p{M}*|\p{M}+/gu)) {
      const small = fold(letter);
      const after = at + Array.from(letter).length;
      for (let unit = 0; unit < small.length; unit += 1) { starts.push(at); ends.push(after); }
      letters += small;
      at = after;
    }
    return { letters, starts, ends };
  }

  site.search = { query, run, cancel, found };
})(window.nmtAudit);

/* The bar of filters above the list. It shows what the address asks for, and asks for more by changing it. */
(function (site) {
  "use strict";
  const { one, all, element, button } = site.dom;
  const PATIENCE = 180; // ms after the last letter before a search begins

  const field = (name) => one("[data-ask=" + name + "]");
  let bar = null;
  let typed = 0;
  let typing = false; // the last change was made by typing: further letters are the same step of the back button

  /* Asks for something else. */
  function ask(changes, byTyping) {
    window.clearTimeout(typed);
    const replace = Boolean(byTyping) && typing;
    typing = Boolean(byTyping);
    site.view.go(site.filter.parameters({ ...site.filter.asked(), ...changes }), replace);
  }
  const toggled = (list, name) => (list.includes(name) ? list.filter((other) => other !== name) : [...list, name]);
  const toggle = (name) => ask({ categories: toggled(site.filter.asked().categories, name) });
  const everything = () => ask(site.filter.everything(site.filter.asked()));

  const number = (name) => (field(name).value === "" ? null : Number(field(name).value));
  const typedWish = () => ({
    q: field("q").value.trim(), score: [number("score-from"), number("score-to")], length: [number("length-from"), number("length-to")],
  });
  function later() {
    window.clearTimeout(typed);
    typed = window.setTimeout(() => ask(typedWish(), true), PATIENCE);
  }

  const option = (value, label) => element("option", { value }, label);

  /* What only the index knows: categories, rules, documents, columns. */
  function fill() {
    const { index } = site.data;
    one("[data-chips]").replaceChildren(...index.categories.map((category, place) => {
      const name = site.filter.nameOf(category);
      const help = category.help + (category.false_alarms ? " False alarms on references: " + category.false_alarms + "." : "") + (category.checked ? "" : " Not checked in this run.");
      return button(element("span", { class: "under " + category.slug }, category.label), () => toggle(name),
        { class: "chip", "data-category": name, "aria-pressed": "false", title: help, "aria-keyshortcuts": place < 9 ? place + 1 : null });
    }));
    all("[data-chips] button").forEach((chip) => chip.append(" ", element("small", { "data-count": true })));
    one("[data-rules]").append(...index.rules.map((rule) => element("label", { class: "switch" },
      element("input", { type: "checkbox", "data-rule": rule }), element("span", {}, rule))));
    one("[data-rules]").hidden = index.rules.length === 0;
    field("doc").append(...index.documents.map((name) => option(name, name)));
    field("doc").closest("label").hidden = index.documents.length === 0;
    field("sort").append(...site.filter.sortable().map((name) => option(name, site.filter.columns[name].label)));
  }

  function listen() {
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(typedWish(), true);
      document.activeElement.blur(); // from here the keys go through the rows
    });
    field("q").addEventListener("keydown", (event) => { if (event.key === "Escape") event.preventDefault(); }); // leaves the field, and keeps what was typed
    all("input[type=search], input[type=number]", bar).forEach((node) => node.addEventListener("input", later));
    const choices = { in: "field", show: "show", verdict: "verdict", doc: "document" };
    Object.entries(choices).forEach(([name, key]) => field(name).addEventListener("change", () => ask({ ...typedWish(), [key]: field(name).value || null })));
    field("re").addEventListener("change", () => ask({ ...typedWish(), expression: field("re").checked }));
    all("[data-rule]", bar).forEach((box) => box.addEventListener("change", () => ask({ rules: all("[data-rule]:checked", bar).map((checked) => checked.dataset.rule) })));
    field("sort").addEventListener("change", () => ask({ sort: (["number", "chrf", "bleu", "logprob"].includes(field("sort").value) ? "" : "-") + field("sort").value }));
    one("[data-action=direction]").addEventListener("click", () => {
      const { sort } = site.filter.asked();
      ask({ sort: sort.startsWith("-") ? sort.slice(1) : "-" + sort });
    });
    one("[data-action=everything]").addEventListener("click", everything);
    one("[data-action=further]").addEventListener("click", () => unfold(one("[data-further]").hidden));
  }

  function unfold(open) {
    one("[data-further]").hidden = !open;
    one("[data-action=further]").setAttribute("aria-expanded", String(open));
  }

  function start() {
    bar = one("[data-filters]");
    fill();
    listen();
  }

  const setValue = (node, value) => { if (node.value !== value) node.value = value; };
  const setNumber = (name, value) => { if (number(name) !== value) field(name).value = value === null ? "" : String(value); };

  /* Shows what is asked for, and what is wrong with the expression, if it is one. */
  function show(wish, problem) {
    if (field("q").value.trim() !== wish.q) field("q").value = wish.q;
    [["in", wish.field], ["show", wish.show], ["verdict", wish.verdict], ["doc", wish.document]].forEach(([name, value]) => setValue(field(name), value || ""));
    field("re").checked = wish.expression;
    setNumber("score-from", wish.score[0]);
    setNumber("score-to", wish.score[1]);
    setNumber("length-from", wish.length[0]);
    setNumber("length-to", wish.length[1]);
    all("[data-rule]", bar).forEach((box) => { box.checked = wish.rules.includes(box.dataset.rule); });
    all("[data-category]", bar).forEach((chip) => chip.setAttribute("aria-pressed", String(wish.categories.includes(chip.dataset.category))));
    showOrder(wish.sort);
    const further = [wish.rules.length, wish.score.some((bound) => bound !== null), wish.length.some((bound) => bound !== null), wish.verdict, wish.document !== null].filter(Boolean).length;
    if (further) unfold(true);
    one("[data-further-count]").textContent = further ? "(" + further + " in use)" : "";
    one("[data-action=everything]").hidden = !site.filter.narrowed(wish);
    showProblem(problem);
  }
  function showOrder(sort) {
    const falling = sort.startsWith("-");
    const name = sort.replace(/^-/, "");
    if (!all("option", field("sort")).some((known) => known.value === name)) field("sort").append(option(name, site.filter.columns[name].label));
    setValue(field("sort"), name);
    one("[data-action=direction]").textContent = (falling ? "↓ " : "↑ ") + site.filter.columns[name].ways[falling ? 1 : 0];
  }
  function showProblem(problem) {
    const node = one("[data-problem]");
    node.hidden = !problem;
    node.textContent = problem ? "This is not a regular expression, so it is left out: " + problem + "." : "";
    field("q").setAttribute("aria-invalid", String(Boolean(problem)));
  }

  /* How many segments each category would show, [categories]. */
  function showCounts(counts) {
    all("[data-category]", bar).forEach((chip, place) => {
      one("[data-count]", chip).textContent = site.count(counts[place]);
      chip.classList.toggle("none", counts[place] === 0);
    });
  }

  /* `share` 0…1 of the segments searched; null when nothing is being searched. */
  function showProgress(share) {
    const node = one("[data-progress]");
    node.hidden = share === null;
    node.textContent = share === null ? "" : "searching … " + Math.round(100 * share) + " %";
  }

  const focus = () => { field("q").focus(); field("q").select(); };
  const toggleAt = (place) => { const category = site.data.index.categories[place]; if (category) toggle(site.filter.nameOf(category)); };

  site.controls = { start, show, showCounts, showProgress, ask, everything, toggleAt, focus };
})(window.nmtAudit);

/* A row of the list: what is suspected, the scores, and the texts under each other, long ones cut around what matters. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const ROOM = 300; // code points of a text that a row shows
  const LEAD = 60; // of them, before the first thing that matters

  const ANSWERS = { confirm: ["✓", "confirmed"], reject: ["✗", "rejected"], unsure: ["?", "unsure"] };
  const verdictOf = (flag) => { const answer = site.review && site.review.verdictOf(site.data.flags.id[flag]); return answer ? answer.verdict : null; };

  /* What was said of a segment's flags, with a sign and a word for each answer; null where nothing was. */
  function badge(segment) {
    const answers = site.filter.flagsOf(segment).map(verdictOf);
    const parts = Object.entries(ANSWERS).filter(([answer]) => answers.includes(answer)).map(([answer, [sign, word]]) => {
      const count = answers.filter((one) => one === answer).length;
      return element("span", { class: "verdict " + answer }, element("span", { "aria-hidden": "true" }, sign + " "), (count > 1 ? count + " " : "") + word);
    });
    const open = answers.filter((answer) => !answer).length;
    if (parts.length && open) parts.push(element("span", { class: "verdict open" }, open + " to review"));
    return element("span", { class: "verdicts", "data-badge": true }, ...parts);
  }

  /* Where a row leads to: the most suspicious flag that stands, or the segment. The filters stay in the address. */
  function target(segment) {
    const [flag] = segment.flags;
    return flag && flag.dismissed === null ? { flag: flag.id, segment: null } : { segment: segment.id, flag: null };
  }

  /* A place at or shortly before `place` where a text may be cut: after a space, else not between a letter and its marks. */
  function cut(points, place) {
    for (let at = place; at > place - 20 && at > 0; at -= 1) if (/\s/u.test(points[at - 1])) return at;
    let at = place;
    while (at > 0 && at > place - 8 && at < points.length && /[\p{M}\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]/u.test(points[at])) at -= 1;
    return at;
  }

  /* The part of a text that a row shows: { text, start, before, after }, `start` in code points of the whole. */
  function excerpt(text, first) {
    if (text.length <= ROOM) return { text, start: 0, before: false, after: false };
    const points = Array.from(text);
    if (points.length <= ROOM) return { text, start: 0, before: false, after: false };
    const from = first <= ROOM - LEAD ? 0 : cut(points, Math.max(0, Math.min(first - LEAD, points.length - ROOM)));
    const to = points.length - from <= ROOM + LEAD ? points.length : cut(points, from + ROOM);
    return { text: points.slice(from, to).join(""), start: from, before: from > 0, after: to < points.length, length: points.length };
  }

  const dots = (length) => element("span", { class: "dots", title: site.count(length) + " characters; open the segment for all of it" }, "…");
  const hit = () => element("mark", { class: "hit" });

  /* One text of a row, what is suspected underlined, what was searched for marked. */
  function line(label, lang, text, marks, hits) {
    const first = Math.min(...(hits.length ? hits : marks).map((mark) => mark.start), Infinity);
    const part = excerpt(text, first === Infinity ? 0 : first);
    const length = Array.from(part.text).length;
    const inside = ({ start, end }) => (start === end ? start >= part.start && start <= part.start + length : end > part.start && start < part.start + length);
    const shifted = (ranges) => ranges.filter(inside)
      .map((range) => ({ ...range, start: Math.max(range.start - part.start, 0), end: Math.min(range.end - part.start, length) }));
    const found = shifted(hits).map((range) => ({ ...range, make: hit }));
    const nodes = text === "" ? [element("span", { class: "muted", lang: "en" }, "empty")] : site.texts.line(part.text, shifted(marks), [found]);
    return element("div", { class: "line " + label },
      element("dt", {}, label),
      element("dd", { lang, dir: "auto" }, part.before ? dots(part.length) : null, ...nodes, part.after ? dots(part.length) : null));
  }

  function lines(segment, query) {
    const hits = (field, text) => (query && text && query.fields.includes(field) ? site.search.found(text, query) : []);
    const list = element("dl", { class: "lines" },
      line("source", segment.srcLang, segment.source, site.texts.marksOf(segment, "src"), hits("source", segment.source)));
    if (segment.status === "ok" || segment.hypothesis !== "") {
      list.append(line("translation", segment.tgtLang, segment.hypothesis, site.texts.marksOf(segment, "tgt"), hits("translation", segment.hypothesis)));
    }
    if (segment.reference !== null) list.append(line("reference", segment.tgtLang, segment.reference, [], hits("reference", segment.reference)));
    return list;
  }

  const NOTES = {
    empty: "empty", too_long: "longer than the model takes", not_finite: "the model's numbers are not numbers (NaN)",
    out_of_memory: "did not fit into memory",
  };
  const note = ({ status, hypothesis }) => (Object.hasOwn(NOTES, status) ? NOTES[status] + (hypothesis === "" ? ": not translated" : "") : null);

  function head(segment, query) {
    const live = segment.flags.filter((flag) => flag.dismissed === null);
    const slugs = Array.from(new Set(live.map((flag) => flag.category)), site.data.category);
    const muted = (text, title) => element("span", { class: "muted", title }, text);
    const id = query && query.fields.includes("id") ? site.texts.line(segment.id, [], [site.search.found(segment.id, query).map((range) => ({ ...range, make: hit }))]) : [segment.id];
    return element("div", { class: "row-head" },
      element("a", { class: "number", href: site.view.address(target(segment)) }, "#" + (segment.number + 1)),
      ...slugs.map((category) => element("span", { class: "chip" }, element("span", { class: "under " + category.slug }, category.label))),
      live.length ? muted(segment.suspicion.toFixed(2), "suspicion, 0 to 1") : null,
      segment.chrf === null ? null : muted("chrF " + segment.chrf.toFixed(1), "agreement of letters with the reference, 0 to 100"),
      note(segment) ? muted(note(segment)) : null,
      segment.notChecked.length ? muted("not fully checked", "not checked for: " + segment.notChecked.map((category) => category.plural).join(", ")) : null,
      badge(segment.number),
      element("bdi", { class: "id" }, ...id));
  }

  /* A row; `place` is where it stands in the list, from 0, and `total` how many there are. */
  function item(segment, query, place, total) {
    return element("li", { "data-segment": segment.number, "data-place": place, "aria-posinset": place + 1, "aria-setsize": total },
      head(segment, query), lines(segment, query));
  }

  /* A row whose texts could not be read. */
  function lost(number, place, total) {
    return element("li", { class: "lost", "data-segment": number, "data-place": place, "aria-posinset": place + 1, "aria-setsize": total },
      element("div", { class: "row-head" }, element("span", { class: "number" }, "#" + (number + 1)), badge(number)),
      element("p", { class: "muted" }, "This segment could not be loaded: ", element("code", {}, "data/segments-" + String(site.data.chunkOf(number)).padStart(4, "0") + ".js"),
        " is missing beside this page. Copy the whole folder."));
  }

  /* Numbers of segments as rows, in the same order; chunks are loaded together. */
  async function items(numbers, query, first, total) {
    const chunks = Array.from(new Set(Array.from(numbers, site.data.chunkOf)));
    const contents = new Map(await Promise.all(chunks.map(async (chunk) => [chunk, await site.data.part("segments", chunk)])));
    return Array.from(numbers, (number, offset) => {
      const content = contents.get(site.data.chunkOf(number));
      return content ? item(site.data.row(content, number), query, first + offset, total) : lost(number, first + offset, total);
    });
  }

  site.rows = { items, badge, target };
})(window.nmtAudit);

/* The list of segments. Rows are drawn a page at a time, and never more than a few hundred are kept: those far above or below are taken
   out again, so that a list of a hundred thousand stays light. Rows keep their place and number for a screen reader. */
(function (site) {
  "use strict";
  const { one, all, element, button } = site.dom;
  const FIRST = 12; // rows drawn at once: what a screen shows
  const PAGE = 50;
  const MOST = 500; // rows in the page at any time

  const state = {
    turn: 0, // grows with each answer: what belongs to an older one is dropped
    key: null, wish: null, query: null, answer: null, // what was asked last, and the answer: see filter.js
    pending: false, // whether the answer is still being made
    rows: "old", from: 0, to: 0, // "old": they show another answer; "coming"; "drawn"; and which places of the order they are
    current: null, // the segment that keys act on
    stale: false, // verdicts have changed since
    scroll: 0, listed: false, // where the reader was when the list was left; whether the list is shown
  };
  const ui = {};
  const order = () => (state.answer ? state.answer.order : new Uint32Array(0));

  /* Reads what the address asks for; the answer may take a search through all texts. Draws where the list is what is shown. */
  async function apply(options) {
    const { draw, keep } = { draw: true, keep: null, ...options };
    const begun = performance.now();
    state.turn += 1;
    const { turn } = state;
    const wish = site.filter.asked();
    const query = site.search.query(wish);
    Object.assign(state, { key: JSON.stringify(wish), wish, query: query && !query.problem ? query : null, rows: draw ? "coming" : "old", stale: false, pending: true });
    if (draw) {
      state.current = keep;
      ui.rows.setAttribute("aria-busy", "true");
    }
    site.controls.show(wish, query && query.problem);
    const searched = await search(turn, draw);
    if (turn !== state.turn) return;
    state.pending = false;
    answer(searched && searched.hits);
    if (!draw) return;
    await redraw(keep);
    if (turn !== state.turn) return;
    const missing = searched ? searched.missing : [];
    if (missing.length) tell(element("p", {}, missingText(missing)));
    finished(begun);
  }

  /* Hits of the text that is asked for; null where none is. What is found meanwhile is shown. */
  async function search(turn, draw) {
    if (!state.query) {
      site.search.cancel();
      site.controls.showProgress(null);
      return null;
    }
    let [told, rows] = [performance.now(), 0];
    const found = await site.search.run(state.query, (share, hits) => {
      if (turn !== state.turn) return;
      site.controls.showProgress(share);
      if (!draw || performance.now() - told < 300) return;
      told = performance.now();
      answer(hits);
      if (rows < FIRST) redraw(null); // a screen of rows is enough to begin with: reading their texts would hold the search up
      rows = order().length;
    });
    if (turn === state.turn) site.controls.showProgress(null);
    return found;
  }
  const missingText = (chunks) => (chunks.length === 1 ? "A part could not be searched: " : site.count(chunks.length) + " parts could not be searched: ")
    + chunks.slice(0, 3).map((chunk) => "data/segments-" + String(chunk).padStart(4, "0") + ".js").join(", ") + (chunks.length > 3 ? ", …" : "")
    + (chunks.length === 1 ? " is" : " are") + " missing beside this page. Copy the whole folder.";

  function answer(hits) {
    state.answer = site.filter.evaluated(state.wish, hits);
    const { index } = site.data;
    const shown = order().length;
    ui.counts.replaceChildren(
      shown === index.segments ? site.plural(shown, "segment") : site.count(shown) + " of " + site.plural(index.segments, "segment"),
      element("small", {}, " · " + site.plural(state.answer.flags, "flag")));
    site.controls.showCounts(state.answer.counts);
  }

  function finished(begun) {
    ui.rows.removeAttribute("aria-busy");
    if (!ui.rows.dataset.ready) ui.rows.dataset.ready = String(performance.now());
    ui.rows.dataset.took = String(performance.now() - begun);
    ui.rows.dataset.turn = String(state.turn);
    site.say(ui.counts.textContent);
    site.emit("list", state.answer);
  }

  /* Draws the answer anew, from its top, or around a segment that is to be kept in view. */
  let drawing = 0;
  async function redraw(keep) {
    drawing += 1;
    const mine = drawing;
    state.rows = "coming";
    const place = keep === null ? 0 : Math.max(0, placeOf(keep));
    const from = Math.max(0, place - 4);
    const to = Math.min(order().length, from + FIRST);
    const items = await made(from, to);
    if (mine !== drawing) return;
    ui.rows.replaceChildren(...items);
    Object.assign(state, { from, to, rows: "drawn" });
    tell(order().length ? null : nothing());
    select(keep === null ? state.current : keep, false);
    showEnds();
    watchEnds();
  }
  const made = (from, to) => site.rows.items(order().subarray(from, to), state.query, from, order().length);

  /* Adds rows after the last, or before the first, and takes out as many at the other end as are too many. What is being read stays where it is. */
  let growing = null;
  function grow(direction, count) {
    if (!growing) growing = grown(direction, count).finally(() => { growing = null; });
    return growing;
  }
  async function grown(direction, count) {
    if (state.rows !== "drawn") return;
    const mine = drawing;
    const [from, to] = direction > 0 ? [state.to, Math.min(order().length, state.to + count)] : [Math.max(0, state.from - count), state.from];
    if (from >= to) return;
    const items = await made(from, to);
    if (mine !== drawing) return;
    steady(() => {
      if (direction > 0) ui.rows.append(...items); else ui.rows.prepend(...items);
      state.from = Math.min(state.from, from);
      state.to = Math.max(state.to, to);
      while (state.to - state.from > MOST) {
        if (direction > 0) { ui.rows.firstElementChild.remove(); state.from += 1; } else { ui.rows.lastElementChild.remove(); state.to -= 1; }
      }
      showEnds();
    });
    window.setTimeout(watchEnds); // after this turn, in which no more are asked for
  }

  /* Changes the rows without moving the one that is at the top of the window. */
  function steady(change) {
    const anchor = all("li", ui.rows).find((row) => row.getBoundingClientRect().bottom > 0);
    const before = anchor ? anchor.getBoundingClientRect().top : 0;
    change();
    if (anchor && anchor.isConnected && state.listed) window.scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function showEnds() {
    const [above, below] = [state.from, order().length - state.to];
    ui.earlier.hidden = above === 0;
    ui.earlier.textContent = "Show earlier ones (" + site.count(above) + ")";
    ui.more.hidden = below <= 0;
    ui.more.textContent = "Show more (" + site.count(below) + " left)";
  }
  /* An end that is in sight, or still is, asks for more. */
  const watchEnds = () => [ui.earlier, ui.more].forEach((end) => { ui.watch.unobserve(end); if (!end.hidden) ui.watch.observe(end); });

  /* Something in place of rows, or above them. */
  function tell(...nodes) {
    const said = nodes.filter(Boolean);
    ui.nothing.replaceChildren(...said);
    ui.nothing.hidden = said.length === 0;
  }
  function nothing() {
    if (site.data.index.segments === 0) return element("p", {}, "This run has no segments.");
    const filters = site.filter.inUse(state.wish);
    const text = element("p", {}, ui.progress.hidden ? "No segment is like that. Take a filter away:" : "Nothing found so far.");
    if (!ui.progress.hidden) return text;
    const without = filters.map((filter) => button("✕ " + filter.label, () => site.controls.ask(filter.without), { "aria-label": "Without: " + filter.label }));
    return element("div", {}, text, element("p", { class: "without" }, ...without, filters.length > 1 ? button("Show everything", site.controls.everything) : null));
  }

  /* The current row */
  const placeOf = (segment) => order().indexOf(segment);
  const rowOf = (segment) => one("li[data-segment='" + segment + "']", ui.rows);
  function select(segment, focused) {
    all("li[aria-current]", ui.rows).forEach((row) => row.removeAttribute("aria-current"));
    const row = segment === null ? null : rowOf(segment);
    if (!row) return null;
    state.current = segment;
    row.setAttribute("aria-current", "true");
    if (focused) {
      const link = one("a.number", row);
      if (link) link.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
    return row;
  }

  /* The next or previous row; where it is not drawn yet, it is. */
  async function move(by) {
    if (!order().length || state.rows !== "drawn") return;
    const at = state.current === null ? -1 : placeOf(state.current);
    const place = at < 0 ? state.from : Math.min(order().length - 1, Math.max(0, at + by));
    const segment = order()[place];
    if (growing && !rowOf(segment)) await growing;
    if (!rowOf(segment)) await (place >= state.from - 1 && place <= state.to ? grow(by, PAGE) : redraw(segment));
    select(segment, true);
    if (place >= state.to - 5) grow(1, PAGE);
    if (place < state.from + 5) grow(-1, PAGE);
  }

  async function open(segment) {
    const found = await site.data.segment(segment);
    if (!found) return;
    select(segment, false);
    site.view.go(site.rows.target(found));
  }

  /* The next or previous segment with flags that stand, in the order of the list, also from one that the filters leave out; null at the end. */
  function step(from, by) {
    if (!state.answer) return null;
    const every = site.filter.ordered(state.wish.sort);
    const { columns } = site.data;
    for (let place = site.filter.ranks(state.wish.sort)[from] + by; place >= 0 && place < every.length; place += by) {
      const segment = every[place];
      if (state.answer.shown[segment] && columns.flags[segment] > 0) return segment;
    }
    return null;
  }

  /* The list is shown, left, or asked for something else. */
  function view() {
    const listed = site.view.name() === "list";
    if (state.listed && !listed) state.scroll = window.scrollY;
    const returned = listed && !state.listed;
    state.listed = listed;
    ui.section.hidden = !listed;
    if (listed) document.title = ui.title;
    const asked = JSON.stringify(site.filter.asked());
    const judged = state.stale && state.wish !== null && state.wish.verdict !== null;
    if (asked !== state.key || (listed && judged)) apply({ draw: listed, keep: asked === state.key ? state.current : null }).then(() => { if (returned && judged) back(); });
    else if (listed && state.rows === "old" && state.pending) apply({ keep: state.current });
    else if (listed && state.rows === "old") redraw(state.current).then(() => { back(); finished(performance.now()); });
    else if (returned) { refresh(); back(); }
  }

  /* Where the reader was; or at the segment that was read last. */
  function back() {
    if (!state.listed) return;
    window.scrollTo({ top: state.scroll, behavior: "instant" });
    if (state.current === null) return;
    const row = select(state.current, false);
    if (!row) {
      if (placeOf(state.current) >= 0) redraw(state.current).then(() => select(state.current, true));
      return;
    }
    one("a.number", row)?.focus({ preventScroll: true });
    const { top, bottom } = row.getBoundingClientRect();
    if (top < 0 || bottom > window.innerHeight) row.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /* Verdicts given meanwhile. */
  function refresh() {
    if (!state.stale) return;
    all("li", ui.rows).forEach((row) => one("[data-badge]", row).replaceWith(site.rows.badge(Number(row.dataset.segment))));
    state.stale = false;
  }

  function listen() {
    ui.more.addEventListener("click", () => grow(1, PAGE));
    ui.earlier.addEventListener("click", () => grow(-1, PAGE));
    ui.watch = new IntersectionObserver((seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => grow(entry.target === ui.more ? 1 : -1, PAGE)), { rootMargin: "600px" });
    ui.rows.addEventListener("click", (event) => {
      const row = event.target.closest("li[data-segment]");
      if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      if (!event.target.closest("a") && String(window.getSelection())) return; // words are being marked, to copy them
      event.preventDefault();
      open(Number(row.dataset.segment));
    });
    ui.rows.addEventListener("focusin", (event) => { const row = event.target.closest("li"); if (row) select(Number(row.dataset.segment), false); });
    site.on("view", view);
    site.on("segment", (shown) => { if (shown && shown.segment) state.current = shown.segment.number; });
    site.on("verdicts", () => { state.stale = true; if (state.listed && state.rows === "drawn") { if (state.wish.verdict) apply({ keep: state.current }); else refresh(); } });
  }

  /* The digits apart: an object would put them before all other keys, and the list of keys shows them in this order. */
  function addKeys() {
    const openCurrent = (event) => {
      if (event.target.closest("a, button, summary") || state.current === null) return false;
      open(state.current);
      return true;
    };
    site.keys.add("list", {
      "/": { run: site.controls.focus, help: "search" },
      j: { run: () => { move(1); }, help: "next, previous segment", label: "j k" }, k: { run: () => { move(-1); }, help: null },
      Enter: { run: openCurrent, help: "open the segment" },
    });
    const categories = Math.min(9, site.data.index.categories.length);
    for (let place = 0; place < categories; place += 1) {
      site.keys.add("list", { [place + 1]: { run: () => site.controls.toggleAt(place), help: place ? null : "switch a category on or off", label: "1–" + categories } });
    }
    site.keys.add("list", { 0: { run: site.controls.everything, help: "show everything" } });
    site.keys.add("list", { e: { run: site.exporting.open, help: "export what is shown" } });
  }

  site.on("ready", () => {
    Object.assign(ui, {
      section: one("[data-view=list]"), rows: one("[data-rows]"), counts: one("[data-counts]"), nothing: one("[data-nothing]"),
      more: one("[data-action=more]"), earlier: one("[data-action=earlier]"), progress: one("[data-progress]"), title: document.title,
    });
    if ("scrollRestoration" in window.history) window.history.scrollRestoration = "manual"; // rows come later than a browser scrolls
    site.controls.start();
    site.exporting.start();
    listen();
    addKeys();
  });

  site.list = { order: () => Array.from(order()), step, shown: () => ({ order: order(), wish: state.wish, flags: state.answer ? state.answer.flags : 0 }) };
})(window.nmtAudit);

/* A workbook of one sheet, as spreadsheet programs read it (Office Open XML): XML files in a zip archive whose parts are stored as they are.
   Texts are inline strings, so that none is ever a formula. */
(function (site) {
  "use strict";
  const LONGEST = 32767; // characters that a cell may hold
  const CUT = " … [cut]";
  const NAMES = "http://schemas.openxmlformats.org";
  const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

  const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
    return rest;
  });
  function checksum(pieces) {
    let sum = 0xffffffff;
    pieces.forEach((bytes) => { for (let at = 0; at < bytes.length; at += 1) sum = CRC[(sum ^ bytes[at]) & 0xff] ^ (sum >>> 8); });
    return (sum ^ 0xffffffff) >>> 0;
  }

  /* Numbers as the zip format has them: [bytes, value, …], little-endian. */
  function record(...fields) {
    const bytes = [];
    for (let place = 0; place < fields.length; place += 2) for (let byte = 0; byte < fields[place]; byte += 1) bytes.push(Math.floor(fields[place + 1] / 256 ** byte) % 256);
    return Uint8Array.from(bytes);
  }

  /* Files ({ name, pieces: byte arrays }) as an archive, without dates, so that the same rows make the same bytes. */
  function archive(files) {
    const parts = [];
    const directory = [];
    let offset = 0;
    files.forEach(({ name, pieces }) => {
      const label = new TextEncoder().encode(name);
      const size = pieces.reduce((sum, bytes) => sum + bytes.length, 0);
      const facts = [2, 20, 2, 0x800, 2, 0, 2, 0, 2, 0x21, 4, checksum(pieces), 4, size, 4, size, 2, label.length, 2, 0];
      const local = record(4, 0x04034b50, ...facts);
      parts.push(local, label, ...pieces);
      directory.push(record(4, 0x02014b50, 2, 20, ...facts, 2, 0, 2, 0, 2, 0, 4, 0, 4, offset), label);
      offset += local.length + label.length + size;
    });
    const length = directory.reduce((sum, bytes) => sum + bytes.length, 0);
    return new Blob([...parts, ...directory, record(4, 0x06054b50, 2, 0, 2, 0, 2, files.length, 2, files.length, 4, length, 4, offset, 2, 0)],
      { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
  }

  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  /* Text as XML may hold it. What looks like an escape of the format ("_x0041_") is kept from being read as one. */
  const safe = (text) => text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_").replace(/[&<>"]/g, (sign) => ENTITIES[sign]);
  const shortened = (text) => (text.length <= LONGEST ? text : text.slice(0, LONGEST - CUT.length).replace(/[\ud800-\udbff]$/, "") + CUT);

  const letter = (column) => String.fromCharCode(65 + column); // a sheet of ours has few columns
  function cell(value, column, row, style) {
    if (value === null || value === "") return "";
    const at = 'r="' + letter(column) + row + '"' + (style ? ' s="' + style + '"' : "");
    if (typeof value === "number") return "<c " + at + "><v>" + value + "</v></c>";
    return "<c " + at + ' t="inlineStr"><is><t xml:space="preserve">' + safe(shortened(value)) + "</t></is></c>";
  }
  const rowText = (values, row, style) => '<row r="' + row + '">' + values.map((value, column) => cell(value, column, row, style)).join("") + "</row>";

  const relation = (id, type, target) => '<Relationship Id="' + id + '" Type="' + NAMES + "/officeDocument/2006/relationships/" + type + '" Target="' + target + '"/>';
  const relations = (...all) => HEAD + '<Relationships xmlns="' + NAMES + '/package/2006/relationships">' + all.join("") + "</Relationships>";
  const part = (name, type) => '<Override PartName="' + name + '" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.' + type + '+xml"/>';
  const TYPES = HEAD + '<Types xmlns="' + NAMES + '/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + '<Default Extension="xml" ContentType="application/xml"/>' + part("/xl/workbook.xml", "sheet.main") + part("/xl/worksheets/sheet1.xml", "worksheet") + part("/xl/styles.xml", "styles") + "</Types>";
  const MAIN = 'xmlns="' + NAMES + '/spreadsheetml/2006/main"';
  const STYLES = HEAD + "<styleSheet " + MAIN + '><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    + '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    + '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    + '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

  /* A workbook as a Blob. `columns`: [{ label, width }]; `rows`: arrays of text, number or null. The first row is bold and stays in sight. */
  function workbook(title, columns, rows) {
    const bytes = (text) => new TextEncoder().encode(text);
    const last = letter(columns.length - 1) + (rows.length + 1);
    const book = HEAD + "<workbook " + MAIN + ' xmlns:r="' + NAMES + '/officeDocument/2006/relationships"><sheets><sheet name="' + safe(title) + '" sheetId="1" r:id="rId1"/></sheets></workbook>';
    const pieces = [bytes(HEAD + "<worksheet " + MAIN + '><dimension ref="A1:' + last + '"/><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
      + columns.map(({ width }, column) => '<col min="' + (column + 1) + '" max="' + (column + 1) + '" width="' + width + '" customWidth="1"/>').join("") + "</cols><sheetData>"
      + rowText(columns.map(({ label }) => label), 1, 1))];
    for (let from = 0; from < rows.length; from += 500) {
      pieces.push(bytes(rows.slice(from, from + 500).map((values, offset) => rowText(values, from + offset + 2)).join("")));
    }
    pieces.push(bytes('</sheetData><autoFilter ref="A1:' + last + '"/></worksheet>'));
    return archive([
      { name: "[Content_Types].xml", pieces: [bytes(TYPES)] },
      { name: "_rels/.rels", pieces: [bytes(relations(relation("rId1", "officeDocument", "xl/workbook.xml")))] },
      { name: "xl/workbook.xml", pieces: [bytes(book)] },
      { name: "xl/_rels/workbook.xml.rels", pieces: [bytes(relations(relation("rId1", "worksheet", "worksheets/sheet1.xml"), relation("rId2", "styles", "styles.xml")))] },
      { name: "xl/styles.xml", pieces: [bytes(STYLES)] },
      { name: "xl/worksheets/sheet1.xml", pieces },
    ]);
  }

  site.spreadsheet = { workbook };
})(window.nmtAudit);

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

/* How numbers, methods, states and parts of ledgers are written. The words themselves come with the index. */
(function (site) {
  "use strict";

  const END = "</s>";
  const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);
  const UNSPACED = new Set(["zh", "yue", "wuu", "ja", "th", "lo", "km", "my"]);
  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  const isNumber = (value) => value !== null && value !== undefined;
  const minus = (text) => text.replace(/-/g, "−");

  /* A number to so many significant digits, with a real minus sign; powers of ten only where they are needed. */
  function number(value, digits = 3) {
    if (!isNumber(value)) return "–";
    if (!Number.isFinite(value)) return "not finite";
    if (value === 0) return "0";
    const exponent = Math.floor(Math.log10(Math.abs(value)));
    if (exponent >= 5 || exponent < -4) {
      const [mantissa, power] = value.toExponential(digits - 2).split("e");
      return minus(mantissa) + " × 10" + Array.from(power.replace("+", ""), (sign) => SUPERSCRIPT[sign]).join("");
    }
    return minus(value.toFixed(Math.min(Math.max(digits - 1 - exponent, 0), 4)));
  }

  /* A number with so many decimals; a rounded zero has no sign. */
  function fixed(value, decimals) {
    if (!isNumber(value) || !Number.isFinite(value) || Math.abs(value) >= 1e5) return number(value);
    const text = value.toFixed(decimals);
    return Number(text) === 0 ? text.replace("-", "") : minus(text);
  }

  /* A share between 0 and 1 in percent. */
  const percent = (share, decimals = 0) => (isNumber(share) && Number.isFinite(share) ? fixed(100 * share, decimals) + "\u00a0%" : "–");

  /* A word as it stands in a sentence: punctuation in quotation marks, or nobody would see that it is meant. */
  const quoted = (word) => (word === END || /[\p{L}\p{N}]/u.test(word) ? word : "“" + word + "”");

  /* A piece of the vocabulary as a sentence names it. */
  const piece = (text) => text.replaceAll("▁", " ").trim() || text;

  /* An identifier with control characters made visible: it may hold anything, and is not made safe to look at like texts are. */
  const visible = (text) => text.replace(/[\u0000-\u001f]/g, (sign) => ("\t\n\r".includes(sign) ? " " : String.fromCharCode(0x2400 + sign.charCodeAt(0))))
    .replace(/\u007f/g, "␡").replace(/[\u2028\u2029]/g, "↵").replace(/[\u0080-\u009f\ufffe\uffff]|\p{Cs}/gu, "\ufffd");

  const primary = (language) => language.split(/[-_]/)[0].toLowerCase();
  const direction = (language) => (RIGHT_TO_LEFT.has(primary(language)) ? "rtl" : "ltr");
  const unspaced = (language) => UNSPACED.has(primary(language));

  const wording = () => site.data.index.wording;
  const plain = (key) => key.replaceAll("_", " ");

  /* A method; one that these pages do not know is shown by its name. */
  function method(key) {
    const known = wording().methods[key];
    if (known) return known;
    const name = plain(key);
    const label = name.charAt(0).toUpperCase() + name.slice(1);
    const help = "A method that this version of the pages does not describe.";
    return { label, prose: name, short: name.slice(0, 7), help, signed: true, adds: true, prefix: true };
  }

  const layerOf = (key) => key.split(".").slice(1).join(".");
  const stageOf = (key) => key.split(".")[0];

  /* A state by its name in a run, as in "output" or "context.3"; null where nothing describes it. */
  function state(key) {
    const known = wording().states[stageOf(key)];
    const layer = layerOf(key);
    if (!known || !layer) return known || null;
    return {
      label: known.label + ", layer " + layer, prose: known.prose + " of layer " + layer, short: known.short + " " + layer,
      help: known.help + " Layer " + layer + " of the decoder.",
    };
  }

  /* A part of a ledger. */
  const entry = (key) => wording().entries[key] || { label: plain(key), help: "A part of the network that belongs to no word." };

  /* The name of a row of a figure: the stage that relevance explains, or the method; a contrast names the other word. */
  function rowLabel(row) {
    const stage = state(row.state);
    const other = row.against ? "“" + piece(row.against) + "”" : "";
    if (row.method === "lrp" && stage) return other ? wording().contrast.label + " with " + other : stage.label;
    const of = stage && row.state !== "logit" ? " of the " + stage.prose : "";
    return method(row.method).label + of + (other ? ", rather than " + other : "");
  }

  /* What a row means, and its name where there is little room. */
  function rowHelp(row) {
    const stage = row.against ? wording().contrast : state(row.state);
    const known = method(row.method);
    if (row.method === "lrp" && stage) return { short: stage.short, help: stage.help };
    return { short: known.short, help: known.help + (stage && row.state !== "logit" ? " " + stage.help : "") };
  }

  /* The place of a state, or a method, in the order of the computation; what is unknown comes last. */
  function rank(table, key) {
    const place = Object.keys(table).indexOf(key);
    return place < 0 ? Object.keys(table).length : place;
  }
  const methodRank = (key) => rank(wording().methods, key);
  const stateRank = (key) => 1000 * rank(wording().states, stageOf(key)) + (Number.parseInt(layerOf(key), 10) || 0);

  site.wording = {
    END, number, fixed, percent, quoted, piece, visible, direction, unspaced, method, state, stageOf, entry, rowLabel, rowHelp, methodRank, stateRank,
  };
})(window.nmtAudit);

/* Words over the pieces of a model, and code points over the units that a browser counts in. */
(function (site) {
  "use strict";

  /* Stretches of a text by code points, as data and flags count them. */
  function slicer(text) {
    if (!/[\ud800-\udfff]/.test(text)) return (start, end) => text.slice(start, end);
    const places = [0];
    for (const point of text) places.push(places[places.length - 1] + point.length);
    const at = (place) => (place === undefined ? text.length : places[Math.min(Math.max(place, 0), places.length - 1)]);
    return (start, end) => text.slice(at(start), at(end));
  }

  /* How many code points a text has. */
  function lengthOf(text) {
    let count = 0;
    for (const _ of text) count += 1; // eslint-disable-line no-unused-vars
    return count;
  }

  const isEndPiece = (tokens, place) => place === tokens.pieces.length - 1 && tokens.starts[place] === tokens.ends[place]
    && tokens.pieces[place].startsWith("<") && tokens.pieces[place].endsWith(">");

  /* The words that a text's tokens belong to: [{text, start, end, tokens: places, isEnd}], in order.
     Every token is of exactly one word. */
  function of(tokens, text) {
    const slice = slicer(text);
    const found = [];
    tokens.word.forEach((word, place) => {
      if (!found[word]) found[word] = { start: Infinity, end: 0, tokens: [] };
      found[word].tokens.push(place);
    });
    return found.map((group) => {
      const wide = group.tokens.filter((place) => tokens.starts[place] < tokens.ends[place]);
      const counted = wide.length ? wide : group.tokens;
      const start = Math.min(...counted.map((place) => tokens.starts[place]));
      const end = Math.max(...counted.map((place) => tokens.ends[place]));
      const isEnd = group.tokens.every((place) => isEndPiece(tokens, place));
      return { text: isEnd ? site.wording.END : slice(start, end) || "∅", start, end, tokens: group.tokens, isEnd };
    });
  }

  /* The same words with some, or all, cut into their pieces; each unit knows its `word`.
     `split`: true for all, or a set of the words to be cut. */
  function units(words, tokens, text, split) {
    const slice = slicer(text);
    return words.flatMap((word, place) => {
      const cut = word.tokens.length > 1 && (split === true || (split && split.has(place)));
      if (!cut) return [{ ...word, word: place, isPiece: false }];
      return word.tokens.map((token) => ({
        text: slice(tokens.starts[token], tokens.ends[token]) || site.wording.piece(tokens.pieces[token]), start: tokens.starts[token],
        end: tokens.ends[token], tokens: [token], isEnd: false, word: place, isPiece: true,
      }));
    });
  }

  /* Per word the sum of numbers given per token. Numbers may stop early: tokens after their end count nothing. */
  function sums(words, numbers) {
    return Float64Array.from(words, (word) => word.tokens.reduce((total, token) => total + (token < numbers.length ? numbers[token] : 0), 0));
  }

  /* How many words the first `tokens` tokens touch. */
  const reached = (words, tokens) => words.filter((word) => word.tokens[0] < tokens).length;

  /* The word that a token belongs to. */
  const wordOf = (words, token) => words.findIndex((word) => word.tokens.includes(token));

  /* Words of a text without a model: runs of letters and digits, marks with what they stand on, every other sign by itself.
     Scripts without blanks are cut sign by sign. */
  const SIGN = "\\p{sc=Han}|\\p{sc=Hiragana}|\\p{sc=Katakana}|\\p{sc=Thai}|\\p{sc=Lao}|\\p{sc=Khmer}|\\p{sc=Myanmar}";
  const INSIDE = "(?:(?!" + SIGN + ")[\\p{L}\\p{N}\\p{M}\\u00ad\\u200c\\u200d\\u2060])";
  const PICTURE = "\\p{RI}\\p{RI}|\\p{ExtPict}(?:[\\p{M}\\p{EMod}]|\\u200d\\p{ExtPict}?)*";
  const WORD = new RegExp("(?:" + SIGN + ")\\p{M}*|" + INSIDE + "+(?:[-'’‐‑.,:]" + INSIDE + "+)*|" + PICTURE + "|[^\\s\\p{M}]\\p{M}*|\\p{M}+", "gu");
  function plain(text) {
    const found = [];
    let place = 0; // in code points
    let unit = 0; // in the browser's units
    for (const match of text.matchAll(WORD)) {
      place += lengthOf(text.slice(unit, match.index));
      const end = place + lengthOf(match[0]);
      found.push({ text: match[0], start: place, end, tokens: [], isEnd: false });
      place = end;
      unit = match.index + match[0].length;
    }
    return found;
  }

  site.words = { slicer, lengthOf, of, units, sums, reached, wordOf, plain };
})(window.nmtAudit);

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

/* How Chinese and Japanese words are read, above them, where the reader switches it on. The run holds the readings. */
(function (site) {
  "use strict";
  const { all, element } = site.dom;
  const KEY = "nmt-audit-readings";

  let on = site.memory.get(KEY) === "yes";
  const shown = () => on;

  function toggle() {
    on = !on;
    site.memory.set(KEY, on ? "yes" : "no");
    site.say(on ? "Readings are shown above Chinese and Japanese words." : "Readings are hidden.");
    site.emit("readings", on);
  }

  /* Whether a segment has any. */
  const has = (segment) => Boolean(segment.pronunciation && Object.values(segment.pronunciation).some((found) => found && found.length));

  function range([start, end, reading]) {
    let parts = 0; // where a word ends inside of it, the reading stands over the first part
    return {
      start, end,
      make: () => {
        parts += 1;
        return element("ruby", { class: "reading", "data-reading": parts === 1 ? reading : "" });
      },
    };
  }

  /* The layers of a line (texts.js) with readings, [[start, end, reading], …], laid around and inside of them: a reading over
     several of its `words` goes around them, one within a word inside. */
  function around(layers, readings, words) {
    if (!on || !readings || !readings.length) return layers;
    const starts = new Set(words.map((word) => word.start));
    const ends = new Set(words.map((word) => word.end));
    const wide = ([start, end]) => end - start > 1 && starts.has(start) && ends.has(end);
    return [readings.filter(wide).map(range), ...layers, readings.filter((one) => !wide(one)).map(range)];
  }

  /* Puts each reading behind its text, as <ruby> wants it. The text is the stylesheet's, so that what is counted, selected
     and copied stays the corpus text alone. */
  function finish(root) {
    all("ruby.reading", root).forEach((ruby) => {
      if (!ruby.querySelector(":scope > rt")) ruby.append(element("rt", { "data-reading": ruby.dataset.reading, "aria-hidden": "true" }));
    });
  }

  site.keys.add("segment", { r: { run: toggle, help: "readings above Chinese and Japanese words" } });
  site.readings = { shown, toggle, has, around, finish };
})(window.nmtAudit);

/* What a translation and its reference do not share, word by word: the longest common subsequence, within bounds. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const MOST = 4e6; // pairs of words compared at once: 40 ms; longer texts are first cut where a word occurs once in both

  /* The words of both texts that are in no longest common subsequence, as ranges of code points {start, end}:
     `removed` of the first text, `added` of the second. Neighbours are one range. */
  function between(first, second) {
    const words = [first, second].map((text) => site.words.plain(text));
    const texts = words.map((side) => side.map((word) => word.text.normalize("NFC")));
    const kept = [new Uint8Array(texts[0].length), new Uint8Array(texts[1].length)];
    match(texts[0], texts[1], 0, texts[0].length, 0, texts[1].length, (a, b) => { kept[0][a] = 1; kept[1][b] = 1; });
    return { removed: ranges(words[0], kept[0]), added: ranges(words[1], kept[1]) };
  }

  /* Matches what two stretches begin and end with, then the rest by the table, or in parts where that would be too large. */
  function match(a, b, aStart, aEnd, bStart, bEnd, keep) {
    while (aStart < aEnd && bStart < bEnd && a[aStart] === b[bStart]) { keep(aStart, bStart); aStart += 1; bStart += 1; }
    while (aStart < aEnd && bStart < bEnd && a[aEnd - 1] === b[bEnd - 1]) { aEnd -= 1; bEnd -= 1; keep(aEnd, bEnd); }
    if (aStart === aEnd || bStart === bEnd) return;
    if ((aEnd - aStart) * (bEnd - bStart) <= MOST) byTable(a, b, aStart, aEnd, bStart, bEnd, keep);
    else byAnchors(a, b, aStart, aEnd, bStart, bEnd, keep);
  }

  function byTable(a, b, aStart, aEnd, bStart, bEnd, keep) {
    const rows = aEnd - aStart;
    const columns = bEnd - bStart;
    const width = columns + 1;
    const longest = new Uint16Array((rows + 1) * width); // of what follows; both sides are under 65,536 words here
    for (let row = rows - 1; row >= 0; row -= 1) {
      for (let column = columns - 1; column >= 0; column -= 1) {
        const here = row * width + column;
        longest[here] = a[aStart + row] === b[bStart + column]
          ? longest[here + width + 1] + 1 : Math.max(longest[here + width], longest[here + 1]);
      }
    }
    let row = 0;
    let column = 0;
    while (row < rows && column < columns) {
      const here = row * width + column;
      if (a[aStart + row] === b[bStart + column]) { keep(aStart + row, bStart + column); row += 1; column += 1; }
      else if (longest[here + width] >= longest[here + 1]) row += 1;
      else column += 1;
    }
  }

  /* Words that occur once in both stretches, in the order of both, part them; without any the stretches count as different. */
  function byAnchors(a, b, aStart, aEnd, bStart, bEnd, keep) {
    const anchors = increasing(sharedOnce(a, b, aStart, aEnd, bStart, bEnd));
    let [fromA, fromB] = [aStart, bStart];
    anchors.forEach(([inA, inB]) => {
      match(a, b, fromA, inA, fromB, inB, keep);
      keep(inA, inB);
      [fromA, fromB] = [inA + 1, inB + 1];
    });
    if (anchors.length) match(a, b, fromA, aEnd, fromB, bEnd, keep);
  }
  function sharedOnce(a, b, aStart, aEnd, bStart, bEnd) {
    const once = (texts, start, end) => {
      const places = new Map();
      for (let place = start; place < end; place += 1) places.set(texts[place], places.has(texts[place]) ? -1 : place);
      return places;
    };
    const inB = once(b, bStart, bEnd);
    return Array.from(once(a, aStart, aEnd)).filter(([text, place]) => place >= 0 && inB.get(text) >= 0).map(([text, place]) => [place, inB.get(text)]);
  }
  /* The longest list of pairs, given in the order of the first side, in which the second side increases too. */
  function increasing(pairs) {
    const ends = []; // for each length the pair with the smallest end
    const before = new Map();
    pairs.sort((x, y) => x[0] - y[0]).forEach((pair) => {
      let low = 0;
      let high = ends.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[middle][1] < pair[1]) low = middle + 1;
        else high = middle;
      }
      before.set(pair, low ? ends[low - 1] : null);
      ends[low] = pair;
    });
    const found = [];
    for (let pair = ends[ends.length - 1]; pair; pair = before.get(pair)) found.unshift(pair);
    return found;
  }

  /* Words that were not kept, as ranges; blanks between two of them belong to the range. */
  function ranges(words, kept) {
    const found = [];
    words.forEach((word, place) => {
      if (kept[place]) return;
      if (place && !kept[place - 1]) found[found.length - 1].end = word.end;
      else found.push({ start: word.start, end: word.end });
    });
    return found;
  }

  /* Ranges as a layer of a text: `name` is "del" for what only the translation has, "ins" for what only the reference has. */
  const layer = (found, name) => found.map((range) => ({
    ...range, make: () => element(name, { title: name === "del" ? "not in the reference" : "only in the reference" }),
  }));

  site.differences = { between, layer };
})(window.nmtAudit);

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

/* What the reader chose to see of a segment: which word, method, state, rule set and contrast; pieces or words; one scale or many.
   A choice lasts from segment to segment; where a segment does not hold it, the nearest to it is shown. */
(function (site) {
  "use strict";

  const asked = { method: null, state: null, rules: null, against: null };
  const shown = { position: -1, method: null, state: null, rules: null, against: null, split: false, together: false };
  let kinds = [];
  let rulesOf = () => null;

  const distinct = (items) => Array.from(new Set(items));
  const kept = (value, options, otherwise) => (options.includes(value) ? value : otherwise);

  /* What a segment holds, as options of each control, for the method and so on that are shown now. */
  function options() {
    const ofMethod = kinds.filter((kind) => kind.method === shown.method);
    const ofRules = ofMethod.filter((kind) => kind.rules === shown.rules);
    return {
      method: distinct(kinds.map((kind) => kind.method)),
      rules: distinct([rulesOf(shown.method), ...ofMethod.map((kind) => kind.rules)]), // the run's own first
      state: distinct(ofRules.filter((kind) => !kind.against).map((kind) => kind.state)),
      against: distinct(ofRules.filter((kind) => kind.against).map((kind) => kind.against)),
    };
  }

  /* Relevance before other methods, the run's first rule set, the state nearest to the choice of the word. */
  function settle() {
    shown.method = kept(asked.method, options().method, kept("lrp", options().method, options().method[0] || null));
    shown.rules = kept(asked.rules, options().rules, kept(rulesOf(shown.method), options().rules, options().rules[0] || null));
    const { state, against } = options();
    shown.against = kept(asked.against, against, null);
    shown.state = kept(asked.state, state, state[state.length - 1] || null);
    const contrast = shown.against && kinds.find((kind) => kind.method === shown.method && kind.against === shown.against);
    if (contrast) shown.state = contrast.state;
  }

  /* Takes the kinds of another segment, and which of its words to begin with. */
  function within(values, position) {
    kinds = values ? values.kinds() : [];
    rulesOf = values ? values.rulesOf : () => null;
    shown.position = position;
    settle();
  }

  /* Changes some of it and tells everybody. */
  function set(changes) {
    Object.entries(changes).forEach(([name, value]) => {
      if (name in asked) asked[name] = value;
      else shown[name] = value;
    });
    settle();
    site.emit("choice", get());
  }

  const get = () => ({ ...shown });

  site.choice = { get, set, options, within };
})(window.nmtAudit);

/* What a figure says, in words: what attention looks at, what relevance gives most to, where they part, what a contrast rests on.
   A sentence is a list of phrases {text, lang}; those with a language are words of the corpus. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const phrase = (text, lang) => ({ text, lang: lang || null });

  /* How the words of one figure are named. Places count source units, then earlier target units. */
  function names(context, focus) {
    const { segment, units } = context;
    const own = units.source.length;
    const unit = (place) => (place < own ? units.source[place] : units.target[place - own]);
    const lang = (place) => (place < own ? segment.srcLang : segment.tgtLang);
    const isOwn = (place) => place - own === focus.unit;
    const isSourceEnd = (place) => place < own && units.source[place].isEnd;
    /* What of the explained word stood there when its last piece was chosen. */
    const begun = () => {
      const before = context.maps.target;
      const tokens = units.target[focus.unit].tokens.filter((token) => token < focus.last);
      if (!tokens.length) return "…";
      return site.words.slicer(segment.hypothesis)(before.starts[tokens[0]], before.ends[tokens[tokens.length - 1]]) + "…";
    };
    /* What goes before a word in a sentence, to say what kind of word it is. */
    const kind = (place) => {
      if (place >= own) return isOwn(place) ? "the beginning of the word itself, " : "the earlier word ";
      return isSourceEnd(place) ? "the end mark " : "";
    };
    const named = (place) => phrase(isOwn(place) ? begun() : site.wording.quoted(unit(place).text), lang(place));
    return { own, unit, lang, isOwn, isSourceEnd, begun, kind, named };
  }

  /* The row that sentences speak of: the chosen state's; where that blew up, the nearest to the choice of the word that did not. */
  function telling(focus, choice) {
    const sane = focus.path.filter((row) => !row.blownUp);
    return sane.find((row) => row.state === choice.state) || sane[sane.length - 1] || null;
  }

  function looks(focus, name) {
    const row = focus.attention;
    const [place] = row ? site.values.top(row, 1) : [];
    if (place === undefined) return [];
    const end = name.isSourceEnd(place) ? ", the end mark" : "";
    return [
      phrase("Attention looks at "), phrase(site.wording.quoted(name.unit(place).text), name.lang(place)),
      phrase(end + " (" + site.wording.fixed(row.source[place], 2) + ")"),
    ];
  }

  /* "relevance gives most to", "gate signals give most to" */
  const isPlural = (prose) => /[^s]s$/.test(prose);
  function gives(row, focus, name, joined, choice) {
    const { prose } = site.wording.method(choice.method || "lrp");
    if (!row) {
      if (focus.contrasts.length) return []; // the contrast speaks for itself, in a sentence of its own
      const said = focus.path.length ? "blew up and says little" : (isPlural(prose) ? "were" : "was") + " not computed";
      return [phrase((joined ? "; " + prose : capital(prose)) + " " + said)];
    }
    const stage = site.wording.state(row.state);
    const opening = (joined ? "; " + prose : capital(prose)) + " of the " + stage.prose + " ";
    const places = site.values.top(row, 2).filter((place, rank) => rank === 0 || row.shares[place] >= 0.1);
    if (!places.length) return [phrase(opening + (isPlural(prose) ? "are" : "is") + " zero for every word")];
    return [
      phrase(opening + (isPlural(prose) ? "give" : "gives") + " most to "),
      ...places.flatMap((place, rank) => [
        phrase((rank ? " and " : "") + name.kind(place)), name.named(place),
        phrase(" (" + site.wording.percent(row.shares[place]) + (row.numbers[place] < 0 ? ", pulling the value down" : "") + ")"),
      ]),
    ];
  }
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  /* The first stage whose most relevant word is not the one that attention looks at most; null: all agree. */
  function parting(focus) {
    if (!focus.attention) return null;
    const [lookedAt] = site.values.top(focus.attention, 1);
    return focus.path.find((row) => !row.blownUp && site.values.top(row, 1)[0] !== lookedAt) || null;
  }
  /* Whether the named stage agrees, and whether all stages before it do. */
  function agreement(focus, named, choice) {
    const { prose } = site.wording.method(choice.method);
    const row = parting(focus);
    if (!row) return [phrase("Attention and " + prose + " agree on the most important word.")];
    const part = prose + (isPlural(prose) ? " part" : " parts") + " from attention in the " + site.wording.state(row.state).prose + ".";
    const same = site.values.top(named, 1)[0] === site.values.top(focus.attention, 1)[0];
    return [phrase((same ? "They agree on the most important word here, but not at every stage: " : "They do not agree on the most important word: ") + part)];
  }

  const extreme = (numbers, better) => numbers.reduce((best, value, place) => (better(value, numbers[best]) ? place : best), 0);
  function contrast(row, focus, name) {
    const written = phrase(name.unit(name.own + focus.unit).text, name.lang(name.own + focus.unit));
    const found = [phrase("For "), written, phrase((row.against ? " rather than “" + site.wording.piece(row.against) + "”" : "") + ", ")];
    const best = extreme(row.numbers, (a, b) => a > b);
    const worst = extreme(row.numbers, (a, b) => a < b);
    let joiner = "";
    [[best, 1, "speaks for it most"], [worst, -1, "against it most"]].forEach(([place, sign, verb]) => {
      if (!(row.numbers[place] * sign > 0)) return;
      found.push(phrase(joiner + name.kind(place)), name.named(place), phrase(" " + verb + " (" + site.wording.percent(row.shares[place]) + ")"));
      joiner = ", ";
    });
    return [...found, phrase(".")];
  }

  /* The sentences about one explained word. */
  function of(context, focus) {
    const { choice } = context;
    const name = names(context, focus);
    const seen = looks(focus, name);
    const row = telling(focus, choice);
    const found = [];
    if (seen.length || row) found.push([...seen, ...gives(row, focus, name, seen.length > 0, choice), phrase(".")]);
    if (seen.length && row && site.values.top(row, 1).length) found.push(agreement(focus, row, choice));
    focus.contrasts.filter((one) => !one.blownUp && site.values.top(one, 1).length).forEach((one) => found.push(contrast(one, focus, name)));
    return found;
  }

  /* What else a reader must know of a figure. */
  function notes(context, focus) {
    const found = [];
    if (!focus.attention) found.push("This model has no attention to show.");
    if (focus.rows.every((row) => row === focus.attention)) found.push("No relevance was computed for this word.");
    const pieces = Math.max(1, ...focus.rows.map((row) => row.pieces));
    if (pieces > 1) {
      const isMean = (row) => row === focus.attention || !site.wording.method(row.method).adds;
      const means = new Set(focus.rows.filter(isMean).map((row) => site.wording.method(row.method).prose));
      const summed = focus.rows.find((row) => !isMean(row));
      const sums = summed ? [site.wording.method(summed.method).prose + " is the sum over them"] : [];
      found.push("The model wrote this word in " + site.plural(pieces, "piece") + ": "
        + [...sums, ...Array.from(means, (prose) => prose + (sums.length ? " their mean" : " is their mean"))].join(", ") + ".");
    }
    return found;
  }

  /* A sentence as nodes: words of the corpus set apart, in their own language and direction. */
  const nodes = (phrases) => phrases.map(({ text, lang }) => (lang ? element("em", { lang, dir: "auto" }, text) : text));

  site.sentences = { of, notes, names, nodes };
})(window.nmtAudit);

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

/* The lines of a segment: source, translation and reference as text. Each word can be reached, by pointer or by key, and then
   shades the words that attention and relevance connect it with. */
(function (site) {
  "use strict";
  const { element, one } = site.dom;
  const LEAST = 0.2; // weights and shares below this are not drawn at full size where a word's own largest is smaller
  const STRONG = 0.5; // of the largest: from here on the sign is written
  const NAMED = 3; // words that the line of numbers names

  let context = null;
  let nodes = { source: [], target: [] }; // side → unit → its elements; an underline may cut a word in two
  let boxes = {};
  let cursor = { side: null, place: -1 }; // where the keys stand
  let pointed = null; // where the pointer is
  let known = new Map(); // what a target unit says, for the choice that is shown
  let differing = false;

  const sideOf = (name) => (name === "source" ? "src" : "tgt");

  /* One line. `layers` are laid over the text from outside to inside. */
  function line(label, lang, content, { side, note }) {
    const text = note
      ? element("span", { class: "muted", lang: "en" }, note)
      : element("div", {
        class: "text" + (site.wording.unspaced(lang) ? " unspaced" : ""), tabindex: "0", role: "group", "aria-label": label + (side ? ", word by word" : ""),
        "data-side": side || null,
      }, ...content);
    if (side && !note) boxes[side] = text;
    return element("div", { class: "line" }, element("dt", {}, label), element("dd", { lang, dir: "auto" }, text));
  }

  /* The words of a side as a layer. A word of a figure and a word of a line are the same unit. */
  function wordLayer(side) {
    return context.units[side].map((unit, place) => ({ ...unit, place })).filter((unit) => unit.end > unit.start).map((unit) => ({
      start: unit.start, end: unit.end,
      make: () => {
        const made = nodes[side][unit.place];
        const node = element("span", { class: "w", id: made ? null : side + "-word-" + unit.place, "data-word": unit.place });
        nodes[side][unit.place] = [...(made || []), node];
        return node;
      },
    }));
  }

  /* The end mark of a side, which the model chose, or read, like a word. It has no text: it is not part of the line. */
  function endMarks(side) {
    return context.units[side].map((unit, place) => ({ unit, place })).filter(({ unit }) => unit.isEnd).map(({ place }) => {
      const node = element("span", { class: "w end-mark", id: side + "-word-" + place, "data-word": place, title: "the end mark" });
      nodes[side][place] = [node];
      return node;
    });
  }

  /* The layers of a line, with readings above its words where they are switched on. */
  const read = (name, layers, words) => site.readings.around(layers, (context.segment.pronunciation || {})[name], words);

  function sourceLine() {
    const { segment } = context;
    if (!segment.source) return line("source", segment.srcLang, [], { note: "empty" });
    const layers = read("source", [wordLayer("source")], context.units.source);
    const words = site.texts.line(segment.source, site.texts.marksOf(segment, "src"), layers);
    return line("source", segment.srcLang, [...words, ...endMarks("source")], { side: "source" });
  }
  const NOTES = {
    empty: "no translation",
    too_long: "no translation: the source is longer than the model takes",
    not_finite: "no translation: the model's numbers for it are not numbers (NaN)",
    out_of_memory: "no translation: it did not fit into memory",
  };
  function targetLine(changes) {
    const { segment } = context;
    if (!segment.hypothesis) {
      const marked = segment.flags.length ? site.texts.line("", site.texts.marksOf(segment, "tgt"), []) : [];
      return line("translation", segment.tgtLang, marked, { note: NOTES[segment.status] || "no translation" });
    }
    const layers = read("hypothesis", [site.differences.layer(changes.removed, "del"), wordLayer("target")], context.units.target);
    const words = site.texts.line(segment.hypothesis, site.texts.marksOf(segment, "tgt"), layers);
    return line("translation", segment.tgtLang, [...words, ...endMarks("target")], { side: "target" });
  }
  function referenceLine(changes) {
    const { segment } = context;
    const layers = read("reference", [site.differences.layer(changes.added, "ins")], []);
    return line("reference", segment.tgtLang, site.texts.line(segment.reference, [], layers), {});
  }
  function furtherReferenceLines() {
    const { segment } = context;
    return segment.furtherReferences.map((text, place) => line("reference " + (place + 2), segment.tgtLang, site.texts.line(text, [], []), {}));
  }
  function continuationLine() {
    const { segment } = context;
    return element("div", { class: "line" },
      element("dt", { title: "What the model says next when it is not allowed to end here." }, "would go on"),
      element("dd", { lang: segment.tgtLang, dir: "auto" }, "… " + segment.continuation));
  }

  /* Draws the lines of a context into a part of the page. */
  function draw(root, given) {
    context = given;
    nodes = { source: [], target: [] };
    boxes = {};
    known = new Map();
    cursor = { side: null, place: -1 };
    pointed = null;
    const { segment } = context;
    const comparable = segment.reference !== null && Boolean(segment.hypothesis);
    const changes = differing && comparable ? site.differences.between(segment.hypothesis, segment.reference) : { removed: [], added: [] };
    const lines = [sourceLine(), targetLine(changes)];
    if (segment.reference !== null) lines.push(referenceLine(changes), ...furtherReferenceLines());
    if (segment.continuation) lines.push(continuationLine());
    const same = differing && comparable && !changes.removed.length && !changes.added.length;
    const toggle = comparable ? site.dom.button("Show differences to the reference", () => compare(), {
      "data-control": "differences", "aria-pressed": String(differing), title: "Words that only the translation or only the reference has (d)",
    }) : null;
    const legend = differing && comparable ? element("span", { class: "legend" }, ...(same ? ["The translation is the reference, word for word."] : [
      element("del", {}, "not in the reference"), " ", element("ins", {}, "only in the reference")])) : null;
    root.replaceChildren(
      element("dl", { class: "lines main-lines" + (context.values ? " reachable" : "") }, ...lines),
      element("p", { class: "inspector numbers-line", "aria-live": "polite", "data-numbers": true, hidden: !context.values }, hint()),
      element("div", { class: "under-lines" }, toggle, legend),
    );
    site.readings.finish(root);
    Object.entries(boxes).forEach(([side, box]) => steer(side, box));
    chosen();
  }
  const hint = () => (context.values ? "Point at a word, or move with the arrow keys, to see what it is connected with." : "");

  function compare() {
    differing = !differing;
    site.emit("differences", differing);
  }

  /* Marks the word that the figure explains. */
  function chosen() {
    nodes.target.forEach((made) => made && made.forEach((node) => node.classList.remove("explained")));
    const unit = context.values ? site.words.wordOf(context.units.target, context.choice.position) : -1;
    (nodes.target[unit] || []).forEach((node) => node.classList.add("explained"));
  }

  /* What a target unit says of the source units and of the earlier target units: {attention [source units] | null, row | null}. */
  function said(unit) {
    if (!known.has(unit)) {
      const { values, units, choice } = context;
      const wanted = (row) => row.method === choice.method && row.state === choice.state && row.rules === choice.rules && row.against === choice.against;
      const focus = site.values.focus(values, units, unit, [], wanted);
      const row = focus.rows.find((found) => found.method !== site.values.ATTENTION) || null;
      const sane = row && !row.blownUp && Number.isFinite(row.largest);
      known.set(unit, { focus, attention: focus.attention ? focus.attention.source : null, row: sane ? row : null, stored: row });
    }
    return known.get(unit);
  }

  const largest = (numbers) => numbers.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

  /* Shades one unit. weight: 0…1 or null; relevance: −1…1 or null; unsigned relevance has no sign to write. */
  function shade(side, place, weight, relevance, signed) {
    (nodes[side][place] || []).forEach((node, at) => {
      node.classList.add("shaded");
      node.style.setProperty("--a", weight ? weight.toFixed(3) : "0");
      node.style.setProperty("--r", relevance ? Math.abs(relevance).toFixed(3) : "0");
      node.classList.toggle("against", Boolean(relevance) && relevance < 0);
      if (at === 0 && signed && Math.abs(relevance || 0) >= STRONG) node.dataset.sign = relevance < 0 ? "−" : "+";
    });
  }
  function clear() {
    [...nodes.source, ...nodes.target].forEach((made) => made && made.forEach((node) => {
      node.classList.remove("shaded", "against", "here");
      delete node.dataset.sign;
    }));
  }

  /* Shows what a word is connected with, in the lines and in words. */
  function show(side, place) {
    clear();
    (nodes[side][place] || []).forEach((node) => node.classList.add("here"));
    if (!context.values) return;
    one("[data-numbers]").replaceChildren(...(side === "target" ? fromTarget(place) : fromSource(place)));
  }
  /* Shows the word that is pointed at, else the one that the keys stand on, else none. */
  function again() {
    if (pointed) show(pointed.side, pointed.place);
    else if (cursor.side && boxes[cursor.side] === document.activeElement) show(cursor.side, cursor.place);
    else clear();
  }

  const numbered = (side, place) => [element("b", {}, String(place + 1), " ", word(side, place)), " — "];
  const langOf = (side) => (side === "source" ? context.segment.srcLang : context.segment.tgtLang);
  const word = (side, place, named) => element("bdi", { lang: langOf(side) }, named || context.units[side][place].text);
  function listed(items) {
    return items.flatMap(({ side, place, kind, named, text }, rank) => [(rank ? ", " : "") + (kind || ""), element("em", {}, word(side, place, named)), " " + text]);
  }
  const subject = () => {
    const { method, state, against } = context.choice;
    if (!method || !state) return "relevance";
    const other = against ? " rather than “" + site.wording.piece(against) + "”" : "";
    return site.wording.method(method).prose + " of the " + site.wording.state(state).prose + other;
  };
  const signedPercent = (share, negative, signed) => (signed ? (negative ? "−" : "+") : "") + site.wording.percent(share);

  function fromTarget(place) {
    const { values, units } = context;
    const { focus, attention, row, stored } = said(place);
    const own = units.source.length;
    const signed = row ? site.wording.method(row.method).signed : false;
    const most = attention ? largest(attention) : 0;
    const relevance = (at) => (row && row.largest ? row.numbers[at] / row.largest : null);
    units.source.forEach((_, at) => shade("source", at, most ? attention[at] / most : null, relevance(at), signed));
    if (row && row.prefix) row.prefix.forEach((_, at) => { if (at !== place) shade("target", at, null, relevance(own + at), signed); });
    const parts = [];
    if (attention) {
      const best = site.values.top(focus.attention, NAMED).filter((at) => attention[at] >= 0.05);
      parts.push(["attention ", ...listed(best.map((at) => ({ side: "source", place: at, text: site.wording.fixed(attention[at], 2) })))]);
    }
    if (row) {
      const best = site.values.top(row, NAMED).filter((at, rank) => !rank || row.shares[at] >= 0.05);
      const { begun, isOwn } = site.sentences.names(context, focus);
      const items = best.map((at) => ({
        side: at < own ? "source" : "target", place: at < own ? at : at - own, kind: at < own ? "" : isOwn(at) ? "its own beginning " : "earlier ",
        named: isOwn(at) ? begun() : null, text: signedPercent(row.shares[at], row.numbers[at] < 0, signed),
      }));
      parts.push([subject() + " ", ...(items.length ? listed(items) : ["is zero for every word"])]);
    } else parts.push([subject() + (stored ? " blew up and says little" : " was not stored for this word")]);
    const logprobs = units.target[place].tokens.map(values.logprob);
    if (!logprobs.includes(null)) parts.push(["probability " + site.wording.percent(Math.exp(logprobs.reduce((sum, value) => sum + value, 0)))]);
    return [...numbered("target", place), ...joined(parts)];
  }

  /* The reverse: which target words drew on a source word. */
  function fromSource(place) {
    const { units } = context;
    const found = units.target.map((_, at) => ({ at, ...said(at) }));
    const weights = found.map(({ attention }) => (attention ? attention[place] : 0));
    const shares = found.map(({ row }) => (row ? row.shares[place] * Math.sign(row.numbers[place]) : 0));
    const signed = context.choice.method ? site.wording.method(context.choice.method).signed : false;
    const scale = [Math.max(LEAST, largest(weights)), Math.max(LEAST, largest(shares))];
    found.forEach(({ at }) => shade("target", at, weights[at] / scale[0], shares[at] / scale[1], signed));
    const best = (numbers, text) => Array.from(numbers.keys()).filter((at) => Math.abs(numbers[at]) >= 0.05)
      .sort((a, b) => Math.abs(numbers[b]) - Math.abs(numbers[a]) || a - b).slice(0, NAMED).map((at) => ({ side: "target", place: at, text: text(numbers[at]) }));
    const parts = [];
    if (context.values.attends) {
      const items = best(weights, (weight) => site.wording.fixed(weight, 2));
      parts.push(items.length ? ["attention of ", ...listed(items)] : ["no word looks at it"]);
    }
    const stored = found.filter(({ row }) => row).length;
    const items = best(shares, (share) => signedPercent(Math.abs(share), share < 0, signed));
    if (items.length) parts.push([subject() + " of ", ...listed(items)]);
    else parts.push([stored ? subject() + " gives it under 5 %" : subject() + " was not stored"]);
    if (stored && stored < units.target.length) parts.push(["stored for " + stored + " of " + site.plural(units.target.length, "word")]);
    return [...numbered("source", place), ...joined(parts)];
  }
  const joined = (parts) => parts.flatMap((part, rank) => (rank ? [" · ", ...part] : part));

  /* One stop for the tab key in each line; arrows move by word, in the direction of the text. Enter, or a click, explains a word. */
  function steer(side, box) {
    const placeOf = (event) => { const node = event.target.closest && event.target.closest(".w"); return node ? Number(node.dataset.word) : -1; };
    const reachable = () => Array.from(nodes[side].keys()).filter((place) => nodes[side][place]);
    const move = (place) => {
      cursor = { side, place };
      box.setAttribute("aria-activedescendant", side + "-word-" + place);
      nodes[side][place][0].scrollIntoView({ block: "nearest", inline: "nearest" });
      show(side, place);
    };
    const first = () => {
      const explained = one(".w.explained", box);
      if (cursor.side === side) return cursor.place;
      return explained ? Number(explained.dataset.word) : reachable()[0];
    };
    const point = (place) => { pointed = place >= 0 ? { side, place } : null; again(); };
    box.addEventListener("mouseover", (event) => point(placeOf(event)));
    box.addEventListener("mouseleave", () => point(-1));
    box.addEventListener("focus", () => { if (box.matches(":focus-visible")) move(first()); });
    box.addEventListener("blur", again);
    box.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (place < 0 || String(window.getSelection())) return;
      cursor = { side, place };
      explain(side, place);
    });
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const mirrored = window.getComputedStyle(box.parentElement).direction === "rtl" ? -1 : 1;
      const all = reachable();
      const at = all.indexOf(cursor.side === side ? cursor.place : -1);
      const next = { ArrowRight: at + mirrored, ArrowLeft: at - mirrored, Home: 0, End: all.length - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") explain(side, cursor.side === side ? cursor.place : first());
      else if (next === undefined) return;
      else if (all[next] !== undefined) move(all[next]);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /* Makes a target word the explained one. */
  function explain(side, place) {
    const { values, units } = context;
    if (side !== "target" || !values) return;
    const stored = units.target[place].tokens.filter((token) => values.at(token).length);
    if (!stored.length && !values.attends) return;
    site.choice.set({ position: Math.max(...(stored.length ? stored : units.target[place].tokens)) });
  }

  /* Another choice: other numbers behind the same words. */
  function rechoose(given) {
    context = given;
    known = new Map();
    chosen();
    again();
  }

  /* The word that the keys stand on: {side, place, start, end}, code points; null for none. */
  function at() {
    if (!cursor.side) return null;
    const { start, end } = context.units[cursor.side][cursor.place];
    return { side: cursor.side, place: cursor.place, start, end };
  }

  /* What is selected inside one of the two lines: {side, start, end}, code points; null for nothing. */
  function selection() {
    const selected = window.getSelection();
    const range = selected.rangeCount && !selected.isCollapsed ? selected.getRangeAt(0) : null;
    const side = range && Object.keys(boxes).find((name) => boxes[name].contains(range.startContainer) && boxes[name].contains(range.endContainer));
    if (!side) return null;
    const before = (node, offset) => {
      const measured = document.createRange();
      measured.setStart(boxes[side], 0);
      measured.setEnd(node, offset);
      const copy = measured.cloneContents();
      copy.querySelectorAll("rt, rp").forEach((reading) => reading.remove());
      return site.words.lengthOf(copy.textContent);
    };
    const [start, end] = [before(range.startContainer, range.startOffset), before(range.endContainer, range.endOffset)];
    return start < end ? { side, start, end } : null;
  }

  site.lines = { draw, rechoose, compare, at, selection, sideOf, nodes: (side, place) => nodes[side][place] || [], units: (side) => context.units[side] };
})(window.nmtAudit);

/* The flags of a segment: what is suspected, why the rule spoke up, what it points at. One of them is the current one. */
(function (site) {
  "use strict";
  const { element, all, button } = site.dom;

  const heading = (flag, category) => {
    const name = "Suspected " + category.label;
    const link = element("a", { href: site.view.address({ flag: flag.id, segment: null }), class: "flag-link" },
      flag.dismissed === null ? element("span", { class: "under " + category.slug, title: category.help }, name) : element("s", {}, name));
    const dismissed = flag.dismissed === null ? null : element("small", {}, "dismissed earlier by ", element("bdi", {}, flag.dismissed || "a reviewer"));
    return element("h2", { id: "flag-" + flag.id }, link, " ", dismissed);
  };

  /* "contrastive gain 3.1 (threshold 1.4; 2 % false alarms on references)" */
  function measure(flag, category) {
    const alarms = category.false_alarms ? "; " + category.false_alarms.replace(" %", "\u00a0%") + " false alarms on references" : "";
    const help = "The rule that raised this flag, what it measured, from which value on it speaks up, and how often flags of this kind are raised "
      + "on right translations.";
    return element("span", { title: help },
      flag.rule + " " + site.wording.number(flag.value) + " (threshold " + site.wording.number(flag.threshold) + alarms + ")");
  }

  /* What a flag points at, in words: spans of either side with their text. */
  function pointsAt(flag, segment) {
    const one = (opening, side, span) => {
      const [text, lang, name] = side === "src" ? [segment.source, segment.srcLang, "source"] : [segment.hypothesis, segment.tgtLang, "translation"];
      const whole = span.start === null || span.end === null || (span.counterpart && span.start === 0 && span.end === site.words.lengthOf(text));
      if (whole) return [opening + "the whole " + name];
      if (span.start >= span.end) return [opening + "a place in the " + name];
      return [opening + "the " + name + ": ", element("em", { lang, dir: "auto" }, shortened(site.words.slicer(text)(span.start, span.end)))];
    };
    const other = flag.counterpart;
    return [...one("points at ", flag.side, flag), ...(other ? one("; its counterpart is ", other.side, { ...other, counterpart: true }) : [])];
  }
  const MOST = 200; // characters: the line above has them all
  const shortened = (text) => (site.words.lengthOf(text) > MOST ? site.words.slicer(text)(0, MOST) + "…" : text);

  /* Copies an address; where the browser does not let a page from a disk do that, shows it, selected. */
  function copying(label, address, title) {
    const box = element("span", { class: "copying" });
    const done = (text) => { box.replaceChildren(ask, element("span", { class: "muted" }, text)); site.say(text); };
    const show = () => {
      const field = element("input", { type: "text", readonly: true, value: address(), "aria-label": "Address, to be copied" });
      box.replaceChildren(ask, field);
      field.focus();
      field.select();
    };
    const ask = button(label, () => {
      if (!navigator.clipboard) show();
      else navigator.clipboard.writeText(address()).then(() => done("copied"), show);
    }, { class: "quiet", title });
    box.append(ask);
    return box;
  }

  function section(flag, segment) {
    const category = site.data.category(flag.category);
    const help = "How far the value is past its threshold, 0 to 1. It orders flags.";
    const suspicion = element("span", { title: help }, "suspicion " + site.wording.fixed(flag.score, 2));
    return element("article", { class: "flag" + (flag.dismissed === null ? "" : " dismissed"), "data-flag": flag.id, "aria-labelledby": "flag-" + flag.id },
      element("div", { class: "flag-head" }, heading(flag, category),
        copying("Copy link", () => site.view.permalink({ flag: flag.id }), "Copy the address of this flag")),
      element("p", { class: "message", dir: "ltr" }, flag.message),
      element("p", { class: "measure" }, suspicion, " · ", measure(flag, category), " · ", ...pointsAt(flag, segment)));
  }

  /* Draws the flags of a segment; `choose(place)` makes one of them the current one. */
  function draw(root, segment, choose) {
    const sections = segment.flags.map((flag) => section(flag, segment));
    const nothing = segment.notChecked.length ? "Nothing is suspected by the checks that could be made." : "Nothing is suspected here.";
    const none = element("p", { class: "empty" }, nothing);
    root.replaceChildren(...(sections.length ? sections : [none]));
    sections.forEach((node, place) => node.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (event.target.closest("button, input") || (!link && String(window.getSelection())) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      choose(place);
    }));
  }

  /* Says which flag is the current one. */
  function mark(root, place) {
    all(".flag", root).forEach((node, at) => {
      if (at === place) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    });
  }

  site.suspicions = { draw, mark, copying };
})(window.nmtAudit);

/* Why this word, here: which words are explained, what is shown of them, the sentences, the figure and its numbers. */
(function (site) {
  "use strict";
  const { element, one, button } = site.dom;
  const MANY = 40; // explained words, from which on buttons would be a wall: the translation above is the way to them

  let context = null; // of the reader, with `explained`: the tokens that the current flag asks about
  let root = null;
  let opened = { source: new Set(), target: new Set() }; // words cut into their pieces, one by one
  const further = { open: false, numbers: false };

  /* The target units that a reader can go through: those of the flag; without any, all that something is stored for. */
  function stops() {
    const wanted = context.explained.length ? context.explained : context.values.positions();
    return Array.from(new Set(wanted.map((token) => site.words.wordOf(context.units.target, token)))).filter((unit) => unit >= 0).sort((a, b) => a - b);
  }
  const current = () => site.words.wordOf(context.units.target, context.choice.position);
  const lastToken = (unit) => {
    const { tokens } = context.units.target[unit];
    const asked = tokens.filter((token) => context.explained.includes(token) || context.values.at(token).length);
    return Math.max(...(asked.length ? asked : tokens));
  };

  /* The token to begin with: the flag's word at which attention looks most at the suspect source words, else its first. */
  function first(given) {
    context = given;
    if (!context.values) return -1;
    const found = stops();
    if (!found.length) return -1;
    const suspect = context.words.source.map((word, place) => ({ word, place }))
      .filter(({ word }) => context.suspect.source.some((span) => word.start < span.end && span.start < word.end)).map(({ place }) => place);
    const seen = (unit) => {
      const { attention } = site.values.focus(context.values, { source: context.words.source, target: context.units.target }, unit, context.explained, () => false);
      return attention ? suspect.reduce((sum, place) => sum + attention.source[place], 0) : 0;
    };
    if (!suspect.length) return lastToken(found[0]);
    const best = found.map((unit) => ({ unit, seen: seen(unit) })).reduce((most, one) => (one.seen > most.seen ? one : most));
    return lastToken(best.unit);
  }

  /* Goes to the next, or previous, explained word. */
  function step(by) {
    if (!context || !context.values) return false;
    const found = stops();
    if (!found.length) return false;
    const at = found.indexOf(current());
    const next = at >= 0 ? (at + by + found.length) % found.length : by > 0 ? 0 : found.length - 1;
    site.choice.set({ position: lastToken(found[next]) });
    return true;
  }

  function picker() {
    const found = stops();
    if (found.length < 2) return null;
    const at = found.indexOf(current());
    const word = (unit) => button(element("bdi", { lang: context.segment.tgtLang }, context.units.target[unit].text),
      () => site.choice.set({ position: lastToken(unit) }), { "aria-pressed": String(unit === current()), "data-control": "word-" + unit });
    const words = found.length > MANY
      ? [element("span", {}, at < 0 ? site.plural(found.length, "word") : at + 1 + " of " + found.length),
        element("span", { class: "muted" }, "choose one in the translation")]
      : found.map(word);
    return element("div", { class: "pick", role: "group", "aria-label": "Explained words" }, element("span", {}, "explained words"),
      button("◀", () => step(-1), { "aria-label": "previous explained word", title: "previous explained word ( [ )", "data-control": "before" }), ...words,
      button("▶", () => step(1), { "aria-label": "next explained word", title: "next explained word ( ] )", "data-control": "after" }));
  }

  const WORDS = {
    method: ["method", (key) => site.wording.method(key).label, "How it is decided which words mattered"],
    state: ["state", (key) => site.wording.state(key).label, "Which stage of the network the sentence, the shading and the maps speak of"],
    rules: ["rules", (key) => key || "none", "The rule set that relevance was traced back with"],
    against: ["against", (key) => (key ? "“" + site.wording.piece(key) + "”" : "each that is stored"), "The word that the written one is compared with"],
  };
  /* Only what is stored can be chosen; what has one value needs no control. */
  function control(name) {
    const [label, text, help] = WORDS[name];
    const stored = site.choice.options()[name];
    const values = name === "against" && stored.length ? [null, ...stored] : stored;
    if (values.length < 2 || (name === "state" && context.choice.against)) return null; // a contrast has its own state
    const select = element("select", { "data-control": name }, ...values.map((value, place) => (
      element("option", { value: place, selected: value === context.choice[name] }, text(value)))));
    select.addEventListener("change", () => site.choice.set({ [name]: values[Number(select.value)] }));
    return element("label", { title: help }, element("span", {}, label), " ", select);
  }
  function check(name, label, help) {
    const box = element("input", { type: "checkbox", "data-control": name, checked: context.choice[name] });
    box.addEventListener("change", () => site.choice.set({ [name]: box.checked }));
    return element("label", { title: help }, box, " ", element("span", {}, label));
  }
  function controls() {
    return element("div", { class: "controls", role: "group", "aria-label": "What the figure shows" },
      ...["method", "state", "rules", "against"].map(control),
      check("split", "pieces", "Show the pieces that the model reads and writes instead of words (p)"),
      check("together", "one scale", "Draw all rows on the same scale, instead of each by its own largest number (o)"));
  }

  function heading(unit) {
    const { text, isEnd } = context.units.target[unit];
    const number = context.units.target[unit].word + 1;
    const word = element("em", { lang: context.segment.tgtLang, dir: "auto" }, text);
    const question = isEnd ? ["Why does the translation end here?"] : ["Why ", word, " here?"];
    return element("h2", {}, ...question, " ", element("small", {}, "word " + number));
  }

  /* How far a map can be believed, as far as this run measured it. */
  function belief(row) {
    const found = site.data.index.beliefs.find((one) => one.method === row.method && (one.rules === row.rules || one.rules === null || !row.rules));
    if (!found) return null;
    const link = found.measured
      ? element("a", { href: "index.html#believed" }, "How this was measured")
      : element("a", { href: "how-to-read.html#believe" }, "What that would say");
    return element("p", { class: "note belief" + (found.measured ? "" : " unmeasured") }, element("span", { title: found.help }, found.text), " ", link);
  }
  const beliefs = (rows) => Array.from(new Map(rows.map((row) => [row.method + "/" + row.rules, row])).values()).map(belief).filter(Boolean);

  /* The rows of a figure: attention and the chosen method; or every other method. */
  const ofChoice = (row) => row.method === context.choice.method && row.rules === context.choice.rules
    && (!row.against || !context.choice.against || row.against === context.choice.against);
  const ofOthers = (row) => row.method !== context.choice.method;

  function map(rows, focus, drawing, name) {
    const ledgers = site.ledger.list(rows);
    const numbers = element("details", { class: "numbers" }, element("summary", {}, "The numbers" + (ledgers ? ", and what they add up to" : "")));
    const fill = () => {
      if (!numbers.open || one("table", numbers)) return;
      const help = element("p", { class: "note" }, element("a", { href: "how-to-read.html#ledger" }, "What the parts of a ledger are"));
      const attributes = { class: "scroller", tabindex: "0", role: "region", "aria-label": "The numbers of " + name + ", as a table" };
      numbers.append(...(ledgers ? [ledgers, help] : []), element("div", attributes, site.figure.table(drawing, focus, rows)));
    };
    numbers.addEventListener("toggle", () => { fill(); further.numbers = numbers.open; });
    numbers.open = further.numbers;
    fill();
    const width = root.getBoundingClientRect().width;
    const figures = site.figure.draw(drawing, focus, rows, { width, together: context.choice.together, splitWord });
    const traced = rows.filter((row) => row.method !== site.values.ATTENTION);
    return element("div", { class: "map" }, ...figures, ...beliefs(traced), numbers);
  }

  /* A word of several pieces opens into them where it is clicked, and closes again. */
  function splitWord(column) {
    if (!column.splits || context.choice.split) return;
    const set = opened[column.side];
    if (!set.delete(column.word)) set.add(column.word);
    draw();
  }

  /* The words of both sides as the figure shows them. */
  function drawn() {
    const { segment, maps, words, choice } = context;
    if (choice.split || (!opened.source.size && !opened.target.size)) return context;
    const explained = site.words.wordOf(words.target, choice.position);
    const target = new Set(Array.from(opened.target).filter((word) => word !== explained)); // the explained word stays one
    return { ...context, units: {
      source: site.words.units(words.source, maps.source, segment.source, opened.source),
      target: site.words.units(words.target, maps.target, segment.hypothesis, target),
    } };
  }

  function others(drawing, unit) {
    const focus = site.values.focus(context.values, drawing.units, unit, context.explained, ofOthers);
    const rows = focus.rows.filter((row) => row !== focus.attention);
    if (!rows.length) return null;
    const names = Array.from(new Set(rows.map((row) => site.wording.method(row.method).prose)));
    const details = element("details", { class: "further" }, element("summary", {}, "Other methods: " + names.join(", ")));
    const fill = () => { if (details.open && !one(".map", details)) details.append(...warnings(rows), map(rows, focus, drawing, "the other methods")); };
    details.addEventListener("toggle", () => { further.open = details.open; fill(); });
    details.open = further.open;
    fill();
    return details;
  }
  const warnings = (rows) => rows.filter((row) => row.blownUp).map((row) => (
    element("p", { class: "warning", role: "note" }, element("b", {}, "Blown-up relevance."), " ", site.ledger.warning(row))));

  function figure() {
    const drawing = drawn();
    const unit = site.words.wordOf(drawing.units.target, context.choice.position);
    const focus = site.values.focus(context.values, drawing.units, unit, context.explained, ofChoice);
    const { method, state, against } = context.choice;
    focus.rows.forEach((row) => { row.chosen = row.method === method && row.state === state && row.against === against; });
    const sentences = site.sentences.of(drawing, focus).flatMap((phrases) => [...site.sentences.nodes(phrases), " "]);
    const notes = site.sentences.notes(drawing, focus).map((text) => element("p", { class: "note" }, text));
    return [
      heading(current()), picker(), controls(), element("p", { class: "sentence", "data-sentence": true }, ...sentences), ...warnings(focus.rows),
      focus.rows.length ? map(focus.rows, focus, drawing, "this word") : null, ...notes, others(drawing, unit),
    ].filter(Boolean);
  }

  /* What stands here where there is no word to explain. */
  function absent() {
    if (context.lost) return "The explanations could not be loaded: " + context.lost + " is missing beside this page. Copy the whole folder.";
    if (!site.data.index.model) return "No model took part in this run: there is nothing to explain.";
    if (!context.values) return "The run holds no explanation of this segment.";
    if (context.values.attends) {
      return "No word of this segment was explained. Choose a word of the translation above, with a click or Enter, to see what attention looks at.";
    }
    return context.flag ? "No position of this flag was explained." : "No word of this segment was explained.";
  }

  /* Draws the part again; the control that has the focus keeps it. */
  function draw() {
    const held = document.activeElement && root.contains(document.activeElement) ? document.activeElement.dataset.control : null;
    const nothing = !context.values || context.choice.position < 0 || current() < 0;
    root.replaceChildren(...(nothing ? [element("p", { class: "note" }, absent())] : figure()));
    const again = held && one("[data-control=\"" + held + "\"]", root);
    if (again) again.focus({ preventScroll: true });
  }

  /* Shows another segment, flag or choice in a part of the page. */
  function show(part, given, anew) {
    root = part;
    context = given;
    if (anew) opened = { source: new Set(), target: new Set() };
    draw();
  }
  const redraw = () => { if (root && context && root.isConnected && root.offsetParent) draw(); };

  site.why = { show, first, step, redraw };
})(window.nmtAudit);

/* The view of one segment: opens what the address names, draws its parts, goes from flag to flag. */
(function (site) {
  "use strict";
  const { element, one, button } = site.dom;
  const PARTS = ["lines", "flags", "why", "panels", "review", "missed"];
  const LABELS = { lines: "The segment", flags: "What is suspected", why: "Why", panels: "Maps", review: "Review", missed: "Missed errors" };

  let root = null;
  let turn = 0; // drawings that were overtaken by another address stop
  let wanted = ""; // which end of the next segment to begin at, where keys go back
  const shown = { segment: null, maps: null, lost: null, flag: null, place: -1, words: null, units: null, values: null };

  const part = (name) => one("[data-part=" + name + "]", root);

  /* The parts, empty, once. Others fill panels, review and missed. */
  function build() {
    root = one("[data-view=segment]");
    if (!root) return;
    root.replaceChildren(
      element("div", { "data-head": true }), element("p", { class: "empty", "data-absent": true, hidden: true }),
      ...PARTS.map((name) => element("section", { "data-part": name, "aria-label": LABELS[name] })),
    );
  }

  /* Where the address leads: {number, flag} or a sentence that says why nowhere. */
  async function target() {
    const flag = site.view.get("flag");
    if (flag !== null) {
      const number = site.data.numberOfFlag(flag);
      return number < 0 ? { absent: "This run has no flag “" + flag + "”. It may be from another run." } : { number, flag };
    }
    const id = site.view.get("segment");
    const number = await site.data.numberOfId(id);
    return number < 0 ? { absent: "This run has no segment “" + site.wording.visible(id) + "”. It may be from another run." } : { number, flag: null };
  }

  async function open() {
    if (!root) return;
    root.hidden = site.view.name() !== "segment";
    turn += 1;
    if (root.hidden) { shown.segment = null; return; }
    const mine = turn;
    const found = await target();
    if (mine !== turn) return;
    if (found.absent) { absent(found.absent); return; }
    if (shown.segment && shown.segment.number === found.number) { showFlag(placeOf(found.flag)); return; }
    const [segment, maps] = await Promise.all([site.data.segment(found.number), site.data.mapsOf(found.number)]);
    const lost = maps ? null : await missingMaps(found.number);
    if (mine !== turn) return;
    if (segment) {
      take(segment, maps, lost);
      draw(placeOf(found.flag));
    } else {
      absent("This part of the run could not be loaded: " + fileOf("segments", found.number) + " is missing beside this page. Copy the whole folder.");
    }
  }
  const fileOf = (kind, number) => "data/" + kind + "-" + String(site.data.chunkOf(number)).padStart(4, "0") + ".js";
  async function missingMaps(number) {
    const chunk = site.data.chunkOf(number);
    return site.data.index.maps.includes(chunk) && !(await site.data.part("maps", chunk)) ? fileOf("maps", number) : null;
  }

  function absent(text) {
    shown.segment = shown.maps = shown.flag = shown.values = null;
    one("[data-head]", root).replaceChildren(crumbs(), element("h1", {}, "Nothing to show"));
    one("[data-absent]", root).textContent = text;
    one("[data-absent]", root).hidden = false;
    PARTS.forEach((name) => { part(name).hidden = true; });
    document.title = "Segments · " + site.data.index.name;
  }

  /* The words of both sides: of the model where it took part, else of the text. */
  function take(segment, maps, lost) {
    const plain = (text) => site.words.plain(text).map((word, place) => ({ ...word, word: place, isPiece: false }));
    const tokens = maps && maps.source.pieces.length && maps.target.pieces.length;
    const words = tokens ? { source: site.words.of(maps.source, segment.source), target: site.words.of(maps.target, segment.hypothesis) }
      : { source: plain(segment.source), target: plain(segment.hypothesis) };
    Object.assign(shown, { segment, maps: tokens ? maps : null, lost, words, values: tokens ? site.values.of(maps) : null, flag: null, place: -1 });
    cut();
  }
  /* Words, or the pieces of them. */
  function cut() {
    const { segment, maps, words } = shown;
    const all = site.choice.get().split;
    shown.units = maps ? {
      source: site.words.units(words.source, maps.source, segment.source, all), target: site.words.units(words.target, maps.target, segment.hypothesis, all),
    } : words;
  }

  const live = () => shown.segment.flags.filter((flag) => flag.dismissed === null);
  function placeOf(id) {
    const { flags } = shown.segment;
    if (id !== null) return flags.findIndex((flag) => flag.id === id);
    return wanted === "last" && live().length ? live().length - 1 : flags.length ? 0 : -1;
  }

  /* What the parts are told: the segment, what the model computed, the choice, the current flag and its spans. */
  function context() {
    const { flag, segment } = shown;
    const spans = (side) => (flag ? [flag, flag.counterpart].filter((one) => one && one.side === side && one.start !== null && one.end !== null) : []);
    return {
      segment, maps: shown.maps, lost: shown.lost, words: shown.words, units: shown.units, values: shown.values, choice: site.choice.get(), flag,
      suspect: { source: spans("src"), target: spans("tgt") },
      explained: flag && shown.values ? flag.positions.filter((token) => token >= 0 && token < shown.values.targets) : [],
    };
  }

  function draw(place) {
    wanted = "";
    const { segment } = shown;
    one("[data-absent]", root).hidden = true;
    PARTS.forEach((name) => { part(name).hidden = false; });
    one("[data-head]", root).replaceChildren(crumbs(), head());
    site.suspicions.draw(part("flags"), segment, (at) => goTo(segment.flags[at].id));
    shown.place = place;
    shown.flag = segment.flags[place] || null;
    begin(true);
    site.lines.draw(part("lines"), context());
    part("lines").append(facts());
    document.title = "Segment " + (segment.number + 1) + " · " + site.data.index.name;
    window.scrollTo(0, 0);
    one("h1", root).focus({ preventScroll: true });
    site.emit("segment", current());
  }
  /* The current flag's word to begin with, and its figure. */
  function begin(anew) {
    site.suspicions.mark(part("flags"), shown.place);
    site.choice.within(shown.values, -1);
    const position = site.why.first(context());
    site.choice.within(shown.values, position);
    site.why.show(part("why"), context(), anew);
  }

  /* Makes another flag of the segment the current one. */
  function showFlag(place) {
    wanted = "";
    if (!shown.segment || !shown.segment.flags[place] || place === shown.place) return;
    shown.place = place;
    shown.flag = shown.segment.flags[place];
    begin(false);
    site.lines.rechoose(context());
    steps();
    const node = one(".flag[aria-current]", root);
    node.scrollIntoView({ block: "nearest" });
    site.say("Flag " + (place + 1) + " of " + shown.segment.flags.length + ": suspected " + site.data.category(shown.flag.category).label);
    site.emit("flag", shown.flag);
  }
  const goTo = (id, replace) => site.view.go({ flag: id, segment: null }, replace);

  /* The next segment with a flag, as the list is filtered and sorted; null at its end. */
  function neighbour(by) {
    const from = shown.segment ? shown.segment.number : -1;
    if (site.list && site.list.step) return site.list.step(from, by);
    const { flags } = site.data.columns;
    for (let number = from + by; number >= 0 && number < flags.length; number += by) if (flags[number]) return number;
    return null;
  }

  /* One flag on, or back; over the end of the segment into the next one. */
  async function stepFlag(by) {
    if (!shown.segment) return;
    const next = shown.place + by;
    if (next >= 0 && next < live().length) { goTo(shown.segment.flags[next].id, true); return; }
    const number = neighbour(by);
    if (number === null || number === undefined) { site.say(by > 0 ? "This is the last flag." : "This is the first flag."); return; }
    const segment = await site.data.segment(number);
    const flags = segment ? segment.flags.filter((flag) => flag.dismissed === null) : [];
    wanted = by < 0 ? "last" : "";
    const flag = flags[by < 0 ? flags.length - 1 : 0];
    if (flag) goTo(flag.id);
    else site.view.go({ segment: segment ? segment.id : String(number), flag: null });
  }

  /* ← All segments   ◂ previous flag   next flag ▸ */
  function crumbs() {
    return element("div", { class: "crumbs" },
      element("a", { href: site.view.address({ segment: null, flag: null }), "data-back": true, title: "Back to the list (u)" }, "← All segments"),
      element("span", { class: "steps", "data-steps": true }, ...stepButtons()));
  }
  function stepButtons() {
    if (!shown.segment) return [];
    const ends = { "-1": shown.place <= 0 && isEnd(-1), 1: shown.place >= live().length - 1 && isEnd(1) };
    const one = (by, label, end, key) => button(ends[by] ? end : label, () => stepFlag(by), { class: "quiet", disabled: ends[by], title: label + " (" + key + ")" });
    return [one(-1, "← previous flag", "first flag", "k"), one(1, "next flag →", "last flag", "j")];
  }
  const isEnd = (by) => { const number = neighbour(by); return number === null || number === undefined; };
  const steps = () => one("[data-steps]", root).replaceChildren(...stepButtons());

  function head() {
    const { segment } = shown;
    return element("div", { class: "segment-head" },
      element("h1", { tabindex: "-1" }, "Segment " + site.count(segment.number + 1), " ",
        element("bdi", { class: "id", title: "identifier in the corpus" }, site.wording.visible(segment.id)),
        segment.document === null ? null : [" ", element("bdi", { class: "id", title: "document" }, segment.document)]),
      site.suspicions.copying("Copy link", () => site.view.permalink({ segment: segment.id }), "Copy the address of this segment"));
  }

  const FACTS = [
    ["chrF", "chrf", 1, "Overlap with the reference in runs of letters, 0 to 100."],
    ["BLEU", "bleu", 1, "Overlap with the reference in runs of words, 0 to 100; rough for one sentence."],
    ["TER", "ter", 1, "Words to be changed to get to the reference, per 100 of its words; 0 is the reference itself."],
    ["log-probability", "logprob", 2, "Mean natural logarithm of the probability per token; 0 is certain."],
  ];
  function facts() {
    const { segment } = shown;
    const fact = (label, help, value) => element("li", {}, element("span", { class: "muted", title: help }, label), " ", value);
    const found = FACTS.filter(([, name]) => segment[name] !== null)
      .map(([label, name, decimals, help]) => fact(label, help, site.wording.fixed(segment[name], decimals)));
    if (segment.notChecked.length) {
      const help = "Checks that could not be made for this segment, for its languages or its length.";
      found.push(fact("not checked", help, segment.notChecked.map((category) => category.label).join(", ")));
    }
    return element("ul", { class: "facts" }, ...found);
  }

  const current = () => ({ segment: shown.segment, maps: shown.maps, flag: shown.flag, words: shown.words, units: shown.units, values: shown.values });

  function onChoice() {
    if (!shown.segment) return;
    const before = shown.units;
    cut();
    if (shown.maps && before.target.length + before.source.length !== shown.units.target.length + shown.units.source.length) redrawLines();
    else site.lines.rechoose(context());
    site.why.show(part("why"), context(), false);
  }
  function redrawLines() {
    if (!shown.segment) return;
    const held = document.activeElement && part("lines").contains(document.activeElement) ? document.activeElement.dataset : null;
    site.lines.draw(part("lines"), context());
    part("lines").append(facts());
    const again = held && one(held.control ? "[data-control=" + held.control + "]" : "[data-side=" + held.side + "]", part("lines"));
    if (again) again.focus({ preventScroll: true });
  }

  site.on("ready", build);
  site.on("view", open);
  site.on("choice", onChoice);
  site.on("differences", redrawLines);
  site.on("readings", redrawLines);

  /* A figure wraps where the page ends: another width, other bands. */
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    window.requestAnimationFrame(() => { if (shown.segment) site.why.redraw(); });
  });

  const toggle = (name) => () => site.choice.set({ [name]: !site.choice.get()[name] });
  site.keys.add("segment", {
    j: { run: () => { stepFlag(1); }, help: "next flag" },
    k: { run: () => { stepFlag(-1); }, help: "previous flag" },
    u: { run: () => site.view.go({ segment: null, flag: null }), help: "back to the list" },
    "[": { run: () => site.why.step(-1), help: "previous explained word" },
    "]": { run: () => site.why.step(1), help: "next explained word" },
    "arrow-help": { run: () => false, help: "in a line or a figure: from word to word; Enter explains a word", label: "← →" },
    d: { run: () => site.lines.compare(), help: "differences to the reference" },
    p: { run: toggle("split"), help: "pieces instead of words" },
    o: { run: toggle("together"), help: "all rows on one scale" },
  });

  site.reader = { current, showFlag, nextFlag: () => stepFlag(1), previousFlag: () => stepFlag(-1) };
})(window.nmtAudit);

/* Numbers as colours, from the custom properties of the stylesheet: what is drawn follows the theme, a picture is always light.
   One hue where numbers have no sign; blue above zero and orange below it, with a neutral middle, where they do. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const EVEN = 0.179; // the luminance on which black and white are equally legible
  const NAMES = ["paper", "faint", "line", "text", "muted", "accent", "look", "plus", "minus"];
  const STOPS = 64; // shades of a ramp: steps that nobody sees, and a table that is made once

  let printing = false;
  const known = new Map(); // "light", or "" for the page's own theme → ink

  /* A colour of the stylesheet, as the browser works it out, [red, green, blue]. */
  function read(probe, name) {
    probe.style.color = "var(--" + name + ")";
    return window.getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  }

  const mix = (one, other, share) => one.map((part, place) => part + (other[place] - part) * share);
  const css = (colour) => "rgb(" + colour.map((part) => Math.round(part)).join(",") + ")";

  /* Shades from nothing to the strongest: neutral, a tint, the hue itself, the hue drawn towards the text's own colour. */
  function ramp(hue, ink) {
    const anchors = [ink.faint, mix(ink.faint, hue, 0.4), hue, mix(hue, ink.text, 0.55)];
    return Array.from({ length: STOPS + 1 }, (_, stop) => {
      const at = (stop / STOPS) * (anchors.length - 1);
      const below = Math.min(Math.floor(at), anchors.length - 2);
      const colour = mix(anchors[below], anchors[below + 1], at - below).map(Math.round);
      return { colour, css: css(colour) };
    });
  }

  /* The colours to draw with. `theme`: "light" for pictures and paper; without it the page's own. */
  function ink(theme) {
    const key = printing ? "light" : theme || "";
    if (!known.has(key)) {
      const probe = element("span", { class: "probe" + (key ? " " + key : ""), "aria-hidden": "true" });
      document.body.append(probe);
      const colours = Object.fromEntries(NAMES.map((name) => [name, read(probe, name)]));
      probe.remove();
      const ramps = { look: ramp(colours.look, colours), plus: ramp(colours.plus, colours), minus: ramp(colours.minus, colours) };
      known.set(key, { ...Object.fromEntries(NAMES.map((name) => [name, css(colours[name])])), ramps });
    }
    return known.get(key);
  }

  /* The colour of a share from −1 to 1 of the largest number. Infinite numbers get the strongest colour. */
  function stop(share, signed, inks) {
    const strength = Math.round(Math.min(Math.abs(share), 1) * STOPS);
    return inks.ramps[signed ? (share < 0 ? "minus" : "plus") : "look"][strength];
  }
  const shade = (share, signed, inks) => stop(share, signed, inks).css;

  /* Many shades at once, on a canvas with a pixel for each, to be drawn larger: [rows][columns], `share(row, column)` null is left out. */
  function pixels(rows, columns, signed, inks, share) {
    const canvas = element("canvas", { width: Math.max(columns, 1), height: Math.max(rows, 1) });
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(canvas.width, canvas.height);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const known = share(row, column);
        if (known !== null) image.data.set([...stop(known, signed, inks).colour, 255], 4 * (row * columns + column));
      }
    }
    pen.putImageData(image, 0, 0);
    return canvas;
  }

  /* Black or white, whichever is legible on a colour of `shade`. */
  const legible = new Map();
  function over(colour) {
    if (!legible.has(colour)) legible.set(colour, blackOrWhite(colour));
    return legible.get(colour);
  }
  function blackOrWhite(colour) {
    const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > EVEN ? "#000000" : "#ffffff";
  }

  function changed() {
    known.delete("");
    site.emit("theme");
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  window.addEventListener("beforeprint", () => { printing = true; site.emit("theme"); });
  window.addEventListener("afterprint", () => { printing = false; site.emit("theme"); });

  site.shades = { ink, shade, over, pixels };
})(window.nmtAudit);

/* Pictures to take away, as SVG with text as text and as PNG, both from one drawing: figures in the layout of the papers,
   light, with a caption that says what the numbers rest on. Sizes are points. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const FONT = "\"Noto Sans\", \"DejaVu Sans\", Arial, \"Noto Sans CJK SC\", \"Noto Sans Arabic\", sans-serif";
  const MARGIN = 14;
  const SHARPNESS = 200 / 72; // 200 dots per inch
  const MOST = 40e6; // pixels of a PNG: browsers draw nothing on larger ones
  const LINES = 12; // of a caption that a sentence may take
  const NARROWEST = 300; // a caption is not set in a narrower column

  /* What XML allows: every other character is shown as the sign for “no such character”. */
  const legal = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");

  const font = (size, bold) => (bold ? "bold " : "") + size + "px " + FONT;
  let ruler = null;
  function widthOf(text, size = 8, bold = false) {
    ruler = ruler || document.createElement("canvas").getContext("2d");
    ruler.font = font(size, bold);
    return ruler.measureText(text).width;
  }

  /* A text cut to a width, with an ellipsis. */
  function fitted(text, room, size = 8, bold = false) {
    if (text.length < 400 && widthOf(text, size, bold) <= room) return text;
    const signs = Array.from(text.slice(0, 800));
    while (signs.length && widthOf(signs.join("") + "…", size, bold) > room) signs.length -= Math.ceil(signs.length / 20);
    return signs.join("") + "…";
  }

  /* A text in lines of a width; words that are wider than a line are cut. */
  function wrapped(text, room, size) {
    const lines = [""];
    text.split(/\s+/).forEach((word) => {
      const longer = lines[lines.length - 1] + (lines[lines.length - 1] ? " " : "") + word;
      if (widthOf(longer, size) <= room) lines[lines.length - 1] = longer;
      else if (lines[lines.length - 1]) lines.push(fitted(word, room, size));
      else lines[lines.length - 1] = fitted(word, room, size);
    });
    return lines;
  }

  /* A sheet of paper: collects what is drawn on it, and grows with it. */
  function sheet() {
    const drawn = [];
    const made = { drawn, right: 0, bottom: 0, ink: site.shades.ink("light") };
    made.reach = (right, bottom) => { made.right = Math.max(made.right, right); made.bottom = Math.max(made.bottom, bottom); };
    made.box = (x, y, wide, high, fill, title) => { drawn.push({ kind: "box", x, y, wide, high, fill, title }); made.reach(x + wide, y + high); };
    /* A small canvas drawn larger, without smoothing: for vectors of hundreds of numbers. */
    made.image = (x, y, wide, high, canvas_) => { drawn.push({ kind: "image", x, y, wide, high, canvas: canvas_ }); made.reach(x + wide, y + high); };
    made.line = (points, colour, width = 0.6, dash = null) => drawn.push({ kind: "line", points, colour: colour || made.ink.line, width, dash });
    made.dot = (x, y, radius, fill) => drawn.push({ kind: "dot", x, y, radius, fill });
    made.text = (x, y, text, how = {}) => {
      const one = { kind: "text", x, y, text: legal(text), size: 8, across: "left", turned: false, bold: false, colour: made.ink.text, dir: "ltr", ...how };
      drawn.push(one);
      if (!one.turned && one.across === "left") made.reach(x + widthOf(one.text, one.size, one.bold), y);
    };
    return made;
  }

  /* The caption under a drawing: a heading, then [name, text] of each fact. A text keeps its own direction: U+2068 and U+2069
     set it apart from what stands before it. */
  function caption(on, heading, facts) {
    const room = Math.max(on.right, NARROWEST);
    let y = on.bottom + 18;
    const put = (text, how) => { on.text(0, y, text, how); y += 11; };
    wrapped(heading, room, 8.5).forEach((line) => put(line, { size: 8.5, bold: true }));
    facts.forEach(([name, text]) => {
      const begin = name + ": ";
      const lines = wrapped(legal(text), room - widthOf(begin, 7), 7).slice(0, LINES);
      lines.forEach((line, place) => put((place ? "" : begin) + "\u2068" + line + "\u2069", { size: 7, colour: on.ink.muted }));
    });
    on.reach(room, y - 6);
  }

  /* A document that no window shows: nothing in it is loaded or run. */
  const aside = document.implementation.createDocument(NAMESPACE, "svg", null);
  const rounded = (number) => Math.round(number * 100) / 100;
  function node(name, attributes, ...children) {
    const made = aside.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => {
      if (value !== null && value !== undefined) made.setAttribute(key, typeof value === "number" ? String(rounded(value)) : value);
    });
    made.append(...children);
    return made;
  }
  const ANCHOR = { ltr: { left: "start", center: "middle", right: "end" }, rtl: { left: "end", center: "middle", right: "start" } };
  const shapes = {
    box: (one) => node("rect", { x: one.x, y: one.y, width: one.wide, height: one.high, fill: one.fill }, ...(one.title ? [node("title", {}, legal(one.title))] : [])),
    dot: (one) => node("circle", { cx: one.x, cy: one.y, r: one.radius, fill: one.fill }),
    image: (one) => node("image", { x: one.x, y: one.y, width: one.wide, height: one.high, href: one.canvas.toDataURL(), preserveAspectRatio: "none", "image-rendering": "pixelated" }),
    line: (one) => node("polyline", {
      points: one.points.map((point) => point.map(rounded).join(",")).join(" "), fill: "none", stroke: one.colour, "stroke-width": one.width,
      "stroke-dasharray": one.dash ? one.dash.join(" ") : null,
    }),
    text: (one) => node("text", {
      x: one.x, y: one.y, "font-size": one.size, "font-weight": one.bold ? "bold" : null, fill: one.colour, "text-anchor": ANCHOR[one.dir][one.across],
      direction: one.dir === "rtl" ? "rtl" : null, transform: one.turned ? "rotate(-90 " + rounded(one.x) + " " + rounded(one.y) + ")" : null,
    }, one.text),
  };

  /* The drawing as the text of an SVG file. */
  function svg(on, title, description) {
    const wide = Math.ceil(on.right + 2 * MARGIN);
    const high = Math.ceil(on.bottom + 2 * MARGIN);
    const root = node("svg", {
      width: wide + "pt", height: high + "pt", viewBox: [0, 0, wide, high].join(" "), role: "img", "font-family": FONT, "aria-labelledby": "title about",
    }, node("title", { id: "title" }, legal(title)), node("desc", { id: "about" }, legal(description)), node("rect", { width: wide, height: high, fill: on.ink.paper }));
    const content = node("g", { transform: "translate(" + MARGIN + " " + MARGIN + ")" });
    on.drawn.forEach((one) => content.append(shapes[one.kind](one)));
    root.append(content);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + new XMLSerializer().serializeToString(root) + "\n";
  }

  const strokes = {
    box: (pen, one) => { pen.fillStyle = one.fill; pen.fillRect(one.x, one.y, one.wide, one.high); },
    dot: (pen, one) => { pen.fillStyle = one.fill; pen.beginPath(); pen.arc(one.x, one.y, one.radius, 0, 7); pen.fill(); },
    image: (pen, one) => { pen.imageSmoothingEnabled = false; pen.drawImage(one.canvas, one.x, one.y, one.wide, one.high); },
    line: (pen, one) => {
      pen.strokeStyle = one.colour;
      pen.lineWidth = one.width;
      pen.setLineDash(one.dash || []);
      pen.beginPath();
      one.points.forEach(([x, y]) => pen.lineTo(x, y));
      pen.stroke();
    },
    text: (pen, one) => {
      pen.save();
      pen.translate(one.x, one.y);
      if (one.turned) pen.rotate(-Math.PI / 2);
      pen.font = font(one.size, one.bold);
      pen.fillStyle = one.colour;
      pen.textAlign = one.across;
      pen.direction = one.dir;
      pen.fillText(one.text, 0, 0);
      pen.restore();
    },
  };

  /* The drawing on a canvas, for a PNG file: no image of the SVG, which the page's security policy would not load. */
  function canvas(on) {
    const wide = on.right + 2 * MARGIN;
    const high = on.bottom + 2 * MARGIN;
    const scale = Math.min(SHARPNESS, Math.sqrt(MOST / (wide * high)), 16000 / Math.max(wide, high));
    const made = element("canvas", { width: Math.ceil(wide * scale), height: Math.ceil(high * scale) });
    const pen = made.getContext("2d");
    pen.fillStyle = on.ink.paper;
    pen.fillRect(0, 0, made.width, made.height);
    pen.scale(scale, scale);
    pen.translate(MARGIN, MARGIN);
    on.drawn.forEach((one) => strokes[one.kind](pen, one));
    return made;
  }

  /* What every caption says: model, sentence and signature, and between them what the figure adds. */
  function facts({ segment }, ...further) {
    return [
      ["model", site.data.index.model || "not known"],
      ["sentence", segment.id],
      ["source", segment.source],
      ["translation", segment.hypothesis],
      ...further.filter(Boolean),
      ["signature", site.data.index.signature],
    ];
  }

  const fileName = (context, name) => "segment-" + (context.segment.number + 1) + "-" + name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

  /* Two buttons that hand the reader a figure. `draw(context)` → { sheet, title, facts }. */
  function buttons(context, name, draw) {
    const drawing = () => {
      const made = draw(context());
      caption(made.sheet, made.title, made.facts);
      return made;
    };
    const asSvg = () => {
      const made = drawing();
      site.download(fileName(context(), name) + ".svg", svg(made.sheet, made.title, made.facts.map((fact) => fact[0] + ": " + fact[1]).join("; ")), "image/svg+xml");
    };
    const asPng = () => canvas(drawing().sheet).toBlob((content) => {
      if (content) site.download(fileName(context(), name) + ".png", content, "image/png");
      else site.say("This picture is too large for a PNG; the SVG has no such limit.");
    }, "image/png");
    return [
      site.dom.button("SVG", asSvg, { "data-picture": "svg", "aria-label": "Download as SVG: " + name }),
      site.dom.button("PNG", asPng, { "data-picture": "png", "aria-label": "Download as PNG: " + name }),
    ];
  }

  site.picture = { sheet, buttons, facts, widthOf, fitted, svg, canvas, caption };
})(window.nmtAudit);

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

/* The further views of a segment under its figure. Each view is a panel that says whether it has something to show:
   { name, title, about(context), applies(context), draw(container, context), key(context), moved(container, context),
     table(context), picture(context) }. `key` names what is drawn: where it stays the same, `moved` is enough. */
(function (site) {
  "use strict";
  const { all, element, one } = site.dom;

  const panels = [];
  const add = (panel) => panels.push(panel);

  let context = null;
  let open = []; // [{panel, section, key}] of the segment that is shown

  /* What every panel gets: the segment, its maps and words, and what the reader chose. */
  function contextOf({ segment, maps }) {
    const words = { source: site.words.of(maps.source, segment.source), target: site.words.of(maps.target, segment.hypothesis) };
    return withChoice({ segment, maps, words, values: site.values.of(maps) });
  }
  function withChoice(known) {
    const choice = site.choice.get();
    const split = choice.split;
    return {
      ...known, choice,
      units: {
        source: site.words.units(known.words.source, known.maps.source, known.segment.source, split),
        target: site.words.units(known.words.target, known.maps.target, known.segment.hypothesis, split),
      },
    };
  }

  /* A word as a page shows it. */
  const wordNode = (unit, language, attributes) => element("span", { lang: language, dir: "auto", title: unit.text.length > 24 ? unit.text.slice(0, 200) : null, ...attributes }, unit.text.slice(0, 200));

  /* A table behind a view: {caption, head, rows}; the first cell of a row is its name. A cell is text, a number or {unit, lang}. */
  function tableNode({ caption, head, rows }) {
    const content = (cell) => (cell === null || cell === undefined ? "" : typeof cell === "number" ? site.wording.number(cell) : cell.unit ? wordNode(cell.unit, cell.lang) : cell);
    const made = element("table", { class: "map-table" }, element("caption", { class: "visually-hidden" }, caption));
    made.append(element("thead", {}, element("tr", {}, ...head.map((cell) => element("th", { scope: "col" }, content(cell))))));
    made.append(element("tbody", {}, ...rows.map(([name, ...cells]) => element(
      "tr", {}, element("th", { scope: "row" }, content(name)), ...cells.map((cell) => element("td", {}, content(cell))),
    ))));
    return made;
  }

  /* The table is made when it is opened: one of a long sentence has ten thousand cells. */
  function behind(panel, current) {
    const place = element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": panel.title + ": the numbers" });
    const details = element("details", { class: "behind" }, element("summary", {}, "The numbers in a table"), place);
    details.addEventListener("toggle", () => fill(panel, details, current()));
    return details;
  }
  function fill(panel, details, now) {
    const place = one(".scroller", details);
    place.replaceChildren(...(details.open ? panel.table(now).map(tableNode) : []));
  }

  function sectionOf(panel) {
    const title = "panel-" + panel.name;
    const tools = element("div", { class: "panel-tools" }, ...(panel.picture ? site.picture.buttons(() => context, panel.title, panel.picture) : []));
    return element(
      "section", { class: "panel", "data-panel": panel.name, "aria-labelledby": title },
      element("div", { class: "panel-head" }, element("h3", { id: title }, panel.title), tools),
      element("p", { class: "note", "data-about": true }), element("div", { class: "panel-body" }),
      ...(panel.table ? [behind(panel, () => context)] : []),
    );
  }

  function draw(entry) {
    const { panel, section } = entry;
    entry.key = panel.key(context);
    one("[data-about]", section).textContent = panel.about(context);
    panel.draw(one(".panel-body", section), context);
    const details = one("details.behind", section);
    if (details && details.open) fill(panel, details, context);
    if (panel.moved) panel.moved(one(".panel-body", section), context);
  }

  /* After the reader has drawn a segment: the panels that have something to show, in their order. */
  function segmentDrawn(shown) {
    const place = one("[data-part=panels]");
    if (!place) return;
    if (!shown || !shown.maps) {
      context = null;
      open = [];
      place.replaceChildren();
      return;
    }
    if (context && context.maps === shown.maps && open.length && open.every(({ section }) => section.isConnected)) {
      choiceMade();
      return;
    }
    context = contextOf(shown);
    open = panels.filter((panel) => panel.applies(context)).map((panel) => ({ panel, section: sectionOf(panel), key: null }));
    place.replaceChildren(...open.map(({ section }) => section));
    open.forEach(draw);
  }

  function choiceMade() {
    if (!context || !open.length) return;
    context = withChoice(context);
    open.forEach((entry) => {
      if (entry.panel.key(context) !== entry.key) draw(entry);
      else if (entry.panel.moved) entry.panel.moved(one(".panel-body", entry.section), context);
    });
  }

  /* Draws everything again: another theme, another width. */
  function again() {
    if (context) open.forEach(draw);
  }

  /* Another width asks for another layout of the maps; the first report only says how wide the place is. */
  let width = null;
  let watched = null;
  const watch = new ResizeObserver(([entry]) => {
    const before = width;
    width = entry.contentRect.width;
    if (before !== null && width > 0 && Math.abs(width - before) >= 24) again();
  });

  site.on("segment", (shown) => {
    segmentDrawn(shown);
    const place = one("[data-part=panels]");
    if (!place || place === watched) return;
    watch.disconnect();
    width = null;
    watched = place;
    watch.observe(place);
  });
  site.on("choice", choiceMade);
  site.on("theme", again);

  /* The numbers of a named detail of a row: {shape, values}. */
  function detail(row, name) {
    const found = row.details && row.details[name];
    if (!found || found.scale === null) return null;
    return { shape: found.shape, values: Float64Array.from(site.data.unpacked(found.values, Int16Array), (step) => (step / 32767) * found.scale) };
  }

  site.panels = { add, detail, wordNode, tableNode, all: () => panels.slice(), open: () => all("[data-panel]"), context: () => context };
})(window.nmtAudit);

/* Full maps: attention and the chosen method side by side, cells on a canvas, words around it, every number within reach of
   the arrow keys and in a table behind. */
(function (site) {
  "use strict";
  const { element, one } = site.dom;
  const APART = 13; // pixels between the source words and the earlier words of the translation
  const CELL = { narrowest: 17, widest: 30, high: 24, low: 19 };
  const NAMES = { narrowest: 84, widest: 132 };
  const EDGES = 10; // around a map, for the outlines of what is chosen
  const MANY = 40; // words: rows get lower
  const SEEN = 0.15; // of the largest: smaller negative numbers need no sign of their own
  const MOST = 6e6; // pixels of a canvas

  let together = false; // one scale for all rows

  /* Where columns and rows stand, in pixels. */
  function geometry(of, room) {
    const columns = site.grids.columns(of);
    const widest = Math.max(...of.words.map((word) => site.picture.widthOf(word.text.slice(0, 20), 13)));
    const names = Math.ceil(Math.min(Math.max(widest + 12, NAMES.narrowest), NAMES.widest));
    const cell = Math.max(CELL.narrowest, Math.min(CELL.widest, Math.floor((room - names - EDGES - (of.target ? APART : 0)) / columns.length)));
    const high = of.words.length > MANY ? CELL.low : CELL.high;
    const left = columns.map((column, place) => place * cell + (column.side === "target" ? APART : 0));
    return { columns, cell, high, left, names, wide: columns.length * cell + (of.target ? APART : 0), tall: of.words.length * high };
  }

  function hatch(pen, x, y, wide, high, colour) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, wide, high);
    pen.clip();
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let at = x - high; at < x + wide; at += 7) { pen.moveTo(at, y + high); pen.lineTo(at + high, y); }
    pen.stroke();
    pen.restore();
  }

  function paint(canvas, of, place) {
    const scale = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST / (place.wide * place.tall)));
    canvas.width = Math.max(1, Math.round(place.wide * scale));
    canvas.height = Math.max(1, Math.round(place.tall * scale));
    canvas.style.width = place.wide + "px";
    canvas.style.height = place.tall + "px";
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.imageSmoothingEnabled = false;
    const ink = site.shades.ink();
    const shares = sharesOf(of, place);
    ["source", "target"].forEach((side) => paintSide(pen, of, place, ink, shares, side));
    of.rows.forEach((known, row) => {
      if (!known || !Number.isFinite(known.largest)) hatch(pen, 0, row * place.high + 1, of.source.units.length * place.cell, place.high - 2, ink.line);
    });
    if (of.target) {
      pen.fillStyle = ink.text;
      pen.fillRect(of.source.units.length * place.cell + Math.floor(APART / 2), 0, 1, place.tall);
    }
  }

  /* Each number as a share of what gets the strongest colour in its row; null where nothing is drawn. */
  function sharesOf(of, place) {
    return of.rows.map((known, row) => {
      if (!known || !Number.isFinite(known.largest)) return place.columns.map(() => null);
      const largest = site.grids.ceiling(of, row, together);
      return place.columns.map((column) => {
        const number = site.grids.value(of, row, column);
        return number === null ? null : largest > 0 ? number / largest : 0;
      });
    });
  }

  /* The cells of one side: a pixel each, drawn larger, with gaps between them and a minus on what is well below zero. */
  function paintSide(pen, of, place, ink, shares, side) {
    const first = place.columns.findIndex((column) => column.side === side);
    const count = place.columns.filter((column) => column.side === side).length;
    if (!count) return;
    const left = place.left[first];
    const small = site.shades.pixels(of.rows.length, count, of.signed, ink, (row, column) => shares[row][first + column]);
    pen.drawImage(small, left, 0, count * place.cell, place.tall);
    for (let column = 1; column <= count; column += 1) pen.clearRect(left + column * place.cell - 1, 0, 1, place.tall);
    for (let row = 1; row <= of.rows.length; row += 1) pen.clearRect(left, row * place.high - 1, count * place.cell, 1);
    if (!of.signed) return;
    shares.forEach((row, at) => row.slice(first, first + count).forEach((share, column) => {
      if (share === null || share > -SEEN) return;
      pen.fillStyle = site.shades.over(site.shades.shade(share, true, ink));
      pen.fillRect(left + (column + 0.5) * place.cell - 4, (at + 0.5) * place.high - 1.5, 7, 2);
    }));
  }

  /* The words above and beside the cells. Scripts that can be set upright are not turned. */
  const turned = (word) => (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}。、，]/u.test(word.text) ? "upright" : "turned");
  function headsNode(of, place) {
    const made = element("div", { class: "heat-heads", "aria-hidden": "true" });
    place.columns.forEach((column, at) => {
      const node = site.panels.wordNode(column.word, column.language, { class: "heat-word " + turned(column.word) });
      const gap = column.side === "target" && at === of.source.units.length;
      node.style.width = place.cell + "px";
      node.style.lineHeight = place.cell + "px"; // across, as the writing runs upwards
      if (gap) node.style.marginLeft = APART + "px";
      made.append(node);
    });
    return made;
  }
  function namesNode(of, place) {
    const made = element("div", { class: "heat-names", "aria-hidden": "true" });
    made.append(...of.words.map((word, row) => {
      const node = site.panels.wordNode(word, of.language, { class: "heat-name" + (of.rows[row] ? "" : " none") });
      node.style.height = place.high + "px";
      node.style.lineHeight = place.high + "px";
      return node;
    }));
    made.style.width = place.names + "px";
    return made;
  }

  const put = (node, x, y, wide, high) => {
    Object.entries({ left: x, top: y, width: wide, height: high }).forEach(([name, pixels]) => { node.style[name] = pixels + "px"; });
    node.hidden = false;
  };

  /* The number of a cell in words. */
  function says(of, row, column) {
    const target = site.panels.wordNode(of.words[row], of.language);
    const known = of.rows[row];
    if (!known) return ["“", target, "” was not explained."];
    const number = site.grids.value(of, row, column);
    const other = site.panels.wordNode(column.word, column.language);
    const begin = [column.side === "target" ? "earlier word “" : "“", other, "” for “", target, "”: "];
    if (number === null) return [...begin, "it comes later and cannot matter."];
    if (of.kind.method === site.values.ATTENTION) return [...begin, "attention " + site.wording.fixed(number, 3)];
    const share = known.shares[column.side === "source" ? column.unit : known.source.length + column.unit];
    return [...begin, (number > 0 && of.signed ? "+" : "") + site.wording.number(number) + ", " + site.wording.percent(share) + " of all |R| of this word"];
  }

  /* A map as a figure, with `show(row)` to mark the chosen word. */
  function figure(of, room, name, choose) {
    const place = geometry(of, room);
    const canvas = element("canvas", { "aria-hidden": "true" });
    const rowMark = element("div", { class: "heat-row", hidden: true });
    const cellMark = element("div", { class: "heat-cell", hidden: true });
    const line = element("p", { class: "heat-says", "aria-live": "polite" }, "Point at a cell, or move by arrow keys, for its number.");
    const cells = element("div", { class: "heat-cells", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": site.grids.sentence(of) + " Arrow keys read the cells, Enter chooses a word." }, canvas, rowMark, cellMark);
    const legend = element("span", { class: "heat-legend" + (of.signed ? " signed" : ""), "aria-hidden": "true" }, element("i", {}));
    const grid = element("div", { class: "heat-grid" }, element("div", { class: "heat-corner" }, legend), headsNode(of, place), namesNode(of, place), cells);
    const box = element("div", { class: "heat-box", role: "region", "aria-label": of.title + ", scrolls in its own box" }, grid);
    paint(canvas, of, place);
    cells.style.width = place.wide + "px";
    cells.style.height = place.tall + "px";
    interact(cells, of, place, { cellMark, line, choose });
    const show = (row) => { if (row < 0) rowMark.hidden = true; else put(rowMark, -2, row * place.high - 1, place.wide + 4, place.high + 1); };
    return { node: element("figure", { class: "heat", "data-heat": name }, box, line), show };
  }

  /* Pointing, arrow keys and choosing. */
  function interact(cells, of, place, { cellMark, line, choose }) {
    let at = { row: 0, column: 0 };
    const go = (row, column, scroll) => {
      at = { row: Math.min(Math.max(row, 0), of.words.length - 1), column: Math.min(Math.max(column, 0), place.columns.length - 1) };
      put(cellMark, place.left[at.column] - 1, at.row * place.high - 1, place.cell + 1, place.high + 1);
      line.replaceChildren(...says(of, at.row, place.columns[at.column]));
      if (scroll) cellMark.scrollIntoView({ block: "nearest", inline: "nearest" });
    };
    const under = (event) => {
      const frame = cells.getBoundingClientRect();
      const x = event.clientX - frame.left;
      const column = place.left.findIndex((left) => x >= left && x < left + place.cell);
      const row = Math.floor((event.clientY - frame.top) / place.high);
      return column < 0 || row < 0 || row >= of.words.length ? null : { row, column };
    };
    cells.addEventListener("pointermove", (event) => { const found = under(event); if (found && (found.row !== at.row || found.column !== at.column || cellMark.hidden)) go(found.row, found.column); });
    cells.addEventListener("pointerleave", () => { if (document.activeElement !== cells) cellMark.hidden = true; });
    cells.addEventListener("click", (event) => { const found = under(event); if (found) choose(found.row); });
    cells.addEventListener("focus", () => go(at.row, at.column));
    cells.addEventListener("blur", () => { cellMark.hidden = true; });
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -Infinity], End: [0, Infinity] };
    cells.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in steps) go(at.row + steps[event.key][0], at.column + steps[event.key][1], true);
      else if (event.key === "Enter") choose(at.row);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /* What can be shown in the second map, as a list to choose from. */
  function picker(context) {
    const all = site.grids.kinds(context);
    const rules = new Set(all.map(({ kind }) => kind.rules).filter(Boolean));
    const key = (kind) => JSON.stringify([kind.method, kind.state, kind.rules, kind.against]);
    const now = key(site.grids.chosen(context));
    const label = ({ kind, words }) => site.grids.title(kind) + (rules.size > 1 && kind.rules ? ", " + kind.rules : "") + " (" + words + " of " + site.plural(context.units.target.length, "word") + ")";
    const made = element("select", { "aria-label": "What the second map shows", "data-second-map": true }, ...all.map((one_) => element("option", { value: key(one_.kind), selected: key(one_.kind) === now }, label(one_))));
    made.addEventListener("change", () => {
      const [method, state, rules_, against] = JSON.parse(made.value);
      site.choice.set({ method, state, rules: rules_, against });
      const again = one("[data-panel=maps] [data-second-map]");
      if (again) again.focus();
    });
    return made;
  }

  function oneScale(container, context) {
    const box = element("input", { type: "checkbox" });
    box.checked = together;
    box.addEventListener("change", () => {
      together = box.checked;
      draw(container, context);
      one(".heat-switch input", container).focus();
    });
    return element("label", { class: "heat-switch", title: "Otherwise each row is coloured by its own largest |R|" }, box, " one scale for all rows");
  }

  let shown = []; // the figures on the page
  function draw(container, context) {
    const { attention, relevance } = grids(context);
    const wide = container.clientWidth || 720;
    const most = context.units.source.length * 2 + (relevance && relevance.target ? context.units.target.length : 0);
    const stacked = !attention || !relevance || wide < 860 || most * CELL.narrowest + 260 > wide;
    const shares = attention && relevance ? [attention, relevance].map((of) => 6 + site.grids.columns(of).length) : [1];
    const rooms = shares.map((share) => (stacked ? wide : ((wide - 32) * share) / (shares[0] + shares[1])));
    const choose = (row) => site.choice.set({ position: positionOf(context, row) });
    const column = (of, room, name, head) => {
      const made = figure(of, room, name, choose);
      shown.push(made);
      const node = element("div", { class: "heat-column" }, element("div", { class: "heat-title" }, head, name === "relevance" && of.signed ? oneScale(container, context) : null), made.node);
      if (!stacked) node.style.width = room + "px";
      return node;
    };
    shown = [];
    container.replaceChildren(element(
      "div", { class: "heats" + (stacked ? " stacked" : "") },
      attention ? column(attention, rooms[0], "attention", element("b", {}, "Attention")) : null,
      relevance ? column(relevance, rooms[rooms.length - 1], "relevance", picker(context)) : null,
    ));
    moved(container, context);
  }

  /* Marks the row of the chosen word. */
  function moved(container, context) {
    const row = rowOf(context);
    shown.forEach((figure_) => figure_.show(row));
  }
  const rowOf = ({ units, choice }) => units.target.findIndex((unit) => unit.tokens.includes(choice.position));

  /* The token that stands for a word: the last one that something is stored for, or its last. */
  function positionOf({ units, values }, row) {
    const { tokens } = units.target[row];
    const explained = tokens.filter((token) => values.at(token).length);
    const among = explained.length ? explained : tokens;
    return among[among.length - 1];
  }

  /* Both maps, made once for what is shown. */
  let last = { key: null, grids: null };
  function grids(context) {
    const now = context.segment.id + key(context);
    if (last.key !== now || last.maps !== context.maps) last = { key: now, maps: context.maps, grids: { attention: site.grids.attention(context), relevance: site.grids.relevance(context) } };
    return last.grids;
  }

  const key = ({ choice }) => JSON.stringify([choice.method, choice.state, choice.rules, choice.against, choice.split instanceof Set ? [...choice.split] : choice.split]);

  function about(context) {
    const { attention, relevance } = grids(context);
    const words = context.units.target.length;
    const begin = "Each row is a word of the translation, each column a source word" + (relevance && relevance.target ? "; right of the line stand the earlier words of the translation" : "") + ".";
    const few = relevance && relevance.stored < words ? " " + relevance.stored + " of " + site.plural(words, "word") + (relevance.stored === 1 ? " was" : " were") + " explained; the others are hatched. An audit with --maps stores every word of the most suspicious segments." : "";
    return begin + few + (attention ? "" : " This model has no attention.") + (relevance ? "" : " No word of this segment was explained.");
  }

  /* The figure to take away: the papers' layout, both maps side by side. */
  function picture(context) {
    const sheet = site.picture.sheet();
    const { attention, relevance } = grids(context);
    site.drawings.maps(sheet, [attention, relevance].filter(Boolean), together);
    const kind = site.grids.chosen(context);
    return {
      sheet, title: [attention, relevance].filter(Boolean).map((of) => of.title).join(" | "),
      facts: site.picture.facts(context, kind && ["method", site.wording.method(kind.method).label], kind && kind.rules && ["rule set", kind.rules], ["colours", together ? "one scale for all rows of relevance" : "each row of relevance by its own largest |R|"]),
    };
  }

  site.heat = { positionOf, rowOf, picture, figure };
  site.panels.add({
    name: "maps", title: "Full maps", about, key, draw, moved, picture,
    applies: (context) => Boolean(context.units.source.length && context.units.target.length && (context.values.attends || context.values.kinds().length)),
    table: (context) => Object.values(grids(context)).filter(Boolean).map(site.grids.table),
  });
})(window.nmtAudit);

/* Decoding, step by step: the words of the source with their encoder states, what attention takes of each, what came out as the
   source context, the word that was written, and the words so far. Nothing moves unless it is asked for. */
(function (site) {
  "use strict";
  const { element, button, one } = site.dom;
  const PACE = 1200; // milliseconds a step, while it plays
  const CONTEXT = "context";

  let playing = null;

  const stepOf = (context) => Math.max(0, site.heat.rowOf(context));
  const go = (context, step) => site.choice.set({ position: site.heat.positionOf(context, Math.min(Math.max(step, 0), context.units.target.length - 1)) });

  /* Numbers of one step: {attention, context (a row of relevance of the source context, or null), logprobs per token}. */
  function numbers(context, step) {
    const { values, units, choice } = context;
    const rules = choice.method === "lrp" ? choice.rules : null;
    const wanted = (row) => row.method === "lrp" && !row.against && site.wording.stageOf(row.state) === CONTEXT && (!rules || row.rules === rules);
    const focus = site.values.focus(values, units, step, null, wanted);
    const contexts = focus.rows.filter((row) => row.method === "lrp");
    return {
      attention: focus.attention, context: contexts[contexts.length - 1] || null,
      logprobs: units.target[step].tokens.map((token) => values.logprob(token)),
    };
  }

  /* The probability of a word: that of its pieces, multiplied. */
  function probability(logprobs) {
    if (logprobs.some((one_) => one_ === null)) return null;
    return Math.exp(logprobs.reduce((sum, one_) => sum + one_, 0));
  }
  function likely(logprobs) {
    const whole = probability(logprobs);
    if (whole === null) return "";
    const parts = logprobs.length > 1 ? " = " + logprobs.map((one_) => site.wording.fixed(Math.exp(one_), 2)).join(" × ") + " of its pieces" : "";
    return "probability " + (whole < 0.01 ? site.wording.number(whole, 2) : site.wording.fixed(whole, 2)) + parts;
  }

  /* A bar from a zero line: `share` of the largest, −1 to 1. */
  function bar(share, signed, label) {
    const made = element("i", { class: "step-bar" + (signed ? (share < 0 ? " below" : " above") : " look") });
    made.style.setProperty("--s", String(Math.min(Math.abs(share), 1)));
    return element("span", { class: "step-number" + (signed ? " signed" : "") }, made, element("small", { dir: "ltr" }, label));
  }

  /* A source word as a column: its state, attention's bar, the bar of what it gave to the context. */
  function column(context, found, place) {
    const word = context.units.source[place];
    const made = element("li", { class: "step-word" }, site.panels.wordNode(word, context.segment.srcLang, { class: "step-text" }), element("span", { class: "step-state", title: "The encoder's state at this word" }, "h", element("sub", {}, String(place + 1))));
    if (found.attention) made.append(bar(found.attention.numbers[place], false, site.wording.percent(found.attention.numbers[place])));
    if (found.context) {
      const { source, largest } = found.context;
      made.append(bar(largest > 0 ? source[place] / largest : 0, true, (source[place] > 0 ? "+" : "") + site.wording.fixed(source[place], 2)));
    }
    return made;
  }

  /* The words of the translation up to a step, each a way to it. */
  function soFar(context, step) {
    return element("p", { class: "step-written", dir: site.wording.direction(context.segment.tgtLang) }, ...context.units.target.flatMap((word, place) => {
      const node = button(word.text.slice(0, 60), () => { go(context, place); refocus(".step-written [aria-current]"); }, {
        class: "step-target" + (place > step ? " later" : ""), lang: context.segment.tgtLang, dir: "auto", "aria-current": place === step ? "step" : null, tabindex: place === step ? null : "-1",
      });
      return [node, " "];
    }));
  }
  function refocus(selector) {
    const node = one("[data-panel=steps] " + selector);
    if (node) node.focus({ preventScroll: true });
  }

  function slider(context, step) {
    const most = context.units.target.length - 1;
    const range = element("input", { type: "range", min: "0", max: String(most), step: "1", value: String(step), "aria-label": "Decoding step", "aria-valuetext": name(context, step), disabled: most < 1 });
    range.addEventListener("input", () => { stop(); go(context, Number(range.value)); });
    const back = button("◀", () => { stop(); move(-1); refocus("[data-step=back]"); }, { "data-step": "back", "aria-label": "Previous step", title: "Previous step (,)", disabled: step === 0 });
    const on = button("▶", () => { stop(); move(1); refocus("[data-step=on]"); }, { "data-step": "on", "aria-label": "Next step", title: "Next step (.)", disabled: step >= most });
    const play = button(playing ? "Stop" : "Play", () => { if (playing) { stop(); draw(one("[data-panel=steps] .panel-body"), site.panels.context()); } else start(); refocus("[data-step=play]"); }, { "data-step": "play", disabled: most < 1 });
    return element("div", { class: "step-tools" }, back, range, on, play, element("span", { class: "step-count" }, "step " + (step + 1) + " of " + (most + 1)));
  }
  const name = (context, step) => "step " + (step + 1) + ": " + context.units.target[step].text.slice(0, 80);

  function draw(container, context) {
    const step = stepOf(context);
    const found = numbers(context, step);
    const heads = ["Source words", "Encoder states", found.attention && "Attention", found.context && site.wording.state(CONTEXT).label].filter(Boolean);
    const columns = element("ol", { class: "step-words", dir: site.wording.direction(context.segment.srcLang) }, ...context.units.source.map((_, place) => column(context, found, place)));
    const rows = String(heads.length);
    const grid = element("div", { class: "step-grid", "data-rows": rows }, element("div", { class: "step-heads", "aria-hidden": "true" }, ...heads.map((head) => element("span", {}, head))),
      element("div", { class: "step-box", role: "region", tabindex: "0", "aria-label": "Source words at this step" }, columns));
    const produced = element("p", { class: "step-produced" }, element("span", { class: "muted" }, "writes "), site.panels.wordNode(context.units.target[step], context.segment.tgtLang, { class: "step-made" }), " ", element("span", { class: "muted" }, likely(found.logprobs)));
    const missing = found.context ? null : element("p", { class: "note" }, "The source context was not explained at this step.");
    if (container.firstElementChild && one("input[type=range]", container) && container.dataset.of === context.segment.id + context.units.target.length) {
      keepSlider(container, context, step);
      one(".step-view", container).replaceChildren(grid, ...(missing ? [missing] : []), produced, soFar(context, step));
      reveal(container, found);
      return;
    }
    container.dataset.of = context.segment.id + context.units.target.length;
    container.replaceChildren(slider(context, step), element("div", { class: "step-view" }, grid, ...(missing ? [missing] : []), produced, soFar(context, step)));
    reveal(container, found);
  }

  /* Where the words are wider than the page, the one that is looked at most is in view. */
  function reveal(container, found) {
    const box = one(".step-box", container);
    if (!found.attention || box.scrollWidth <= box.clientWidth) return;
    const { numbers: weights } = found.attention;
    const word = one(".step-words", box).children[weights.indexOf(Math.max(...weights))].getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    box.scrollLeft += word.left + word.width / 2 - frame.left - frame.width / 2;
  }

  /* The slider under the reader's finger stays the same element. */
  function keepSlider(container, context, step) {
    const range = one("input[type=range]", container);
    const most = context.units.target.length - 1;
    range.value = String(step);
    range.setAttribute("aria-valuetext", name(context, step));
    one("[data-step=back]", container).disabled = step === 0;
    one("[data-step=on]", container).disabled = step >= most;
    one("[data-step=play]", container).textContent = playing ? "Stop" : "Play";
    one(".step-count", container).textContent = "step " + (step + 1) + " of " + (most + 1);
  }

  function move(by) {
    const context = site.panels.context();
    if (!context || !one("[data-panel=steps]")) return false;
    go(context, stepOf(context) + by);
    return true;
  }

  /* Plays the steps to the end, one after the other, without any movement between them. */
  function start() {
    const context = site.panels.context();
    if (stepOf(context) >= context.units.target.length - 1) go(context, 0);
    const { maps } = context;
    playing = window.setInterval(() => {
      const now = site.panels.context();
      if (!now || now.maps !== maps || stepOf(now) >= now.units.target.length - 1) stop();
      else move(1);
    }, PACE);
    draw(one("[data-panel=steps] .panel-body"), context);
  }
  function stop() {
    if (playing === null) return;
    window.clearInterval(playing);
    playing = null;
    const play = one("[data-step=play]");
    if (play) play.textContent = "Play";
  }
  site.on("view", () => { if (site.view.name() !== "segment") stop(); });

  function table(context) {
    const attends = context.values.attends;
    const of = context.units.source;
    return [{
      caption: "Probability and attention of each step",
      head: ["produced word", "probability", ...(attends ? of.map((unit) => ({ unit, lang: context.segment.srcLang })) : [])],
      rows: context.units.target.map((unit, step) => {
        const found = numbers(context, step);
        return [{ unit, lang: context.segment.tgtLang }, probability(found.logprobs), ...(found.attention ? Array.from(found.attention.numbers) : [])];
      }),
    }];
  }

  /* Step after step under each other, as in the blog post that shows how attention works: what is read, each encoder state with
     its weight, the produced word with its probability. */
  const WIDE = 34;
  const HIGH = 34;
  function picture(context) {
    const sheet = site.picture.sheet();
    const { units, segment } = context;
    const order = Array.from(units.source.keys());
    if (site.wording.direction(segment.srcLang) === "rtl") order.reverse();
    const left = 96;
    const top = 8 + site.drawings.room(units.source, WIDE).high;
    site.drawings.above(sheet, left, top, order.map((place) => units.source[place]), WIDE, segment.srcLang);
    sheet.text(0, top - 4, "step · reads", { size: 7, colour: sheet.ink.muted });
    const right = left + units.source.length * WIDE + 8;
    sheet.text(right, top - 4, "writes", { size: 7, colour: sheet.ink.muted });
    units.target.forEach((word, step) => pictureStep(sheet, context, step, { left, right, y: top + 6 + step * HIGH, order }));
    sheet.reach(right + 120, top + 6 + units.target.length * HIGH);
    return { sheet, title: "Encoder states, attention and produced word, step by step", facts: site.picture.facts(context, ["boxes", "encoder states, shaded by attention; bars: relevance of the source context, blue for, orange (−) against"]) };
  }
  function pictureStep(sheet, context, step, { left, right, y, order }) {
    const { units } = context;
    const found = numbers(context, step);
    sheet.line([[0, y - 4], [right + 110, y - 4]], sheet.ink.line, 0.4);
    sheet.text(0, y + 10, String(step + 1), { size: 7.5, colour: sheet.ink.muted });
    if (step) sheet.text(18, y + 10, site.picture.fitted(units.target[step - 1].text, 70), { dir: "ltr" });
    order.forEach((place, at) => {
      const x = left + at * WIDE;
      const weight = found.attention ? found.attention.numbers[place] : 0;
      const fill = site.shades.shade(weight, false, sheet.ink);
      sheet.box(x + 1, y, WIDE - 4, 14, fill);
      sheet.text(x + WIDE / 2 - 1, y + 9.5, found.attention ? site.wording.fixed(weight, 2) : "h" + (place + 1), { size: 6.5, across: "center", colour: site.shades.over(fill) });
      if (!found.context || !(found.context.largest > 0)) return;
      const share = found.context.source[place] / found.context.largest;
      sheet.box(x + WIDE / 2 - 1 + Math.min(share, 0) * (WIDE / 2 - 3), y + 17, Math.max(Math.abs(share) * (WIDE / 2 - 3), 0.1), 4, site.shades.shade(Math.sign(share) * 0.67, true, sheet.ink));
      if (share < -0.15) sheet.text(x + WIDE / 2 + 2, y + 22, "−", { size: 6.5 });
    });
    sheet.text(right, y + 10, site.picture.fitted(units.target[step].text, 90, 9, true), { size: 9, bold: true, dir: "ltr" });
    const whole = probability(found.logprobs);
    if (whole !== null) sheet.text(right, y + 20, site.wording.fixed(whole, 2), { size: 7, colour: sheet.ink.muted });
    sheet.reach(right, y + HIGH - 8);
  }

  site.keys.add("segment", {
    ",": { run: () => { stop(); return move(-1); }, help: "previous decoding step" },
    ".": { run: () => { stop(); return move(1); }, help: "next decoding step" },
  });
  site.panels.add({
    name: "steps", title: "Step by step", draw, table, picture,
    about: () => "How the translation was written, word by word: the encoder's state of each source word, how much attention takes of it, and what each word gave to the source context from which the next word is made.",
    key: ({ choice }) => JSON.stringify([choice.position, choice.rules, choice.split instanceof Set ? [...choice.split] : choice.split]),
    applies: (context) => Boolean(context.units.source.length && context.units.target.length && (context.values.attends || context.maps.logprobs)),
  });
})(window.nmtAudit);

/* Gates of a recurrent network, a curve per gate over the words that it reads: the signal's norm, 1 at its largest, and beside it
   how much the choice of the word would change with it, where that was stored. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const SIGNAL = "gates";
  const SALIENCY = "gate_saliency";
  const WIDE = 40; // pixels a word
  const HIGH = 72;
  const LEFT = 32;
  const ACROSS = 620; // points: what does not fit beside goes below

  const rowOf = ({ values, choice }, method) => {
    const rows = values.rows.filter((row) => row.method === method && row.details);
    return rows.find((row) => row.position === choice.position) || rows[rows.length - 1] || null;
  };

  /* "encoder.forward" → "Encoder, forward"; "encoder.2" → "Encoder, layer 2" */
  function named(part) {
    const names = part.split(".").map((name) => (/^\d+$/.test(name) ? "layer " + name : name)).join(", ");
    return names.charAt(0).toUpperCase() + names.slice(1);
  }

  /* What a part reads at each step: the encoder the source's pieces, the decoder nothing at first, then the earlier target's. */
  function reads({ maps, segment }, part, count) {
    const ofSource = part.startsWith("encoder");
    const tokens = ofSource ? maps.source : maps.target;
    const slice = site.words.slicer(ofSource ? segment.source : segment.hypothesis);
    const word = (place) => ({ text: slice(tokens.starts[place], tokens.ends[place]) || site.wording.piece(tokens.pieces[place]) });
    const words = ofSource ? [] : [{ text: "start", start: true }];
    for (let place = 0; words.length < count; place += 1) words.push(word(place));
    return { words, language: ofSource ? segment.srcLang : segment.tgtLang };
  }

  /* [{part, words, language, gates: [{gate, signal, saliency}]}] */
  function parts(context) {
    const shown = rowOf(context, SIGNAL) || rowOf(context, SALIENCY);
    const beside = rowOf(context, SIGNAL) ? rowOf(context, SALIENCY) : null;
    const found = new Map();
    Object.keys(shown.details).filter((name) => !name.endsWith(".dimensions")).forEach((name) => {
      const signal = site.panels.detail(shown, name);
      if (!signal) return;
      const [part, gate] = [name.split(".").slice(0, -1).join("."), name.split(".").pop()];
      if (!found.has(part)) found.set(part, { part: named(part), ...reads(context, part, signal.values.length), gates: [] });
      const second = beside ? site.panels.detail(beside, name) : null;
      found.get(part).gates.push({ gate, signal: signal.values, saliency: second ? second.values : null });
    });
    return Array.from(found.values());
  }

  const node = (name, attributes, ...children) => {
    const made = document.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  };
  const ordered = (of) => {
    const order = Array.from(of.words.keys());
    return site.wording.direction(of.language) === "rtl" ? order.reverse() : order;
  };

  function curve(numbers, order, x, y, extra) {
    const points = order.filter((place) => place < numbers.length).map((place, at) => [x(at), y(numbers[place])]);
    return [
      node("polyline", { class: "gate-line" + extra, points: points.map((point) => point.join(",")).join(" ") }),
      ...points.map(([cx, cy]) => node(extra ? "rect" : "circle", extra ? { class: "gate-dot second", x: cx - 3, y: cy - 3, width: 6, height: 6 } : { class: "gate-dot", cx, cy, r: 3.5 })),
    ];
  }

  /* The gates of a part under each other, the words below. */
  function drawn(of) {
    const order = ordered(of);
    const step = HIGH + 24;
    const bottom = of.gates.length * step;
    const room = Math.min(Math.max(...of.words.map((word) => site.picture.widthOf(word.text.slice(0, 40), 13))), 84) + 12;
    const svg = node("svg", { width: LEFT + order.length * WIDE + 8, height: Math.ceil(bottom + room), role: "img", "aria-label": sentence(of) });
    of.gates.forEach((gate, place) => {
      const top = place * step + 20;
      const x = (at) => LEFT + (at + 0.5) * WIDE;
      const y = (value) => top + HIGH * (1 - value);
      svg.append(node("text", { class: "gate-label", x: LEFT, y: top - 7 }, gate.gate));
      [0, 1].forEach((level) => svg.append(node("line", { class: "gate-zero", x1: LEFT, x2: LEFT + order.length * WIDE, y1: y(level), y2: y(level) }), node("text", { class: "gate-label", x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, String(level))));
      if (gate.saliency) svg.append(...curve(gate.saliency, order, x, y, " second"));
      svg.append(...curve(gate.signal, order, x, y, ""));
    });
    order.forEach((place, at) => {
      const middle = LEFT + (at + 0.5) * WIDE + 4;
      svg.append(node("text", { class: "gate-word", x: middle, y: bottom + 4, "text-anchor": "end", transform: "rotate(-90 " + middle + " " + (bottom + 4) + ")", lang: of.language }, site.picture.fitted(of.words[place].text, 84, 13)));
    });
    return svg;
  }

  function sentence(of) {
    const most = (numbers) => of.words[numbers.reduce((best, value, place) => (value > numbers[best] ? place : best), 0)].text.slice(0, 40);
    return of.part + ". " + of.gates.map((gate) => gate.gate + " gate: most open at " + site.wording.quoted(most(gate.signal))).join("; ") + ".";
  }

  function draw(container, context) {
    const both = Boolean(rowOf(context, SIGNAL) && rowOf(context, SALIENCY));
    container.replaceChildren(
      ...(both ? [element("p", { class: "note" }, "Drawn through with dots: the signal. Dashed with squares: its saliency.")] : []),
      element("div", { class: "gates" }, ...parts(context).map((of) => element("figure", {}, element("figcaption", {}, of.part), element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": of.part + ": gates" }, drawn(of))))),
    );
  }

  function table(context) {
    return parts(context).map((of) => ({
      caption: of.part,
      head: [of.part, ...of.words.map((unit) => ({ unit, lang: of.language }))],
      rows: of.gates.flatMap((gate) => [[gate.gate + ": signal", ...gate.signal], ...(gate.saliency ? [[gate.gate + ": saliency", ...gate.saliency]] : [])]),
    }));
  }

  /* A column per part, a panel per gate, as in the paper. */
  function picture(context) {
    const sheet = site.picture.sheet();
    const [wide, high] = [26, 44];
    let left = 0;
    let begin = 0;
    parts(context).forEach((of) => {
      const order = ordered(of);
      if (left && left + 30 + order.length * wide > ACROSS) [left, begin] = [0, sheet.bottom + 16];
      const x = (at) => left + 24 + (at + 0.5) * wide;
      sheet.text(left + 24, begin + 9, of.part, { size: 9, bold: true });
      let top = begin + 16;
      of.gates.forEach((gate) => {
        sheet.text(left + 6, top + high / 2 + 12, gate.gate, { turned: true });
        const y = (value) => top + high * (1 - value);
        [0, 0.5, 1].forEach((level) => {
          sheet.line([[left + 24, y(level)], [left + 24 + order.length * wide, y(level)]], sheet.ink.line, 0.5);
          sheet.text(left + 20, y(level) + 2, String(level), { size: 6, across: "right", colour: sheet.ink.muted });
        });
        [[gate.signal, sheet.ink.look, null], [gate.saliency, sheet.ink.minus, [3, 1.5]]].filter(([numbers]) => numbers).forEach(([numbers, colour, dash]) => {
          const points = order.filter((place) => place < numbers.length).map((place, at) => [x(at), y(numbers[place])]);
          sheet.line(points, colour, 1.3, dash);
          points.forEach(([px, py]) => (dash ? sheet.box(px - 1.5, py - 1.5, 3, 3, colour) : sheet.dot(px, py, 1.6, colour)));
        });
        top += high + 10;
      });
      const room = site.drawings.room(of.words, wide).high;
      site.drawings.below(sheet, left + 24, top, order.map((place) => of.words[place]), wide, of.language);
      sheet.reach(left + 30 + order.length * wide, top + room + 4);
      left += 54 + order.length * wide;
    });
    return { sheet, title: "Gate signals", facts: site.picture.facts(context, ["curves", "norm over the dimensions, 1 at its largest" + (rowOf(context, SALIENCY) ? "; dashed: saliency of the gates" : "")]) };
  }

  site.panels.add({
    name: "gates", title: "Gates", draw, table, picture,
    about: () => "How far each gate of the recurrent network is open at each word that it reads: the norm over its dimensions, 1 at the largest. Whether what it lets through mattered, it does not say.",
    key: (context) => String((rowOf(context, SALIENCY) || { position: "" }).position),
    applies: (context) => Boolean(rowOf(context, SIGNAL) || rowOf(context, SALIENCY)),
  });
})(window.nmtAudit);

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

/* What reviewers said of this run, kept by the browser: one answer per reviewer and question, in the form of the exported file.
   Two tabs merge by the time of each answer, so that an answer taken back leaves a note of that (verdict null) until the file is made. */
(function (site) {
  "use strict";

  const KEPT = "nmt-audit:verdicts:"; // and the run
  const DAMAGED = "nmt-audit:damaged-verdicts:"; // and the run, and when it was found
  const NAME = "nmt-audit:reviewer";
  const FIELDS = ["flag_id", "segment_id", "verdict", "category", "severity", "span", "comment", "reviewer", "at"];
  const VERDICTS = ["confirm", "reject", "unsure"];
  const SEVERITIES = ["minor", "major", "critical"];

  const state = {
    ready: false, name: "", answers: new Map(), mine: new Map(), // key → answer; flag → answer of this reviewer
    kept: true, reason: null, // whether the browser has all of it, and why it has not
    changed: 0, saved: 0, // how often something changed, and how often it had when it was last in a file
    damaged: [], // what could not be read: [{key, text}]
    undo: [], redo: [], last: 0,
    seen: null, // the stored text that was read or written last: it needs no second reading
  };

  const ownKey = () => KEPT + site.data.index.run;
  const place = (span) => (span ? [span.side, span.start, span.end] : null);
  const keyOf = (answer) => JSON.stringify(answer.flag_id ? [answer.reviewer, answer.flag_id] : [answer.reviewer, null, answer.segment_id, place(answer.span)]);
  const ordered = (answer) => Object.fromEntries(FIELDS.map((name) => [name, answer[name] === undefined ? null : answer[name]]));

  /* When an answer was given; without an offset it is UTC, as the command reads it. */
  function moment(at) {
    const bare = /T/.test(at) && !/(Z|[+-]\d\d:?\d\d)$/i.test(at);
    return Date.parse(bare ? at + "Z" : at);
  }
  function later(one, other) {
    const distance = moment(one.at) - moment(other.at);
    return distance ? distance > 0 : JSON.stringify(ordered(one)) > JSON.stringify(ordered(other));
  }

  /* The time now, always later than any before it: of two answers within a millisecond the second counts. */
  function now() {
    state.last = Math.max(Date.now(), state.last + 1);
    return new Date(state.last).toISOString();
  }

  /* What is wrong with an entry of a file, in words; null: nothing. The same rules as the command's. */
  function fault(entry) {
    const shown = (value) => { const text = JSON.stringify(value); return text === undefined ? "missing" : text.length > 60 ? text.slice(0, 57) + "…" : text; };
    const textOrNull = (value) => value === null || value === undefined || typeof value === "string";
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return "not an object";
    if (!("flag_id" in entry) || entry.flag_id === "") return "no flag_id; null stands for a mistake that no check saw";
    if (typeof entry.segment_id !== "string") return "segment_id is " + shown(entry.segment_id) + ", not text";
    if (typeof entry.at !== "string" || Number.isNaN(moment(entry.at))) return "at is " + shown(entry.at) + ", not a time like 2024-05-17T09:30:00+00:00";
    if (!VERDICTS.includes(entry.verdict)) return "verdict is " + shown(entry.verdict) + ", not confirm, reject or unsure";
    if (entry.severity !== null && entry.severity !== undefined && !SEVERITIES.includes(entry.severity)) return "severity is " + shown(entry.severity) + ", not minor, major, critical or null";
    const wrong = ["flag_id", "category", "comment", "reviewer"].find((name) => !textOrNull(entry[name]));
    if (wrong) return wrong + " is " + shown(entry[wrong]) + ", not text or null";
    return spanFault(entry.span) ? "span is " + shown(entry.span) + ", not {side: src or tgt, start, end} with 0 ≤ start ≤ end" : null;
  }
  function spanFault(span) {
    if (span === null || span === undefined) return false;
    if (typeof span !== "object" || (span.side !== "src" && span.side !== "tgt")) return true;
    if (span.start === null && span.end === null) return false;
    return !(Number.isInteger(span.start) && Number.isInteger(span.end) && span.start >= 0 && span.start <= span.end);
  }
  const clean = (entry) => ordered({
    ...entry, reviewer: entry.reviewer || "",
    span: entry.span ? { side: entry.span.side, start: entry.span.start, end: entry.span.end } : null,
  });

  /* --- what the browser keeps --------------------------------------------------------------------------------------- */

  /* Text under a key; throws what the browser throws where storage is refused. */
  const stored = (key) => window.localStorage.getItem(key);

  /* The answers in a stored text; null where it is damaged. What is no answer is damage too: it would be lost by writing. */
  function parsed(text) {
    try {
      const content = JSON.parse(text);
      const fits = (entry) => fault(entry && entry.verdict === null ? { ...entry, verdict: "unsure" } : entry) === null;
      return content.schema === 1 && Array.isArray(content.answers) && content.answers.every(fits) ? content.answers.map(clean) : null;
    } catch (wrong) {
      return null;
    }
  }

  function start() {
    if (state.ready || !site.data.index) return;
    state.ready = true;
    state.name = site.memory.get(NAME) || "";
    try {
      setAside();
      take(stored(ownKey()));
      probe();
      state.damaged = keys(DAMAGED + site.data.index.run).map((key) => ({ key, text: stored(key) }));
    } catch (refused) {
      fail(refused);
    }
    index();
  }

  function take(text) {
    if (text === null || text === state.seen) return;
    (parsed(text) || []).forEach(put);
    state.seen = text;
  }

  /* Storage may be refused only when something is written. */
  function probe() {
    window.localStorage.setItem("nmt-audit:probe", "1");
    window.localStorage.removeItem("nmt-audit:probe");
  }

  /* Text that cannot be read goes under another key before anything is written over it. */
  function setAside() {
    const text = stored(ownKey());
    if (text === null || text === state.seen || parsed(text) !== null) return;
    window.localStorage.setItem(DAMAGED + site.data.index.run + ":" + new Date().toISOString(), text);
    window.localStorage.removeItem(ownKey());
  }

  const keys = (prefix) => Array.from({ length: window.localStorage.length }, (_, number) => window.localStorage.key(number)).filter((key) => key.startsWith(prefix)).sort();

  function fail(error) {
    state.kept = false;
    state.reason = error && (error.name === "QuotaExceededError" || error.name === "NS_ERROR_DOM_QUOTA_REACHED") ? "full" : "refused";
  }

  /* Writes all answers, after taking in what another tab wrote meanwhile. */
  function write() {
    try {
      setAside();
      take(stored(ownKey()));
      const text = JSON.stringify({ schema: 1, run: site.data.index.run, answers: Array.from(state.answers.values()) });
      window.localStorage.setItem(ownKey(), text);
      state.seen = text;
      state.kept = true;
      state.reason = null;
    } catch (refused) {
      fail(refused);
    }
  }

  /* Takes in what another tab wrote; the newer answer to a question stays. */
  function refresh() {
    if (!state.ready) return;
    const before = state.answers.size + JSON.stringify(Array.from(state.answers.values(), (answer) => answer.at));
    try { take(stored(ownKey())); } catch (refused) { return; }
    if (before === state.answers.size + JSON.stringify(Array.from(state.answers.values(), (answer) => answer.at))) return;
    index();
    site.emit("verdicts");
  }

  /* --- answers ------------------------------------------------------------------------------------------------------ */

  /* Adds one answer where it is newer than what is known of its question; says whether it was. */
  function put(answer) {
    const key = keyOf(answer);
    const known = state.answers.get(key);
    if (known && !later(answer, known)) return false;
    state.answers.set(key, answer);
    state.last = Math.max(state.last, moment(answer.at));
    return true;
  }

  function index() {
    state.mine = new Map();
    state.answers.forEach((answer) => { if (answer.flag_id && answer.reviewer === state.name) state.mine.set(answer.flag_id, answer); });
  }

  function changed() {
    state.changed += 1;
    index();
    write();
    site.emit("verdicts");
  }

  /* Gives an answer: `question` says what it is about, `changes` what is said. `kind` names what the reviewer does:
     typing goes on within one step of undo. */
  function give(question, changes, kind) {
    start();
    const base = { category: null, severity: null, span: null, comment: null, verdict: null, ...question, reviewer: state.name };
    const key = keyOf(base);
    const before = state.answers.get(key) || null;
    const after = ordered({ ...base, ...before, ...changes, at: now() });
    const top = state.undo[state.undo.length - 1];
    if (kind && top && top.kind === kind && top.key === key) top.after = after;
    else state.undo.push({ key, kind, before, after });
    state.redo = [];
    state.answers.set(key, after);
    changed();
    return after;
  }

  const nothing = (answer) => ({ ...answer, verdict: null, category: null, severity: null, comment: null });

  /* Takes a step back, or forward again; the answer is what changed, null where there is no step. */
  function step(from, to, side) {
    const done = state[from].pop();
    if (!done) return null;
    state[to].push(done);
    const answer = ordered({ ...(done[side] || nothing(done.after)), at: now() });
    state.answers.set(done.key, answer);
    changed();
    return answer;
  }

  const said = (answer) => answer && answer.verdict !== null;
  const all = () => { start(); return Array.from(state.answers.values()).filter(said); };
  /* Remarks that wait for a yes or a no: no file has them. */
  const drafts = () => { start(); return Array.from(state.answers.values()).filter((answer) => !said(answer) && (answer.comment || answer.severity)); };

  /* The oldest first, as the command writes them. */
  const exported = () => all().sort((one, other) => (later(one, other) ? 1 : -1));

  /* The latest answer of each reviewer, in this browser or in the run, to the questions that fit. What was taken back here stays so. */
  function known(fits) {
    start();
    const found = new Map();
    [...site.data.verdicts.filter(fits).map(clean), ...Array.from(state.answers.values()).filter(fits)].forEach((answer) => {
      const other = found.get(keyOf(answer));
      if (!other || later(answer, other)) found.set(keyOf(answer), answer);
    });
    return Array.from(found.values()).filter(said).sort((one, other) => (later(one, other) ? 1 : -1));
  }

  /* Adds the entries of a file, as `verdicts import` does: {new, replaced, unchanged}. Throws the words of what is wrong with it. */
  function merge(entries) {
    start();
    const latest = new Map();
    entries.map(clean).forEach((entry) => { const known = latest.get(keyOf(entry)); if (!known || later(entry, known)) latest.set(keyOf(entry), entry); });
    const report = { new: 0, replaced: 0, unchanged: 0 };
    latest.forEach((entry, key) => {
      const before = said(state.answers.get(key));
      const added = put(entry);
      report[!added ? "unchanged" : before ? "replaced" : "new"] += 1;
    });
    report.unchanged += entries.length - latest.size;
    changed();
    return report;
  }

  /* From now on answers carry this name; those that had none get it, those of another reviewer keep theirs. */
  function rename(name) {
    start();
    if (name === state.name) return;
    if (state.name === "") {
      Array.from(state.answers).filter(([, answer]) => answer.reviewer === "").forEach(([key, answer]) => {
        state.answers.set(key, nothing({ ...answer, at: now() })); // so that another tab does not bring it back
        if (said(answer) || answer.comment) put({ ...answer, reviewer: name, at: now() });
      });
    }
    state.name = name;
    state.undo = []; // steps back would speak in the other's name
    state.redo = [];
    site.memory.set(NAME, name);
    changed();
  }

  /* Whether this run has a flag. */
  let places = null;
  function here(flag) {
    places = places || new Set(site.data.flags.id);
    return places.has(flag);
  }

  /* Answers on flags of this run that this browser has of other runs, and this reviewer has not given here. */
  function elsewhere() {
    start();
    let found = [];
    try {
      found = keys(KEPT).filter((key) => key !== ownKey()).flatMap((key) => parsed(stored(key)) || []);
    } catch (refused) {
      return [];
    }
    return found.filter((answer) => said(answer) && answer.flag_id && !state.answers.has(keyOf(answer)) && here(answer.flag_id));
  }

  function discard(key) {
    site.memory.drop(key);
    state.damaged = state.damaged.filter((item) => item.key !== key);
    site.emit("verdicts");
  }

  window.addEventListener("storage", (event) => {
    if (!state.ready) return;
    if (event.key === null || (event.key === ownKey() && event.newValue === null)) { state.kept = state.answers.size === 0; site.emit("verdicts"); }
    else if (event.key === ownKey()) refresh();
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });
  const unsaved = () => state.ready && !state.kept && state.changed > state.saved;
  window.addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });

  site.answers = {
    VERDICTS, SEVERITIES, start, fault, give, merge, rename, here, exported, all, drafts, elsewhere, discard, unsaved,
    undo: () => step("undo", "redo", "before"),
    redo: () => step("redo", "undo", "after"),
    can: (what) => state[what].length > 0,
    name: () => { start(); return state.name; },
    /* What this reviewer said of a flag, a remark without a verdict among it; null: nothing. */
    of: (flag) => { start(); return state.mine.get(flag) || null; },
    /* What others said of a flag, in this browser or in the run. */
    others: (flag) => known((answer) => answer.flag_id === flag).filter((answer) => answer.reviewer !== state.name || !state.mine.has(flag)),
    /* Mistakes marked in a segment that no check saw, by this reviewer and others. */
    missed: (segment) => known((answer) => answer.flag_id === null && answer.segment_id === segment),
    keeping: () => { start(); return { kept: state.kept, reason: state.reason, unsaved: unsaved(), damaged: state.damaged }; },
    inFile: () => { state.saved = state.changed; site.emit("verdicts"); },
  };
})(window.nmtAudit);

/* Verdicts as files: JSON out and in, the mistakes that were found as Marot TSV and as a Pearmut campaign, and what was
   rejected as a file of dismissals. */
(function (site) {
  "use strict";
  const { one, element, button } = site.dom;

  /* MQM names for what the checks look for. */
  const MQM = {
    OMISSION: "Accuracy/Omission", EARLY_EOS: "Accuracy/Omission", REPETITION: "Accuracy/Addition", UNRELATED: "Accuracy/Addition",
    NEGATION: "Accuracy/Mistranslation", MISTRANSLATION: "Accuracy/Mistranslation", ADDITION: "Accuracy/Addition",
    TERMINOLOGY: "Terminology/Wrong term", GRAMMAR: "Linguistic conventions/Grammar", STYLE: "Style/Unidiomatic style",
  };
  const mqm = (code) => MQM[code] || "Other/Other";
  const system = () => site.data.index.model || site.data.index.name;

  /* --- what was found, with its segment ----------------------------------------------------------------------------- */

  /* Confirmed flags and marked mistakes with their segments, in the order of the corpus; `lost`: those that this run has no segment for. */
  async function errors(answers) {
    const found = [];
    let lost = 0;
    for (const answer of answers.filter((given) => given.verdict === "confirm")) {
      const number = answer.flag_id === null ? await site.data.numberOfId(answer.segment_id) : site.data.numberOfFlag(answer.flag_id);
      if (number < 0) lost += 1;
      else found.push({ answer, number });
    }
    found.sort((a, b) => a.number - b.number || start(a.answer) - start(b.answer));
    for (const item of found) item.segment = await site.data.segment(item.number);
    return { found: found.filter((item) => item.segment), lost: lost + found.filter((item) => !item.segment).length };
  }
  const start = (answer) => (answer.span && answer.span.start) || 0;

  /* The words an answer points at: {text, side, start, end} in code points; a flag on a whole side points at all of it. */
  function target(answer, segment) {
    const side = answer.span ? answer.span.side : "tgt";
    const text = side === "src" ? segment.source : segment.hypothesis;
    const length = site.words.lengthOf(text);
    const whole = !answer.span || answer.span.start === null;
    return { side, text, start: whole ? 0 : Math.min(answer.span.start, length), end: whole ? length : Math.min(answer.span.end, length) };
  }

  /* --- Marot -------------------------------------------------------------------------------------------------------- */

  const COLUMNS = ["system", "doc", "docSegId", "globalSegId", "rater", "source", "target", "category", "severity", "metadata"];
  const cell = (text) => String(text).replace(/[\t\n\r\u2028\u2029]/g, " ");
  /* Tags of the corpus would be read as marks of ours. */
  const untagged = (text) => text.replace(/<(\/?v)>/gi, "‹$1›");

  /* One line per mistake, the marked words between <v> and </v>. https://github.com/google-research/google-research/tree/master/marot */
  function marot(items) {
    const lines = items.map(({ answer, number, segment }) => {
      const at = target(answer, segment);
      const slice = site.words.slicer(at.text);
      const marked = untagged(slice(0, at.start)) + (at.end > at.start ? "<v>" + untagged(slice(at.start, at.end)) + "</v>" : "") + untagged(slice(at.end));
      const note = { timestamp: Date.parse(answer.at), note: answer.comment || "", marked_text: slice(at.start, at.end), flag_id: answer.flag_id, checked_as: answer.category };
      const severity = answer.severity ? answer.severity.charAt(0).toUpperCase() + answer.severity.slice(1) : "Unspecified";
      return [
        system(), segment.document || site.data.index.name, segment.id, number, answer.reviewer || "anonymous",
        at.side === "src" ? marked : untagged(segment.source), at.side === "tgt" ? marked : untagged(segment.hypothesis), mqm(answer.category), severity, JSON.stringify(note),
      ].map(cell).join("\t");
    });
    return [COLUMNS.join("\t"), ...lines].join("\n") + "\n";
  }

  /* --- Pearmut ------------------------------------------------------------------------------------------------------ */

  /* Where a code point stands as Pearmut counts: in the browser's units, line breaks left out, because each of the other
     units has an element there. `end` is of the last one within. https://github.com/zouharvi/pearmut */
  function pearmutSpan(answer, segment) {
    const counted = (text) => text.replaceAll("\n", "").length;
    const at = target(answer, segment);
    const slice = site.words.slicer(at.text);
    const from = counted(slice(0, at.start));
    const width = counted(slice(at.start, at.end));
    // The sign [missing] stands behind the last unit: what is wrong with the source, or missing at a point, is put there.
    const missing = counted(segment.hypothesis);
    const [first, last] = at.side === "src" || width === 0 ? [missing, missing] : [from, from + width - 1];
    return { start_i: first, end_i: last, category: mqm(answer.category), severity: answer.severity, comment: answer.comment, flag_id: answer.flag_id, side: at.side, source_span: at.side === "src" ? [at.start, at.end] : null };
  }

  /* A campaign of one task, a document for each document of the run, with what was found as spans to be looked at. */
  function pearmut(items) {
    const documents = new Map();
    items.forEach(({ answer, number, segment }) => {
      const name = segment.document === null ? "segment " + number : segment.document;
      if (!documents.has(name)) documents.set(name, new Map());
      const inside = documents.get(name);
      const item = inside.get(number) || { item_id: segment.id, src: segment.source, ...(segment.reference === null ? {} : { ref: segment.reference }), tgt: { [system()]: segment.hypothesis }, error_spans: { [system()]: [] } };
      item.error_spans[system()].push(pearmutSpan(answer, segment));
      inside.set(number, item);
    });
    const info = { assignment: "task-based", protocol: "MQM", mqm_severities: ["Minor", "Major", "Critical"] };
    return JSON.stringify({ info, campaign_id: site.data.index.name, data: [Array.from(documents.values(), (inside) => Array.from(inside.values()))] }, null, 2) + "\n";
  }

  /* --- dismissals --------------------------------------------------------------------------------------------------- */

  const QUOTED = 200; // code points of a text that a line quotes
  const quoted = (text) => (site.words.lengthOf(text) <= QUOTED ? text : site.words.slicer(text)(0, QUOTED - 1) + "…");

  /* The flags that most of their reviewers reject, one line each, sorted: what `verdicts export --dismissals` writes. */
  async function dismissals(answers) {
    const asked = new Map();
    answers.filter((answer) => answer.flag_id !== null).forEach((answer) => asked.set(answer.flag_id, [...(asked.get(answer.flag_id) || []), answer]));
    const lines = [];
    for (const flag of Array.from(asked.keys()).sort()) {
      const [reject, confirm, unsure] = ["reject", "confirm", "unsure"].map((verdict) => asked.get(flag).filter((answer) => answer.verdict === verdict));
      if (reject.length > Math.max(confirm.length, unsure.length)) lines.push(JSON.stringify(await dismissal(flag, reject)) + "\n");
    }
    return lines;
  }

  /* What a line says; a field without a value is left out. */
  async function dismissal(name, rejecting) {
    const different = (field) => Array.from(new Set(rejecting.map((answer) => answer[field]).filter(Boolean)));
    const { category, at } = rejecting[rejecting.length - 1];
    const number = site.data.numberOfFlag(name);
    const segment = number < 0 ? null : await site.data.segment(number);
    const flag = segment && segment.flags.find((known) => known.id === name);
    const row = { flag: name, category, source: null, span: null, reason: different("comment").join("; ") || null, by: different("reviewer").sort().join(", ") || null, at };
    if (flag) {
      const words = site.words.slicer(flag.side === "src" ? segment.source : segment.hypothesis);
      Object.assign(row, { category: flag.category, source: quoted(segment.source), span: flag.start === null ? null : quoted(words(flag.start, flag.end)) });
    }
    return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  }

  /* --- saving and bringing in --------------------------------------------------------------------------------------- */

  function fileName(ending) {
    const plain = (text) => text.normalize("NFC").replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 60);
    return ["verdicts", plain(site.data.index.name), plain(site.answers.name())].filter(Boolean).join("-") + ending;
  }
  const json = () => JSON.stringify(site.answers.exported(), null, 2) + "\n";

  /* The name as it stands in the field: a page that has not the focus is not told that a field was left. */
  function takeName() {
    const name = dialog ? one("[data-control=reviewer]", dialog).value.trim() : site.answers.name();
    if (name !== site.answers.name()) site.answers.rename(name);
  }

  function save() {
    takeName();
    const verdicts = site.answers.exported();
    site.download(fileName(".json"), json(), "application/json");
    site.answers.inFile();
    const waiting = site.answers.drafts().length;
    report(site.plural(verdicts.length, "verdict") + " saved." + (waiting ? " " + site.plural(waiting, "comment waits", "comments wait") + " for a verdict and " + (waiting === 1 ? "is" : "are") + " not in the file." : ""));
  }

  async function saveErrors(kind) {
    takeName();
    report("Reading the segments …");
    const { found, lost } = await errors(site.answers.exported());
    if (kind === "marot") site.download(fileName(".marot.tsv"), marot(found), "text/tab-separated-values");
    else site.download(fileName(".pearmut.json"), pearmut(found), "application/json");
    const bare = found.filter((item) => item.answer.severity === null).length;
    report(site.plural(found.length, "mistake") + " saved: confirmed flags and what was marked."
      + (bare ? " " + site.count(bare) + " of them without a severity." : "") + (lost ? " " + site.count(lost) + " left out: this run has no such segment." : ""));
  }

  async function saveDismissals() {
    takeName();
    report("Reading the segments …");
    const lines = await dismissals(site.answers.exported());
    site.download(fileName(".dismissals.jsonl"), lines.join(""), "application/jsonl");
    report(site.plural(lines.length, "dismissal") + " saved: flags that most of their reviewers here reject.");
  }

  /* The entries of a file of verdicts; throws words that say what is wrong. */
  function entries(text) {
    let content = null;
    try { content = JSON.parse(text.replace(/^\ufeff/, "")); } catch (wrong) { throw new Error("not JSON"); }
    if (!Array.isArray(content)) throw new Error("not a list of verdicts");
    content.forEach((entry, place) => {
      const wrong = site.answers.fault(entry);
      if (wrong) throw new Error("entry " + (place + 1) + ": " + wrong);
    });
    return content;
  }

  function bringIn(file) {
    const reader = new FileReader();
    reader.addEventListener("error", () => report(file.name + " cannot be read; nothing was changed."));
    reader.addEventListener("load", () => {
      try {
        const found = entries(reader.result);
        const done = site.answers.merge(found);
        const gone = found.filter((entry) => entry.flag_id !== null && !site.answers.here(entry.flag_id)).length;
        report(file.name + ": " + site.plural(found.length, "verdict") + " read, " + site.count(done.new) + " new, " + site.count(done.replaced) + " replaced, " + site.count(done.unchanged) + " unchanged."
          + (gone ? " " + site.count(gone) + " on flags that this run does not have; they are kept." : ""));
      } catch (wrong) {
        report(file.name + ": " + wrong.message + ". Nothing was changed.");
      }
    });
    reader.readAsText(file);
  }

  /* --- the dialog --------------------------------------------------------------------------------------------------- */

  let dialog = null;
  function report(text) { one("[data-report]", dialog).textContent = text; }

  function build() {
    const file = element("input", { type: "file", accept: ".json,application/json", "data-control": "bring-in" });
    file.addEventListener("change", () => { if (file.files.length) bringIn(file.files[0]); file.value = ""; });
    const name = element("input", { type: "text", autocomplete: "name", "data-control": "reviewer", placeholder: "may stay empty" });
    name.value = site.answers.name();
    name.addEventListener("change", takeName);
    const onward = element("input", { type: "checkbox", "data-control": "go-on" });
    onward.checked = site.review.goesOn();
    onward.addEventListener("change", () => site.review.goOn(onward.checked));
    dialog = element("dialog", { id: "verdicts", "aria-labelledby": "verdicts-title" },
      element("h2", { id: "verdicts-title" }, "Verdicts"),
      element("p", { "data-totals": true }), element("p", { class: "muted", "data-gone": true }),
      element("label", { class: "field" }, "Your name, for the file", name),
      element("h3", {}, "Save as a file"),
      element("p", { class: "choices" },
        button("Verdicts (JSON)", save, { "data-control": "save", title: "For “nmt-audit verdicts import”, and for other reviewers' pages" }),
        button("Mistakes (Marot TSV)", () => saveErrors("marot"), { "data-control": "marot", title: "Confirmed flags and marked mistakes for Marot, the viewer of MQM data" }),
        button("Mistakes (Pearmut)", () => saveErrors("pearmut"), { "data-control": "pearmut", title: "Confirmed flags and marked mistakes as error spans of a Pearmut campaign" }),
        button("Dismissals file", saveDismissals, { "data-control": "dismissals", title: "Rejected flags for “nmt-audit audit” and “gate”, which then do not count them: one line each, to keep in git" })),
      element("h3", {}, "Bring in verdicts"),
      element("label", { class: "field" }, "A file of verdicts, of yours or of another reviewer; the latest answer of each counts", file),
      element("p", { "data-elsewhere": true }),
      element("label", { class: "check" }, onward, " Go on to the next flag after a verdict"),
      element("p", { role: "status", "data-report": true }),
      button("Close", () => dialog.close(), { "data-control": "close" }));
    dialog.addEventListener("close", takeName);
    document.body.append(dialog);
  }

  function fill() {
    const all = site.answers.all();
    const found = site.review.counts();
    const others = all.filter((answer) => answer.reviewer !== site.answers.name()).length;
    one("[data-totals]", dialog).textContent = all.length === 0 ? "Nothing was answered yet." : "You: " + site.count(found.confirm) + " confirmed, " + site.count(found.reject) + " rejected, "
      + site.count(found.unsure) + " not sure, " + site.plural(found.missed, "mistake") + " marked." + (others ? " Others, brought in here: " + site.count(others) + "." : "");
    const gone = all.filter((answer) => answer.flag_id !== null && !site.answers.here(answer.flag_id)).length;
    one("[data-gone]", dialog).textContent = gone ? site.plural(gone, "verdict is", "verdicts are") + " on flags that this run does not have: kept, and saved with the others." : "";
    const name = one("[data-control=reviewer]", dialog);
    if (name !== document.activeElement) name.value = site.answers.name(); // not under the hands of whoever is typing
    const known = site.answers.elsewhere();
    one("[data-elsewhere]", dialog).replaceChildren(...(known.length ? [
      "This browser has " + site.plural(known.length, "verdict") + " of other runs on flags that this one has too. ",
      button("Take them over", () => { const done = site.answers.merge(known); fill(); report(site.plural(done.new, "verdict") + " taken over."); }, { "data-control": "take-over" }),
    ] : []));
  }

  function open() {
    if (!dialog) build();
    report("");
    fill();
    dialog.showModal();
  }
  site.on("verdicts", () => { if (dialog && dialog.open) fill(); });

  /* --- what the reader must know of storage -------------------------------------------------------------------------- */

  const WHY = {
    refused: "This browser keeps nothing for this page: verdicts last only as long as this tab is open.",
    full: "This browser's storage is full: verdicts given from now on last only as long as this tab is open.",
  };
  function notices() {
    if (!site.data.index) return;
    const main = one("main");
    let box = one("[data-storage]", main);
    if (!box) {
      box = element("div", { class: "storage", role: "status", "data-storage": true });
      main.prepend(box);
    }
    const keeping = site.answers.keeping();
    const nodes = keeping.kept ? [] : [element("p", { class: "warning" }, element("b", {}, "Not kept. "), WHY[keeping.reason] || WHY.refused,
      keeping.unsaved ? " Save them as a file before you close it. " : " Save them as a file when you are done. ", button("Save the file", () => { if (!dialog) build(); save(); }, { "data-control": "save-now" }))];
    keeping.damaged.forEach(({ key, text }) => nodes.push(element("p", { class: "warning" }, element("b", {}, "Damaged. "),
      "What this browser had kept of this run cannot be read. It was set aside, and new verdicts are kept as usual. ",
      button("Save what was set aside", () => site.download("damaged-verdicts.txt", text), { "data-control": "save-damaged" }), " ",
      button("Discard it", () => site.answers.discard(key), { "data-control": "discard" }))));
    const shown = nodes.map((node) => node.textContent).join();
    if (box.dataset.shown === shown) return; // a screen reader would say it again with each verdict
    box.dataset.shown = shown;
    box.replaceChildren(...nodes);
  }
  ["ready", "verdicts"].forEach((name) => site.on(name, notices));

  site.exchange = { open, marot, pearmut, json, errors, dismissals };
})(window.nmtAudit);

/* The answer on the current flag: confirm, reject or not sure, by one key each; category, severity and a comment behind them. */
(function (site) {
  "use strict";
  const { one, element, button } = site.dom;

  /* What a mistake may be besides what the checks look for, after the MQM typology. */
  const FURTHER = { MISTRANSLATION: "mistranslation", ADDITION: "addition", TERMINOLOGY: "terminology", GRAMMAR: "grammar or spelling", STYLE: "style", OTHER: "something else" };
  const ACTIONS = [
    { verdict: "confirm", key: "c", label: "Confirm", done: "confirmed", sign: "✓", help: "The suspicion is right: there is a mistake" },
    { verdict: "reject", key: "x", label: "Reject", done: "rejected", sign: "✗", help: "The suspicion is wrong: there is no mistake" },
    { verdict: "unsure", key: "n", label: "Not sure", done: "not sure", sign: "?", help: "It cannot be decided from these sentences" },
  ];
  const SEVERITY_KEYS = { 7: "minor", 8: "major", 9: "critical" };
  const GO_ON = "nmt-audit:go-on";
  const OPEN = "nmt-audit:answer-open";

  let form = null; // the nodes of the form that is shown
  let wanted = null; // the control to return to when the next flag is drawn
  let goOn = true;
  let order = { list: null, segments: null, flags: 0 }; // what the list shows, counted

  const current = () => { const found = site.view.name() === "segment" ? site.reader.current() : null; return found && found.segment ? found : null; };
  const flagNow = () => { const found = current(); return found && found.flag ? found.flag : null; };
  const categories = () => [...site.data.index.categories.map((known) => [known.code, known.label]), ...Object.entries(FURTHER).filter(([code]) => !site.data.category(code))];
  const label = (code) => { const known = code && (site.data.category(code) || null); return known ? known.label : FURTHER[code] || code || "no category"; };
  const done = (verdict) => ACTIONS.find((action) => action.verdict === verdict).done;
  const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

  /* --- answering ---------------------------------------------------------------------------------------------------- */

  /* What an answer on a flag says of it beside the verdict. */
  function about(flag) {
    return { flag_id: flag.id, segment_id: current().segment.id, span: { side: flag.side, start: flag.start, end: flag.end } };
  }
  const ofFlag = (flag) => site.answers.of(flag.id) || {};

  function answer(verdict, control) {
    const flag = flagNow();
    if (!flag) return;
    const before = ofFlag(flag);
    const kept = verdict === "confirm" ? { category: before.category || flag.category, severity: before.severity || null } : { category: flag.category, severity: null };
    site.answers.give(about(flag), { verdict, ...kept });
    site.say(label(flag.category) + " " + done(verdict));
    wanted = control || null;
    if (goOn) advance();
  }

  /* A severity, or another category, says that there is a mistake. Choosing the same severity again takes it away. */
  function grade(changes) {
    const flag = flagNow();
    if (!flag) return;
    const before = ofFlag(flag);
    const severity = "severity" in changes && before.severity === changes.severity ? null : "severity" in changes ? changes.severity : before.severity || null;
    const category = changes.category || before.category || flag.category;
    site.answers.give(about(flag), { verdict: "confirm", category, severity });
    site.say(label(category) + (severity ? ", " + severity : ", no severity") + ", confirmed");
  }

  function comment(text) {
    const flag = flagNow();
    if (!flag) return;
    const before = ofFlag(flag);
    site.answers.give(about(flag), { comment: text === "" ? null : text, category: before.category || flag.category }, "comment");
  }

  function back(what) {
    const changed = site.answers[what]();
    if (!changed) {
      site.say(what === "undo" ? "Nothing to take back" : "Nothing to repeat");
      return;
    }
    const was = changed.verdict === null ? "no answer" : done(changed.verdict);
    site.say((what === "undo" ? "Taken back, now: " : "Again: ") + was);
    if (changed.flag_id && site.answers.here(changed.flag_id)) show(changed.flag_id);
  }

  /* --- going on ----------------------------------------------------------------------------------------------------- */

  function show(id) {
    const here = current();
    const inside = Boolean(here && here.segment && here.segment.flags.some((flag) => flag.id === id));
    site.view.go({ segment: null, flag: id }, inside);
  }

  const open = (flag) => flag.dismissed === null && !verdictOf(flag.id);

  /* The flag after this one that has no answer yet: in this segment, or in one further down the list. */
  function advance() {
    const here = current();
    if (!here) return;
    const flags = here.segment.flags;
    const next = flags.slice(flags.indexOf(here.flag) + 1).find(open);
    if (next) {
      show(next.id);
      return;
    }
    const found = further(here.segment.number);
    if (found) show(found);
    else site.say(left() ? "No flag further down is without an answer; further up there are " + site.count(left()) : "Every flag of this view has an answer");
  }

  function further(from) {
    for (let segment = site.list.step(from, 1); segment !== null; segment = site.list.step(segment, 1)) {
      const found = flagsOf(segment).filter((place) => !site.data.flags.dismissed[place] && !verdictOf(site.data.flags.id[place]))
        .sort((a, b) => site.data.flags.score[b] - site.data.flags.score[a]);
      if (found.length) return site.data.flags.id[found[0]];
    }
    return null;
  }

  /* The places of a segment's flags in the columns of the index, which are in the order of the corpus. */
  function flagsOf(segment) {
    const column = site.data.flags.segment;
    let low = 0;
    let high = column.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[middle] < segment) low = middle + 1;
      else high = middle;
    }
    const found = [];
    for (let place = low; place < column.length && column[place] === segment; place += 1) found.push(place);
    return found;
  }

  /* --- counting ----------------------------------------------------------------------------------------------------- */

  /* What this reviewer said of a flag: {verdict, category, severity, …}; null where nothing was decided. */
  function verdictOf(flag) {
    const found = site.answers.of(flag);
    return found && found.verdict !== null ? found : null;
  }

  /* Answers of this reviewer: on flags of this run (`answered`, and of which kind), on flags it has not (`gone`), mistakes marked. */
  function counts() {
    const found = { answered: 0, confirm: 0, reject: 0, unsure: 0, missed: 0, gone: 0 };
    const ids = known();
    site.answers.all().filter((given) => given.reviewer === site.answers.name()).forEach((given) => {
      if (given.flag_id === null) found.missed += 1;
      else if (!ids.has(given.flag_id)) found.gone += 1;
      else { found.answered += 1; found[given.verdict] += 1; }
    });
    return found;
  }

  let ids = null;
  const known = () => { ids = ids || new Map(site.data.flags.id.map((id, place) => [id, place])); return ids; };

  /* Flags of the segments that the list shows, and how many of them have an answer. */
  function inView() {
    const list = site.list.shown().order;
    if (list !== order.list) {
      // A segment that was opened by a link comes before any list: then the view is all of the run.
      const segments = list.length ? new Set(list) : { has: () => true };
      const { segment, dismissed } = site.data.flags;
      let flags = 0;
      segment.forEach((number, place) => { if (!dismissed[place] && segments.has(number)) flags += 1; });
      order = { list, segments, flags };
    }
    let answered = 0;
    site.answers.all().forEach((given) => {
      const place = given.flag_id !== null && given.reviewer === site.answers.name() ? known().get(given.flag_id) : undefined;
      if (place !== undefined && !site.data.flags.dismissed[place] && order.segments.has(site.data.flags.segment[place])) answered += 1;
    });
    return { answered, of: order.flags };
  }
  const left = () => { const view = inView(); return view.of - view.answered; };

  /* --- the form ----------------------------------------------------------------------------------------------------- */

  const keyed = (text, key) => [text + " ", element("kbd", { "aria-hidden": "true" }, key)];

  function build(container) {
    form = { container };
    form.verdicts = ACTIONS.map((action) => button("", () => answer(action.verdict, action.verdict), {
      class: "answer-button", "data-control": action.verdict, "aria-pressed": "false", "aria-keyshortcuts": action.key, title: action.help + " (key " + action.key + ")",
    }));
    form.verdicts.forEach((node, place) => node.append(element("span", { class: "sign", "aria-hidden": "true" }, ACTIONS[place].sign), ...keyed(ACTIONS[place].label, ACTIONS[place].key)));
    form.group = element("div", { class: "answer-buttons", role: "group" }, form.verdicts);
    form.subject = element("b", { class: "answer-subject" });
    form.note = element("span", { class: "answer-note muted" });
    form.more = details();
    form.others = element("ul", { class: "answer-others" });
    form.progress = element("progress", { max: "1", value: "0", "aria-label": "Flags of this view with an answer" });
    form.count = element("span", { class: "answer-count muted" });
    const row = element("div", { class: "answer-row" }, form.subject, form.group, form.note, element("span", { class: "answer-progress" }, form.progress, form.count));
    container.classList.add("answer");
    covering.disconnect();
    covering.observe(container);
    container.replaceChildren(element("h2", { class: "visually-hidden" }, "Your verdict"), form.others, form.more, row);
  }

  /* How much of the window the form covers: what is scrolled to, by key or by a link, stops above it. */
  const covering = new ResizeObserver(([{ target }]) => {
    document.documentElement.style.setProperty("--covered", (target.offsetHeight ? target.offsetHeight + 16 : 0) + "px");
  });

  /* What stands behind the buttons. */
  function details() {
    form.category = element("select", { "data-control": "category", "aria-keyshortcuts": "Shift+1 Shift+2 Shift+3 Shift+4 Shift+5" }, categories().map(([code, name]) => element("option", { value: code }, name)));
    form.category.addEventListener("change", () => grade({ category: form.category.value }));
    form.severities = Object.entries(SEVERITY_KEYS).map(([key, severity]) => {
      const made = button("", () => grade({ severity }), { "data-control": severity, "aria-pressed": "false", "aria-keyshortcuts": key });
      made.append(...keyed(severity, key));
      return made;
    });
    form.comment = element("textarea", { rows: "2", dir: "auto", "data-control": "comment", "aria-keyshortcuts": "m" });
    form.comment.addEventListener("input", () => comment(form.comment.value));
    form.name = element("input", { type: "text", autocomplete: "name", "data-control": "name", placeholder: "may stay empty" });
    form.name.addEventListener("change", () => site.answers.rename(form.name.value.trim()));
    form.asked = element("label", {}, "Your name, for the file", form.name);
    form.undo = button("", () => back("undo"), { "data-control": "undo", "aria-keyshortcuts": "z" });
    form.undo.append(...keyed("Take back", "z"));
    form.redo = button("", () => back("redo"), { "data-control": "redo", "aria-keyshortcuts": "Z" });
    form.redo.append(...keyed("Again", "Z"));
    form.summary = element("summary", {});
    const made = element("details", { class: "answer-more" }, form.summary, element("div", { class: "answer-fields" },
      element("label", {}, "Category", form.category),
      element("div", { class: "severity", role: "group", "aria-label": "Severity" }, element("span", { "aria-hidden": "true" }, "Severity"), element("span", {}, form.severities)),
      element("div", { class: "steps" }, form.undo, form.redo),
      element("label", { class: "comment" }, element("span", {}, keyed("Comment", "m")), form.comment),
      form.asked));
    made.open = site.memory.get(OPEN) === "yes";
    form.summary.addEventListener("click", () => { form.opened = false; site.memory.set(OPEN, made.open ? "no" : "yes"); });
    return made;
  }

  /* Shows what is known of the current flag; controls stay where they are, so that focus does. */
  function update() {
    const container = one("[data-part=review]");
    if (!site.data.index || !container || !current()) return;
    if (!form || form.container !== container || !container.contains(form.group)) build(container);
    const flag = flagNow();
    container.hidden = !flag && !one(".answer-instead", container);
    if (!flag) return;
    const given = ofFlag(flag);
    form.verdicts.forEach((node, place) => node.setAttribute("aria-pressed", String(given.verdict === ACTIONS[place].verdict)));
    subject(flag);
    form.group.setAttribute("aria-label", "Your verdict on the suspected " + label(flag.category));
    form.severities.forEach((node) => node.setAttribute("aria-pressed", String(given.severity === node.dataset.control)));
    offer(given.category || flag.category);
    if (document.activeElement !== form.comment || form.shown !== flag.id) form.comment.value = given.comment || "";
    form.asked.hidden = site.answers.name() !== "" && document.activeElement !== form.name;
    if (form.opened && form.shown !== flag.id) form.more.open = form.opened = false;
    form.shown = flag.id;
    form.undo.disabled = !site.answers.can("undo");
    form.redo.disabled = !site.answers.can("redo");
    summary(flag, given);
    others(flag);
    progress();
    if (wanted) { const node = one("[data-control=" + wanted + "]", container); if (node) node.focus(); }
    wanted = null;
  }

  /* What the verdict is on: the flag itself may be out of sight. */
  function subject(flag) {
    const { flags } = current().segment;
    const known = site.data.category(flag.category);
    form.subject.replaceChildren(element("span", { class: "under " + (known ? known.slug : "other") }, label(flag.category)), flags.length > 1 ? element("small", {}, " " + (flags.indexOf(flag) + 1) + " of " + flags.length) : "");
  }

  function offer(code) {
    if (!Array.from(form.category.options).some((option) => option.value === code)) form.category.append(element("option", { value: code }, label(code)));
    form.category.value = code;
  }

  function summary(flag, given) {
    const corrected = given.verdict === "confirm" && given.category && given.category !== flag.category ? label(given.category) : null;
    const said = [corrected, given.severity, given.comment ? "with a comment" : null].filter(Boolean);
    form.summary.textContent = said.length ? "Details: " + said.join(", ") : "Category, severity, comment";
    form.note.textContent = !given.verdict && given.comment ? "The comment waits for a verdict" : flag.dismissed !== null && !given.verdict ? "Rejected in an earlier review" : "";
  }

  function others(flag) {
    form.others.replaceChildren(...site.answers.others(flag.id).map((given) => element("li", { class: "muted" },
      element("bdi", {}, given.reviewer || "Someone"), ", " + day(given.at) + ": " + done(given.verdict),
      given.verdict === "confirm" && given.category && given.category !== flag.category ? ", but " + label(given.category) : "",
      given.severity ? " (" + given.severity + ")" : "", given.comment ? [" “", element("bdi", {}, given.comment), "”"] : [])));
    form.others.hidden = !form.others.children.length;
  }

  function progress() {
    const view = inView();
    const found = counts();
    form.progress.max = Math.max(view.of, 1);
    form.progress.value = view.answered;
    form.count.textContent = site.count(view.answered) + " of " + site.plural(view.of, "flag") + " answered in this view · " + site.count(found.answered) + " in all";
  }

  /* --- keys and events ---------------------------------------------------------------------------------------------- */

  /* Enter presses the button that has the focus; only elsewhere it goes on. */
  const idle = (event) => !event.target.closest("a, button, input, select, textarea, summary, [tabindex='0']");
  const free = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]") || event.target.closest("input, select, textarea"));
  function openComment() {
    if (!form || !flagNow()) return false;
    form.opened = form.opened || !form.more.open; // for the comment only: the next flag finds it closed again
    form.more.open = true;
    form.comment.focus({ preventScroll: true });
    return true;
  }

  const table = { Enter: { run: (event) => idle(event) && advance(), help: "go on to the next flag without a verdict" } };
  ACTIONS.forEach((action) => { table[action.key] = { run: () => answer(action.verdict), help: action.label.toLowerCase() + ": " + action.help.charAt(0).toLowerCase() + action.help.slice(1) }; });
  Object.entries(SEVERITY_KEYS).forEach(([key, severity]) => { table[key] = { run: () => grade({ severity }), help: "confirm as " + severity }; });
  table["⇧1"] = { run: () => false, help: "confirm, but as another category", label: "Shift 1–5" };
  table.m = { run: openComment, help: "write a comment; Escape leaves it" };
  table.z = { run: () => back("undo"), help: "take the last verdict back" };
  table.Z = { run: () => back("redo"), help: "give it again" };
  site.keys.add("segment", table);
  ["list", "segment"].forEach((view) => site.keys.add(view, { v: { run: () => site.exchange.open(), help: "verdicts: save, bring in, count" } }));

  /* By the place of the key: what Shift makes of a digit differs between keyboards. */
  document.addEventListener("keydown", (event) => {
    const digit = /^Digit([1-5])$/.exec(event.code);
    if (!digit || !event.shiftKey || site.view.name() !== "segment" || !free(event)) return;
    const chosen = site.data.index.categories[digit[1] - 1];
    if (!chosen || !flagNow()) return;
    event.preventDefault();
    grade({ category: chosen.code });
  });

  /* Shows something else in place of the verdict, for as long as it takes; null ends that. */
  function instead(...nodes) {
    const container = one("[data-part=review]");
    if (!form || form.container !== container) build(container);
    const old = one(".answer-instead", container);
    if (old) old.remove();
    if (nodes.length) container.prepend(element("div", { class: "answer-instead" }, nodes));
    container.hidden = !nodes.length && !flagNow();
  }

  site.on("ready", () => {
    one(".tools").prepend(button("Verdicts", () => site.exchange.open(), { "data-control": "verdicts", title: "Save, bring in and count verdicts (v)" }));
    goOn = site.memory.get(GO_ON) !== "no";
    site.answers.start();
    if (site.data.index.verdicts) site.data.load("data/verdicts.js").then(() => site.emit("verdicts"));
  });
  ["segment", "flag", "verdicts"].forEach((name) => site.on(name, update));

  site.review = { verdictOf, counts, inView, label, day, done, categories, advance, keyed, instead, goesOn: () => goOn, goOn: (wish) => { goOn = wish; site.memory.set(GO_ON, wish ? "yes" : "no"); } };
})(window.nmtAudit);

/* Mistakes that no check saw: words of the source or of the translation are selected, with the pointer or by keys, and named. */
(function (site) {
  "use strict";
  const { one, element, button } = site.dom;

  const SIDES = { src: "source", tgt: "translation" };
  const BOX = { src: "source", tgt: "target" }; // what the lines call them
  let marking = null; // by keys: {side, anchor, end}, places of words
  let draft = null; // what is being named: {side, start, end}
  let offer = null; // the button beside a selection

  const segmentNow = () => (site.view.name() === "segment" ? site.reader.current().segment : null);
  const textOf = (side) => { const segment = segmentNow(); return (side === "src" ? segment.source : segment.hypothesis) || ""; };
  const words = (span) => (span.start === null ? "all of it" : site.words.slicer(textOf(span.side))(span.start, span.end));

  /* Grown to whole words; null where it holds no word. Offsets are code points. */
  function snapped({ side, start, end }) {
    const inside = site.words.plain(textOf(side)).filter((word) => word.start < end && start < word.end);
    return inside.length ? { side, start: inside[0].start, end: inside[inside.length - 1].end } : null;
  }
  function selected() {
    const found = segmentNow() && site.lines ? site.lines.selection() : null;
    return found && snapped({ ...found, side: site.lines.sideOf(found.side) });
  }

  /* --- by keys ------------------------------------------------------------------------------------------------------ */

  const reachable = (side) => site.lines.units(BOX[side]).map((unit, place) => ({ ...unit, place })).filter((unit) => unit.end > unit.start);

  function begin() {
    if (!segmentNow()) return false;
    const ready = selected();
    if (ready) {
      name(ready);
      return true;
    }
    const at = site.lines.at();
    const side = at ? site.lines.sideOf(at.side) : reachable("tgt").length ? "tgt" : "src";
    const units = reachable(side);
    if (!units.length) return false;
    const first = at ? Math.max(0, units.findIndex((unit) => unit.place === at.place)) : 0;
    marking = { side, anchor: first, end: first };
    document.addEventListener("keydown", steer, true);
    show();
    site.say("Marking. Arrows take in more words, Shift and arrows begin elsewhere, Enter takes them, Escape leaves.");
    draw();
    return true;
  }

  function leave() {
    marking = null;
    document.removeEventListener("keydown", steer, true);
  }
  function giveUp() {
    leave();
    window.getSelection().removeAllRanges();
    draw();
  }

  /* The keys while words are marked; the lines must not have them too. */
  function steer(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const units = reachable(marking.side);
    const box = one(".text[data-side=" + BOX[marking.side] + "]");
    const mirrored = box && window.getComputedStyle(box.parentElement).direction === "rtl" ? -1 : 1;
    const next = { ArrowRight: marking.end + mirrored, ArrowLeft: marking.end - mirrored, Home: 0, End: units.length - 1 }[event.key];
    if (event.key === "Tab") { giveUp(); return; }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") { giveUp(); site.say("Nothing marked"); }
    else if (event.key === "Enter" || event.key === " ") finish(units);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") other(event.key === "ArrowUp" ? "src" : "tgt");
    else if (next !== undefined && units[next]) {
      marking.end = next;
      if (event.shiftKey) marking.anchor = next;
      show();
    }
  }
  function other(side) {
    if (side === marking.side || !reachable(side).length) return;
    marking = { side, anchor: 0, end: 0 };
    show();
  }
  function range(units) {
    const [from, to] = [Math.min(marking.anchor, marking.end), Math.max(marking.anchor, marking.end)];
    return { side: marking.side, start: units[from].start, end: units[to].end, from: units[from].place, to: units[to].place };
  }

  /* What is marked so far is the browser's own selection: it shows in every theme, and no text is drawn anew. */
  function show() {
    const { side, start, end, from, to } = range(reachable(marking.side));
    const first = site.lines.nodes(BOX[side], from)[0];
    const last = site.lines.nodes(BOX[side], to).slice(-1)[0];
    window.getSelection().setBaseAndExtent(first, 0, last, last.childNodes.length);
    last.scrollIntoView({ block: "nearest", inline: "nearest" });
    site.say(SIDES[side] + ": " + words({ side, start, end }));
  }
  function finish(units) {
    const { side, start, end } = range(units);
    leave();
    name({ side, start, end });
  }

  /* --- by pointer --------------------------------------------------------------------------------------------------- */

  /* Offers to mark what was selected, beside it. */
  function propose() {
    const found = marking || draft ? null : selected();
    if (!found) {
      if (offer) offer.hidden = true;
      return;
    }
    if (!offer) {
      offer = button("", () => { const ready = selected(); offer.hidden = true; if (ready) name(ready); }, { class: "mark-here" });
      offer.append(...site.review.keyed("Mark as a missed mistake", "a"));
      offer.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
      document.body.append(offer);
    }
    offer.hidden = false;
    const box = window.getSelection().getRangeAt(0).getBoundingClientRect();
    const room = document.documentElement.clientWidth - offer.offsetWidth - 8;
    offer.style.setProperty("--x", Math.max(8, Math.min(box.left, room)) + window.scrollX + "px");
    offer.style.setProperty("--y", box.bottom + window.scrollY + 8 + "px");
  }

  /* --- naming and listing ------------------------------------------------------------------------------------------- */

  const about = (span) => ({ flag_id: null, segment_id: segmentNow().id, span: { side: span.side, start: span.start, end: span.end } });
  const same = (one, two) => one && two && one.side === two.side && one.start === two.start && one.end === two.end;
  const own = (span) => site.answers.missed(segmentNow().id).find((given) => given.reviewer === site.answers.name() && same(given.span, span));

  function name(span) {
    draft = span;
    if (offer) offer.hidden = true;
    draw();
    const field = one("[data-control=missed-category]");
    if (field) field.focus({ preventScroll: true });
  }
  function cancel() {
    draft = null;
    window.getSelection().removeAllRanges();
    draw();
    toOpener();
  }

  function fields() {
    const known = own(draft) || {};
    const category = element("select", { "data-control": "missed-category" }, site.review.categories().map(([code, label]) => element("option", { value: code }, label)));
    category.value = known.category || "MISTRANSLATION";
    const severity = element("select", { "data-control": "missed-severity" }, element("option", { value: "" }, "not said"), site.answers.SEVERITIES.map((value) => element("option", { value }, value)));
    severity.value = known.severity || "";
    const comment = element("input", { type: "text", dir: "auto", "data-control": "missed-comment", value: known.comment || "" });
    const { segment } = site.reader.current();
    const form = element("form", { class: "missed-form" },
      element("p", {}, "Missed in the " + SIDES[draft.side] + ": “", element("b", { lang: draft.side === "src" ? segment.srcLang : segment.tgtLang, dir: "auto" }, words(draft)), "”"),
      element("label", {}, "Category", category), element("label", {}, "Severity", severity), element("label", { class: "comment" }, "Comment", comment),
      element("span", { class: "steps" }, element("button", { type: "submit", "data-control": "missed-add" }, known.at ? "Change" : "Add"), button("Cancel", cancel, { "data-control": "missed-cancel" })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      add({ verdict: "confirm", category: category.value, severity: severity.value || null, comment: comment.value.trim() || null });
    });
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") cancel(); });
    return form;
  }
  function add(said) {
    const question = about(draft);
    draft = null;
    window.getSelection().removeAllRanges();
    site.answers.give(question, said);
    site.say("Marked as missed: " + site.review.label(said.category));
    toOpener();
  }
  /* Focus that would be lost goes where the segment begins; keys work from there. */
  function toOpener() {
    const heading = one("[data-view=segment] h1");
    if (heading) heading.focus({ preventScroll: true });
  }

  function item(given) {
    const { segment } = site.reader.current();
    const span = given.span || { side: "tgt", start: null, end: null };
    const mine = given.reviewer === site.answers.name();
    const remove = () => { site.answers.give(about(span), { verdict: null, category: null, severity: null, comment: null }); site.say("Removed; z takes that back"); toOpener(); };
    return element("li", {},
      element("b", { lang: span.side === "src" ? segment.srcLang : segment.tgtLang, dir: "auto" }, words(span)), " ",
      element("span", { class: "muted" }, "in the " + SIDES[span.side] + " · " + site.review.label(given.category) + (given.severity ? ", " + given.severity : "")
        + (mine ? "" : " · " + (given.reviewer || "someone") + ", " + site.review.day(given.at))),
      given.comment ? [" ", element("bdi", { dir: "auto" }, "“" + given.comment + "”")] : [],
      mine ? [" ", button("Change", () => name(span), { "aria-label": "Change: " + words(span) }), " ", button("Remove", remove, { "data-control": "missed-remove", "aria-label": "Remove: " + words(span) })] : []);
  }

  function draw() {
    const part = one("[data-part=missed]");
    const segment = segmentNow();
    if (!part || !segment) return;
    const found = site.answers.missed(segment.id);
    const opener = button("", begin, { "data-control": "mark", "aria-keyshortcuts": "a", title: "Select words in the source or the translation, or begin here and use the arrow keys" });
    opener.append(...site.review.keyed("Mark words", "a"));
    part.classList.add("missed");
    part.replaceChildren(
      element("h2", {}, "Missed by the checks"),
      element("p", { class: "missed-row" }, opener, " ", element("span", { class: "muted" }, "A mistake without a flag: select its words in the source or the translation, or press the key.")),
      element("ul", { class: "missed-list" }, found.map(item)),
    );
    one(".missed-list", part).hidden = !found.length;
    const hint = "Marking words: arrows take in more, Shift + arrows begin elsewhere, ↑ ↓ change the sentence, Enter takes them, Escape leaves.";
    site.review.instead(...(draft ? [fields()] : marking ? [element("p", { class: "missed-hint" }, hint)] : []));
  }

  let drawnFor = null;
  site.on("segment", () => {
    const segment = segmentNow();
    if (marking && (!segment || segment.number !== drawnFor)) leave();
    if (!segment || segment.number !== drawnFor) draft = null;
    drawnFor = segment ? segment.number : null;
    draw();
  });
  site.on("view", () => { if (marking) giveUp(); if (offer) offer.hidden = true; });
  site.on("verdicts", () => { if (!draft) draw(); });
  document.addEventListener("selectionchange", () => { if (site.data.index) propose(); });
  site.keys.add("segment", { a: { run: () => begin() || undefined, help: "mark words that no check flagged" } });

  site.missed = { begin, name, snapped };
})(window.nmtAudit);

/* Starts what the page has. */
(function (site) {
  "use strict";
  const { one, all } = site.dom;

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-needs-script]").forEach((node) => { node.hidden = false; });
    const actions = { theme: site.theme.next, keys: site.keys.show, "close-keys": () => one("#keys").close() };
    Object.entries(actions).forEach(([name, action]) => all("[data-action=" + name + "]").forEach((node) => node.addEventListener("click", action)));
    if (document.body.dataset.page !== "segments") return;
    if (!site.data.index) {
      one("[data-missing]").hidden = false;
      return;
    }
    site.keys.within(site.view.name);
    site.emit("ready");
    site.emit("view");
  });
})(window.nmtAudit);

/* Two models on the same segment: attention of A beside attention of B, relevance of A beside relevance of B. Rows are the
   words of each translation, columns the words of the source, which are the same for both. */
(function (site) {
  "use strict";
  const { element, one } = site.dom;
  const LETTERS = ["A", "B"];
  const APART = 32; // pixels between the maps
  const NARROW = 760; // pixels: below, maps stand one above the other
  const CELL = 17; // the narrowest column of a map, with its names beside

  const CROWDED = 1.25; // times the room: up to there, a map scrolls in its box rather than stand below the other

  let asked = null; // the kind of explanation that the reader chose last, as text
  let earlier = false; // whether relevance is shown for the earlier words of the translation, too

  /* What a map is made from: the segment of one run, its words and numbers; null where no model read it. */
  function contextOf(item, side, maps) {
    if (!maps || !maps.source.pieces.length || !maps.target.pieces.length) return null;
    const segment = { ...item[side], srcLang: item.srcLang, tgtLang: item.tgtLang };
    const units = {
      source: site.words.units(site.words.of(maps.source, segment.source), maps.source, segment.source, false),
      target: site.words.units(site.words.of(maps.target, segment.hypothesis), maps.target, segment.hypothesis, false),
    };
    return { segment, maps, units, values: site.values.of(maps), choice: {} };
  }

  const key = (kind) => JSON.stringify([kind.method, kind.state, kind.rules, kind.against]);

  /* The kinds of explanation that either side holds, those of both first, then as they are computed. */
  function kindsOf(contexts) {
    const found = new Map(); // key → { kind, words: [of A, of B] }
    contexts.forEach((context, side) => context && site.grids.kinds(context).forEach(({ kind, words }) => {
      if (!found.has(key(kind))) found.set(key(kind), { kind, words: [0, 0] });
      found.get(key(kind)).words[side] = words;
    }));
    const shared = (entry) => Number(!entry.words.every(Boolean));
    return Array.from(found.values()).sort((first, second) => shared(first) - shared(second));
  }

  /* The one that is shown: what was asked for, else relevance for the last stage that most words are explained for. */
  function settled(kinds) {
    const wanted = kinds.find(({ kind }) => key(kind) === asked);
    if (wanted) return wanted.kind;
    const plain = kinds.filter(({ kind }) => kind.method === "lrp" && !kind.against);
    const least = ({ words }) => Math.min(...words.filter(Boolean)) + 1000 * words.filter(Boolean).length;
    const best = (plain.length ? plain : kinds).reduce((most, entry) => (most === null || least(entry) >= least(most) ? entry : most), null);
    return best && best.kind;
  }

  /* One colour for one number in both maps: weights are compared across. */
  function onOneScale(grids) {
    const largest = Math.max(0, ...grids.map((of) => (of ? of.largest : 0)));
    return grids.map((of) => of && { ...of, largest });
  }

  function missing(side, context, what) {
    if (context) return what;
    return site.data.index.models[side] ? "Nothing was read by the model of " + LETTERS[side] + " here." : LETTERS[side] + " was made without a model.";
  }

  function columnOf(of, side, room, note, name, number) {
    const title = LETTERS[side] + (site.data.index.models[side] ? " · " + site.data.index.models[side] : "");
    const made = element("div", {}, element("h4", {}, title));
    if (!of) {
      made.append(element("p", { class: "empty" }, note));
      return made;
    }
    const figure = site.heat.figure(of, room, name + "-" + LETTERS[side].toLowerCase(), (row) => figure.show(row));
    const said = of.title + " of " + LETTERS[side] + ", segment " + (number + 1);
    one(".heat-box", figure.node).setAttribute("aria-label", said + ", scrolls in its own box");
    one(".heat-cells", figure.node).setAttribute("aria-label", said + ". " + one(".heat-cells", figure.node).getAttribute("aria-label").replace(/ Arrow keys.*$/, " Arrow keys read the cells, Enter marks a word."));
    made.append(figure.node, behind(of, said));
    return made;
  }

  /* The numbers as a table, made when it is opened. */
  function behind(of, said) {
    const place = element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": said + ": the numbers" });
    const details = element("details", { class: "behind" }, element("summary", {}, "The numbers in a table"), place);
    details.addEventListener("toggle", () => place.replaceChildren(...(details.open ? [site.panels.tableNode(site.grids.table(of))] : [])));
    return details;
  }

  /* Whether both maps have room side by side, and how much. */
  function layout(width, grids) {
    const widest = Math.max(0, ...grids.map((of) => (of ? site.grids.columns(of).length * CELL + 130 : 0)));
    const half = (width - APART) / 2;
    const stacked = width < NARROW || widest > CROWDED * half;
    return { stacked, room: stacked ? width : half };
  }

  function pair(grids, notes, width, name, number) {
    const { stacked, room } = layout(width, grids);
    return element("div", { class: "both-maps" + (stacked ? " stacked" : "") }, ...grids.map((of, side) => columnOf(of, side, room, notes[side], name, number)));
  }

  function picker(kinds, chosen, again) {
    const rules = new Set(kinds.map(({ kind }) => kind.rules).filter(Boolean));
    const label = ({ kind, words }) => site.grids.title(kind) + (rules.size > 1 && kind.rules ? ", " + kind.rules : "") + " (words: " + words[0] + " in A, " + words[1] + " in B)";
    const made = element("select", { "aria-label": "Which explanation", "data-kind": true }, ...kinds.map((entry) => element("option", { value: key(entry.kind), selected: key(entry.kind) === key(chosen) }, label(entry))));
    made.addEventListener("change", () => { asked = made.value; again(); });
    return made;
  }

  function earlierWords(again) {
    const box = element("input", { type: "checkbox", "data-earlier": true, checked: earlier });
    box.addEventListener("change", () => { earlier = box.checked; again(); });
    return element("label", { class: "heat-switch" }, box, " earlier words of the translation, too");
  }

  /* Both pairs of maps of a segment into a place on the page. `maps`: {a, b}, or null where they could not be loaded. */
  function draw(container, item, maps) {
    if (!maps) {
      container.replaceChildren(element("p", { class: "empty" }, "The maps could not be loaded: data/ is missing beside this page. Copy the whole folder."));
      return;
    }
    const contexts = [contextOf(item, "a", maps.a), contextOf(item, "b", maps.b)];
    if (!contexts.some(Boolean)) {
      container.replaceChildren(element("p", { class: "empty" }, "No model read this segment in either run: there are no maps."));
      return;
    }
    const width = container.clientWidth || 720;
    const attention = onOneScale(contexts.map((context) => context && site.grids.attention(context)));
    const kinds = kindsOf(contexts);
    const chosen = settled(kinds);
    const relevance = contexts.map((context) => {
      const of = context && chosen ? site.grids.relevance({ ...context, choice: chosen }) : null;
      return of && of.stored ? of : null;
    });
    const prefixed = relevance.some((of) => of && of.target);
    const shown = relevance.map((of) => of && { ...of, target: earlier ? of.target : null });
    const redraw = (focus) => { draw(container, item, maps); const control = container.querySelector(focus); if (control) control.focus(); };
    const unexplained = contexts.map((context, side) => missing(side, context, "No word of this segment was explained" + (chosen ? " this way" : "") + " in " + LETTERS[side] + ". An audit explains what is flagged, and with --maps every word of the most suspicious segments."));
    container.replaceChildren(
      element("div", { class: "both-tools" }, element("h3", {}, "Attention"), element("span", { class: "note" }, "Both by one scale. Rows: words of each translation; columns: words of the source.")),
      pair(attention, contexts.map((context, side) => missing(side, context, "The model of " + LETTERS[side] + " has no attention.")), width, "attention", item.number),
      element("div", { class: "both-tools" }, element("h3", {}, "Relevance"), kinds.length ? picker(kinds, chosen, () => redraw("[data-kind]")) : null, prefixed ? earlierWords(() => redraw("[data-earlier]")) : null,
        element("span", { class: "note" }, "Each row by its own largest |R|" + (prefixed ? ", earlier words included" : "") + "; hatched words were not explained.")),
      pair(shown, unexplained, width, "relevance", item.number),
    );
  }

  site.bothModels = { draw };
})(window.nmtAudit);

/* The page of two runs: its changed segments, to filter, to step through, and to open with the maps of both models.
   #show=worse&pair=ID : what is shown stands in the address; ID is the segment's in B. */
(function (site) {
  "use strict";
  const { one, all, element, button } = site.dom;
  const PAGE = 25;
  const SIGNS = { better: "▲", worse: "▼", even: "=" };
  const HELP = {
    new: "B has it, A does not", fixed: "A has it, B does not", changed: "both have it, with other numbers or words",
    persisting: "both have it, alike", dismissed: "reviewers rejected it", unchecked: "the other run did not check for it",
  };
  const TOLD = Object.keys(HELP);
  const STATUS = {
    empty: "nothing to translate", too_long: "longer than the model takes", not_finite: "the model's numbers are not numbers",
    out_of_memory: "did not fit into memory",
  };

  const received = { changes: new Map(), bothMaps: new Map() };
  const FILES = { changes: "changes", bothMaps: "both-maps" };
  const ui = {};
  const state = { order: [], shown: 0, current: -1, turn: 0 };

  /* The data scripts call these. */
  function comparison(content) { site.data.index = content; }
  const changes = (number, content) => received.changes.set(number, content);
  const bothMaps = (number, content) => received.bothMaps.set(number, content);

  /* What a chunk holds for the segment at a place of the index; null where it could not be loaded. */
  async function part(kind, size, place) {
    const number = Math.floor(place / size) + 1;
    if (!received[kind].has(number)) await site.data.load("data/" + FILES[kind] + "-" + String(number).padStart(4, "0") + ".js");
    const content = received[kind].get(number);
    return content ? content[place % size] : null;
  }
  const segmentAt = (place) => part("changes", site.data.index.texts, place);
  const mapsAt = (place) => part("bothMaps", site.data.index.maps, place);

  /* --- a segment ------------------------------------------------------------------------------------------------------ */

  const signed = (value, decimals) => { const text = site.wording.fixed(value, decimals); return value > 0 && Number(text) !== 0 ? "+" + text : text; };

  const unlike = (ranges, name, letter) => ranges.map(([start, end]) => ({ start, end, make: () => element(name, { title: "only " + letter + " says this" }) }));

  function line(label, lang, text, marks, layers, note) {
    const nodes = text === "" ? [element("span", { class: "muted", lang: "en" }, note)] : site.texts.line(text, marks, layers);
    return element("div", { class: "line " + label.toLowerCase() }, element("dt", {}, label), element("dd", { lang, dir: "auto" }, ...nodes));
  }

  function lines(item) {
    const { a, b } = item;
    const source = site.texts.marksOf(b, "src");
    if (a.source === b.source) {
      const known = new Set(source.map((mark) => JSON.stringify(mark)));
      source.push(...site.texts.marksOf(a, "src").filter((mark) => !known.has(JSON.stringify(mark))));
    }
    const said = (side, letter, name) => line(letter, item.tgtLang, side.hypothesis, site.texts.marksOf(side, "tgt"), [unlike(side.unlike, name, letter)], STATUS[side.status] || "no translation");
    return element("dl", { class: "lines" },
      line("source", item.srcLang, b.source, source, [], "empty"),
      said(a, "A", "del"), said(b, "B", "ins"),
      item.reference === null ? null : line("reference", item.tgtLang, item.reference, [], [], "empty"));
  }

  function flagChange(item, { kind, a, b }) {
    const before = a === null ? null : item.a.flags[a];
    const after = b === null ? null : item.b.flags[b];
    const flag = after || before;
    const { slug, label, help } = site.data.category(flag.category);
    const score = kind === "changed" ? before.score.toFixed(2) + " → " + after.score.toFixed(2) : flag.score.toFixed(2);
    return element("li", {},
      element("b", { class: "kind " + kind, title: HELP[kind] }, kind), " ",
      element("span", {},
        element("span", { class: "chip", title: help }, element("span", { class: "under " + slug }, label)), " ",
        element("span", { class: "said", dir: "auto" }, flag.message), " ",
        element("span", { class: "muted", title: "Score of the flag, 0 to 1" }, score)));
  }
  function flagChanges(item) {
    if (!item.changes.length) return null;
    const sorted = item.changes.slice().sort((one_, other) => TOLD.indexOf(one_.kind) - TOLD.indexOf(other.kind));
    return element("ul", { class: "flag-changes" }, ...sorted.map((change) => flagChange(item, change)));
  }

  function head(item, way) {
    return element("div", { class: "row-head" },
      element("span", { class: "number" }, "#" + (item.number + 1)),
      element("span", { class: "way " + way }, element("span", { "aria-hidden": "true" }, SIGNS[way] + " "), way),
      element("span", { title: "Gain: chrF and fall of suspicion together" }, signed(item.gain, 2)),
      item.chrf === null ? null : element("span", { class: "muted" }, "chrF " + site.wording.fixed(item.a.chrf, 1) + " → " + site.wording.fixed(item.b.chrf, 1)),
      element("bdi", { class: "id" }, item.id));
  }

  /* The row of a segment; `place`: in the index, `at`: in what is shown. */
  function row(item, place, at) {
    const made = element("li", { "data-place": place, "aria-posinset": at + 1, "aria-setsize": state.order.length });
    if (!item) {
      made.append(element("p", { class: "muted" }, "This segment could not be loaded: data/ is missing beside this page. Copy the whole folder."));
      return made;
    }
    const way = item.gain > 0 ? "better" : item.gain < 0 ? "worse" : "even";
    const maps = element("div", { class: "both", id: "both-" + place, hidden: true });
    const opener = button("Attention and relevance of both", () => toggle(made), { class: "show-maps", "aria-expanded": "false", "aria-controls": maps.id });
    made.append(head(item, way), lines(item), ...[flagChanges(item)].filter(Boolean), opener, maps);
    made.addEventListener("focusin", () => select(at, false));
    return made;
  }

  /* Opens or closes the maps of a row. */
  async function toggle(node) {
    const opener = one(".show-maps", node);
    const place = one(".both", node);
    const open = place.hidden;
    opener.setAttribute("aria-expanded", String(open));
    place.hidden = !open;
    if (!open) return;
    const at = Number(node.dataset.place);
    site.view.go({ pair: site.data.index.ids[at] }, true);
    await drawMaps(node, at);
  }
  async function drawMaps(node, at) {
    const [item, maps] = await Promise.all([segmentAt(at), mapsAt(at)]);
    const place = one(".both", node);
    if (item && !place.hidden) site.bothModels.draw(place, item, maps);
  }
  const redraw = () => all("[data-changes] > li").filter((node) => one(".both:not([hidden])", node)).forEach((node) => drawMaps(node, Number(node.dataset.place)));

  /* --- the list ------------------------------------------------------------------------------------------------------- */

  /* The places of the segments of a kind, in order. */
  function ofKind(name) {
    const { kinds, kindNames } = site.data.index;
    const bit = name ? 1 << kindNames.indexOf(name) : 0;
    return Array.from(kinds.keys()).filter((place) => !name || kinds[place] & bit);
  }
  const asked = () => { const name = site.view.get("show"); return site.data.index.kindNames.includes(name) ? name : ""; };

  /* Shows as many of the segments asked for. `anew`: from the first one on. */
  async function show(count, anew) {
    state.turn += 1;
    const turn = state.turn;
    const from = anew ? 0 : state.shown;
    const to = Math.min(Math.max(count, 0), state.order.length);
    ui.list.setAttribute("aria-busy", "true");
    const items = await Promise.all(state.order.slice(from, to).map(segmentAt));
    if (turn !== state.turn) return false;
    const rows = items.map((item, offset) => row(item, state.order[from + offset], from + offset));
    if (anew) ui.list.replaceChildren(...rows);
    else ui.list.append(...rows);
    state.shown = to;
    ui.list.removeAttribute("aria-busy");
    const left = state.order.length - to;
    ui.more.hidden = left === 0;
    ui.more.textContent = "Show " + site.plural(Math.min(left, PAGE), "more segment") + " of " + site.count(left);
    return true;
  }

  /* What the address asks for. */
  async function view() {
    const name = asked();
    all("[data-tab]").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.tab === name)));
    const pair = site.view.get("pair");
    if (state.name === name && (pair === null || pair === state.pair)) return;
    state.name = name;
    state.pair = pair;
    state.current = -1;
    state.order = ofKind(name);
    const wanted = pair === null ? -1 : state.order.indexOf(site.data.index.ids.indexOf(pair));
    if (!(await show(Math.max(PAGE, wanted + 1), true))) return;
    ui.nothing.hidden = state.order.length > 0;
    ui.nothing.textContent = "No segment of this kind.";
    site.say(site.plural(state.order.length, "segment"));
    if (wanted < 0) return;
    select(wanted, true);
    const node = ui.list.children[wanted];
    if (one(".both", node) && one(".both", node).hidden) toggle(node);
  }

  function select(at, scroll) {
    if (at < 0 || at >= state.shown) return;
    all("[aria-current]", ui.list).forEach((node) => node.removeAttribute("aria-current"));
    state.current = at;
    const node = ui.list.children[at];
    node.setAttribute("aria-current", "true");
    if (!scroll) return;
    node.scrollIntoView({ block: "nearest" });
    const opener = one(".show-maps", node);
    if (opener) opener.focus({ preventScroll: true });
  }
  async function move(step) {
    const next = state.current + step;
    if (next >= state.shown && state.shown < state.order.length) await show(state.shown + PAGE, false);
    select(Math.max(next, 0), true);
  }

  function addKeys() {
    const openCurrent = () => { const node = ui.list.children[state.current]; if (!node || !one(".both", node)) return false; toggle(node); return true; };
    const tab = (at) => { const found = all("[data-tab]")[at]; if (!found) return false; found.click(); return true; };
    site.keys.add("compare", {
      j: { run: () => { move(1); }, help: "next, previous segment", label: "j k" }, k: { run: () => { move(-1); }, help: null },
      m: { run: openCurrent, help: "maps of both models" },
    });
    all("[data-tab]").forEach((_, at, tabs) => site.keys.add("compare", { [at + 1]: { run: () => tab(at), help: at ? null : "which segments are shown", label: "1–" + tabs.length } }));
    site.keys.within(() => "compare");
  }

  /* Another width asks for another layout of the maps. */
  function watch() {
    let width = ui.list.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(ui.list.clientWidth - width) < 24) return;
      width = ui.list.clientWidth;
      redraw();
    }).observe(ui.list);
  }

  function start() {
    if (document.body.dataset.page !== "compare") return;
    ui.list = one("[data-changes]");
    if (!ui.list) return;
    if (!site.data.index) {
      one("[data-missing]").hidden = false;
      one("[data-tabs]").hidden = true;
      return;
    }
    Object.assign(ui, { more: one("[data-action=more]"), nothing: one("[data-nothing]") });
    all("[data-tab]").forEach((tab) => tab.addEventListener("click", () => site.view.go({ show: tab.dataset.tab, pair: null })));
    ui.more.addEventListener("click", () => { const from = state.shown; show(state.shown + PAGE, false).then(() => select(from, true)); });
    site.on("view", view);
    site.on("theme", redraw);
    addKeys();
    watch();
    view();
  }

  document.addEventListener("DOMContentLoaded", start);
  Object.assign(site, { comparison, changes, bothMaps });
})(window.nmtAudit);

/* The filters of an archive, kept in the address, and the lines over the nights that they leave.
   #model=…&set=…&measure=BLEU&from=2026-11-01&to=2026-11-29&steps=1 : whoever gets the address sees the same. */
(function (site) {
  "use strict";
  const { one, all } = site.dom;
  const FIELDS = ["model", "set", "measure", "from", "to", "steps"];
  const SINGLE = [480, 48]; // pixels of a line when its measure stands alone
  const NAMESPACE = "http://www.w3.org/2000/svg";

  let content = null;
  const trends = (given) => { content = given; }; // the data script calls this

  const field = (name) => one("[data-trend-filters] [data-ask=" + name + "]");
  const valueOf = (node) => (node.type === "checkbox" ? (node.checked ? "1" : "") : node.value);
  const wish = () => Object.fromEntries(FIELDS.map((name) => [name, site.view.get(name) || ""]));
  const within = (date, { from, to }) => (!from || date >= from) && (!to || date <= to);

  /* The nights of a series that the dates leave, as a stretch of places: nights are in order. */
  function stretch(series, asked) {
    const first = series.dates.findIndex((date) => within(date, asked));
    if (first < 0) return [0, 0];
    const after = series.dates.findIndex((date, place) => place > first && !within(date, asked));
    return [first, after < 0 ? series.dates.length : after];
  }

  function text(value, unit) {
    if (value === null || value === undefined) return "–";
    const shown = Math.abs(value).toFixed(content.decimals);
    return (value < 0 && Number(shown) !== 0 ? "−" : "") + shown + (unit || "");
  }
  const signed = (value) => { const shown = text(value); return value > 0 && Number(shown) !== 0 ? "+" + shown : shown; };

  function shape(name, attributes, title) {
    const made = document.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (title) made.append(Object.assign(document.createElementNS(NAMESPACE, "title"), { textContent: title }));
    return made;
  }

  /* The places of values in a drawing, evenly spaced; null where there is no value. */
  function placed(values, [width, height]) {
    const known = values.filter((value) => value !== null);
    const low = Math.min(...known), high = Math.max(...known), room = content.room;
    return values.map((value, night) => value === null ? null : [
      room + (width - 2 * room) * (values.length > 1 ? night / (values.length - 1) : 0.5),
      height - room - (height - 2 * room) * (high === low ? 0.5 : (value - low) / (high - low)),
    ]);
  }

  function strokes(places) {
    const found = [[]];
    places.forEach((place) => { if (place) found[found.length - 1].push(place.map((number) => number.toFixed(1)).join(",")); else found.push([]); });
    return found.filter((points) => points.length > 1).map((points) => shape("polyline", { class: "stroke", points: points.join(" ") }));
  }

  /* Draws the nights of a line that the filters leave. */
  function draw(svg, asked) {
    const series = content.series[svg.dataset.series], line = series.lines[svg.dataset.line];
    const [first, end] = stretch(series, asked);
    const values = line.values.slice(first, end), dates = series.dates.slice(first, end);
    const size = svg.dataset.size === "chart" ? content.chart : asked.measure ? SINGLE : content.spark;
    const { name, unit } = content.measures[svg.dataset.line];
    const places = placed(values, size), marks = [];
    const steps = line.steps.filter((step) => step.night >= first && step.night < end);
    const last = places.findLastIndex(Boolean);
    if (svg.dataset.size === "chart") places.forEach((place, night) => { if (place) marks.push(shape("circle", { class: "night", cx: place[0], cy: place[1], r: 2 }, dates[night] + ": " + text(values[night], unit))); });
    if (last >= 0) marks.push(shape("circle", { class: "last", cx: places[last][0], cy: places[last][1], r: 2.5 }, dates[last] + ": " + text(values[last], unit)));
    steps.forEach((step) => {
      const place = places[step.night - first];
      const d = step.worse ? "M-4.5,-4 L4.5,-4 L0,4.5 Z" : "M-4.5,4 L4.5,4 L0,-4.5 Z";
      if (place) marks.push(shape("path", { class: step.worse ? "worse" : "better", d, transform: "translate(" + place[0] + " " + place[1] + ")" }, series.dates[step.night] + ": " + step.text));
    });
    svg.setAttribute("viewBox", "0 0 " + size[0] + " " + size[1]);
    svg.setAttribute("width", size[0]);
    svg.setAttribute("height", size[1]);
    svg.replaceChildren(...strokes(places), ...marks);
    const known = values.filter((value) => value !== null);
    svg.setAttribute("aria-label", name + " over " + site.plural(known.length, "night") + (known.length ? ", " + text(Math.min(...known)) + " to " + text(Math.max(...known), unit) + ", last " + text(known[known.length - 1], unit) : "")
      + "; " + (steps.length ? steps.map((step) => series.dates[step.night] + " " + step.text).join("; ") : "no step"));
    describe(svg, values, known, unit);
  }

  /* The numbers beside a drawing: of the last night that the filters leave. */
  function describe(svg, values, known, unit) {
    const around = svg.closest("td, figure");
    const now = values.length ? values[values.length - 1] : null, before = values.length > 1 ? values[values.length - 2] : null;
    one("[data-now]", around).textContent = text(now, svg.dataset.size === "chart" && now !== null ? unit : "");
    one("[data-difference]", around).textContent = now === null || before === null ? "" : signed(now - before);
    const range = one("[data-range]", around);
    if (range) range.textContent = known.length ? text(Math.min(...known)) + " to " + text(Math.max(...known), unit) : "no value";
  }

  /* Whether a row of the table of series fits: its names, a night between the dates, a step if one is asked for. */
  function fits(row, asked) {
    if ((asked.model && row.dataset.model !== asked.model) || (asked.set && row.dataset.testSet !== asked.set)) return false;
    const series = content.series[row.dataset.row];
    const lines = asked.measure ? [series.lines[asked.measure]] : Object.values(series.lines);
    const [first, end] = stretch(series, asked);
    if (first === end || !lines[0]) return false;
    return !asked.steps || lines.some((line) => line.steps.some((step) => step.night >= first && step.night < end));
  }
  const changeFits = (item, asked) => within(item.dataset.date, asked)
    && (!asked.model || item.dataset.model === asked.model) && (!asked.set || item.dataset.testSet === asked.set)
    && (!asked.measure || item.dataset.measures.split(" ").includes(asked.measure));

  function show() {
    const asked = wish();
    FIELDS.filter(field).forEach((name) => { const node = field(name); if (node.type === "checkbox") node.checked = asked[name] === "1"; else if (node.value !== asked[name]) node.value = asked[name]; });
    one("[data-action=all-trends]").hidden = !FIELDS.some((name) => field(name) && asked[name]);
    const rows = all("[data-row]"), changes = all("[data-change]"), nights = all("[data-night]");
    rows.forEach((row) => { row.hidden = !fits(row, asked); });
    changes.forEach((item) => { item.hidden = !changeFits(item, asked); });
    nights.forEach((row) => { row.hidden = !within(row.dataset.night, asked); });
    all("[data-column]").forEach((cell) => { cell.hidden = Boolean(asked.measure) && cell.dataset.column !== asked.measure; });
    all("[data-trends]").forEach((table) => table.classList.toggle("single", Boolean(asked.measure)));
    all("[data-line]").filter((svg) => !svg.closest("[hidden]")).forEach((svg) => draw(svg, asked));
    const shown = (nodes) => nodes.filter((node) => !node.hidden).length;
    const nothing = (selector, missing) => { const node = one(selector); if (node) node.hidden = !missing; };
    nothing("[data-no-series]", !shown(rows));
    nothing("[data-no-change]", !shown(all("[data-changes] > li")));
    return rows.length ? site.plural(shown(rows), "series", "series") : site.plural(shown(nights), "night");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = one("[data-trend-filters]");
    if (!form || !content) return;
    const all_ = Object.fromEntries(FIELDS.map((name) => [name, null]));
    form.addEventListener("change", (event) => site.view.go({ [event.target.dataset.ask]: valueOf(event.target) || null }));
    form.addEventListener("submit", (event) => event.preventDefault());
    one("[data-action=all-trends]").addEventListener("click", () => site.view.go(all_));
    site.on("view", () => site.say(show()));
    show();
  });

  site.trends = trends;
})(window.nmtAudit);
