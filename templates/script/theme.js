/* Light, dark, or as the system has it. */
(function (site) {
  "use strict";
  const { all } = site.dom;
  const THEMES = ["system", "light", "dark"];
  const KEY = "nmt-audit-theme";

  let theme = THEMES.includes(site.memory.get(KEY)) ? site.memory.get(KEY) : "system";
  function apply() {
    if (theme === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", theme);
    all("[data-theme-name]").forEach((node) => { node.textContent = theme; });
  }
  function next() {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    site.memory.set(KEY, theme);
    apply();
    site.say("Theme: " + theme);
  }
  apply();
  document.addEventListener("DOMContentLoaded", apply);
  site.theme = { next };
  site.keys.add("", { t: { run: next, help: "light, dark or as the system has it" } });
})(window.nmtAudit);
