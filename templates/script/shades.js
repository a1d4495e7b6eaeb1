/* Numbers as colours, from the custom properties of the stylesheet: what is drawn follows the theme, a picture is always light.
   One hue where numbers have no sign; blue above zero and orange below it, with a neutral middle, where they do. */
(function (site) {
  "use strict";
  const { element } = site.dom;
  const EVEN = 0.179; // the luminance on which black and white are equally legible
  const NAMES = ["paper", "faint", "line", "text", "muted", "accent", "look", "plus", "minus"];
  const STOPS = 64; // shades of a ramp: steps that nobody sees, and a table that is made once

  let printing = false;
  const known = new Map(); // "light", or "" for the page's own theme → ink

  /* A colour of the stylesheet, as the browser works it out, [red, green, blue]. */
  function read(probe, name) {
    probe.style.color = "var(--" + name + ")";
    return window.getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  }

  const mix = (one, other, share) => one.map((part, place) => part + (other[place] - part) * share);
  const css = (colour) => "rgb(" + colour.map((part) => Math.round(part)).join(",") + ")";

  /* Shades from nothing to the strongest: neutral, a tint, the hue itself, the hue drawn towards the text's own colour. */
  function ramp(hue, ink) {
    const anchors = [ink.faint, mix(ink.faint, hue, 0.4), hue, mix(hue, ink.text, 0.55)];
    return Array.from({ length: STOPS + 1 }, (_, stop) => {
      const at = (stop / STOPS) * (anchors.length - 1);
      const below = Math.min(Math.floor(at), anchors.length - 2);
      const colour = mix(anchors[below], anchors[below + 1], at - below).map(Math.round);
      return { colour, css: css(colour) };
    });
  }

  /* The colours to draw with. `theme`: "light" for pictures and paper; without it the page's own. */
  function ink(theme) {
    const key = printing ? "light" : theme || "";
    if (!known.has(key)) {
      const probe = element("span", { class: "probe" + (key ? " " + key : ""), "aria-hidden": "true" });
      document.body.append(probe);
      const colours = Object.fromEntries(NAMES.map((name) => [name, read(probe, name)]));
      probe.remove();
      const ramps = { look: ramp(colours.look, colours), plus: ramp(colours.plus, colours), minus: ramp(colours.minus, colours) };
      known.set(key, { ...Object.fromEntries(NAMES.map((name) => [name, css(colours[name])])), ramps });
    }
    return known.get(key);
  }

  /* The colour of a share from −1 to 1 of the largest number. Infinite numbers get the strongest colour. */
  function stop(share, signed, inks) {
    const strength = Math.round(Math.min(Math.abs(share), 1) * STOPS);
    return inks.ramps[signed ? (share < 0 ? "minus" : "plus") : "look"][strength];
  }
  const shade = (share, signed, inks) => stop(share, signed, inks).css;

  /* Many shades at once, on a canvas with a pixel for each, to be drawn larger: [rows][columns], `share(row, column)` null is left out. */
  function pixels(rows, columns, signed, inks, share) {
    const canvas = element("canvas", { width: Math.max(columns, 1), height: Math.max(rows, 1) });
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(canvas.width, canvas.height);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const known = share(row, column);
        if (known !== null) image.data.set([...stop(known, signed, inks).colour, 255], 4 * (row * columns + column));
      }
    }
    pen.putImageData(image, 0, 0);
    return canvas;
  }

  /* Black or white, whichever is legible on a colour of `shade`. */
  const legible = new Map();
  function over(colour) {
    if (!legible.has(colour)) legible.set(colour, blackOrWhite(colour));
    return legible.get(colour);
  }
  function blackOrWhite(colour) {
    const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > EVEN ? "#000000" : "#ffffff";
  }

  function changed() {
    known.delete("");
    site.emit("theme");
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  window.addEventListener("beforeprint", () => { printing = true; site.emit("theme"); });
  window.addEventListener("afterprint", () => { printing = false; site.emit("theme"); });

  site.shades = { ink, shade, over, pixels };
})(window.nmtAudit);
