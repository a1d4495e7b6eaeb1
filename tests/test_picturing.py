"""How figures are made: their numbers are those of the model, and what cannot be had is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn import ASKED, GIVEN, TEXT, drawn, made, texts
from tiny import tiny_luong, tiny_model
from typer.testing import CliRunner

from nmt_audit import explain_batch
from nmt_audit.cli import app
from nmt_audit.commands.figure import HELP
from nmt_audit.errors import InputError, OutputError, RequestError
from nmt_audit.picturing import MAKERS, FigureRequest, draw_with
from nmt_audit.report.pictures import KINDS
from nmt_audit.report.pictures.lettering import piece
from nmt_audit.report.pictures.projection import principal
from nmt_audit.report.pictures.relevance import Relevance
from nmt_audit.report.pictures.word_map import WordMap
from nmt_audit.report.pictures.writing import svg

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "figures.md").read_text("utf-8")


def test_every_kind_is_made_documented_and_helped() -> None:
    assert KINDS.keys() == MAKERS.keys() == ASKED.keys()
    for kind in KINDS.values():
        assert f"nmt-audit figure {kind.name} " in DOCS
        assert kind.name in HELP and kind.papers in HELP


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_words_of_a_row_have_all_that_their_pieces_have() -> None:
    [picture], _ = drawn("relevance")
    assert isinstance(picture, Relevance)
    model = tiny_model()
    tokens = model.tokenize_target(GIVEN)
    places = [
        place for place, token in enumerate(tokens) if GIVEN[token.start : token.end].strip() and token.start < 14
    ]
    places = [place for place in places if tokens[place].end > 10]  # the pieces of "sees"
    asked = {"source": TEXT, "target": GIVEN, "position": range(places[0], places[-1] + 1)}
    for row, state in zip(picture.rows[1:], ("context", "target", "output", "logit"), strict=True):
        [found] = explain_batch(model, [{**asked, "state": state}])
        assert row.source.sum() == pytest.approx(found.source_relevance.sum())
        assert row.target.sum() == pytest.approx(found.target_relevance.sum())
        assert found.ledger is not None and row.value == found.ledger["value"]
    assert picture.rows[0].source.sum() == pytest.approx(1)
    assert picture.source[-1] == "</s>" and picture.source[:2] == ("die", "frau")
    assert picture.target[:2] == ("the", "woman")


def test_pieces_are_shown_one_by_one() -> None:
    [picture], _ = made("relevance", word=None, position=2, pieces=True)
    assert isinstance(picture, Relevance)
    model = tiny_model()
    assert picture.source == tuple(piece(token.piece) for token in model.tokenize(TEXT))
    [found] = explain_batch(model, [{"source": TEXT, "target": GIVEN, "position": 2, "state": "target"}])
    np.testing.assert_array_equal(picture.rows[2].source, found.source_relevance)
    assert len(picture.target) == 2


def test_a_map_has_a_row_per_word() -> None:
    [attention], _ = made("map", method=None)
    [relevance], _ = drawn("map")
    assert isinstance(attention, WordMap) and isinstance(relevance, WordMap)
    np.testing.assert_allclose(attention.grid.values.sum(1), 1)
    assert attention.grid.prefix is None and relevance.grid.prefix is not None
    assert relevance.grid.rows[:3] == ("the", "woman", "sees")
    later = np.isnan(relevance.grid.prefix)
    np.testing.assert_array_equal(later, np.triu(np.ones_like(later)))
    assert relevance.grid.signed and (relevance.grid.values < 0).any()
    assert "−" in texts(svg([relevance], None))  # sign not by hue alone


def test_context_is_called_a_sum_only_where_it_is_one() -> None:
    [of_rnn], _ = drawn("steps")
    [of_transformer], _ = made("steps", target=None, source=("die katze .",), model=("marian",))
    asked = FigureRequest("steps", ("l",), ("das haus .",), target="the house .")
    [without], caption = draw_with(asked, [tiny_luong(score="none")])
    assert any("their sum: context" in text for text in texts(svg([of_rnn], None)))
    assert any("mean attention of the heads" in text for text in texts(svg([of_transformer], None)))
    assert not any("attention" in text for text in texts(svg([without], None)))
    assert ("shown", "no attention, states source, target") in caption.facts


def test_principal_components_are_those_of_the_covariance() -> None:
    vectors = np.random.default_rng(3).normal(size=(9, 5))
    points, shares = principal(vectors)
    values, directions = np.linalg.eigh(np.cov(vectors.T))
    np.testing.assert_allclose(shares, values[::-1][:2] / values.sum())
    slow = (vectors - vectors.mean(0)) @ directions[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(points), np.abs(slow))
    np.testing.assert_allclose(principal(vectors[::-1])[0], points[::-1])
    assert principal(np.ones((3, 4)))[1].tolist() == [0, 0]


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("steps", {"method": "lrp"}, "no use for --method; it has --target"),
        ("variance", {"word": "x"}, "no use for --word"),
        ("models", {"model": ("tiny",)}, "needs --model twice"),
        ("relevance", {"word": None}, "--word or by --position: 0 the"),
        ("relevance", {"word": "cat"}, "no word “cat”; it has the, woman"),
        ("relevance", {"word": None, "position": 99}, "position 99 is outside"),
        ("relevance", {"state": ("source", "target")}, "belong to different words"),
        ("map", {"state": ("source",)}, "a row per target word"),
        ("map", {"source": (TEXT, TEXT)}, "about one sentence; 2 are given"),
        ("states", {"source": (TEXT,)}, "give --source twice"),
        ("projection", {"source": (TEXT,)}, "needs three texts"),
        ("phrases", {"state": ("target",)}, "is the decoder's"),
        ("saliency", {"method": "attention"}, "it has gradient, gradient_x_input"),
        ("heads", {"limit": 0}, "at least one"),
        ("heads", {"model": ("tiny",)}, "has no attention heads"),
        ("gates", {"model": ("marian",), "target": None, "word": None, "position": 0}, "has no gates"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(kind: str, more: dict[str, Any], says: str) -> None:
    with pytest.raises(RequestError, match=re.escape(says)):
        made(kind, **more)


def test_a_file_stands_for_its_texts(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text(f"{TEXT}\n", "utf-8")
    assert svg(made("variance", source=(str(path),))[0], None) == svg(drawn("variance")[0], None)
    with pytest.raises(InputError, match="does not exist"):
        made("variance", source=("gone.txt",))


# --- commands ---------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_commands_write_what_they_name(tmp_path: Path) -> None:
    model = ("--model", "rnnsearch-de-en", "--source", "Das ist nicht gut.", "--target", "That is not good.")
    figure, page_file, picture = tmp_path / "new" / "map.svg", tmp_path / "e.html", tmp_path / "e.png"
    numbers = json.loads(run("figure", "map", *model, "--out", str(figure), "--json"))
    assert numbers["figure"] == "map" and numbers["pictures"][0]["grid"]["rows"][2] == "not"
    assert np.sum(numbers["pictures"][0]["grid"]["values"], 1) == pytest.approx(1)
    assert "nicht" in texts(figure.read_text("utf-8"))
    asked = ("--position", "2", "--state", "logit", "--against", "▁bad", "--method", "gradient")
    said = run("explain", *model, *asked, "--html", str(page_file), "--png", str(picture))
    assert said.split() == [str(page_file), str(picture)]
    assert "logit over “bad”" in page_file.read_text("utf-8") and picture.read_bytes().startswith(b"\x89PNG")
    [explanation] = json.loads(run("explain", *model, *asked, "--json"))
    assert np.shape(explanation["details"]["source_dimensions"]) == (6, 256)
    with pytest.raises(OutputError, match=r"must end in \.html"):
        run("explain", *model, "--html", "page.txt")


def test_the_documented_commands_make_the_documented_pictures() -> None:
    commands = re.findall(r"`nmt-audit figure ([a-z-]+) ([^`]*) --out docs/(figures/[a-z-]+\.svg)`", DOCS)
    assert len(commands) == len(re.findall("`nmt-audit figure", DOCS)) > 20
    for kind, options, picture in commands:
        assert f'src="{picture}"' in DOCS and kind in KINDS
        names = {name.replace("-", "_") for name in re.findall(r" ?--([a-z-]+)", options)} - {"model", "source"}
        assert names <= MAKERS[kind].options, (kind, names)
        for path in re.findall(r"--source (docs/\S+)", options):
            assert (ROOT / path).is_file()
