/* Starts what the page has. */
(function (site) {
  "use strict";
  const { one, all } = site.dom;

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-needs-script]").forEach((node) => { node.hidden = false; });
    const actions = { theme: site.theme.next, keys: site.keys.show, "close-keys": () => one("#keys").close() };
    Object.entries(actions).forEach(([name, action]) => all("[data-action=" + name + "]").forEach((node) => node.addEventListener("click", action)));
    if (document.body.dataset.page !== "segments") return;
    if (!site.data.index) {
      one("[data-missing]").hidden = false;
      return;
    }
    site.keys.within(site.view.name);
    site.emit("ready");
    site.emit("view");
  });
})(window.nmtAudit);
