// Shows a made-up segment of 150 words on both sides, explained throughout; returns how many milliseconds its panels took.
const COUNT = 150;
const noise = (seed) => ((seed * 2654435761) % 1000) / 1000;
const packed = (numbers) => {
  let letters = "";
  new Uint8Array(numbers.buffer).forEach((byte) => { letters += String.fromCharCode(byte); });
  return window.btoa(letters);
};
const words = Array.from({ length: COUNT - 1 }, (_, place) => "word" + place);
const text = words.join(" ");
const starts = words.map((_, place) => words.slice(0, place).join(" ").length + (place ? 1 : 0)).concat(text.length);
const side = () => ({
  pieces: [...words.map((word) => "▁" + word), "</s>"], starts, ends: words.map((word, place) => starts[place] + word.length).concat(text.length),
  word: Array.from({ length: COUNT }, (_, place) => place),
});
const row = (position, state) => ({
  position, state, method: "lrp", rules: "stable", epsilon: 0, against: null, scale: 1, value: 1, ledger: null, offsets: {},
  source: packed(Int16Array.from({ length: COUNT }, (_, place) => 32767 * (2 * noise(position * COUNT + place) - 1))),
  target: packed(Int16Array.from({ length: position }, (_, place) => 32767 * (2 * noise(position * 7 + place) - 1))),
});
const maps = {
  source: side(), target: side(), attention: packed(Uint16Array.from({ length: COUNT * COUNT }, (_, place) => 900 * noise(place))),
  logprobs: packed(new Float32Array(COUNT).fill(-0.1)),
  rows: Array.from({ length: COUNT }, (_, position) => ["context", "target", "output", "logit"].map((state) => row(position, state))).flat(),
};
const segment = { ...nmtAudit.panels.context().segment, id: "large", source: text, hypothesis: text };
nmtAudit.choice.within(nmtAudit.values.of(maps), 10);
const start = window.performance.now();
nmtAudit.emit("segment", { segment, maps, flag: null });
document.body.getBoundingClientRect();
return window.performance.now() - start;
