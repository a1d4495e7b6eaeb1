"""No page, in no state, has anything that axe-core objects to: WCAG 2.2 A and AA, and its own best practice."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe import TAGS, source, violations
from browser import Page
from site_pages import PLACES

# What lies half under a bar at an edge is small to axe, but can be scrolled from there.
AT_REST = """document.querySelectorAll("*").forEach((node) => {
  if (getComputedStyle(node).position === "sticky") node.style.position = "relative";
});"""
POOR = """<!doctype html><html><head><meta charset="utf-8"><title>Poor</title></head><body><main><h1>Poor</h1>
<p style="color: #aaa; background: #fff">pale</p><button></button><img src="x.png"></main></body></html>"""


def test_axe_knows_the_rules_of_wcag_22() -> None:
    version = source().split("axe v", 1)[1].split()[0].split(".")
    assert (int(version[0]), int(version[1])) >= (4, 10)
    assert all(f'"{tag}"' in source() for tag in TAGS)


def test_axe_finds_what_is_wrong(page: Page, tmp_path: Path) -> None:
    (tmp_path / "poor.html").write_text(POOR, "utf-8")
    page.open(tmp_path / "poor.html")
    found = "\n".join(violations(page))
    for rule in ("button-name", "color-contrast", "html-has-lang", "image-alt"):
        assert rule in found


@pytest.mark.parametrize("name", PLACES)
def test_nobody_is_kept_out(page: Page, sites: dict[str, Path], name: str) -> None:
    page.reduced_motion(True)  # a colour that is on its way to another has no contrast to speak of
    PLACES[name].visit(page, sites)
    page.js(AT_REST)
    for scheme, width in (("light", 1280), ("light", 390), ("dark", 390), ("dark", 1280)):
        page.size(width)
        page.scheme(scheme)
        found = violations(page, every=(scheme, width) == ("light", 1280))
        assert not found, f"{name}, {width} pixels, {scheme}:\n" + "\n".join(found)
