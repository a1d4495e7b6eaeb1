/* Keys: each part registers its own, with what they do; the list behind "?" is made from the same table. */
(function (site) {
  "use strict";
  const { one, element } = site.dom;

  /* name of the view ("" everywhere, "list", "segment") → key → { run, help, label } */
  const table = new Map();
  let current = () => "";

  /* Registers keys for a view: { key: { run(event), help, label } }. `run` returns false to let the browser have the key;
     `help` null keeps it out of the list; `label` is how the list shows it, where that is not the key itself. */
  function add(view, keys) {
    if (!table.has(view)) table.set(view, new Map());
    Object.entries(keys).forEach(([key, entry]) => table.get(view).set(key, entry));
  }
  const find = (key) => {
    const own = table.get(current());
    return (own && own.get(key)) || (table.get("") && table.get("").get(key)) || null;
  };

  const typing = (target) => Boolean(target.closest && target.closest("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, [contenteditable]"));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const entry = find(event.key);
    if (entry && entry.run(event) !== false) event.preventDefault();
  });

  function show() {
    const rows = [];
    [current(), ""].filter((view, place, views) => views.indexOf(view) === place).forEach((view) => {
      (table.get(view) || new Map()).forEach((entry, key) => {
        if (entry.help) rows.push(element("div", {}, element("dt", {}, element("kbd", {}, entry.label || key)), element("dd", {}, entry.help)));
      });
    });
    one("#keys .keys").replaceChildren(...rows);
    one("#keys").showModal();
  }

  add("", { "?": { run: show, help: "this list" } });
  site.keys = { add, show, within: (view) => { current = view; } };
})(window.nmtAudit);
