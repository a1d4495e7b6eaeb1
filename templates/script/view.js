/* What the page of segments shows, kept in the address: filters and order of the list, or one segment, or one flag.
   #c=omission&q=nicht&sort=-suspicion   ·   #segment=ID&…   ·   #flag=ID&… : the filters stay while segments are read. */
(function (site) {
  "use strict";

  let parameters = new URLSearchParams();
  const read = () => { parameters = new URLSearchParams(window.location.hash.slice(1)); };

  function address(changes) {
    const next = new URLSearchParams(parameters);
    Object.entries(changes).forEach(([name, value]) => {
      if (value === null || value === "") next.delete(name);
      else next.set(name, value);
    });
    return "#" + next.toString().replaceAll("%2C", ",");
  }

  /* Changes the address, a null value drops a parameter. `replace` leaves no step for the back button. */
  function go(changes, replace) {
    const hash = address(changes);
    if (hash === (window.location.hash || "#")) return;
    try {
      window.history[replace ? "replaceState" : "pushState"](null, "", hash);
    } catch (refused) {
      window.location.hash = hash; // some browsers refuse history from a disk; then hashchange follows
      return;
    }
    read();
    site.emit("view");
  }

  window.addEventListener("hashchange", () => { read(); site.emit("view"); });
  window.addEventListener("popstate", () => { read(); site.emit("view"); });
  read();

  site.view = {
    get: (name) => parameters.get(name),
    go, address,
    permalink: (changes) => window.location.href.split("#")[0] + "#" + new URLSearchParams(changes),
    name: () => (parameters.has("segment") || parameters.has("flag") ? "segment" : "list"),
  };
})(window.nmtAudit);
