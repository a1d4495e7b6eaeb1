"""Where flags are, and the scores beside them: rates and differences against what the segments say."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from nmt_audit.intervals import wilson
from nmt_audit.report.contrasts import CELLS, Contrast, contrasts
from nmt_audit.report.crosstabs import BANDS, DOCUMENTS, FEW, Cell, CrossTable, crosstabs
from nmt_audit.report.distributions import QUANTITIES, distribution
from nmt_audit.report.figures import THEMES, chart, contrast_chart, recoloured, span_chart
from nmt_audit.report.findings_page import FindingsPage, findings_page
from nmt_audit.report.patterns import look_at
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.spans import Span, SpanChart
from nmt_audit.report.tally import Reservoir, Tally

MANIFEST = {"src_lang": "de", "tgt_lang": "en"}


def tally(segments: int = 400, document: bool = True, sampled: int | None = None) -> Tally:
    """Every fourth segment is flagged, its chrF is lower by 10; every fifth negates; lengths run through 10 … 109."""
    found = Tally()
    if sampled is not None:
        found.flagged, found.clear = Reservoir(sampled), Reservoir(sampled)
    for index in range(segments):
        source = "nicht " * (index % 5 == 0) + "x" * (10 + index % 100)
        chrf = 60.0 + index % 7 - 10 * (index % 4 == 0)
        found.add(
            segment(index, source, chrf, f"doc {index % 3} <&" if document else None), flags(index, index % 4 == 0)
        )
    return found


def segment(index: int, source: str = "a", chrf: float | None = None, document: str | None = None) -> SegmentRow:
    return SegmentRow(
        index, f"s{index}", source, source, None, "de", "en", "ok", -0.5, None, chrf, None, None, (), document
    )  # fmt: skip


def flags(index: int, flagged: bool) -> list[FlagRow]:
    flag = FlagRow(f"f{index}", f"s{index}", "OMISSION", "src", 0, 3, 0.7, "r", 1.0, 2.0, (), "", None, None, None)
    return [flag] if flagged else []


def tables(found: Tally) -> dict[str, CrossTable]:
    return {table.key: table for table in crosstabs(found, look_at(found))}


def counts(cell: Cell) -> tuple[int, int]:
    hits, of, total = cell.detail.split(",")[0].split(" ")
    assert of == "of"
    return int(hits), int(total)


def test_rates_are_counts_with_wilsons_interval() -> None:
    table = tables(tally())["length"]
    [(name, rows)] = table.groups
    assert name == "" and len(rows) == BANDS and [named.label for named in table.columns] == ["any flag", "omission"]
    assert sum(counts(row.cells[0])[0] for row in rows) == 100 and sum(counts(row.cells[0])[1] for row in rows) == 400
    for row in rows:
        hits, total = counts(row.cells[1])
        cell = row.cells[1]
        assert cell.share == pytest.approx(hits / total) and cell.value == f"{100 * hits / total:.1f}"
        assert (cell.low, cell.high) == pytest.approx(wilson(hits, total))
    assert max(row.cells[1].step for row in rows) == 100


def test_bands_hold_the_lengths_that_their_links_ask_for() -> None:
    found = tally()
    lengths = found.column("source-length")
    for row in tables(found)["length"].groups[0][1]:
        href = row.cells[1].href
        assert href is not None and href.startswith("segments.html#c=omission&length=")
        low, high = map(int, href.rpartition("=")[2].split(".."))
        assert counts(row.cells[1])[1] == int(((lengths >= low) & (lengths <= high)).sum())


def test_negations_part_the_segments() -> None:
    (with_one, rows), (without, others) = tables(tally())["negation"].groups
    assert (with_one, without) == ("with a negation in the source", "without")
    assert sum(counts(row.cells[0])[1] for row in rows if row.cells[0].share is not None) == 80
    assert sum(counts(row.cells[0])[1] for row in others) == 320


def test_a_sample_stands_for_all_and_says_so() -> None:
    table = tables(tally(4000, sampled=500))["negation"]
    totals = [
        sum(counts(row.cells[0])[1] for row in rows if row.cells[0].share is not None) for _, rows in table.groups
    ]
    assert sum(totals) == pytest.approx(4000, abs=10) and totals[0] == pytest.approx(800, rel=0.15)
    assert "Looked for in 500 of 1,000 flagged segments and in 500 of 3,000 others" in table.help
    assert "Looked for" not in tables(tally())["negation"].help


def test_documents_are_named_linked_and_the_rest_put_together() -> None:
    rows = tables(tally())["document"].groups[0][1]
    assert [row.label for row in rows] == ["doc 0 <&", "doc 1 <&", "doc 2 <&"] and all(
        row.label_is_corpus for row in rows
    )
    assert rows[0].cells[0].href == "segments.html#show=flagged&doc=doc%200%20%3C%26"
    found = Tally()
    for index in range(DOCUMENTS + 5):
        found.add(
            SegmentRow(
                index, str(index), "a", "a", None, "de", "en", "ok", None, None, None, None, None, (), str(index)
            ),
            [],
        )
    *named, rest = tables(found)["document"].groups[0][1]
    assert len(named) == DOCUMENTS and rest.label == "5 other documents" and rest.segments == "5"


def test_what_is_not_known_has_its_words() -> None:
    assert "does not say" in (tables(tally(document=False))["document"].empty or "")
    empty = tables(Tally())
    assert all(table.empty for table in empty.values())


def test_few_segments_are_not_shaded() -> None:
    few = tables(tally(BANDS * FEW - 10))["length"].groups[0][1]
    assert any(row.cells[0].few for row in few)
    assert not any(row.cells[0].few for row in tables(tally())["length"].groups[0][1])


# --- scores -----------------------------------------------------------------------------------------------------------


def contrast(found: Tally, name: str) -> Contrast:
    return next(row for row in contrasts(found).rows if row.compared.name == name)


def test_scores_of_both_sides_are_compared() -> None:
    row = contrast(tally(), "chrf")
    values, flagged = tally().column("chrf"), tally().masks > 0
    assert row.difference == pytest.approx(values[flagged].mean() - values[~flagged].mean())
    assert row.low < row.difference < row.high < 0
    assert row.flagged.marks == pytest.approx(np.quantile(values[flagged], [0.1, 0.25, 0.5, 0.75, 0.9]))
    assert row.says.startswith("flagged ones are lower, by 10")


def test_no_difference_is_said_where_there_is_none() -> None:
    """The near miss: the length ratio is 1 on both sides."""
    assert contrast(tally(), "length-ratio").says == "no difference that these segments could show"


def test_the_interval_is_that_of_a_bootstrap() -> None:
    """The slow twin: segments drawn one by one. Cells of like values must not make the interval narrower."""
    random, found = np.random.default_rng(3), Tally()
    values = random.normal(50, 12, 3 * CELLS)
    for index, value in enumerate(values):
        found.add(segment(index, chrf=float(value)), flags(index, index % 2 == 1))
    one, two = values[1::2], values[::2]
    means = [random.choice(one, one.size).mean() - random.choice(two, two.size).mean() for _ in range(2000)]
    row = contrast(found, "chrf")
    assert (row.low, row.high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.15)


def test_too_few_scores_are_not_compared() -> None:
    assert contrasts(tally(8)).rows == () and "Too little to say" in (contrasts(tally(8)).empty or "")


# --- charts -----------------------------------------------------------------------------------------------------------


def drawn(page: FindingsPage, theme: str) -> list[str]:
    ink = THEMES[theme]
    return [
        *(chart(item, ink) for item in page.distributions),
        *(span_chart(item.chart, ink) for item in page.charts),
        *(contrast_chart(row, ink) for row in page.contrasts.rows),
    ]


def test_every_chart_is_text_with_a_title_and_a_description_and_the_same_each_time() -> None:
    page = findings_page(MANIFEST, tally(), None)
    light, dark = drawn(page, "light"), drawn(page, "dark")
    assert len(light) > 6 and light == drawn(findings_page(MANIFEST, tally(), None), "light")
    assert all(one != two for one, two in zip(light, dark, strict=True))
    for text in light:
        root = ElementTree.fromstring(text)
        title, description = (root.find(f"{{http://www.w3.org/2000/svg}}{name}") for name in ("title", "desc"))
        assert title is not None and title.text and description is not None and description.text
        assert list(root.iter("{http://www.w3.org/2000/svg}text")) and "<dc:date>" not in text


def test_a_chart_in_other_colours_is_the_one_that_would_be_drawn_in_them() -> None:
    page = findings_page(MANIFEST, tally(), None)
    for light, dark in zip(drawn(page, "light"), drawn(page, "dark"), strict=True):
        assert unnamed(recoloured(light, THEMES["dark"])) == unnamed(dark)
        assert recoloured(light, THEMES["light"]) == light


def unnamed(drawn: str) -> str:
    """Without the names of shapes, which matplotlib makes from all that they look like."""
    return re.sub(r"\b[mp][0-9a-f]{10}\b", "shape", drawn)


def test_documents_are_taken_apart_by_negation_and_length() -> None:
    found = tally()
    table = tables(found)["together"]
    assert [name for name, _ in table.groups] == ["doc 0 <&", "doc 1 <&", "doc 2 <&"]  # most flagged segments first
    for name, rows in table.groups:
        place = int(name.split(" ")[1])
        own = [index for index in range(400) if index % 3 == place]
        assert sum(int(row.segments) for row in rows) == len(own)
        negated = [row for row in rows if row.label.endswith("with a negation")]
        assert sum(int(row.segments) for row in negated) == sum(index % 5 == 0 for index in own)
        assert sum(counts(row.cells[0])[0] for row in rows) == sum(index % 4 == 0 for index in own)
    assert "together" not in tables(tally(document=False))


def test_names_of_documents_cannot_break_a_chart() -> None:
    page = findings_page(MANIFEST, tally(), None)
    text = span_chart(page.rates["document"].chart, THEMES["light"])
    assert "doc 0 <&" in "".join(ElementTree.fromstring(text).itertext())


def test_ratios_have_an_axis_of_ratios() -> None:
    data = SpanChart((("a", Span(4.0, 2.0, 9.0), None),), "t", "a", "odds ratio", ("x",), 1.0, 1.0, logarithmic=True)
    words = list(ElementTree.fromstring(span_chart(data, THEMES["light"])).itertext())
    assert {"1", "2", "5"} <= set(words)


def test_distributions_count_every_segment_once() -> None:
    found = tally()
    for quantity in QUANTITIES:
        values = found.column(quantity.name)
        drawing = distribution(quantity, values, found.masks > 0)
        if drawing is not None:
            assert sum(item.segments for item in drawing.bins) == int(np.isfinite(values).sum())
            assert sum(item.flagged for item in drawing.bins) == int((np.isfinite(values) & (found.masks > 0)).sum())
    assert math.isnan(found.column("bleu")[0])
