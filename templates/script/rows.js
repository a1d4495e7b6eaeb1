/* A row of the list: what is suspected, the scores, and the texts under each other, long ones cut around what matters. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const ROOM = 300; // code points of a text that a row shows
  const LEAD = 60; // of them, before the first thing that matters

  const ANSWERS = { confirm: ["✓", "confirmed"], reject: ["✗", "rejected"], unsure: ["?", "unsure"] };
  const verdictOf = (flag) => { const answer = site.review && site.review.verdictOf(site.data.flags.id[flag]); return answer ? answer.verdict : null; };

  /* What was said of a segment's flags, with a sign and a word for each answer; null where nothing was. */
  function badge(segment) {
    const answers = site.filter.flagsOf(segment).map(verdictOf);
    const parts = Object.entries(ANSWERS).filter(([answer]) => answers.includes(answer)).map(([answer, [sign, word]]) => {
      const count = answers.filter((one) => one === answer).length;
      return element("span", { class: "verdict " + answer }, element("span", { "aria-hidden": "true" }, sign + " "), (count > 1 ? count + " " : "") + word);
    });
    const open = answers.filter((answer) => !answer).length;
    if (parts.length && open) parts.push(element("span", { class: "verdict open" }, open + " to review"));
    return element("span", { class: "verdicts", "data-badge": true }, ...parts);
  }

  /* Where a row leads to: the most suspicious flag that stands, or the segment. The filters stay in the address. */
  function target(segment) {
    const [flag] = segment.flags;
    return flag && flag.dismissed === null ? { flag: flag.id, segment: null } : { segment: segment.id, flag: null };
  }

  /* A place at or shortly before `place` where a text may be cut: after a space, else not between a letter and its marks. */
  function cut(points, place) {
    for (let at = place; at > place - 20 && at > 0; at -= 1) if (/\s/u.test(points[at - 1])) return at;
    let at = place;
    while (at > 0 && at > place - 8 && at < points.length && /[\p{M}\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]/u.test(points[at])) at -= 1;
    return at;
  }

  /* The part of a text that a row shows: { text, start, before, after }, `start` in code points of the whole. */
  function excerpt(text, first) {
    if (text.length <= ROOM) return { text, start: 0, before: false, after: false };
    const points = Array.from(text);
    if (points.length <= ROOM) return { text, start: 0, before: false, after: false };
    const from = first <= ROOM - LEAD ? 0 : cut(points, Math.max(0, Math.min(first - LEAD, points.length - ROOM)));
    const to = points.length - from <= ROOM + LEAD ? points.length : cut(points, from + ROOM);
    return { text: points.slice(from, to).join(""), start: from, before: from > 0, after: to < points.length, length: points.length };
  }

  const dots = (length) => element("span", { class: "dots", title: site.count(length) + " characters; open the segment for all of it" }, "…");
  const hit = () => element("mark", { class: "hit" });

  /* One text of a row, what is suspected underlined, what was searched for marked. */
  function line(label, lang, text, marks, hits) {
    const first = Math.min(...(hits.length ? hits : marks).map((mark) => mark.start), Infinity);
    const part = excerpt(text, first === Infinity ? 0 : first);
    const length = Array.from(part.text).length;
    const inside = ({ start, end }) => (start === end ? start >= part.start && start <= part.start + length : end > part.start && start < part.start + length);
    const shifted = (ranges) => ranges.filter(inside)
      .map((range) => ({ ...range, start: Math.max(range.start - part.start, 0), end: Math.min(range.end - part.start, length) }));
    const found = shifted(hits).map((range) => ({ ...range, make: hit }));
    const nodes = text === "" ? [element("span", { class: "muted", lang: "en" }, "empty")] : site.texts.line(part.text, shifted(marks), [found]);
    return element("div", { class: "line " + label },
      element("dt", {}, label),
      element("dd", { lang, dir: "auto" }, part.before ? dots(part.length) : null, ...nodes, part.after ? dots(part.length) : null));
  }

  function lines(segment, query) {
    const hits = (field, text) => (query && text && query.fields.includes(field) ? site.search.found(text, query) : []);
    const list = element("dl", { class: "lines" },
      line("source", segment.srcLang, segment.source, site.texts.marksOf(segment, "src"), hits("source", segment.source)));
    if (segment.status === "ok" || segment.hypothesis !== "") {
      list.append(line("translation", segment.tgtLang, segment.hypothesis, site.texts.marksOf(segment, "tgt"), hits("translation", segment.hypothesis)));
    }
    if (segment.reference !== null) list.append(line("reference", segment.tgtLang, segment.reference, [], hits("reference", segment.reference)));
    return list;
  }

  const NOTES = {
    empty: "empty", too_long: "longer than the model takes", not_finite: "the model's numbers are not numbers (NaN)",
    out_of_memory: "did not fit into memory",
  };
  const note = ({ status, hypothesis }) => (Object.hasOwn(NOTES, status) ? NOTES[status] + (hypothesis === "" ? ": not translated" : "") : null);

  function head(segment, query) {
    const live = segment.flags.filter((flag) => flag.dismissed === null);
    const slugs = Array.from(new Set(live.map((flag) => flag.category)), site.data.category);
    const muted = (text, title) => element("span", { class: "muted", title }, text);
    const id = query && query.fields.includes("id") ? site.texts.line(segment.id, [], [site.search.found(segment.id, query).map((range) => ({ ...range, make: hit }))]) : [segment.id];
    return element("div", { class: "row-head" },
      element("a", { class: "number", href: site.view.address(target(segment)) }, "#" + (segment.number + 1)),
      ...slugs.map((category) => element("span", { class: "chip" }, element("span", { class: "under " + category.slug }, category.label))),
      live.length ? muted(segment.suspicion.toFixed(2), "suspicion, 0 to 1") : null,
      segment.chrf === null ? null : muted("chrF " + segment.chrf.toFixed(1), "agreement of letters with the reference, 0 to 100"),
      note(segment) ? muted(note(segment)) : null,
      segment.notChecked.length ? muted("not fully checked", "not checked for: " + segment.notChecked.map((category) => category.plural).join(", ")) : null,
      badge(segment.number),
      element("bdi", { class: "id" }, ...id));
  }

  /* A row; `place` is where it stands in the list, from 0, and `total` how many there are. */
  function item(segment, query, place, total) {
    return element("li", { "data-segment": segment.number, "data-place": place, "aria-posinset": place + 1, "aria-setsize": total },
      head(segment, query), lines(segment, query));
  }

  /* A row whose texts could not be read. */
  function lost(number, place, total) {
    return element("li", { class: "lost", "data-segment": number, "data-place": place, "aria-posinset": place + 1, "aria-setsize": total },
      element("div", { class: "row-head" }, element("span", { class: "number" }, "#" + (number + 1)), badge(number)),
      element("p", { class: "muted" }, "This segment could not be loaded: ", element("code", {}, "data/segments-" + String(site.data.chunkOf(number)).padStart(4, "0") + ".js"),
        " is missing beside this page. Copy the whole folder."));
  }

  /* Numbers of segments as rows, in the same order; chunks are loaded together. */
  async function items(numbers, query, first, total) {
    const chunks = Array.from(new Set(Array.from(numbers, site.data.chunkOf)));
    const contents = new Map(await Promise.all(chunks.map(async (chunk) => [chunk, await site.data.part("segments", chunk)])));
    return Array.from(numbers, (number, offset) => {
      const content = contents.get(site.data.chunkOf(number));
      return content ? item(site.data.row(content, number), query, first + offset, total) : lost(number, first + offset, total);
    });
  }

  site.rows = { items, badge, target };
})(window.nmtAudit);
