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
