/* Pictures to take away, as SVG with text as text and as PNG, both from one drawing: figures in the layout of the papers,
   light, with a caption that says what the numbers rest on. Sizes are points. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const FONT = "\"Noto Sans\", \"DejaVu Sans\", Arial, \"Noto Sans CJK SC\", \"Noto Sans Arabic\", sans-serif";
  const MARGIN = 14;
  const SHARPNESS = 200 / 72; // 200 dots per inch
  const MOST = 40e6; // pixels of a PNG: browsers draw nothing on larger ones
  const LINES = 12; // of a caption that a sentence may take
  const NARROWEST = 300; // a caption is not set in a narrower column

  /* What XML allows: every other character is shown as the sign for “no such character”. */
  const legal = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");

  const font = (size, bold) => (bold ? "bold " : "") + size + "px " + FONT;
  let ruler = null;
  function widthOf(text, size = 8, bold = false) {
    ruler = ruler || document.createElement("canvas").getContext("2d");
    ruler.font = font(size, bold);
    return ruler.measureText(text).width;
  }

  /* A text cut to a width, with an ellipsis. */
  function fitted(text, room, size = 8, bold = false) {
    if (text.length < 400 && widthOf(text, size, bold) <= room) return text;
    const signs = Array.from(text.slice(0, 800));
    while (signs.length && widthOf(signs.join("") + "…", size, bold) > room) signs.length -= Math.ceil(signs.length / 20);
    return signs.join("") + "…";
  }

  /* A text in lines of a width; words that are wider than a line are cut. */
  function wrapped(text, room, size) {
    const lines = [""];
    text.split(/\s+/).forEach((word) => {
      const longer = lines[lines.length - 1] + (lines[lines.length - 1] ? " " : "") + word;
      if (widthOf(longer, size) <= room) lines[lines.length - 1] = longer;
      else if (lines[lines.length - 1]) lines.push(fitted(word, room, size));
      else lines[lines.length - 1] = fitted(word, room, size);
    });
    return lines;
  }

  /* A sheet of paper: collects what is drawn on it, and grows with it. */
  function sheet() {
    const drawn = [];
    const made = { drawn, right: 0, bottom: 0, ink: site.shades.ink("light") };
    made.reach = (right, bottom) => { made.right = Math.max(made.right, right); made.bottom = Math.max(made.bottom, bottom); };
    made.box = (x, y, wide, high, fill, title) => { drawn.push({ kind: "box", x, y, wide, high, fill, title }); made.reach(x + wide, y + high); };
    /* A small canvas drawn larger, without smoothing: for vectors of hundreds of numbers. */
    made.image = (x, y, wide, high, canvas_) => { drawn.push({ kind: "image", x, y, wide, high, canvas: canvas_ }); made.reach(x + wide, y + high); };
    made.line = (points, colour, width = 0.6, dash = null) => drawn.push({ kind: "line", points, colour: colour || made.ink.line, width, dash });
    made.dot = (x, y, radius, fill) => drawn.push({ kind: "dot", x, y, radius, fill });
    made.text = (x, y, text, how = {}) => {
      const one = { kind: "text", x, y, text: legal(text), size: 8, across: "left", turned: false, bold: false, colour: made.ink.text, dir: "ltr", ...how };
      drawn.push(one);
      if (!one.turned && one.across === "left") made.reach(x + widthOf(one.text, one.size, one.bold), y);
    };
    return made;
  }

  /* The caption under a drawing: a heading, then [name, text] of each fact. A text keeps its own direction: U+2068 and U+2069
     set it apart from what stands before it. */
  function caption(on, heading, facts) {
    const room = Math.max(on.right, NARROWEST);
    let y = on.bottom + 18;
    const put = (text, how) => { on.text(0, y, text, how); y += 11; };
    wrapped(heading, room, 8.5).forEach((line) => put(line, { size: 8.5, bold: true }));
    facts.forEach(([name, text]) => {
      const begin = name + ": ";
      const lines = wrapped(legal(text), room - widthOf(begin, 7), 7).slice(0, LINES);
      lines.forEach((line, place) => put((place ? "" : begin) + "\u2068" + line + "\u2069", { size: 7, colour: on.ink.muted }));
    });
    on.reach(room, y - 6);
  }

  /* A document that no window shows: nothing in it is loaded or run. */
  const aside = document.implementation.createDocument(NAMESPACE, "svg", null);
  const rounded = (number) => Math.round(number * 100) / 100;
  function node(name, attributes, ...children) {
    const made = aside.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => {
      if (value !== null && value !== undefined) made.setAttribute(key, typeof value === "number" ? String(rounded(value)) : value);
    });
    made.append(...children);
    return made;
  }
  const ANCHOR = { ltr: { left: "start", center: "middle", right: "end" }, rtl: { left: "end", center: "middle", right: "start" } };
  const shapes = {
    box: (one) => node("rect", { x: one.x, y: one.y, width: one.wide, height: one.high, fill: one.fill }, ...(one.title ? [node("title", {}, legal(one.title))] : [])),
    dot: (one) => node("circle", { cx: one.x, cy: one.y, r: one.radius, fill: one.fill }),
    image: (one) => node("image", { x: one.x, y: one.y, width: one.wide, height: one.high, href: one.canvas.toDataURL(), preserveAspectRatio: "none", "image-rendering": "pixelated" }),
    line: (one) => node("polyline", {
      points: one.points.map((point) => point.map(rounded).join(",")).join(" "), fill: "none", stroke: one.colour, "stroke-width": one.width,
      "stroke-dasharray": one.dash ? one.dash.join(" ") : null,
    }),
    text: (one) => node("text", {
      x: one.x, y: one.y, "font-size": one.size, "font-weight": one.bold ? "bold" : null, fill: one.colour, "text-anchor": ANCHOR[one.dir][one.across],
      direction: one.dir === "rtl" ? "rtl" : null, transform: one.turned ? "rotate(-90 " + rounded(one.x) + " " + rounded(one.y) + ")" : null,
    }, one.text),
  };

  /* The drawing as the text of an SVG file. */
  function svg(on, title, description) {
    const wide = Math.ceil(on.right + 2 * MARGIN);
    const high = Math.ceil(on.bottom + 2 * MARGIN);
    const root = node("svg", {
      width: wide + "pt", height: high + "pt", viewBox: [0, 0, wide, high].join(" "), role: "img", "font-family": FONT, "aria-labelledby": "title about",
    }, node("title", { id: "title" }, legal(title)), node("desc", { id: "about" }, legal(description)), node("rect", { width: wide, height: high, fill: on.ink.paper }));
    const content = node("g", { transform: "translate(" + MARGIN + " " + MARGIN + ")" });
    on.drawn.forEach((one) => content.append(shapes[one.kind](one)));
    root.append(content);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + new XMLSerializer().serializeToString(root) + "\n";
  }

  const strokes = {
    box: (pen, one) => { pen.fillStyle = one.fill; pen.fillRect(one.x, one.y, one.wide, one.high); },
    dot: (pen, one) => { pen.fillStyle = one.fill; pen.beginPath(); pen.arc(one.x, one.y, one.radius, 0, 7); pen.fill(); },
    image: (pen, one) => { pen.imageSmoothingEnabled = false; pen.drawImage(one.canvas, one.x, one.y, one.wide, one.high); },
    line: (pen, one) => {
      pen.strokeStyle = one.colour;
      pen.lineWidth = one.width;
      pen.setLineDash(one.dash || []);
      pen.beginPath();
      one.points.forEach(([x, y]) => pen.lineTo(x, y));
      pen.stroke();
    },
    text: (pen, one) => {
      pen.save();
      pen.translate(one.x, one.y);
      if (one.turned) pen.rotate(-Math.PI / 2);
      pen.font = font(one.size, one.bold);
      pen.fillStyle = one.colour;
      pen.textAlign = one.across;
      pen.direction = one.dir;
      pen.fillText(one.text, 0, 0);
      pen.restore();
    },
  };

  /* The drawing on a canvas, for a PNG file: no image of the SVG, which the page's security policy would not load. */
  function canvas(on) {
    const wide = on.right + 2 * MARGIN;
    const high = on.bottom + 2 * MARGIN;
    const scale = Math.min(SHARPNESS, Math.sqrt(MOST / (wide * high)), 16000 / Math.max(wide, high));
    const made = element("canvas", { width: Math.ceil(wide * scale), height: Math.ceil(high * scale) });
    const pen = made.getContext("2d");
    pen.fillStyle = on.ink.paper;
    pen.fillRect(0, 0, made.width, made.height);
    pen.scale(scale, scale);
    pen.translate(MARGIN, MARGIN);
    on.drawn.forEach((one) => strokes[one.kind](pen, one));
    return made;
  }

  /* What every caption says: model, sentence and signature, and between them what the figure adds. */
  function facts({ segment }, ...further) {
    return [
      ["model", site.data.index.model || "not known"],
      ["sentence", segment.id],
      ["source", segment.source],
      ["translation", segment.hypothesis],
      ...further.filter(Boolean),
      ["signature", site.data.index.signature],
    ];
  }

  const fileName = (context, name) => "segment-" + (context.segment.number + 1) + "-" + name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

  /* Two buttons that hand the reader a figure. `draw(context)` → { sheet, title, facts }. */
  function buttons(context, name, draw) {
    const drawing = () => {
      const made = draw(context());
      caption(made.sheet, made.title, made.facts);
      return made;
    };
    const asSvg = () => {
      const made = drawing();
      site.download(fileName(context(), name) + ".svg", svg(made.sheet, made.title, made.facts.map((fact) => fact[0] + ": " + fact[1]).join("; ")), "image/svg+xml");
    };
    const asPng = () => canvas(drawing().sheet).toBlob((content) => {
      if (content) site.download(fileName(context(), name) + ".png", content, "image/png");
      else site.say("This picture is too large for a PNG; the SVG has no such limit.");
    }, "image/png");
    return [
      site.dom.button("SVG", asSvg, { "data-picture": "svg", "aria-label": "Download as SVG: " + name }),
      site.dom.button("PNG", asPng, { "data-picture": "png", "aria-label": "Download as PNG: " + name }),
    ];
  }

  site.picture = { sheet, buttons, facts, widthOf, fitted, svg, canvas, caption };
})(window.nmtAudit);
