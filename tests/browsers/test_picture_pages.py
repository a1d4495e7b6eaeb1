"""A figure as a page of its own: quiet, from the disk, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Page
from drawn import drawn

from nmt_audit.report.pictures.writing import save


@pytest.mark.parametrize("kind", ["steps", "relevance"])
def test_a_figure_opens_quietly_in_both_themes(page: Page, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.html"
    save(path, *drawn(kind))
    for scheme, shown in (("light", "in-light"), ("dark", "in-dark")):
        page.scheme(scheme)
        page.open(path)
        visible = page.js(
            "return Array.from(document.querySelectorAll('.picture [class^=in-]'))"
            ".filter((node) => node.checkVisibility()).map((node) => node.className)"
        )
        assert visible == [shown]
        assert page.console() == [] and page.requests() == []
