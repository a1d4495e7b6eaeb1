"""What an audit explains beside its flags: whole segments, controls, further rule sets; and that it is all stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from nmt_audit import audit, explain, load_model, open_run
from nmt_audit.config import AuditConfig
from nmt_audit.corpus import read_corpus
from nmt_audit.errors import InputError
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.relevance.request import request
from nmt_audit.relevance.whole_segments import MOST_DETAILED
from nmt_audit.stages import SHARD
from nmt_audit.store import Run

# The models cut the first short and lose the negation of the second.
SUSPICIOUS = (
    "Die Rechnung Nr. 20881 ist bis zum 15. März zu bezahlen, obwohl der Kunde gestern angerufen hat.",
    "Die Suche nach dem Ring blieb erfolglos.",
)
PLAIN = (
    "Das Haus ist groß.", "Wir gehen heute ins Kino.", "Er liest ein Buch.", "Sie wohnt in Berlin.",
    "Ich habe Hunger.", "Der Hund schläft unter dem Tisch.", "Morgen fahren wir nach Hamburg.", "Es regnet.",
    "Meine Schwester spielt Klavier.", "Der Film war sehr gut.", "Ich trinke gern Kaffee.", "Das Wetter ist schön.",
)  # fmt: skip
MAPS, CONTROLS = 1, 12


def audited(model: str, folder: Path, texts: Sequence[str] = (*SUSPICIOUS, *PLAIN), **options: object) -> Run:
    source = folder / "corpus.jsonl"
    rows = [{"id": f"s{number}", "source": text, "document": f"d{number // 4}"} for number, text in enumerate(texts)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    given = {"out": folder / "run", "maps": MAPS, "controls": CONTROLS, "also_rules": ("signal",), **options}
    return open_run(
        audit(AuditConfig(source=str(source), src_lang="de", tgt_lang="en", model=model, planted=0, threads=1, **given))  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module", params=["rnnsearch-de-en", "marian-de-en"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return audited(request.param, tmp_path_factory.mktemp("run"))


@pytest.fixture
def model(run: Run) -> Model:
    return load_model(run.manifest["model"]["name"])


def mapped(run: Run) -> list[str]:
    """The segments that are shown in full, as the flags say it: the most suspicious ones."""
    suspicion = run.flags.groupby("segment_id", sort=False).score.max().sort_values(ascending=False, kind="stable")
    return list(suspicion.index[:MAPS])


def of_lrp(run: Run) -> pd.DataFrame:
    rows = run.explanations
    return rows[(rows.method == "lrp") & (rows.rules == "stable") & rows.against.isna()]


def test_every_position_of_the_most_suspicious_segments_is_explained_once(run: Run, model: Model) -> None:
    assert isinstance(model, Traceable)
    lengths = run.segments.set_index("id").target_pieces.map(len)
    rows = of_lrp(run)
    assert len(mapped(run)) == MAPS < run.flags.segment_id.nunique()
    assert run.manifest["explained"]["maps"]["segments"] == MAPS
    for name in mapped(run):
        own = rows[rows.segment_id == name]
        places = own[["position", "state"]].drop_duplicates()
        assert len(places) == lengths[name] * (len(model.path) + 1)
        further = own[own.purpose == "map"]
        flagged = own[own.purpose == "flag"]
        assert len(further) == len(further[["position", "state"]].drop_duplicates())
        assert not set(further.position) & set(flagged.position)
    assert set(run.explanations[run.explanations.purpose == "map"].segment_id) == set(mapped(run))


def test_maps_equal_what_explain_gives_for_the_position(run: Run, model: Model) -> None:
    pair = run.segments.set_index("id").loc[mapped(run)[0]]
    [translation] = model.translate([pair.source])
    assert [token.piece for token in translation.target_tokens] == list(pair.target_pieces)
    rows = of_lrp(run)
    rows = rows[(rows.purpose == "map") & (rows.segment_id == mapped(run)[0])]
    assert len(rows) > 0
    for row in rows.itertuples():
        alone = explain(model, source=pair.source, target=translation, position=row.position, state=row.state)
        np.testing.assert_allclose(row.source_relevance, alone.source_relevance, rtol=0, atol=1e-9)
        np.testing.assert_allclose(row.target_relevance, alone.target_relevance, rtol=0, atol=1e-9)
        assert alone.ledger is not None
        assert row.value == pytest.approx(alone.ledger["value"], abs=1e-9)


def arrays(details: object) -> dict[str, np.ndarray]:
    return {one["name"]: np.array(one["values"]).reshape(one["shape"]) for one in details}  # type: ignore[attr-defined]


def test_the_insides_of_the_model_are_stored_with_the_maps(run: Run, model: Model) -> None:
    rows = run.explanations[run.explanations.segment_id == mapped(run)[0]]
    pair = run.segments.set_index("id").loc[mapped(run)[0]]
    [translation] = model.translate([pair.source])
    recurrent = model.name == "rnnsearch-de-en"
    inner = rows[rows.method == ("gates" if recurrent else "heads")]
    assert sorted(inner.position) == ([len(pair.target_pieces) - 1] if recurrent else [*range(len(pair.target_pieces))])
    assert set(rows.method) == {"lrp", "gradient", "states", "gates" if recurrent else "heads"}
    for row in inner.itertuples():
        alone = explain(
            model, source=pair.source, target=translation, position=row.position, state="logit", method=row.method,
        )  # fmt: skip
        wanted = {name: values for name, values in alone.details.items() if not name.endswith(".dimensions")}
        found = arrays(row.details)
        assert found.keys() == wanted.keys() != set()
        for name, values in wanted.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-6, atol=1e-6)


def test_the_most_suspicious_are_shown_dimension_by_dimension(run: Run, model: Model) -> None:
    assert isinstance(model, Traceable)
    name = mapped(run)[0]
    rows = run.explanations[run.explanations.segment_id == name]
    pair = run.segments.set_index("id").loc[name]
    [translation] = model.translate([pair.source])
    flagged = sorted({j for positions in run.flags[run.flags.segment_id == name].positions for j in positions})
    by_dimension = rows[rows.method == "gradient"]
    assert list(by_dimension.position) == flagged[:MOST_DETAILED] != []
    for row in by_dimension.itertuples():
        found = arrays(row.details)
        assert found["source_dimensions"].shape[0] == len(pair.source_pieces)
        assert found["target_dimensions"].shape[0] == row.position
        np.testing.assert_allclose(found["source_dimensions"].mean(1), row.source_relevance, rtol=1e-5)
    vectors = {row.state: arrays(row.details)["values"] for row in rows[rows.method == "states"].itertuples()}
    assert {*model.path} < vectors.keys()
    for state, values in vectors.items():
        side = model.states[state]
        assert len(values) == len(pair.source_pieces if side == "source" else pair.target_pieces)
        asked = request(model, source=pair.source, target=translation, state=state)
        value = explain(model, source=pair.source, target=translation, state=state).ledger
        assert value is not None
        assert values[asked.positions[0]].sum() == pytest.approx(value["value"], abs=1e-3)


def test_controls_are_of_segments_that_nobody_suspects(run: Run, model: Model) -> None:
    assert isinstance(model, Traceable)
    rows = run.explanations[run.explanations.purpose == "control"]
    assert rows.flag_id.isna().all()
    assert not set(rows.segment_id) & set(run.flags.segment_id)
    places = rows[["segment_id", "position"]].drop_duplicates()
    assert 0 < len(places) <= CONTROLS
    assert run.manifest["explained"]["controls"]["positions"] == len(places)
    plain = rows[rows.against.isna()]
    assert len(plain) == len(places) * (len(model.path) + 1)
    lengths = run.segments.set_index("id").target_pieces.map(len)
    ends = {row.segment_id for row in plain.itertuples() if row.position == lengths[row.segment_id] - 1}
    assert set(rows[rows.against.notna()].segment_id) == ends != set()


def test_flags_are_explained_by_each_rule_set_and_maps_by_the_first(run: Run) -> None:
    rows = run.explanations[run.explanations.method == "lrp"]
    key = ["flag_id", "position", "state", "against"]
    of_flags = rows[rows.purpose == "flag"]
    by_rules = {name: set(part[key].fillna("").itertuples(index=False)) for name, part in of_flags.groupby("rules")}
    assert by_rules["stable"] == by_rules["signal"] != set()
    assert set(rows[rows.purpose != "flag"].rules) == {"stable"}
    assert run.manifest["settings"]["rules"] == "stable"
    assert run.manifest["settings"]["rule_sets"] == ["stable", "signal"]


def test_they_lie_in_parts_of_their_own(run: Run) -> None:
    assert len(run.segments) <= SHARD
    parts = {table: sorted((run.directory / "data" / table).iterdir()) for table in ("segments", "explanations")}
    assert [path.name for path in parts["segments"]] == ["part-00000.parquet"]
    assert [path.name for path in parts["explanations"]] == [f"part-0000{number}.parquet" for number in range(3)]
    found = [set(pq.read_table(path)["purpose"].to_pylist()) for path in parts["explanations"]]
    assert found == [{"flag"}, {"map"}, {"control"}]


def test_documents_are_stored(run: Run) -> None:
    assert list(run.segments.document)[:5] == ["d0", "d0", "d0", "d0", "d1"]


def test_the_same_seed_gives_the_same_bytes_and_another_other_controls(tmp_path: Path) -> None:
    def data(run: Run) -> dict[str, bytes]:
        return {path.name + path.parent.name: path.read_bytes() for path in run.directory.glob("data/*/*")}

    def places(run: Run) -> set[tuple[object, ...]]:
        rows = run.explanations[run.explanations.purpose == "control"]
        return set(rows[["segment_id", "position"]].itertuples(index=False))

    texts = (SUSPICIOUS[1], *PLAIN)
    first = audited("rnnsearch-de-en", tmp_path, texts, out=tmp_path / "one", controls=5)
    again = audited("rnnsearch-de-en", tmp_path, texts, out=tmp_path / "two", controls=5)
    other = audited("rnnsearch-de-en", tmp_path, texts, out=tmp_path / "three", controls=5, seed=2)
    assert data(first) == data(again)
    assert places(first) != places(other)


def test_none_are_explained_where_none_are_wanted(tmp_path: Path) -> None:
    run = audited("rnnsearch-de-en", tmp_path, (SUSPICIOUS[1], *PLAIN), maps=0, controls=0)
    assert set(run.explanations.purpose) == {"flag"}
    assert [path.name for path in (run.directory / "data" / "explanations").iterdir()] == ["part-00000.parquet"]


def test_a_run_of_before_is_read_as_flags_alone(run: Run, tmp_path: Path) -> None:
    for table, columns in (("segments", ["document"]), ("explanations", ["purpose", "details"])):
        (tmp_path / "data" / table).mkdir(parents=True)
        part = pq.read_table(run.directory / "data" / table / "part-00000.parquet")
        pq.write_table(part.drop_columns(columns), tmp_path / "data" / table / "part-00000.parquet")
    old = Run(tmp_path, {})
    assert set(old.explanations.purpose) == {"flag"}
    assert old.segments.document.isna().all()


@pytest.mark.parametrize("option", ["maps", "controls"])
def test_fewer_than_none_are_refused(option: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"--{option} -1: "):
        AuditConfig(source="a.txt", out=tmp_path, src_lang="de", tgt_lang="en", model="m", **{option: -1})  # type: ignore[arg-type]


def test_a_row_names_its_document_in_either_way(tmp_path: Path) -> None:
    rows: list[dict[str, str | None]] = [
        {"document": "a"},
        {"doc": "b"},
        {"document": "c", "doc": "d"},
        {"document": None, "doc": "e"},
        {},
    ]
    lines = "".join(json.dumps({"source": "x", **row}) + "\n" for row in rows)
    (tmp_path / "corpus.jsonl").write_text(lines, "utf-8")
    corpus = read_corpus(str(tmp_path / "corpus.jsonl"), src_lang="de", tgt_lang="en")
    assert [segment.document for segment in corpus.segments] == ["a", "b", "c", "e", None]
