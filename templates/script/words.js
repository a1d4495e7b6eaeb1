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
