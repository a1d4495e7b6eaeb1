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
