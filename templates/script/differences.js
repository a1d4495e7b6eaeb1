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
