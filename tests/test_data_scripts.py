"""The data scripts against the run that they were written from: texts, flags, maps; and against their description."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from data_scripts import change, chunks, column, content, flags_of, index, maps, unpacked
from reviewed import verdicts
from sample_run import AUTOENCODER, HOSTILE, MAPPED, RNNSEARCH, TRANSFORMER, Architecture, sample_run

from nmt_audit.language.pieces import merge
from nmt_audit.records import CATEGORIES, Token
from nmt_audit.report.data_schema import SCHEMA, Script
from nmt_audit.report.data_scripts import write_data
from nmt_audit.report.packing import FINEST
from nmt_audit.report.wording import visible
from nmt_audit.store import Run, open_run

KINDS: dict[str, Architecture | None] = {
    "rnnsearch": RNNSEARCH, "transformer": TRANSFORMER, "autoencoder": AUTOENCODER, "text": None
}  # fmt: skip
DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module", params=KINDS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return sample_run(tmp_path_factory.mktemp("scripts") / "run", model=KINDS[request.param])


@pytest.fixture(scope="module")
def site(run: Run) -> Path:
    write_data(run, run.directory / "site")
    return run.directory / "site"


# --- texts and flags --------------------------------------------------------------------------------------------------


def test_every_text_is_there_with_an_offset_for_every_offset(run: Run, site: Path) -> None:
    found = chunks(site)
    for name in ("source", "hypothesis", "reference"):
        texts = [text for chunk in found for text in chunk[name]]
        wanted = [None if pd.isna(text) else text for text in run.segments[name]]
        if name == "hypothesis":
            wanted = [text or "" for text in wanted]
        assert texts == [text if text is None else visible(text) for text in wanted]
        assert [text and len(text) for text in texts] == [text and len(text) for text in wanted]


def test_the_other_references_stand_by_the_place_of_their_segment(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=2)
    more = [["noch\u202eeins", "zwei"] if name == "talk-012" else [] for name in run.segments["id"]]
    place = more.index(["noch\u202eeins", "zwei"])

    def given(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(further_references=[more[run.segments["id"].tolist().index(name)] for name in rows["id"]])

    change(run, "segments", given)
    write_data(open_run(run.directory), tmp_path / "site")
    [chunk] = chunks(tmp_path / "site")
    assert chunk["further_references"] == {str(place): [visible("noch\u202eeins"), "zwei"]}


def test_identifiers_are_those_of_the_corpus_or_verdicts_would_name_others(run: Run, site: Path) -> None:
    wanted = run.segments["id"].tolist()
    assert [name for chunk in chunks(site) for name in chunk["id"]] == wanted
    assert content(site / "data" / "names.js") == [wanted]
    assert set(HOSTILE) <= set(wanted)


def test_every_flag_is_there(run: Run, site: Path) -> None:
    ids = run.segments["id"].tolist()
    found = [flag for chunk in chunks(site) for flag in chunk["flags"]]
    assert [flag["id"] for flag in found] == run.flags["id"].tolist()
    for flag, row in zip(found, run.flags.itertuples(), strict=True):
        assert ids[flag["segment"]] == row.segment_id
        for name in ("category", "side", "score", "rule", "threshold", "value"):
            assert flag[name] == getattr(row, name)
        assert flag["message"] == visible(str(row.message)) and flag["positions"] == list(row.positions)
        assert flag["start"] == (None if pd.isna(row.start) else row.start)
        assert (flag["counterpart"] is None) == pd.isna(row.counterpart_side)
        assert flag["dismissed"] is None


def test_the_index_counts_what_the_run_has(run: Run, site: Path) -> None:
    found, segments = index(site), run.segments
    by_segment = run.flags.groupby("segment_id")
    codes = [item["code"] for item in found["categories"]]
    assert codes == list(CATEGORIES)
    for name, mask in zip(segments["id"], column(site, "categories", "u2"), strict=True):
        own = by_segment.get_group(name) if name in by_segment.groups else run.flags.iloc[:0]
        assert {code for place, code in enumerate(codes) if mask >> place & 1} == set(own["category"])
    for name, kind in (("chrf", "f4"), ("bleu", "f4"), ("ter", "f4"), ("logprob", "f4")):
        np.testing.assert_allclose(column(site, name, kind), segments[name].to_numpy(float), rtol=1e-6)
    assert column(site, "source_length", "u4") == segments["source"].str.len().tolist()
    counts = run.flags["segment_id"].value_counts()
    assert column(site, "flags", "u2") == [counts.get(name, 0) for name in segments["id"]]
    statuses = [found["statuses"][place] for place in column(site, "status", "u1")]
    assert statuses == segments["status"].tolist()
    documents = [None if place < 0 else found["documents"][place] for place in column(site, "document", "i4")]
    assert documents == [None if pd.isna(name) else name for name in segments["document"]]
    languages = [found["languages"][place] for place in column(site, "language", "u2")]
    assert languages == segments[["src_lang", "tgt_lang"]].to_numpy().tolist()


def test_the_flags_of_the_index_are_those_of_the_run(run: Run, site: Path) -> None:
    found = index(site)
    flags = {name: unpacked(text, kind).tolist() for (name, text), kind in zip(
        found["flags"].items(), ("u1", "u4", "u1", "u2", "f4", "u1"), strict=True)}  # fmt: skip
    assert bytes(flags["id"]).hex() == "".join(run.flags["id"])
    codes = [item["code"] for item in found["categories"]]
    assert [codes[place] for place in flags["category"]] == run.flags["category"].tolist()
    assert [found["rules"][place] for place in flags["rule"]] == run.flags["rule"].tolist()
    ids = run.segments["id"].tolist()
    assert [ids[place] for place in flags["segment"]] == run.flags["segment_id"].tolist()
    np.testing.assert_allclose(flags["score"], run.flags["score"], rtol=1e-6)


def test_dismissed_flags_are_there_and_count_nowhere(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=None, clean=2)
    change(run, "flags", lambda flags: flags.assign(dismissed=flags["segment_id"].eq("talk-012")))
    [name] = run.flags["id"][run.flags["segment_id"].eq("talk-012")]
    write_data(Run(run.directory, {**run.manifest, "dismissed_by": {name: "anna <b>"}}), tmp_path / "site")
    place = run.segments["id"].tolist().index("talk-012")
    assert column(tmp_path / "site", "categories", "u2")[place] == 0
    assert column(tmp_path / "site", "flags", "u2")[place] == 0 == column(tmp_path / "site", "suspicion", "f4")[place]
    assert [flag["dismissed"] for flag in flags_of(tmp_path / "site", "talk-012")] == ["anna <b>"]
    assert sum(unpacked(index(tmp_path / "site")["flags"]["dismissed"], "u1")) == 1


# --- maps -------------------------------------------------------------------------------------------------------------


def test_tokens_and_attention_are_those_of_the_run(run: Run, site: Path) -> None:
    flagged, explained = set(run.flags["segment_id"]), set(run.explanations["segment_id"])
    computed = maps(site)
    for number, row in enumerate(run.segments.itertuples()):
        has_tokens = len(row.source_pieces) > 0
        assert (number in computed) == (has_tokens and row.id in flagged | explained)
        if number not in computed:
            continue
        here = computed[number]
        for side, text, language in (("source", row.source, row.src_lang), ("target", row.hypothesis, row.tgt_lang)):
            found = here[side]
            starts, ends = (getattr(row, f"{side}_{part}").tolist() for part in ("starts", "ends"))
            assert (found["starts"], found["ends"]) == (starts, ends)
            pieces = getattr(row, f"{side}_pieces").tolist()
            assert found["pieces"] == [visible(piece) for piece in pieces]
            tokens = [Token(piece, 0, *place) for piece, *place in zip(pieces, starts, ends, strict=True)]
            groups = merge(tokens, str(text), str(language))
            assert [tuple(np.flatnonzero(np.array(found["word"]) == n)) for n in range(len(groups))] == [
                group.tokens for group in groups
            ]
        np.testing.assert_allclose(unpacked(here["logprobs"], "f4"), row.logprobs, rtol=1e-6)
        if not len(row.attention):
            assert here["attention"] is None
            continue
        weights = unpacked(here["attention"], "u2") / 65535
        assert np.abs(weights - row.attention).max() <= 0.5 / 65535 * (1 + 1e-9)


def test_every_explanation_is_there_once_within_half_a_step(run: Run, site: Path) -> None:
    ids = run.segments["id"].tolist()
    keys = ["segment_id", "position", "state", "method", "rules", "against"]
    seen, computed = 0, maps(site)
    for name, rows in run.explanations.groupby("segment_id"):
        stored = computed[ids.index(name)]["rows"]
        found = {tuple(row[key] for key in keys[1:]): row for row in stored}
        assert len(found) == len(stored) == len(rows.drop_duplicates(keys))
        for row in rows.drop_duplicates(keys).itertuples():
            key = tuple(None if pd.isna(getattr(row, k)) else getattr(row, k) for k in keys[1:])
            _is_explanation(found[key], row)
            seen += 1
    assert seen or not run.manifest["model"]


def _is_explanation(found: Mapping[str, Any], row: Any) -> None:
    numbers = np.concatenate([row.source_relevance, row.target_relevance])
    assert found["scale"] == np.abs(numbers).max(initial=0.0)
    steps = np.concatenate([unpacked(found[side], "i2") for side in ("source", "target")])
    assert np.abs(steps / FINEST * found["scale"] - numbers).max(initial=0.0) <= found["scale"] / 65534 * (1 + 1e-9)
    assert found["offsets"] == json.loads(row.offsets)
    assert (found["ledger"] is None) == pd.isna(row.source)
    for name in found["ledger"] or ():
        assert found["ledger"][name] == getattr(row, name)
    for name in ("value", "epsilon"):
        assert found[name] == (None if pd.isna(getattr(row, name)) else getattr(row, name))


def test_further_arrays_come_with_the_rows_that_they_are_of(run: Run, site: Path) -> None:
    ids = run.segments["id"].tolist()
    detailed = run.explanations[run.explanations["details"].str.len() > 0]
    assert len(detailed) or not run.manifest["model"]
    computed = maps(site)
    for row in detailed.itertuples():
        assert row.segment_id in MAPPED
        [found] = [
            one for one in computed[ids.index(row.segment_id)]["rows"]
            if (one["position"], one["state"], one["method"]) == (row.position, row.state, row.method)
        ]  # fmt: skip
        for detail in row.details:
            packed = found["details"][detail["name"]]
            assert packed["shape"] == detail["shape"].tolist()
            numbers = unpacked(packed["values"], "i2") / FINEST * packed["scale"]
            assert numbers.size == np.prod(packed["shape"])
            assert np.abs(numbers - detail["values"]).max(initial=0.0) <= packed["scale"] / 65534 * (1 + 1e-9)


def test_numbers_that_are_not_finite_are_said_to_be_none(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", clean=0)

    def spoil(rows: pd.DataFrame) -> pd.DataFrame:
        sources = [np.append(one[:-1], np.nan) for one in rows["source_relevance"]]
        return rows.assign(source_relevance=sources, value=np.inf, bias=np.nan, offsets='{"tanh": Infinity}')

    change(run, "explanations", spoil)
    write_data(run, tmp_path / "site")
    rows = maps(tmp_path / "site")[0]["rows"]
    assert rows
    for row in rows:
        assert (row["scale"], row["source"], row["target"], row["value"]) == (None, None, None, None)
        assert row["offsets"] == {"tanh": None} and (row["ledger"] is None or row["ledger"]["bias"] is None)


# --- what names a run, and what describes it --------------------------------------------------------------------------


def named(run: Run, out: Path, **changes: object) -> str:
    write_data(Run(run.directory, {**run.manifest, **changes}), out)
    return str(index(out)["run"])


def test_a_run_is_named_by_what_it_is_made_of(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", clean=1)
    out, settings = tmp_path / "site", run.manifest["settings"]
    name = named(run, out)
    assert len(bytes.fromhex(name)) == 8
    assert named(run, out, name="x", date="2020-01-01", created="now", settings={**settings, "threads": 64}) == name
    assert named(run, out, settings={**settings, "beam": 1}) != name
    assert named(run, out, model={**run.manifest["model"], "fingerprint": "0"}) != name
    assert named(run, out, data={"source": "c3" * 32}) != name
    change(run, "segments", lambda rows: rows.assign(hypothesis=rows["hypothesis"] + " "))
    assert named(run, out) != name


def paths(value: object, at: str, described: set[str]) -> Iterator[str]:
    """Every field of a script's content, lists as [] and free keys as *, where the description has them so."""
    if isinstance(value, dict):
        free = any(path.startswith(f"{at}.*".removeprefix(".")) for path in described)
        for key, item in value.items():
            yield from paths(item, f"{at}.{'*' if free else key}".removeprefix("."), described)
    elif isinstance(value, list) and any(path.startswith(f"{at}[]") for path in described):
        for item in value:
            yield from paths(item, f"{at}[]", described)
    elif value is not None or at in described:
        yield at


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sites that hold every field between them."""
    folder = tmp_path_factory.mktemp("everything")
    found = []
    for name, kind in KINDS.items():
        run = sample_run(folder / name, model=kind, clean=1)
        change(run, "segments", lambda rows: rows.assign(further_references=[["and another"]] * len(rows)))
        given = verdicts(folder, {}, {"flag_id": None, "severity": "minor"})
        write_data(run, run.directory / "site", given)
        found.append(run.directory / "site")
    return found


@pytest.mark.parametrize("script", SCHEMA, ids=lambda script: script.file)
def test_every_field_is_described_and_every_description_is_of_a_field(script: Script, everything: list[Path]) -> None:
    described = {field.path for field in script.fields}
    assert len(described) == len(script.fields)
    pattern = script.file.removeprefix("data/").replace("0001", "*")
    written = {
        path
        for site in everything
        for file in (site / "data").glob(pattern)
        for path in paths(content(file)[-1], "", described)
    }
    assert written == described


def test_the_documentation_says_the_same() -> None:
    text = (DOCS / "site-data.md").read_text("utf-8")
    for script in SCHEMA:
        assert f"## `{script.file}`: `{script.call}`" in text and script.holds in text
        for field in script.fields:
            assert f"| `{field.path}` | {field.kind} | {field.meaning} |" in text


def test_old_runs_have_scripts_too(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", older=True, clean=1)
    write_data(open_run(run.directory), tmp_path / "site")
    rows = maps(tmp_path / "site")[0]["rows"]
    assert rows and all(row["offsets"] == {} for row in rows)
    assert not any(belief["measured"] for belief in index(tmp_path / "site")["beliefs"])
