"""The trust panel: what it says of each check, with counts, intervals and reasons, and how it stands on the page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sample_run import TRANSFORMER, sample_run

from nmt_audit.records import CATEGORIES
from nmt_audit.report import build_site
from nmt_audit.report.trust import Measured, Seen, TrustPanel, trust_panel
from nmt_audit.store import Run
from nmt_audit.verdicts import Judged, Precision

SEEN = Seen(200, {"OMISSION": 11, "NEGATION": 4}, {"NEGATION": 40})
UNREVIEWED = Precision({}, {}, {})
REVIEWED = Precision(
    {"omission.length": Judged(7, 3, 2), "negation.lost": Judged(0, 0, 1), "omission.of-old": Judged(1, 0)},
    {"OMISSION": Judged(8, 3, 2), "NEGATION": Judged(0, 0, 1)}, {"NEGATION": 1, "OMISSION": 2, "": 1},
)  # fmt: skip
FULL: dict[str, Any] = {
    "model": {"name": "m"},
    "thresholds": {"origin": "set somewhere", "rules": {"omission.length": 2.5, "negation.lost": 0.6}},
    "trust": {
        "origin": "calibrated on 912 references of this run", "references": 912,
        "planted": {"target": 90, "source": 40},
        "categories": {
            "OMISSION": {
                "false_alarms": {"count": 17, "of": 912, "low": 0.0117, "high": 0.0297},
                "target": {"found": 41, "of": 50, "overlap": 30, "with_span": 40, "low": 0.69, "high": 0.90},
                "source": {"found": 26, "of": 40, "overlap": 20, "with_span": 26, "low": 0.49, "high": 0.78},
            },
            "REPETITION": {
                "false_alarms": {"count": 2, "of": 912, "low": 0.0006, "high": 0.0079},
                "target": {"found": 40, "of": 40, "overlap": 0, "with_span": 0, "low": 0.91, "high": 1.0},
                "source": None,
            },
        },
    },
}  # fmt: skip


def cell(panel: TrustPanel, code: str, key: str) -> Measured:
    place = [column.key for column in panel.columns].index(key)
    return next(row.cells[place] for row in panel.rows if row.category.code == code)


def with_trust(**changes: Any) -> dict[str, Any]:
    return {**FULL, "trust": {**FULL["trust"], **changes}}


def test_each_check_has_its_shares_with_counts_and_intervals() -> None:
    panel = trust_panel(FULL, SEEN, REVIEWED)
    found = {
        key: (cell(panel, "OMISSION", key).value, cell(panel, "OMISSION", key).detail)
        for key in ("alarms", "flagged", "target", "source", "reviewed")
    }
    assert found == {
        "alarms": ("1.9 %", "17 of 912 right translations; 95 % interval 1.2 to 3.0 %"),
        "flagged": ("5.5 %", "11 of 200 segments; 95 % interval 3.1 to 9.6 %"),
        "target": ("82 %", "41 of 50 planted; 95 % interval 69 to 90 %"),
        "source": ("65 %", "26 of 40 planted; 95 % interval 49 to 78 %"),
        "reviewed": ("73 %", "8 of 11 reviewed flags; 95 % interval 43 to 90 %; 2 flags undecided"),
    }
    assert [row.category.code for row in panel.rows] == list(CATEGORIES)
    assert cell(panel, "NEGATION", "flagged").counts == "4 of 160"
    assert cell(panel, "NEGATION", "reviewed").value == "undecided"
    assert cell(panel, "EARLY_EOS", "reviewed").value == "–"


def test_the_counts_behind_say_how_often_a_flag_points_at_the_place() -> None:
    behind = {named.code: [(line.label, line.measured.value, line.measured.counts) for line in lines]
              for named, lines in trust_panel(FULL, SEEN, UNREVIEWED).behind}  # fmt: skip
    assert ("… and points at the place", "75 %", "30 of 40") in behind["OMISSION"]
    assert [label for label, _, _ in behind["REPETITION"]] == [
        "right translations flagged", "flagged in this run", "finds planted in references",
    ]  # fmt: skip


def test_the_lead_is_a_sentence_of_the_least_and_the_most() -> None:
    panel = trust_panel(FULL, SEEN, UNREVIEWED)
    assert panel.lead == (
        "Of 100 right translations, these checks flag 0.2 (repetition) to 1.9 (omission), as counted on 912 of them."
    )
    assert panel.planted is not None and "harder" in panel.planted
    assert "counted on only 50 of them" in trust_panel(with_trust(references=50), SEEN, UNREVIEWED).lead
    alike = {code: {"false_alarms": {"count": 2, "of": 100}} for code in CATEGORIES}
    assert "these checks flag 2.0 each" in trust_panel(with_trust(categories=alike), SEEN, UNREVIEWED).lead


@pytest.mark.parametrize(
    ("changes", "code", "key", "reason"),
    [
        ({}, "NEGATION", "source", "no sentence of this run had a place to plant one"),
        ({"planted": None}, "NEGATION", "target", "none were planted in this run"),
        ({"planted": None, "note": "switched off"}, "NEGATION", "target", "switched off"),
        ({"planted": None, "references": 0}, "NEGATION", "target", "the run has no references"),
        ({"references": 0}, "NEGATION", "alarms", "the run has no references"),
    ],
)
def test_what_was_not_measured_says_why(changes: Mapping[str, Any], code: str, key: str, reason: str) -> None:
    panel = trust_panel(with_trust(**changes), SEEN, UNREVIEWED)
    found = cell(panel, code, key)
    assert (found.value, found.detail, found.counts) == ("not measured", reason, None)
    assert any(note.endswith(f": {reason}.") and "is not measured" in note for note in panel.notes)


def test_without_a_model_nothing_speaks_in_its_voice() -> None:
    manifest = {**with_trust(planted={"target": 90}), "model": None}
    manifest["trust"]["categories"] = {"OMISSION": {**FULL["trust"]["categories"]["OMISSION"], "source": None}}
    found = cell(trust_panel(manifest, SEEN, UNREVIEWED), "OMISSION", "source")
    assert "no model took part" in found.detail


def test_a_reason_is_given_once_with_its_checks() -> None:
    nowhere = "no sentence of this run had a place to plant one"
    assert trust_panel(FULL, SEEN, REVIEWED).notes == (
        "“right translations flagged” is not measured (unrelated words, lost negation, early end): "
        "this run does not say why.",
        f"“finds planted in references” is not measured (unrelated words, lost negation, early end): {nowhere}.",
        "“finds planted in the model's voice” is not measured "
        "(repetition): a source that repeats itself is no mistake to find; loops are planted in references alone.",
        f"“finds planted in the model's voice” is not measured (unrelated words, lost negation, early end): {nowhere}.",
        "Reviewers also marked what no check saw: 1 of no named kind, 1 lost negation, 2 omissions.",
    )


def test_flags_no_more_frequent_than_false_alarms_are_warned_of() -> None:
    warnings = {
        flagged: [note for note in trust_panel(FULL, Seen(1000, {"OMISSION": flagged}, {}), UNREVIEWED).notes
                  if note.startswith("No more frequent here than in right translations: omission.")]
        for flagged in (0, 18, 19)
    }  # fmt: skip
    assert {flagged: len(notes) for flagged, notes in warnings.items()} == {0: 0, 18: 1, 19: 0}


def test_a_language_without_cues_is_not_checked_rather_than_clean() -> None:
    panel = trust_panel(FULL, Seen(200, {}, {"NEGATION": 200}), UNREVIEWED)
    assert {cell(panel, "NEGATION", key).value for key in ("alarms", "flagged", "target", "source")} == {"not checked"}
    assert "Not checked (lost negation): there is no list of negations for the languages of this run." in panel.notes


def test_an_older_run_shows_what_its_thresholds_say() -> None:
    thresholds = {"origin": "set on 900 segments", "rules": {}, "false_alarms": {"OMISSION": 0.0191, "NEGATION": None}}
    panel = trust_panel({"thresholds": thresholds}, SEEN, UNREVIEWED)
    assert [column.key for column in panel.columns] == ["alarms", "flagged"]
    assert (cell(panel, "OMISSION", "alarms").value, cell(panel, "OMISSION", "alarms").counts) == ("1.9 %", None)
    assert cell(panel, "NEGATION", "alarms").detail == "this run is older than the measurement"
    assert panel.planted is None and panel.origin == "set on 900 segments"
    assert panel.lead == "Of 100 right translations, these checks flag 1.9 each."


def test_a_run_that_says_nothing_has_a_panel_too() -> None:
    panel = trust_panel({}, Seen(0, {}, {}), UNREVIEWED)
    assert "was not measured: this run is older than the measurement." in panel.lead
    assert {found.value for row in panel.rows for found in row.cells} == {"not measured"}


def test_rules_come_with_threshold_and_precision() -> None:
    rules = trust_panel(FULL, SEEN, REVIEWED).rules
    assert [(rule.name, rule.threshold, rule.reviewed.value) for rule in rules] == [
        ("omission.length", "2.50", "70 %"), ("omission.of-old", "–", "100 %"), ("negation.lost", "0.600", "undecided"),
    ]  # fmt: skip


# --- on the page ------------------------------------------------------------------------------------------------------


def panel_html(site: Path) -> str:
    page = (site / "index.html").read_text("utf-8")
    return page[page.index('<h2 id="trust">') :].partition("</section>")[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return sample_run(tmp_path_factory.mktemp("trust") / "run", model=None, clean=2)


def test_every_cell_says_what_it_is_and_what_is_behind_it(run: Run, tmp_path: Path) -> None:
    build_site(run, tmp_path / "site")
    html = panel_html(tmp_path / "site")
    cells = re.findall(r'<td role="cell" data-label="([^"]+)"><span title="([^"]+)"', html)
    assert len(cells) == len(CATEGORIES) * 4
    assert html.count("<caption") == html.count("<table") == 3
    assert not re.search(r"<th\b(?![^>]*\bscope=)", html)
    assert "17 of 900" in html and "1.1 to 3.0 %" in html and "no model took part" in html
    assert "Part of the source seems to have no counterpart" in html


def test_text_of_the_manifest_stays_text(run: Run, tmp_path: Path) -> None:
    nasty = "<img src=x onerror=1>"
    trust = {"origin": nasty, "note": nasty, "references": 5, "planted": None, "categories": {}}
    rules = {"rules": {f"omission.{nasty}": 1.0}}
    build_site(Run(run.directory, {**run.manifest, "trust": trust, "thresholds": rules}), tmp_path / "site")
    html = panel_html(tmp_path / "site")
    assert "<img" not in html and html.count("&lt;img src=x onerror=1&gt;") >= 3


def test_verdicts_of_the_run_stand_beside_its_rules(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=TRANSFORMER, clean=2)
    flags = [row for row in run.flags.itertuples() if row.category == "UNRELATED"]
    entries = [
        {"flag_id": row.id, "segment_id": row.segment_id, "verdict": verdict, "reviewer": "anna", "at": "2024-05-17"}
        for row, verdict in zip(flags, ("confirm", "confirm", "reject", "unsure"), strict=False)
    ]
    (run.directory / "verdicts.json").write_text(json.dumps(entries), "utf-8")
    build_site(run, tmp_path / "site")
    html = panel_html(tmp_path / "site")
    assert "confirmed by reviewers" in html
    assert '67 % <span class="muted">(2 of 3 reviewed flags; 95 % interval 21 to 94 %; 1 flag undecided)' in html
