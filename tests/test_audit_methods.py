"""What an audit with a model holds beside its flags: every method asked for, and how far the maps can be believed."""

import json
from pathlib import Path

import numpy as np
import pytest

from nmt_audit import audit, open_run
from nmt_audit.config import FURTHER_METHODS, RULE_SET_NAMES, AuditConfig
from nmt_audit.errors import InputError
from nmt_audit.relevance import METHODS
from nmt_audit.relevance.rules import RULE_SETS
from nmt_audit.store import Run

# The models cut the first short, lose the negation of the second and loop in the third.
SENTENCES = (
    "Die Rechnung Nr. 20881 ist bis zum 15. März zu bezahlen, obwohl der Kunde gestern angerufen hat.",
    "Die Suche nach dem Ring blieb erfolglos.",
    "Der Zug nach Kassel fährt um 7.42 Uhr von Gleis 11 ab, und der nach Fulda fährt um 8.15 Uhr von Gleis 12 ab.",
    "Das ist nicht gut.",
)


@pytest.fixture(scope="module", params=["rnnsearch-de-en", "marian-de-en"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    source = folder / "corpus.txt"
    source.write_text("".join(f"{sentence}\n" for sentence in SENTENCES), "utf-8")
    config = AuditConfig(
        source=str(source), out=folder / "out", src_lang="de", tgt_lang="en", model=request.param,
        methods=("gradient_x_input", "erasure"), maps=1, threads=1,
    )  # fmt: skip
    return open_run(audit(config))


def test_names_known_without_torch_are_those_of_the_registries() -> None:
    assert set(RULE_SET_NAMES) == set(RULE_SETS)
    assert {"attention", "lrp", "heads", *FURTHER_METHODS} == set(METHODS)


def test_flags_are_explained_by_every_method_asked_for(run: Run) -> None:
    flagged = run.explanations[run.explanations.purpose == "flag"]
    assert len(run.flags) > 0
    assert set(flagged.method) == {"lrp", "gradient_x_input", "erasure"}
    of_lrp = flagged[(flagged.method == "lrp") & flagged.against.isna()]
    layer = ".3" if run.manifest["model"]["name"] == "marian-de-en" else ""
    assert set(of_lrp.state) == {f"context{layer}", f"target{layer}", "output", "logit"}
    assert set(flagged[flagged.method != "lrp"].state) == {"logit"}


def test_ledgers_close_and_name_their_offsets(run: Run) -> None:
    of_lrp = run.explanations[run.explanations.method == "lrp"]
    parts = of_lrp[["source", "target", "initial", "bias", "offset", "stabiliser"]].sum(axis=1)
    np.testing.assert_allclose(parts, of_lrp.value, rtol=0, atol=1e-8)
    named = [sum(json.loads(text).values()) for text in of_lrp.offsets]
    np.testing.assert_allclose(named, of_lrp.offset, rtol=0, atol=1e-8)


def test_an_end_and_a_second_copy_are_held_against_the_best_other_token(run: Run) -> None:
    held = run.explanations[run.explanations.against.notna() & (run.explanations.purpose == "flag")]
    categories = run.flags.set_index("id").category
    asked = {categories[name] for name in held.flag_id}
    assert asked
    assert asked <= {"OMISSION", "EARLY_EOS", "REPETITION", "NEGATION"}
    assert set(held.state) == {"logit"}


def test_the_run_says_how_far_its_maps_can_be_believed(run: Run) -> None:
    measured = run.manifest["faithfulness"]
    rows = {(row["method"], row["side"]): row for row in measured["rows"]}
    assert {(method, "source") for method in ("attention", "lrp", "gradient_x_input", "erasure")} <= rows.keys()
    assert ("attention", "prefix") not in rows
    assert measured["segments"] == len(SENTENCES)
    for row in rows.values():
        assert row["drop"] <= row["best"] + 1e-9
        assert row["share"] == pytest.approx(row["drop"] / row["best"], abs=1e-4)
        assert row["low"] <= row["share"] <= row["high"]
    assert rows["erasure", "source"]["share"] > 0.95  # nearly the measure itself: of the logit in place of log p


def test_the_heads_of_a_transformer_are_averaged(run: Run) -> None:
    heads = run.manifest["heads"]
    if run.manifest["model"]["name"] == "rnnsearch-de-en":
        assert heads is None
        return
    for kind in ("encoder", "decoder", "cross"):
        shares = np.array(heads[kind])
        assert shares.shape == (3, 4)
        assert np.all(np.abs(shares).sum(1) <= 1 + 1e-9)
    assert heads["positions"] > len(SENTENCES)


def test_an_unknown_method_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--method magic: there are gradient, "):
        AuditConfig(
            source="a.txt", out=tmp_path, src_lang="de", tgt_lang="en", model="rnnsearch-de-en", methods=("magic",)
        )
