"""Gates, heads and vectors of a segment, its maps as pictures to take away, and readings above its words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from browser import Page
from map_page import close, number, tap, unfolded
from reader_page import MADE, choose, made, read, site
from twin_reader import Segment

from nmt_audit.records import Array
from nmt_audit.report.wording import visible
from nmt_audit.store import Run

SVG = "{http://www.w3.org/2000/svg}"
ISOLATES = re.compile("[\u2066-\u2069]")


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return made(tmp_path_factory.mktemp("views"), *MADE)


# --- gates, heads, vectors --------------------------------------------------------------------------------------------


def details(run: Run, name: str, method: str, state: str | None = None) -> dict[int, dict[str, Array]]:
    """position → the named arrays stored with a method's rows."""
    rows = run.explanations[(run.explanations.segment_id == name) & (run.explanations.method == method)]
    found = {}
    for row in rows.itertuples():
        if row.details is not None and len(row.details) and state in (None, row.state):
            found[int(row.position)] = {one["name"]: np.reshape(one["values"], one["shape"]) for one in row.details}
    return found


def test_gates_are_curves_over_the_words(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    [stored] = details(runs["rnnsearch"], "news-004", "gates").values()
    rows = {row[0]: row[1:] for table in unfolded(page, "gates") for row in table[1:]}
    assert list(rows) == ["reset: signal", "update: signal"]  # of the last part: each part has a table of its own
    tables = unfolded(page, "gates")
    assert [table[0][0] for table in tables] == ["Encoder, forward", "Encoder, backward", "Decoder"]
    for table, part in zip(tables, ("encoder.forward", "encoder.backward", "decoder"), strict=True):
        for row, gate in zip(table[1:], ("reset", "update"), strict=True):
            assert all(close(*pair, 1e-4) for pair in zip(row[1:], stored[f"{part}.{gate}"], strict=True))
    points = page.js("return document.querySelector('.gate-line').getAttribute('points')").split()
    heights = np.array([float(point.split(",")[1]) for point in points])
    assert np.allclose(np.corrcoef(heights, stored["encoder.forward.reset"])[0, 1], -1)
    assert tables[2][0][1] == "start"


def test_heads_show_their_share_of_each_layer_for_the_chosen_word(page: Page, runs: dict[str, Run]) -> None:
    run = runs["transformer"]
    name = "news-004"
    read(page, run, name)
    one = Segment(run, name)
    stored = details(run, name, "heads")
    for word in (1, len(one.target) - 1):
        choose(page, position=one.stored(word)[-1])
        tables = page.js(
            "return Array.from(document.querySelectorAll('.head-tables table'), (table) => Array.from("
            "  table.tBodies[0].rows, (row) => Array.from(row.querySelectorAll('td'), (cell) => cell.textContent)))"
        )
        for table, kind in zip(tables, ("encoder", "decoder", "cross"), strict=True):
            mean = np.mean([stored[token][kind] for token in one.target[word].tokens], axis=0)
            shown = np.array([[number(text.removesuffix("%")) for text in row] for row in table[::-1]])
            assert np.abs(shown - 100 * mean).max() <= 0.51
    assert one.target[-1].text in page.text("[data-panel=heads] [data-about]")


def test_states_are_shown_as_columns_with_their_lengths(page: Page, runs: dict[str, Run]) -> None:
    read(page, runs["rnnsearch"], "news-004")
    stored = details(runs["rnnsearch"], "news-004", "states", "context")
    [vectors] = [arrays["values"] for arrays in stored.values()]
    rows = unfolded(page, "dimensions")[0][1:]
    assert len(rows) == len(vectors)
    assert all(close(row[1], length, 1e-3) for row, length in zip(rows, np.linalg.norm(vectors, axis=1), strict=True))
    sizes = page.js("const c = document.querySelector('.vector-grid canvas'); return [c.width, c.height]")
    assert sizes == [vectors.shape[1], vectors.shape[0]]


# --- pictures to take away --------------------------------------------------------------------------------------------

PICTURES = [
    ("rnnsearch", "news-004", ("maps", "steps", "gates", "dimensions")),
    ("transformer", "zh-001", ("maps", "steps", "heads")),
    ("rnnsearch", "ar-001", ("maps",)),
    ("rnnsearch", "hostile-controls", ("maps", "steps")),
    ("rnnsearch", "hostile-script", ("maps",)),
]


@pytest.mark.parametrize(("model", "name", "panels"), PICTURES)
def test_every_map_can_be_taken_away_as_svg_and_png(
    page: Page, runs: dict[str, Run], model: str, name: str, panels: tuple[str, ...]
) -> None:
    page.scheme("dark")  # pictures are light all the same
    read(page, runs[model], name)
    one = Segment(runs[model], name)
    shown = page.js("const { segment } = nmtAudit.reader.current(); return [segment.source, segment.hypothesis]")
    signature = page.js("return nmtAudit.data.index.signature")
    for panel in panels:
        for kind in ("svg", "png"):
            tap(page, f"[data-panel={panel}] [data-picture={kind}]")
        drawing = page.saved(f"*-{panel_file(panel)}.svg")
        root = ElementTree.parse(drawing).getroot()
        texts = [ISOLATES.sub("", node.text or "") for node in root.iter(f"{SVG}text")]
        caption = " ".join(texts)
        assert f"model: {runs[model].manifest['model']['name']}" in caption
        assert " ".join(f"source: {shown[0]}".split()) in " ".join(caption.split())
        assert " ".join(signature.split()) in " ".join(caption.split())
        if panel == "maps":
            assert {ISOLATES.sub("", visible(group.text)) for group in (*one.source, *one.target)} <= {*texts}
            assert "method: Relevance" in texts and "rule set: stable" in texts
        assert root.find(f"{SVG}rect").get("fill") == "rgb(255,255,255)"  # type: ignore[union-attr]
        assert not list(root.iter(f"{SVG}script"))
        picture = matplotlib.image.imread(page.saved(f"*-{panel_file(panel)}.png"))
        assert picture.shape[1] > 600 and picture.std() > 0.02
        wide, high = map(float, str(root.get("viewBox")).split()[2:])
        assert abs(picture.shape[1] / picture.shape[0] - wide / high) < 0.02
    assert page.console() == []


def panel_file(panel: str) -> str:
    """How the file of a panel is called."""
    return {"maps": "full-maps", "steps": "step-by-step", "dimensions": "states-as-columns"}.get(panel, panel)


# --- readings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text", "reading"), [("zh-001", "会", "huì"), ("ja-001", None, None)])
def test_readings_stand_above_the_words_when_they_are_switched_on(
    page: Page, runs: dict[str, Run], name: str, text: str | None, reading: str | None
) -> None:
    read(page, runs["rnnsearch"], name)
    line = "[data-side=source]"
    before = page.js("return document.querySelector(arguments[0]).textContent", line)
    assert page.count(f"{line} rt") == 0
    page.press("r")
    page.wait("return document.querySelector('[data-side=source] rt')")
    readings: list[Any] = page.js("return nmtAudit.reader.current().segment.pronunciation.source")
    shown = page.js(
        "return Array.from(document.querySelectorAll('[data-side=source] rt'), (n) => n.dataset.reading)"
        ".filter(Boolean)"
    )
    assert shown == [one[2] for one in readings]
    if reading:
        assert reading in shown
        found = page.js(
            "return Array.from(document.querySelectorAll('[data-side=source] ruby'))"
            ".find((n) => n.dataset.reading === arguments[0]).textContent",
            reading,
        )
        assert found == text
    assert page.js("return document.querySelector(arguments[0]).textContent", line) == before  # corpus text alone
    page.open(site(runs["rnnsearch"]), f"#segment={name}")
    page.wait("return document.querySelector('[data-side=source] rt')")  # it is remembered
    page.press("r")
    page.wait("return !document.querySelector('[data-side=source] rt')")
