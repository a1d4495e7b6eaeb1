/* How Chinese and Japanese words are read, above them, where the reader switches it on. The run holds the readings. */
(function (site) {
  "use strict";
  const { all, element } = site.dom;
  const KEY = "nmt-audit-readings";

  let on = site.memory.get(KEY) === "yes";
  const shown = () => on;

  function toggle() {
    on = !on;
    site.memory.set(KEY, on ? "yes" : "no");
    site.say(on ? "Readings are shown above Chinese and Japanese words." : "Readings are hidden.");
    site.emit("readings", on);
  }

  /* Whether a segment has any. */
  const has = (segment) => Boolean(segment.pronunciation && Object.values(segment.pronunciation).some((found) => found && found.length));

  function range([start, end, reading]) {
    let parts = 0; // where a word ends inside of it, the reading stands over the first part
    return {
      start, end,
      make: () => {
        parts += 1;
        return element("ruby", { class: "reading", "data-reading": parts === 1 ? reading : "" });
      },
    };
  }

  /* The layers of a line (texts.js) with readings, [[start, end, reading], …], laid around and inside of them: a reading over
     several of its `words` goes around them, one within a word inside. */
  function around(layers, readings, words) {
    if (!on || !readings || !readings.length) return layers;
    const starts = new Set(words.map((word) => word.start));
    const ends = new Set(words.map((word) => word.end));
    const wide = ([start, end]) => end - start > 1 && starts.has(start) && ends.has(end);
    return [readings.filter(wide).map(range), ...layers, readings.filter((one) => !wide(one)).map(range)];
  }

  /* Puts each reading behind its text, as <ruby> wants it. The text is the stylesheet's, so that what is counted, selected
     and copied stays the corpus text alone. */
  function finish(root) {
    all("ruby.reading", root).forEach((ruby) => {
      if (!ruby.querySelector(":scope > rt")) ruby.append(element("rt", { "data-reading": ruby.dataset.reading, "aria-hidden": "true" }));
    });
  }

  site.keys.add("segment", { r: { run: toggle, help: "readings above Chinese and Japanese words" } });
  site.readings = { shown, toggle, has, around, finish };
})(window.nmtAudit);
