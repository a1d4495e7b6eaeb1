/* How numbers, methods, states and parts of ledgers are written. The words themselves come with the index. */
(function (site) {
  "use strict";

  const END = "</s>";
  const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);
  const UNSPACED = new Set(["zh", "yue", "wuu", "ja", "th", "lo", "km", "my"]);
  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  const isNumber = (value) => value !== null && value !== undefined;
  const minus = (text) => text.replace(/-/g, "−");

  /* A number to so many significant digits, with a real minus sign; powers of ten only where they are needed. */
  function number(value, digits = 3) {
    if (!isNumber(value)) return "–";
    if (!Number.isFinite(value)) return "not finite";
    if (value === 0) return "0";
    const exponent = Math.floor(Math.log10(Math.abs(value)));
    if (exponent >= 5 || exponent < -4) {
      const [mantissa, power] = value.toExponential(digits - 2).split("e");
      return minus(mantissa) + " × 10" + Array.from(power.replace("+", ""), (sign) => SUPERSCRIPT[sign]).join("");
    }
    return minus(value.toFixed(Math.min(Math.max(digits - 1 - exponent, 0), 4)));
  }

  /* A number with so many decimals; a rounded zero has no sign. */
  function fixed(value, decimals) {
    if (!isNumber(value) || !Number.isFinite(value) || Math.abs(value) >= 1e5) return number(value);
    const text = value.toFixed(decimals);
    return Number(text) === 0 ? text.replace("-", "") : minus(text);
  }

  /* A share between 0 and 1 in percent. */
  const percent = (share, decimals = 0) => (isNumber(share) && Number.isFinite(share) ? fixed(100 * share, decimals) + "\u00a0%" : "–");

  /* A word as it stands in a sentence: punctuation in quotation marks, or nobody would see that it is meant. */
  const quoted = (word) => (word === END || /[\p{L}\p{N}]/u.test(word) ? word : "“" + word + "”");

  /* A piece of the vocabulary as a sentence names it. */
  const piece = (text) => text.replaceAll("▁", " ").trim() || text;

  /* An identifier with control characters made visible: it may hold anything, and is not made safe to look at like texts are. */
  const visible = (text) => text.replace(/[\u0000-\u001f]/g, (sign) => ("\t\n\r".includes(sign) ? " " : String.fromCharCode(0x2400 + sign.charCodeAt(0))))
    .replace(/\u007f/g, "␡").replace(/[\u2028\u2029]/g, "↵").replace(/[\u0080-\u009f\ufffe\uffff]|\p{Cs}/gu, "\ufffd");

  const primary = (language) => language.split(/[-_]/)[0].toLowerCase();
  const direction = (language) => (RIGHT_TO_LEFT.has(primary(language)) ? "rtl" : "ltr");
  const unspaced = (language) => UNSPACED.has(primary(language));

  const wording = () => site.data.index.wording;
  const plain = (key) => key.replaceAll("_", " ");

  /* A method; one that these pages do not know is shown by its name. */
  function method(key) {
    const known = wording().methods[key];
    if (known) return known;
    const name = plain(key);
    const label = name.charAt(0).toUpperCase() + name.slice(1);
    const help = "A method that this version of the pages does not describe.";
    return { label, prose: name, short: name.slice(0, 7), help, signed: true, adds: true, prefix: true };
  }

  const layerOf = (key) => key.split(".").slice(1).join(".");
  const stageOf = (key) => key.split(".")[0];

  /* A state by its name in a run, as in "output" or "context.3"; null where nothing describes it. */
  function state(key) {
    const known = wording().states[stageOf(key)];
    const layer = layerOf(key);
    if (!known || !layer) return known || null;
    return {
      label: known.label + ", layer " + layer, prose: known.prose + " of layer " + layer, short: known.short + " " + layer,
      help: known.help + " Layer " + layer + " of the decoder.",
    };
  }

  /* A part of a ledger. */
  const entry = (key) => wording().entries[key] || { label: plain(key), help: "A part of the network that belongs to no word." };

  /* The name of a row of a figure: the stage that relevance explains, or the method; a contrast names the other word. */
  function rowLabel(row) {
    const stage = state(row.state);
    const other = row.against ? "“" + piece(row.against) + "”" : "";
    if (row.method === "lrp" && stage) return other ? wording().contrast.label + " with " + other : stage.label;
    const of = stage && row.state !== "logit" ? " of the " + stage.prose : "";
    return method(row.method).label + of + (other ? ", rather than " + other : "");
  }

  /* What a row means, and its name where there is little room. */
  function rowHelp(row) {
    const stage = row.against ? wording().contrast : state(row.state);
    const known = method(row.method);
    if (row.method === "lrp" && stage) return { short: stage.short, help: stage.help };
    return { short: known.short, help: known.help + (stage && row.state !== "logit" ? " " + stage.help : "") };
  }

  /* The place of a state, or a method, in the order of the computation; what is unknown comes last. */
  function rank(table, key) {
    const place = Object.keys(table).indexOf(key);
    return place < 0 ? Object.keys(table).length : place;
  }
  const methodRank = (key) => rank(wording().methods, key);
  const stateRank = (key) => 1000 * rank(wording().states, stageOf(key)) + (Number.parseInt(layerOf(key), 10) || 0);

  site.wording = {
    END, number, fixed, percent, quoted, piece, visible, direction, unspaced, method, state, stageOf, entry, rowLabel, rowHelp, methodRank, stateRank,
  };
})(window.nmtAudit);
