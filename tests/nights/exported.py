"""Runs that are exported in the tests, each strange in its own way, and how their exports are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sample_run import RNNSEARCH, sample_run

from nmt_audit.exporting import Options, export_run
from nmt_audit.records import Audited, Flag, Segment
from nmt_audit.store import FlagNames, Run, new_run, open_run

SCHEMA_1 = Path(__file__).parents[1] / "schema-1-run"
PAIR = Options(pair="de-en")  # of runs with several pairs of languages, which XLIFF cannot hold


def hostile_run(out: Path) -> Run:
    """Scripts, control characters, 10,000-character lines, emoji, several languages and models' maps."""
    return sample_run(out, model=RNNSEARCH, clean=5)


def unflagged_run(out: Path) -> Run:
    """Not a single flag."""
    return sample_run(out, model=None, clean=5, flagged=False)


def dismissed_run(out: Path, *, partial: bool = False) -> Run:
    """Two flags that overlap and one that was dismissed, no references, no scores, no series; finished or not."""
    segments = (
        Segment(
            "=1+1", "-Es ist {0} nicht [gut](http://x.example) | hier.", "de", "en", hypothesis="@user: it is good."
        ),
        Segment("two", "Nichts zu sagen.", "de", "en", hypothesis="Nothing to say."),
        Segment("three", "Viel zu lang.", "de", "en"),
    )
    flags = (
        Flag(
            "NEGATION", "src", 12, 17, 0.8, "negation.lost", 0.6, 2.4, "=cmd|' /C calc'!A0 “nicht” | `#1` <b>@user</b>"
        ),
        Flag("OMISSION", "src", 8, 24, 0.6, "omission.uncovered", 0.3, 0.5, "“{0} nicht” has no counterpart"),
        Flag("EARLY_EOS", "tgt", 18, 18, 0.5, "early_eos.margin", 8.0, 8.0, "ends too early"),
        Flag("UNRELATED", "tgt", None, None, 0.7, "unrelated.length", 3.0, 7.0, "far too long"),
    )
    names = FlagNames()
    audited = [
        Audited(
            segments[0], "ok", None, None, {}, flags, names.of(segments[0], flags), (), (False, False, False, True)
        ),
        Audited(segments[1], "ok", None, None, {}, (), ()),
        Audited(segments[2], "too_long", None, None, {}, (), (), ("NEGATION", "OMISSION")),
    ]
    known = {
        "name": "Nacht @user #1", "src_lang": "de", "tgt_lang": "en",
        "data": {"own.de": "a1" * 32, "own.en": "b2" * 32},
        "command": ["audit", "--source", "corpora/own.de", "--hypotheses=corpora/own.en"], "settings": {"seed": 1},
        "dismissed_by": {audited[0].flag_ids[3]: "anna"},
    }  # fmt: skip
    with new_run(out) as writer:
        if partial:
            writer.begin(known)
        writer.shard(0, audited, [])
        if not partial:
            writer.manifest({**known, "state": "complete"})
    return open_run(out)


def partial_run(out: Path) -> Run:
    """An audit that was killed after its first shard."""
    return dismissed_run(out, partial=True)


def old_run(out: Path) -> Run:
    """A run of schema 1 of before there were exports."""
    return open_run(SCHEMA_1)


def older_run(out: Path) -> Run:
    """A run without the columns and the facts that runs have today."""
    return sample_run(out, clean=3, older=True)


RUNS = {
    "hostile": hostile_run, "unflagged": unflagged_run, "dismissed": dismissed_run, "partial": partial_run,
    "schema-1": old_run, "older": older_run,
}  # fmt: skip


def exported(run: Run, form: str, folder: Path, options: Options | None = None) -> Path:
    """The file that an export writes."""
    out = folder / f"export.{form}"
    export_run(run, form, out, options or (PAIR if form == "xliff" else Options()))
    return out


def json_rows(run: Run, folder: Path, options: Options | None = None) -> list[dict[str, Any]]:
    """The rows of a run, by the export that is the simplest to read."""
    lines = exported(run, "jsonl", folder, options).read_text("utf-8").split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]
