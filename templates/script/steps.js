/* Decoding, step by step: the words of the source with their encoder states, what attention takes of each, what came out as the
   source context, the word that was written, and the words so far. Nothing moves unless it is asked for. */
(function (site) {
  "use strict";
  const { element, button, one } = site.dom;
  const PACE = 1200; // milliseconds a step, while it plays
  const CONTEXT = "context";

  let playing = null;

  const stepOf = (context) => Math.max(0, site.heat.rowOf(context));
  const go = (context, step) => site.choice.set({ position: site.heat.positionOf(context, Math.min(Math.max(step, 0), context.units.target.length - 1)) });

  /* Numbers of one step: {attention, context (a row of relevance of the source context, or null), logprobs per token}. */
  function numbers(context, step) {
    const { values, units, choice } = context;
    const rules = choice.method === "lrp" ? choice.rules : null;
    const wanted = (row) => row.method === "lrp" && !row.against && site.wording.stageOf(row.state) === CONTEXT && (!rules || row.rules === rules);
    const focus = site.values.focus(values, units, step, null, wanted);
    const contexts = focus.rows.filter((row) => row.method === "lrp");
    return {
      attention: focus.attention, context: contexts[contexts.length - 1] || null,
      logprobs: units.target[step].tokens.map((token) => values.logprob(token)),
    };
  }

  /* The probability of a word: that of its pieces, multiplied. */
  function probability(logprobs) {
    if (logprobs.some((one_) => one_ === null)) return null;
    return Math.exp(logprobs.reduce((sum, one_) => sum + one_, 0));
  }
  function likely(logprobs) {
    const whole = probability(logprobs);
    if (whole === null) return "";
    const parts = logprobs.length > 1 ? " = " + logprobs.map((one_) => site.wording.fixed(Math.exp(one_), 2)).join(" × ") + " of its pieces" : "";
    return "probability " + (whole < 0.01 ? site.wording.number(whole, 2) : site.wording.fixed(whole, 2)) + parts;
  }

  /* A bar from a zero line: `share` of the largest, −1 to 1. */
  function bar(share, signed, label) {
    const made = element("i", { class: "step-bar" + (signed ? (share < 0 ? " below" : " above") : " look") });
    made.style.setProperty("--s", String(Math.min(Math.abs(share), 1)));
    return element("span", { class: "step-number" + (signed ? " signed" : "") }, made, element("small", { dir: "ltr" }, label));
  }

  /* A source word as a column: its state, attention's bar, the bar of what it gave to the context. */
  function column(context, found, place) {
    const word = context.units.source[place];
    const made = element("li", { class: "step-word" }, site.panels.wordNode(word, context.segment.srcLang, { class: "step-text" }), element("span", { class: "step-state", title: "The encoder's state at this word" }, "h", element("sub", {}, String(place + 1))));
    if (found.attention) made.append(bar(found.attention.numbers[place], false, site.wording.percent(found.attention.numbers[place])));
    if (found.context) {
      const { source, largest } = found.context;
      made.append(bar(largest > 0 ? source[place] / largest : 0, true, (source[place] > 0 ? "+" : "") + site.wording.fixed(source[place], 2)));
    }
    return made;
  }

  /* The words of the translation up to a step, each a way to it. */
  function soFar(context, step) {
    return element("p", { class: "step-written", dir: site.wording.direction(context.segment.tgtLang) }, ...context.units.target.flatMap((word, place) => {
      const node = button(word.text.slice(0, 60), () => { go(context, place); refocus(".step-written [aria-current]"); }, {
        class: "step-target" + (place > step ? " later" : ""), lang: context.segment.tgtLang, dir: "auto", "aria-current": place === step ? "step" : null, tabindex: place === step ? null : "-1",
      });
      return [node, " "];
    }));
  }
  function refocus(selector) {
    const node = one("[data-panel=steps] " + selector);
    if (node) node.focus({ preventScroll: true });
  }

  function slider(context, step) {
    const most = context.units.target.length - 1;
    const range = element("input", { type: "range", min: "0", max: String(most), step: "1", value: String(step), "aria-label": "Decoding step", "aria-valuetext": name(context, step), disabled: most < 1 });
    range.addEventListener("input", () => { stop(); go(context, Number(range.value)); });
    const back = button("◀", () => { stop(); move(-1); refocus("[data-step=back]"); }, { "data-step": "back", "aria-label": "Previous step", title: "Previous step (,)", disabled: step === 0 });
    const on = button("▶", () => { stop(); move(1); refocus("[data-step=on]"); }, { "data-step": "on", "aria-label": "Next step", title: "Next step (.)", disabled: step >= most });
    const play = button(playing ? "Stop" : "Play", () => { if (playing) { stop(); draw(one("[data-panel=steps] .panel-body"), site.panels.context()); } else start(); refocus("[data-step=play]"); }, { "data-step": "play", disabled: most < 1 });
    return element("div", { class: "step-tools" }, back, range, on, play, element("span", { class: "step-count" }, "step " + (step + 1) + " of " + (most + 1)));
  }
  const name = (context, step) => "step " + (step + 1) + ": " + context.units.target[step].text.slice(0, 80);

  function draw(container, context) {
    const step = stepOf(context);
    const found = numbers(context, step);
    const heads = ["Source words", "Encoder states", found.attention && "Attention", found.context && site.wording.state(CONTEXT).label].filter(Boolean);
    const columns = element("ol", { class: "step-words", dir: site.wording.direction(context.segment.srcLang) }, ...context.units.source.map((_, place) => column(context, found, place)));
    const rows = String(heads.length);
    const grid = element("div", { class: "step-grid", "data-rows": rows }, element("div", { class: "step-heads", "aria-hidden": "true" }, ...heads.map((head) => element("span", {}, head))),
      element("div", { class: "step-box", role: "region", tabindex: "0", "aria-label": "Source words at this step" }, columns));
    const produced = element("p", { class: "step-produced" }, element("span", { class: "muted" }, "writes "), site.panels.wordNode(context.units.target[step], context.segment.tgtLang, { class: "step-made" }), " ", element("span", { class: "muted" }, likely(found.logprobs)));
    const missing = found.context ? null : element("p", { class: "note" }, "The source context was not explained at this step.");
    if (container.firstElementChild && one("input[type=range]", container) && container.dataset.of === context.segment.id + context.units.target.length) {
      keepSlider(container, context, step);
      one(".step-view", container).replaceChildren(grid, ...(missing ? [missing] : []), produced, soFar(context, step));
      reveal(container, found);
      return;
    }
    container.dataset.of = context.segment.id + context.units.target.length;
    container.replaceChildren(slider(context, step), element("div", { class: "step-view" }, grid, ...(missing ? [missing] : []), produced, soFar(context, step)));
    reveal(container, found);
  }

  /* Where the words are wider than the page, the one that is looked at most is in view. */
  function reveal(container, found) {
    const box = one(".step-box", container);
    if (!found.attention || box.scrollWidth <= box.clientWidth) return;
    const { numbers: weights } = found.attention;
    const word = one(".step-words", box).children[weights.indexOf(Math.max(...weights))].getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    box.scrollLeft += word.left + word.width / 2 - frame.left - frame.width / 2;
  }

  /* The slider under the reader's finger stays the same element. */
  function keepSlider(container, context, step) {
    const range = one("input[type=range]", container);
    const most = context.units.target.length - 1;
    range.value = String(step);
    range.setAttribute("aria-valuetext", name(context, step));
    one("[data-step=back]", container).disabled = step === 0;
    one("[data-step=on]", container).disabled = step >= most;
    one("[data-step=play]", container).textContent = playing ? "Stop" : "Play";
    one(".step-count", container).textContent = "step " + (step + 1) + " of " + (most + 1);
  }

  function move(by) {
    const context = site.panels.context();
    if (!context || !one("[data-panel=steps]")) return false;
    go(context, stepOf(context) + by);
    return true;
  }

  /* Plays the steps to the end, one after the other, without any movement between them. */
  function start() {
    const context = site.panels.context();
    if (stepOf(context) >= context.units.target.length - 1) go(context, 0);
    const { maps } = context;
    playing = window.setInterval(() => {
      const now = site.panels.context();
      if (!now || now.maps !== maps || stepOf(now) >= now.units.target.length - 1) stop();
      else move(1);
    }, PACE);
    draw(one("[data-panel=steps] .panel-body"), context);
  }
  function stop() {
    if (playing === null) return;
    window.clearInterval(playing);
    playing = null;
    const play = one("[data-step=play]");
    if (play) play.textContent = "Play";
  }
  site.on("view", () => { if (site.view.name() !== "segment") stop(); });

  function table(context) {
    const attends = context.values.attends;
    const of = context.units.source;
    return [{
      caption: "Probability and attention of each step",
      head: ["produced word", "probability", ...(attends ? of.map((unit) => ({ unit, lang: context.segment.srcLang })) : [])],
      rows: context.units.target.map((unit, step) => {
        const found = numbers(context, step);
        return [{ unit, lang: context.segment.tgtLang }, probability(found.logprobs), ...(found.attention ? Array.from(found.attention.numbers) : [])];
      }),
    }];
  }

  /* Step after step under each other, as in the blog post that shows how attention works: what is read, each encoder state with
     its weight, the produced word with its probability. */
  const WIDE = 34;
  const HIGH = 34;
  function picture(context) {
    const sheet = site.picture.sheet();
    const { units, segment } = context;
    const order = Array.from(units.source.keys());
    if (site.wording.direction(segment.srcLang) === "rtl") order.reverse();
    const left = 96;
    const top = 8 + site.drawings.room(units.source, WIDE).high;
    site.drawings.above(sheet, left, top, order.map((place) => units.source[place]), WIDE, segment.srcLang);
    sheet.text(0, top - 4, "step · reads", { size: 7, colour: sheet.ink.muted });
    const right = left + units.source.length * WIDE + 8;
    sheet.text(right, top - 4, "writes", { size: 7, colour: sheet.ink.muted });
    units.target.forEach((word, step) => pictureStep(sheet, context, step, { left, right, y: top + 6 + step * HIGH, order }));
    sheet.reach(right + 120, top + 6 + units.target.length * HIGH);
    return { sheet, title: "Encoder states, attention and produced word, step by step", facts: site.picture.facts(context, ["boxes", "encoder states, shaded by attention; bars: relevance of the source context, blue for, orange (−) against"]) };
  }
  function pictureStep(sheet, context, step, { left, right, y, order }) {
    const { units } = context;
    const found = numbers(context, step);
    sheet.line([[0, y - 4], [right + 110, y - 4]], sheet.ink.line, 0.4);
    sheet.text(0, y + 10, String(step + 1), { size: 7.5, colour: sheet.ink.muted });
    if (step) sheet.text(18, y + 10, site.picture.fitted(units.target[step - 1].text, 70), { dir: "ltr" });
    order.forEach((place, at) => {
      const x = left + at * WIDE;
      const weight = found.attention ? found.attention.numbers[place] : 0;
      const fill = site.shades.shade(weight, false, sheet.ink);
      sheet.box(x + 1, y, WIDE - 4, 14, fill);
      sheet.text(x + WIDE / 2 - 1, y + 9.5, found.attention ? site.wording.fixed(weight, 2) : "h" + (place + 1), { size: 6.5, across: "center", colour: site.shades.over(fill) });
      if (!found.context || !(found.context.largest > 0)) return;
      const share = found.context.source[place] / found.context.largest;
      sheet.box(x + WIDE / 2 - 1 + Math.min(share, 0) * (WIDE / 2 - 3), y + 17, Math.max(Math.abs(share) * (WIDE / 2 - 3), 0.1), 4, site.shades.shade(Math.sign(share) * 0.67, true, sheet.ink));
      if (share < -0.15) sheet.text(x + WIDE / 2 + 2, y + 22, "−", { size: 6.5 });
    });
    sheet.text(right, y + 10, site.picture.fitted(units.target[step].text, 90, 9, true), { size: 9, bold: true, dir: "ltr" });
    const whole = probability(found.logprobs);
    if (whole !== null) sheet.text(right, y + 20, site.wording.fixed(whole, 2), { size: 7, colour: sheet.ink.muted });
    sheet.reach(right, y + HIGH - 8);
  }

  site.keys.add("segment", {
    ",": { run: () => { stop(); return move(-1); }, help: "previous decoding step" },
    ".": { run: () => { stop(); return move(1); }, help: "next decoding step" },
  });
  site.panels.add({
    name: "steps", title: "Step by step", draw, table, picture,
    about: () => "How the translation was written, word by word: the encoder's state of each source word, how much attention takes of it, and what each word gave to the source context from which the next word is made.",
    key: ({ choice }) => JSON.stringify([choice.position, choice.rules, choice.split instanceof Set ? [...choice.split] : choice.split]),
    applies: (context) => Boolean(context.units.source.length && context.units.target.length && (context.values.attends || context.maps.logprobs)),
  });
})(window.nmtAudit);
