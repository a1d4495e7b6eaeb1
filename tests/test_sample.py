"""The committed sample: its pages are the gold pages of the site, and its data is of schema 1."""

from __future__ import annotations

from pathlib import Path

import nmt_audit
from nmt_audit.records import CATEGORIES
from nmt_audit.report import build_site

SAMPLE = Path(__file__).parent.parent / "reports" / "sample"
REMEDY = "if the change is meant, run make sample, look at the pages and commit them"


def test_the_sample_rebuilds_to_the_committed_pages(tmp_path: Path) -> None:
    build_site(nmt_audit.open_run(SAMPLE), tmp_path / "site")
    committed = {path.relative_to(SAMPLE / "site"): path.read_bytes() for path in _files(SAMPLE / "site")}
    rebuilt = {path.relative_to(tmp_path / "site"): path.read_bytes() for path in _files(tmp_path / "site")}
    assert rebuilt.keys() == committed.keys(), REMEDY
    assert not [str(path) for path in committed if rebuilt[path] != committed[path]], REMEDY


def test_the_sample_shows_every_category() -> None:
    assert set(nmt_audit.open_run(SAMPLE).flags.category) == set(CATEGORIES)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
