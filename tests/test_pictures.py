"""Pictures: every kind drawn from a real tiny model, to every kind of file; colours, letters and hostile text."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from drawn import GIVEN, TEXT, drawn, made, texts
from families import load_family
from tiny import tiny_model

from nmt_audit import explain_batch
from nmt_audit.errors import OutputError
from nmt_audit.picturing import as_plain
from nmt_audit.report.pictures import KINDS
from nmt_audit.report.pictures.explained import pictures
from nmt_audit.report.pictures.ink import DARK, LIGHT, Ink, coloured, over
from nmt_audit.report.pictures.lettering import families, label, piece, right_to_left
from nmt_audit.report.pictures.page import page
from nmt_audit.report.pictures.relevance import Relevance, Row
from nmt_audit.report.pictures.writing import png, save, svg

WORDS = {  # texts that must be there as text
    "phrases": ["das haus", TEXT],
    "projection": ["das haus", "nicht das haus"],
    "states": ["frau", "·cht", "hund", "distance"],
    "heads": ["encoder self-attention", "encoder–decoder attention", "2"],
}


# --- every kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_drawn_with_its_words_and_its_caption(kind: str) -> None:
    found, caption = drawn(kind)
    document = svg(found, caption)
    said = texts(document)
    for word in WORDS.get(kind, ["</s>"]):
        assert any(word in text for text in said), word
    assert caption.title.split()[0] in " ".join(said)
    assert KINDS[kind].papers in " ".join(said)
    assert "nmt-audit 0" in " ".join(said)
    assert "glyph" not in document and "<metadata" not in document
    assert png(found, caption).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_give_the_same_bytes(kind: str) -> None:
    first, again = drawn(kind), made(kind)
    assert svg(*first) == svg(*again)
    assert svg(first[0], first[1], DARK) != svg(*first)
    assert json.dumps(as_plain(kind, *first), allow_nan=False) == json.dumps(as_plain(kind, *again), allow_nan=False)


def test_the_same_bitmap_and_page() -> None:
    first, again = drawn("gates"), made("gates")
    assert png(*first) == png(*again)
    assert page(*first) == page(*again)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_stands_alone(kind: str) -> None:
    found, caption = drawn(kind)
    document = page(found, caption)
    assert document.count("<svg") == 2 * len(found)
    ids = re.findall(r'\bid="([^"]+)"', document)
    assert len(ids) == len(set(ids))
    outside = re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', document)
    assert outside == []
    assert "<script" not in document
    assert caption.title in document.replace("&#34;", '"').replace("&#39;", "'")
    for picture in found:
        assert all(table.title in document.replace("&#39;", "'") for table in picture.tables if "<" not in table.title)


def test_a_file_must_say_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"ends in \.svg, \.png, \.html"):
        save(tmp_path / "figure.jpeg", *drawn("gates"))
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save(tmp_path / "taken" / "figure.svg", *drawn("gates"))


# --- colours and letters ----------------------------------------------------------------------------------------------


def lightness(colour: Any) -> float:
    return float(np.asarray(colour)[..., :3] @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("ink", [LIGHT, DARK], ids=["light", "dark"])
def test_strength_is_lightness_and_sign_is_hue(ink: Ink) -> None:
    values = np.linspace(-1, 1, 21)
    signed, unsigned = (coloured(values, 1.0, ink, signed=signed) for signed in (True, False))
    steps = np.diff([lightness(colour) for colour in signed[10:]])
    assert (steps < 0).all() if ink is LIGHT else (steps > 0).all()
    assert (signed[15:, 2] > signed[15:, 0]).all() and (signed[:6, 0] > signed[:6, 2]).all()  # blue, orange
    np.testing.assert_array_equal(unsigned[:10], unsigned[:10:-1])
    odd = coloured(np.array([np.nan, np.inf, -np.inf, 1.0, -1.0, 0.0]), 1.0, ink, signed=True)
    assert odd[0, 3] == 0
    np.testing.assert_array_equal(odd[1:3], odd[3:5])
    np.testing.assert_array_equal(coloured(np.zeros(2), 0.0, ink, signed=True)[0], odd[5])
    for colour in signed:
        letter = np.array([int(over(colour, ink)[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        dark, light = sorted((linear(letter) + 0.05, linear(colour[:3]) + 0.05))
        assert light / dark >= 4.5  # WCAG AA


def linear(colour: Any) -> float:
    parts = np.where(
        np.asarray(colour) <= 0.04045, np.asarray(colour) / 12.92, ((np.asarray(colour) + 0.055) / 1.055) ** 2.4
    )
    return lightness(parts)


def test_labels_show_what_is_there() -> None:
    assert label("a\x07 b\n\tc") == "a␇ b c"
    assert label("x" * 40) == "x" * 27 + "…"
    assert label("a\u202eb\u2066") == "a\ufffdb\ufffd"
    assert [piece(spelt) for spelt in ("▁haus", "es", "</s>", ",", "▁", "<unk>")] == [
        "haus", "·es", "</s>", ",", "▁", "<unk>",
    ]  # fmt: skip
    assert right_to_left(("لم", "القطة", "NATO", "</s>")) and not right_to_left(("the", "cat", "لم", "</s>"))
    assert families("das") == ["sans-serif"]


HOSTILE = "<script>alert(1)</script> $x^2$ </svg> &amp; {{ 7*7 }} \x07 \u2028 \u202e \ufffe النص 日本語"


def test_text_is_never_code() -> None:
    """Hostile text as a source and as a target, through model, drawing and page."""
    found, caption = made("relevance", source=(HOSTILE,), target=HOSTILE, word="alert")
    maps, _ = made("map", source=(HOSTILE,), target=HOSTILE)
    document = svg([*found, *maps], caption)
    said = " ".join(texts(document))
    for part in ("script", "$", "x", "&amp;", "{{ 7*7 }}", "␇", "日本語"):
        assert part in said, part
    html = page([*found, *maps], caption)
    assert "<script" not in html and "alert(1)" in html and "\x07" not in html and "{{ 7*7 }}" in html
    assert html.count("</svg>") == 4
    assert png([*found, *maps], caption)


def test_arabic_reads_from_the_right() -> None:
    words = ("لم", "أر", "القطة")
    picture = Relevance("x", words, (), (Row("logit", np.array([1.0, 2.0, 3.0]), np.array([]), True),))
    root = ElementTree.fromstring(svg([picture], None))
    places = {
        e.text: float(e.get("x", "nan")) for e in root.iter("{http://www.w3.org/2000/svg}text") if e.text in words
    }
    assert places[words[0]] > places[words[1]] > places[words[2]]


def test_what_blew_up_is_said() -> None:
    calm = Row("output", np.array([3.0, -2.0]), np.array([]), True, 1.0)
    rows = (calm, replace(calm, source=np.array([1e130, 0])), replace(calm, source=np.array([np.inf, np.nan])))
    picture = Relevance("x", ("a", "b"), (), rows)
    assert [note.split(":")[1].split()[0] for note in picture.notes] == ["the", "some"]
    assert any("relevance blew up" in text for text in texts(svg([picture], None)))
    assert Relevance("x", ("a", "b"), (), rows[:1]).notes == ()


# --- explanations -----------------------------------------------------------------------------------------------------


def test_any_explanation_can_be_drawn() -> None:
    methods = ["lrp", "gradient", "variance", "attention_saliency", "gate_saliency", "gates"]
    about = {"source": TEXT, "target": GIVEN, "position": 4, "state": "logit"}
    found = pictures(explain_batch(tiny_model(), [{**about, "method": method} for method in methods]))
    rows, *rest = found
    assert isinstance(rows, Relevance)
    names = [row.label for row in rows.rows]
    assert names == ["logit, LRP stable", "logit, gradient", "variance", "attention α5", "attention saliency"]
    assert [type(picture).__name__ for picture in rest] == ["Dimensions", "Dimensions", "Gates"]
    said = texts(svg(found, None))
    assert "signal" in said and "saliency" in said and "reset" in said


def test_heads_of_one_word() -> None:
    model = load_family("marian")
    [found] = explain_batch(model, [{"source": "die katze .", "position": 0, "state": "logit", "method": "heads"}])
    assert [type(picture).__name__ for picture in pictures([found])] == ["Relevance", "Heads"]


def test_the_picture_in_a_page_holds_its_images() -> None:
    document = page(*drawn("saliency"))
    images = re.findall(r'xlink:href="data:image/png;base64,\s*([^"]+)"', document)
    assert len(images) >= 4
    assert all(base64.b64decode(image).startswith(b"\x89PNG") for image in images)
