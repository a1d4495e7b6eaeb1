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
