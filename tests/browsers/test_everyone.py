"""The pages for whoever reads them: any size of window, keys only, a large pointer, less motion, paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Page
from site_pages import PLACES

SIZES = (360, 390, 768, 1024, 1280, 1920, 3840)
# What can be used, and is in view: of radio buttons a group is one stop, and a closed <details> holds none.
STOPS = """
const css = "a[href], button, input, select, textarea, summary, [tabindex]";
const root = document.querySelector("dialog[open]") || document;
const reached = new Set();
return Array.from(root.querySelectorAll(css)).filter((node) => {
  if (node.disabled || node.tabIndex < 0 || !node.checkVisibility({ visibilityProperty: true })) return false;
  if (node.type !== "radio") return true;
  const group = node.form ? `${node.name} in a form` : node.name;
  if (reached.has(group)) return false;
  reached.add(group);
  return true;
}).length;
"""
# Counts each element once, as the focus comes by.
SEEN = """
const node = document.activeElement;
window.auditSeen ??= new Set();
// Where the focus has left the page for the browser itself, Firefox names an element that has no focus.
if (!node || node === document.body || !node.matches(":focus")) return { body: true, count: window.auditSeen.size };
const before = window.auditSeen.size;
if (node.tabIndex >= 0) window.auditSeen.add(node);
window.auditLast = node;
const style = getComputedStyle(node);
const box = node.getBoundingClientRect();
const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== "none"
  || node.matches("main, h1, [tabindex='-1']");
const shown = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
return { body: false, known: before === window.auditSeen.size, count: window.auditSeen.size, ring, shown,
  what: node.outerHTML.slice(0, 200) };
"""
# WCAG 2.2, 2.5.8: 24 pixels each way, or a circle of 24 round its middle that meets no other target's; links in
# sentences are excepted. What may not be pointed at, hidden fields under their labels say, is not a target.
SMALL = """
const css = "a[href], button, input, select, textarea, summary, [role=button], [role=slider], [role=gridcell]";
const root = document.querySelector("dialog[open]") || document;
const label = (node) => node.matches("[type=checkbox], [type=radio]") && node.closest("label") || node;
const targets = [...new Set(Array.from(root.querySelectorAll(css)).map(label))].filter((node) =>
  node.checkVisibility({ visibilityProperty: true }) && getComputedStyle(node).pointerEvents !== "none"
  && !node.closest(".visually-hidden, .skip"));
const boxes = targets.map((node) => node.getBoundingClientRect());
const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
const apart = (a, b) => Math.hypot(middle(a)[0] - middle(b)[0], middle(a)[1] - middle(b)[1]) >= 24;
const inline = (node) => node.matches("a") && getComputedStyle(node).display === "inline"
  && node.parentElement.textContent.trim() !== node.textContent.trim();
return targets.filter((node, place) => {
  const box = boxes[place];
  if (!box.width || box.width >= 23.5 && box.height >= 23.5 || inline(node)) return false;
  const around = (other) => node.contains(other) || other.contains(node);
  return !boxes.every((other, at) => around(targets[at]) || apart(box, other));
}).map((node) => node.outerHTML.slice(0, 160) + " " + JSON.stringify(node.getBoundingClientRect()));
"""


@pytest.mark.parametrize("name", PLACES)
def test_no_page_scrolls_sideways_at_any_size(page: Page, sites: dict[str, Path], name: str) -> None:
    PLACES[name].visit(page, sites)
    for width in SIZES:
        page.size(width)
        wide = page.js("return document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide in {width}"
    assert page.console() == []


@pytest.mark.parametrize("name", PLACES)
def test_keys_reach_everything_and_the_focus_is_seen(page: Page, sites: dict[str, Path], name: str) -> None:
    PLACES[name].visit(page, sites)
    stops = page.js(STOPS)
    page.js(SEEN)  # where the page itself puts the focus
    unseen = []
    # A page may put the focus past its head, and Firefox does not go round: what is before it is found backwards.
    for key in ("Tab", "Shift+Tab"):
        page.js("window.auditLast?.focus()")
        known = 0
        for _ in range(2 * stops + 20):
            page.press(key)
            seen = page.js(SEEN)
            known = known + 1 if seen["body"] or (seen["known"] and key == "Tab") else 0
            if not seen["body"] and not (seen["ring"] and seen["shown"]):
                unseen.append(seen["what"])
            if seen["count"] >= stops or known > 3:
                break
    assert page.js("return window.auditSeen.size") >= stops
    assert unseen == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PLACES)
def test_targets_are_large_enough_or_far_enough_apart(
    page: Page, sites: dict[str, Path], name: str, width: int
) -> None:
    PLACES[name].visit(page, sites)
    page.size(width)
    assert page.js(SMALL) == []


@pytest.mark.parametrize("name", ["run", "findings", "list", "segment", "segment of a transformer"])
def test_nothing_moves_where_less_motion_is_asked_for(page: Page, sites: dict[str, Path], name: str) -> None:
    page.reduced_motion(True)
    PLACES[name].visit(page, sites)
    moving = page.js(
        "return Array.from(document.querySelectorAll('*')).filter((node) => {"
        "  const style = getComputedStyle(node);"
        "  const lasts = (list) => list.split(',').some((time) => parseFloat(time) > 0.01);"
        "  return [style.transitionDuration, style.animationDuration].some(lasts) || style.scrollBehavior === 'smooth';"
        "}).map((node) => node.outerHTML.slice(0, 120))"
    )
    assert moving == []
    assert page.js("return document.getAnimations().length") == 0


@pytest.mark.parametrize("name", ["run", "findings", "list", "segment", "segment in Arabic", "how to read"])
def test_paper_is_not_blank(page: Page, sites: dict[str, Path], name: str) -> None:
    empty = page.print()
    PLACES[name].visit(page, sites)
    document = page.print()
    assert document.startswith(b"%PDF") and empty.startswith(b"%PDF")
    assert len(document) > len(empty) + 15_000  # fonts and text
