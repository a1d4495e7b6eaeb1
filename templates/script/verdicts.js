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
