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
