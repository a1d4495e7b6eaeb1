/* What the reader chose to see of a segment: which word, method, state, rule set and contrast; pieces or words; one scale or many.
   A choice lasts from segment to segment; where a segment does not hold it, the nearest to it is shown. */
(function (site) {
  "use strict";

  const asked = { method: null, state: null, rules: null, against: null };
  const shown = { position: -1, method: null, state: null, rules: null, against: null, split: false, together: false };
  let kinds = [];
  let rulesOf = () => null;

  const distinct = (items) => Array.from(new Set(items));
  const kept = (value, options, otherwise) => (options.includes(value) ? value : otherwise);

  /* What a segment holds, as options of each control, for the method and so on that are shown now. */
  function options() {
    const ofMethod = kinds.filter((kind) => kind.method === shown.method);
    const ofRules = ofMethod.filter((kind) => kind.rules === shown.rules);
    return {
      method: distinct(kinds.map((kind) => kind.method)),
      rules: distinct([rulesOf(shown.method), ...ofMethod.map((kind) => kind.rules)]), // the run's own first
      state: distinct(ofRules.filter((kind) => !kind.against).map((kind) => kind.state)),
      against: distinct(ofRules.filter((kind) => kind.against).map((kind) => kind.against)),
    };
  }

  /* Relevance before other methods, the run's first rule set, the state nearest to the choice of the word. */
  function settle() {
    shown.method = kept(asked.method, options().method, kept("lrp", options().method, options().method[0] || null));
    shown.rules = kept(asked.rules, options().rules, kept(rulesOf(shown.method), options().rules, options().rules[0] || null));
    const { state, against } = options();
    shown.against = kept(asked.against, against, null);
    shown.state = kept(asked.state, state, state[state.length - 1] || null);
    const contrast = shown.against && kinds.find((kind) => kind.method === shown.method && kind.against === shown.against);
    if (contrast) shown.state = contrast.state;
  }

  /* Takes the kinds of another segment, and which of its words to begin with. */
  function within(values, position) {
    kinds = values ? values.kinds() : [];
    rulesOf = values ? values.rulesOf : () => null;
    shown.position = position;
    settle();
  }

  /* Changes some of it and tells everybody. */
  function set(changes) {
    Object.entries(changes).forEach(([name, value]) => {
      if (name in asked) asked[name] = value;
      else shown[name] = value;
    });
    settle();
    site.emit("choice", get());
  }

  const get = () => ({ ...shown });

  site.choice = { get, set, options, within };
})(window.nmtAudit);
