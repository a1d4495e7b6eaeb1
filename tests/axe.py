"""What axe-core finds wrong with a page for people who do not see it, do not point at it, or see it otherwise.

axe-core comes out of a package that bundles it; the script goes in by the driver, past the page's own policy.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from browser import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SEEN = ("color-contrast", "scrollable-region-focusable", "target-size")  # rules that sizes and colours decide
# Rows that look as those before them. Contrast takes axe-core milliseconds per element, and tables have thousands.
ALIKE = (
    "tbody tr:nth-child(n+5)",
    "tbody td:nth-child(n+10):not(:last-child)",
    ".col:nth-of-type(n+12):not(:last-child)",
)
RUN = """
const [tags, seen, alike, every] = arguments;
const done = arguments[arguments.length - 1];
const here = alike.filter((css) => document.querySelector(css));
const contrast = { include: [["html"]], exclude: here.map((css) => [css]) };
const told = (results) => results.violations.map((one) => ({
  rule: one.id, impact: one.impact, help: one.help, count: one.nodes.length,
  nodes: one.nodes.slice(0, 5).map((node) => [node.target.join(" "), node.html.slice(0, 200), node.failureSummary]),
}));
const options = (rest) => ({ resultTypes: ["violations"], ...rest });
const rules = seen.filter((rule) => rule !== "color-contrast");
(async () => {
  const colours = await window.axe.run(contrast, options({ runOnly: ["color-contrast"] }));
  const all = { runOnly: { type: "tag", values: tags }, rules: { "color-contrast": { enabled: false } } };
  const others = await window.axe.run(document, options(every ? all : { runOnly: rules }));
  return [...told(colours), ...told(others)];
})().then(done, (failed) => done([{ rule: "axe itself", impact: String(failed), help: "", count: 1, nodes: [] }]));
"""


@cache
def source() -> str:
    """axe-core."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Page, every: bool = True) -> list[str]:
    """What axe-core objects to in the page as it stands, a paragraph each; by every rule, or by those of `SEEN`."""
    if not page.js("return Boolean(window.axe)"):
        page.js(source())
    found: list[dict[str, Any]] = page.async_js(RUN, TAGS, SEEN, ALIKE, every)
    return [_told(one) for one in found]


def _told(one: dict[str, Any]) -> str:
    places = "\n".join(f"    {where}\n      {html}\n      {why}" for where, html, why in one["nodes"])
    return f"{one['rule']} ({one['impact']}), {one['count']} times: {one['help']}\n{places}"
