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
