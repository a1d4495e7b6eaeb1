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
