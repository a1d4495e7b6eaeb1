/* What every part uses: elements made from text nodes only, what the browser remembers, events between the parts. */
window.nmtAudit = (function () {
  "use strict";

  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* An element with attributes and children. Children are elements or text; text never becomes markup. */
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
    });
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
  }

  /* A button that does one thing. */
  function button(label, action, attributes) {
    const made = element("button", { type: "button", ...attributes }, label);
    made.addEventListener("click", action);
    return made;
  }

  /* Storage may be refused, on a share or in a private window, or be full; the answer says whether it was kept. */
  const memory = {
    set(key, value) { try { window.localStorage.setItem(key, value); return true; } catch (refused) { return false; } },
    get(key) { try { return window.localStorage.getItem(key); } catch (refused) { return null; } },
    drop(key) { try { window.localStorage.removeItem(key); return true; } catch (refused) { return false; } },
  };

  /* Events between the parts: "ready" (index read), "view" (the hash changed), "choice", "verdicts", … */
  const listeners = new Map();
  function on(name, action) {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(action);
  }
  const emit = (name, detail) => (listeners.get(name) || []).forEach((action) => action(detail));

  /* Says something to a screen reader, without moving anything. */
  function say(text) {
    const region = one("[data-say]");
    if (region) region.textContent = text;
  }

  /* Hands a file to the reader: works from a disk, asks for no network. `content`: text or bytes. */
  function download(name, content, type) {
    const address = URL.createObjectURL(new Blob([content], { type: type || "text/plain;charset=utf-8" }));
    const link = element("a", { href: address, download: name, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const count = (number) => number.toLocaleString("en");
  const plural = (number, singular, several) => count(number) + " " + (number === 1 ? singular : several || singular + "s");

  return { dom: { one, all, element, button }, memory, on, emit, say, download, count, plural };
})();
