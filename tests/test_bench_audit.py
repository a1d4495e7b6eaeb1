"""`bench audit` and `bench memory`: whole audits in processes of their own, and what is computed of their figures."""

from __future__ import annotations

import json
from math import log10
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nmt_audit.bench.audit import OUTSIDE, AuditBench, Size, Stage, _beyond, _size, _slope, _slope_beyond
from nmt_audit.bench.cost_curve import check_plot, plot
from nmt_audit.bench.memory import compared
from nmt_audit.bench.timing import Timing, log_slope
from nmt_audit.bench.whole import Asked, Whole, parsed_sizes
from nmt_audit.cli import app
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError, OutputError


def test_an_audit_is_taken_apart_by_its_stages(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("".join(f"Er hat {n} Hunde.\tHe has {n} dogs.\n" for n in range(13, 19)), "utf-8")
    (tmp_path / "a.en").write_text("".join(f"He has {n} dogs.\n" for n in range(23, 29)), "utf-8")
    options = ["--source", str(tmp_path / "a.tsv"), "--hypotheses", str(tmp_path / "a.en")]
    options += ["--plot", str(tmp_path / "F.svg"), "--out", str(tmp_path / "F.md")]
    run = CliRunner().invoke(app, ["bench", "audit", *options, "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    [size] = found["sizes"]
    assert size["segments"] == 6 and size["flagged"] == 1.0 and found["slope"] is None
    assert found["corpus"] == "a.tsv" and found["model"] is None and found["reference"] == "checking"
    stages = {stage["name"]: stage for stage in size["stages"]}
    assert {"calibrating", "trust", "faithfulness", "report", OUTSIDE} < stages.keys()
    assert stages["checking"]["times"] == 1
    assert sum(stage["seconds"] for stage in stages.values()) == pytest.approx(size["timing"]["median"])
    assert sum(stage["share"] for stage in stages.values()) == pytest.approx(1)
    written = (tmp_path / "F.md").read_text("utf-8")
    assert "the whole without" in written and "| report |" in written
    assert (tmp_path / "F.svg").read_text("utf-8").startswith("<?xml")


def test_memory_is_that_of_the_audit_alone() -> None:
    held = bytearray(600_000_000)  # of this process; the audit must not count it
    held[::4096] = b"x" * len(held[::4096])
    del held
    run = CliRunner().invoke(app, ["bench", "memory", "--sizes", "20", "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert found["small"] == found["sizes"][0] and found["ratio"] == 1
    assert 100_000_000 < found["small"]["peak"] < 600_000_000
    assert found["small"]["segments"] == 20 and found["versions"]["nmt-audit"]


def test_peaks_are_compared_with_the_first() -> None:
    small, first, last = (
        Whole(n, 1.5, peak, "shards", {}, 0.0, 0, None, None) for n, peak in ((9, 50), (90, 100), (900, 130))
    )
    found = compared(small, [first, last], "made-up", 1)
    assert found.ratio == 1.3 and [held.times for held in (found.small, *found.sizes)] == [0.5, 1, 1.3]
    [table] = found.tables()
    assert "1.30 times as much" in table.title and [row[0] for row in table.rows] == ["9", "90", "900"]


def test_the_slope_is_the_exponent() -> None:
    assert log_slope([10, 100, 1000], [2.0 * n**1.5 for n in (10, 100, 1000)]) == pytest.approx(1.5)


def test_the_same_numbers_give_the_same_figure(tmp_path: Path) -> None:
    stages = tuple(Stage(name, 2.0, 0.5, 1.0) for name in ("decoding", "report"))
    sizes = tuple(Size(n, Timing(n / 10, 1.0, 9.0), 2.0, 0.1, 10**8, stages) for n in (100, 1000))
    found = AuditBench("made-up", "a_model", "f" * 64, "decoding", 1, 1, 1, sizes, 1.0, None, {})
    for name in ("a.svg", "b.svg", "c.png"):
        plot(tmp_path / name, found)
    drawn = (tmp_path / "a.svg").read_text("utf-8")
    assert drawn == (tmp_path / "b.svg").read_text("utf-8")
    assert "A whole audit, a_model, slope 1.00" in drawn and "decoding" in drawn
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    curve, _ = found.tables()
    assert [row[6] for row in curve.rows] == ["", "1.00"]


def test_what_a_segment_more_costs_is_told_from_what_every_audit_costs() -> None:
    sizes, reported = (100, 1_100, 10_100), 5.0  # seconds that any report takes; and 2 ms a segment
    corpus = [
        Whole(
            n, apart + reported + 0.002 * n, 1, None, {"calibrating": apart, "checking": 0.001 * n}, 0.0, 0, None, None
        )
        for n, apart in zip(sizes, (1.0, 3.0, 9.0), strict=True)
    ]
    small, *larger = (_size([one], "checking") for one in corpus)
    found = tuple(_beyond(size, small) for size in larger)
    assert [size.beyond for size in found] == pytest.approx([2.0, 20.0])
    assert _slope_beyond(found) == pytest.approx(1.0)
    assert _slope(found) == pytest.approx(log10((9 + 5 + 20.2) / (3 + 5 + 2.2)) / log10(10_100 / 1_100))
    assert _beyond(small, small).beyond is None and _slope_beyond((small, *found[:1])) is None


def test_what_cannot_be_measured_is_refused_first(tmp_path: Path) -> None:
    assert parsed_sizes(["1_000,20", "20"]) == [20, 1000]
    with pytest.raises(InputError, match="“x” is no number of segments"):
        parsed_sizes(["10,x"])
    with pytest.raises(OutputError, match=r"ends in \.svg or \.png"):
        check_plot(tmp_path / "F.pdf")
    (tmp_path / "a.tsv").write_text("Er geht.\tHe goes.\n", "utf-8")
    segments = read_corpus(str(tmp_path / "a.tsv"), src_lang="de", tgt_lang="en").segments
    with pytest.raises(InputError, match="2 segments asked for, 1 there"):
        Asked(source=segments).segments(2)


def test_what_an_audit_says_when_it_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.de").write_text("Er geht.\n", "utf-8")
    run = CliRunner().invoke(app, ["bench", "audit", "--source", str(tmp_path / "a.de")])
    assert isinstance(run.exception, InputError)
    assert str(run.exception).startswith("auditing 1 segments failed: ")
    assert "segment 1 has no translation" in str(run.exception)
