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
