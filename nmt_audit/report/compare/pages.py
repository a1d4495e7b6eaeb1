"""Writes the page of a comparison and what its script reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nmt_audit.comparing import Comparison, SegmentChange, compare_runs
from nmt_audit.durable import new_folder
from nmt_audit.errors import OutputError
from nmt_audit.report.assets import environment, stylesheet, templates
from nmt_audit.report.assets import script as site_script
from nmt_audit.report.compare import content
from nmt_audit.report.compare.gathering import gather
from nmt_audit.report.compare.segments import changed_row
from nmt_audit.report.compare.views import compare_page
from nmt_audit.report.literals import script
from nmt_audit.store import Run

STATIC = 50  # segments that stand on the page itself
MOST = 2000  # segments that its script can show
INDEX = "data/comparison.js"


def write_comparison(a: Run, b: Run, out: Path, comparison: Comparison | None = None) -> Path:
    """Writes the page of two runs to the folder `out`, replacing one that is there; returns the page.

    `comparison`: what `compare_runs` found, where it has been asked already.

    The same runs give the same bytes, wherever they lie. The page holds the MOST most changed segments, STATIC of them
    without a script. Raises InputError where the runs cannot be compared, and OutputError where `out` holds something
    else or cannot be written; nothing is there then that was not there before.
    """
    try:
        with new_folder(out, mark=INDEX, what="comparison") as folder:
            _write(comparison or compare_runs(a, b), a, b, folder)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); free some space or look at rights") from error
    return out / "index.html"


def _write(comparison: Comparison, a: Run, b: Run, folder: Path) -> None:
    shown = comparison.segments[:MOST]
    in_a = {one.segment.index: one for one in gather(a, [item.pair.a.index for item in shown])}
    in_b = {one.segment.index: one for one in gather(b, [item.pair.b.index for item in shown])}
    both = [(item, in_a[item.pair.a.index], in_b[item.pair.b.index]) for item in shown]
    (folder / "data").mkdir(parents=True)
    _put(folder, INDEX, script("comparison", content.index(comparison, shown)))
    _chunks(folder, "changes", content.TEXTS, [content.segment(*one) for one in both])
    _chunks(folder, "bothMaps", content.MAPS, [content.both_maps(*one[1:]) for one in both])
    page = compare_page(comparison, [changed_row(*one) for one in both[:STATIC]], _kinds(shown), len(shown))
    template = environment(templates()).get_template("compare.html")
    _put(folder, "index.html", template.render(root="", here="index.html", page=page))
    _put(folder, "site.css", stylesheet())
    _put(folder, "site.js", site_script())


NAMES = {"changes": "changes", "bothMaps": "both-maps"}  # call → file


def _chunks(folder: Path, call: str, size: int, items: Sequence[dict[str, Any]]) -> None:
    for number, start in enumerate(range(0, len(items), size), 1):
        name = f"data/{NAMES[call]}-{number:04d}.js"
        _put(folder, name, script(call, number, items[start : start + size]))


def _kinds(shown: Sequence[SegmentChange]) -> Counter[str]:
    return Counter(kind for item in shown for kind in content.kinds(item))


def _put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_bytes(text.encode("utf-8"))
