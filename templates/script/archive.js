/* The filters of an archive, kept in the address, and the lines over the nights that they leave.
   #model=…&set=…&measure=BLEU&from=2026-11-01&to=2026-11-29&steps=1 : whoever gets the address sees the same. */
(function (site) {
  "use strict";
  const { one, all } = site.dom;
  const FIELDS = ["model", "set", "measure", "from", "to", "steps"];
  const SINGLE = [480, 48]; // pixels of a line when its measure stands alone
  const NAMESPACE = "http://www.w3.org/2000/svg";

  let content = null;
  const trends = (given) => { content = given; }; // the data script calls this

  const field = (name) => one("[data-trend-filters] [data-ask=" + name + "]");
  const valueOf = (node) => (node.type === "checkbox" ? (node.checked ? "1" : "") : node.value);
  const wish = () => Object.fromEntries(FIELDS.map((name) => [name, site.view.get(name) || ""]));
  const within = (date, { from, to }) => (!from || date >= from) && (!to || date <= to);

  /* The nights of a series that the dates leave, as a stretch of places: nights are in order. */
  function stretch(series, asked) {
    const first = series.dates.findIndex((date) => within(date, asked));
    if (first < 0) return [0, 0];
    const after = series.dates.findIndex((date, place) => place > first && !within(date, asked));
    return [first, after < 0 ? series.dates.length : after];
  }

  function text(value, unit) {
    if (value === null || value === undefined) return "–";
    const shown = Math.abs(value).toFixed(content.decimals);
    return (value < 0 && Number(shown) !== 0 ? "−" : "") + shown + (unit || "");
  }
  const signed = (value) => { const shown = text(value); return value > 0 && Number(shown) !== 0 ? "+" + shown : shown; };

  function shape(name, attributes, title) {
    const made = document.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (title) made.append(Object.assign(document.createElementNS(NAMESPACE, "title"), { textContent: title }));
    return made;
  }

  /* The places of values in a drawing, evenly spaced; null where there is no value. */
  function placed(values, [width, height]) {
    const known = values.filter((value) => value !== null);
    const low = Math.min(...known), high = Math.max(...known), room = content.room;
    return values.map((value, night) => value === null ? null : [
      room + (width - 2 * room) * (values.length > 1 ? night / (values.length - 1) : 0.5),
      height - room - (height - 2 * room) * (high === low ? 0.5 : (value - low) / (high - low)),
    ]);
  }

  function strokes(places) {
    const found = [[]];
    places.forEach((place) => { if (place) found[found.length - 1].push(place.map((number) => number.toFixed(1)).join(",")); else found.push([]); });
    return found.filter((points) => points.length > 1).map((points) => shape("polyline", { class: "stroke", points: points.join(" ") }));
  }

  /* Draws the nights of a line that the filters leave. */
  function draw(svg, asked) {
    const series = content.series[svg.dataset.series], line = series.lines[svg.dataset.line];
    const [first, end] = stretch(series, asked);
    const values = line.values.slice(first, end), dates = series.dates.slice(first, end);
    const size = svg.dataset.size === "chart" ? content.chart : asked.measure ? SINGLE : content.spark;
    const { name, unit } = content.measures[svg.dataset.line];
    const places = placed(values, size), marks = [];
    const steps = line.steps.filter((step) => step.night >= first && step.night < end);
    const last = places.findLastIndex(Boolean);
    if (svg.dataset.size === "chart") places.forEach((place, night) => { if (place) marks.push(shape("circle", { class: "night", cx: place[0], cy: place[1], r: 2 }, dates[night] + ": " + text(values[night], unit))); });
    if (last >= 0) marks.push(shape("circle", { class: "last", cx: places[last][0], cy: places[last][1], r: 2.5 }, dates[last] + ": " + text(values[last], unit)));
    steps.forEach((step) => {
      const place = places[step.night - first];
      const d = step.worse ? "M-4.5,-4 L4.5,-4 L0,4.5 Z" : "M-4.5,4 L4.5,4 L0,-4.5 Z";
      if (place) marks.push(shape("path", { class: step.worse ? "worse" : "better", d, transform: "translate(" + place[0] + " " + place[1] + ")" }, series.dates[step.night] + ": " + step.text));
    });
    svg.setAttribute("viewBox", "0 0 " + size[0] + " " + size[1]);
    svg.setAttribute("width", size[0]);
    svg.setAttribute("height", size[1]);
    svg.replaceChildren(...strokes(places), ...marks);
    const known = values.filter((value) => value !== null);
    svg.setAttribute("aria-label", name + " over " + site.plural(known.length, "night") + (known.length ? ", " + text(Math.min(...known)) + " to " + text(Math.max(...known), unit) + ", last " + text(known[known.length - 1], unit) : "")
      + "; " + (steps.length ? steps.map((step) => series.dates[step.night] + " " + step.text).join("; ") : "no step"));
    describe(svg, values, known, unit);
  }

  /* The numbers beside a drawing: of the last night that the filters leave. */
  function describe(svg, values, known, unit) {
    const around = svg.closest("td, figure");
    const now = values.length ? values[values.length - 1] : null, before = values.length > 1 ? values[values.length - 2] : null;
    one("[data-now]", around).textContent = text(now, svg.dataset.size === "chart" && now !== null ? unit : "");
    one("[data-difference]", around).textContent = now === null || before === null ? "" : signed(now - before);
    const range = one("[data-range]", around);
    if (range) range.textContent = known.length ? text(Math.min(...known)) + " to " + text(Math.max(...known), unit) : "no value";
  }

  /* Whether a row of the table of series fits: its names, a night between the dates, a step if one is asked for. */
  function fits(row, asked) {
    if ((asked.model && row.dataset.model !== asked.model) || (asked.set && row.dataset.testSet !== asked.set)) return false;
    const series = content.series[row.dataset.row];
    const lines = asked.measure ? [series.lines[asked.measure]] : Object.values(series.lines);
    const [first, end] = stretch(series, asked);
    if (first === end || !lines[0]) return false;
    return !asked.steps || lines.some((line) => line.steps.some((step) => step.night >= first && step.night < end));
  }
  const changeFits = (item, asked) => within(item.dataset.date, asked)
    && (!asked.model || item.dataset.model === asked.model) && (!asked.set || item.dataset.testSet === asked.set)
    && (!asked.measure || item.dataset.measures.split(" ").includes(asked.measure));

  function show() {
    const asked = wish();
    FIELDS.filter(field).forEach((name) => { const node = field(name); if (node.type === "checkbox") node.checked = asked[name] === "1"; else if (node.value !== asked[name]) node.value = asked[name]; });
    one("[data-action=all-trends]").hidden = !FIELDS.some((name) => field(name) && asked[name]);
    const rows = all("[data-row]"), changes = all("[data-change]"), nights = all("[data-night]");
    rows.forEach((row) => { row.hidden = !fits(row, asked); });
    changes.forEach((item) => { item.hidden = !changeFits(item, asked); });
    nights.forEach((row) => { row.hidden = !within(row.dataset.night, asked); });
    all("[data-column]").forEach((cell) => { cell.hidden = Boolean(asked.measure) && cell.dataset.column !== asked.measure; });
    all("[data-trends]").forEach((table) => table.classList.toggle("single", Boolean(asked.measure)));
    all("[data-line]").filter((svg) => !svg.closest("[hidden]")).forEach((svg) => draw(svg, asked));
    const shown = (nodes) => nodes.filter((node) => !node.hidden).length;
    const nothing = (selector, missing) => { const node = one(selector); if (node) node.hidden = !missing; };
    nothing("[data-no-series]", !shown(rows));
    nothing("[data-no-change]", !shown(all("[data-changes] > li")));
    return rows.length ? site.plural(shown(rows), "series", "series") : site.plural(shown(nights), "night");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = one("[data-trend-filters]");
    if (!form || !content) return;
    const all_ = Object.fromEntries(FIELDS.map((name) => [name, null]));
    form.addEventListener("change", (event) => site.view.go({ [event.target.dataset.ask]: valueOf(event.target) || null }));
    form.addEventListener("submit", (event) => event.preventDefault());
    one("[data-action=all-trends]").addEventListener("click", () => site.view.go(all_));
    site.on("view", () => site.say(show()));
    show();
  });

  site.trends = trends;
})(window.nmtAudit);
