/* The further views of a segment under its figure. Each view is a panel that says whether it has something to show:
   { name, title, about(context), applies(context), draw(container, context), key(context), moved(container, context),
     table(context), picture(context) }. `key` names what is drawn: where it stays the same, `moved` is enough. */
(function (site) {
  "use strict";
  const { all, element, one } = site.dom;

  const panels = [];
  const add = (panel) => panels.push(panel);

  let context = null;
  let open = []; // [{panel, section, key}] of the segment that is shown

  /* What every panel gets: the segment, its maps and words, and what the reader chose. */
  function contextOf({ segment, maps }) {
    const words = { source: site.words.of(maps.source, segment.source), target: site.words.of(maps.target, segment.hypothesis) };
    return withChoice({ segment, maps, words, values: site.values.of(maps) });
  }
  function withChoice(known) {
    const choice = site.choice.get();
    const split = choice.split;
    return {
      ...known, choice,
      units: {
        source: site.words.units(known.words.source, known.maps.source, known.segment.source, split),
        target: site.words.units(known.words.target, known.maps.target, known.segment.hypothesis, split),
      },
    };
  }

  /* A word as a page shows it. */
  const wordNode = (unit, language, attributes) => element("span", { lang: language, dir: "auto", title: unit.text.length > 24 ? unit.text.slice(0, 200) : null, ...attributes }, unit.text.slice(0, 200));

  /* A table behind a view: {caption, head, rows}; the first cell of a row is its name. A cell is text, a number or {unit, lang}. */
  function tableNode({ caption, head, rows }) {
    const content = (cell) => (cell === null || cell === undefined ? "" : typeof cell === "number" ? site.wording.number(cell) : cell.unit ? wordNode(cell.unit, cell.lang) : cell);
    const made = element("table", { class: "map-table" }, element("caption", { class: "visually-hidden" }, caption));
    made.append(element("thead", {}, element("tr", {}, ...head.map((cell) => element("th", { scope: "col" }, content(cell))))));
    made.append(element("tbody", {}, ...rows.map(([name, ...cells]) => element(
      "tr", {}, element("th", { scope: "row" }, content(name)), ...cells.map((cell) => element("td", {}, content(cell))),
    ))));
    return made;
  }

  /* The table is made when it is opened: one of a long sentence has ten thousand cells. */
  function behind(panel, current) {
    const place = element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": panel.title + ": the numbers" });
    const details = element("details", { class: "behind" }, element("summary", {}, "The numbers in a table"), place);
    details.addEventListener("toggle", () => fill(panel, details, current()));
    return details;
  }
  function fill(panel, details, now) {
    const place = one(".scroller", details);
    place.replaceChildren(...(details.open ? panel.table(now).map(tableNode) : []));
  }

  function sectionOf(panel) {
    const title = "panel-" + panel.name;
    const tools = element("div", { class: "panel-tools" }, ...(panel.picture ? site.picture.buttons(() => context, panel.title, panel.picture) : []));
    return element(
      "section", { class: "panel", "data-panel": panel.name, "aria-labelledby": title },
      element("div", { class: "panel-head" }, element("h3", { id: title }, panel.title), tools),
      element("p", { class: "note", "data-about": true }), element("div", { class: "panel-body" }),
      ...(panel.table ? [behind(panel, () => context)] : []),
    );
  }

  function draw(entry) {
    const { panel, section } = entry;
    entry.key = panel.key(context);
    one("[data-about]", section).textContent = panel.about(context);
    panel.draw(one(".panel-body", section), context);
    const details = one("details.behind", section);
    if (details && details.open) fill(panel, details, context);
    if (panel.moved) panel.moved(one(".panel-body", section), context);
  }

  /* After the reader has drawn a segment: the panels that have something to show, in their order. */
  function segmentDrawn(shown) {
    const place = one("[data-part=panels]");
    if (!place) return;
    if (!shown || !shown.maps) {
      context = null;
      open = [];
      place.replaceChildren();
      return;
    }
    if (context && context.maps === shown.maps && open.length && open.every(({ section }) => section.isConnected)) {
      choiceMade();
      return;
    }
    context = contextOf(shown);
    open = panels.filter((panel) => panel.applies(context)).map((panel) => ({ panel, section: sectionOf(panel), key: null }));
    place.replaceChildren(...open.map(({ section }) => section));
    open.forEach(draw);
  }

  function choiceMade() {
    if (!context || !open.length) return;
    context = withChoice(context);
    open.forEach((entry) => {
      if (entry.panel.key(context) !== entry.key) draw(entry);
      else if (entry.panel.moved) entry.panel.moved(one(".panel-body", entry.section), context);
    });
  }

  /* Draws everything again: another theme, another width. */
  function again() {
    if (context) open.forEach(draw);
  }

  /* Another width asks for another layout of the maps; the first report only says how wide the place is. */
  let width = null;
  let watched = null;
  const watch = new ResizeObserver(([entry]) => {
    const before = width;
    width = entry.contentRect.width;
    if (before !== null && width > 0 && Math.abs(width - before) >= 24) again();
  });

  site.on("segment", (shown) => {
    segmentDrawn(shown);
    const place = one("[data-part=panels]");
    if (!place || place === watched) return;
    watch.disconnect();
    width = null;
    watched = place;
    watch.observe(place);
  });
  site.on("choice", choiceMade);
  site.on("theme", again);

  /* The numbers of a named detail of a row: {shape, values}. */
  function detail(row, name) {
    const found = row.details && row.details[name];
    if (!found || found.scale === null) return null;
    return { shape: found.shape, values: Float64Array.from(site.data.unpacked(found.values, Int16Array), (step) => (step / 32767) * found.scale) };
  }

  site.panels = { add, detail, wordNode, tableNode, all: () => panels.slice(), open: () => all("[data-panel]"), context: () => context };
})(window.nmtAudit);
