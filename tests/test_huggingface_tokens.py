"""Tokens are those that the tokenizer feeds the model, and they stand where their text stands."""

import doctest
import json
import shutil
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from families import FAMILIES, TEXTS, family_directory, load_family
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import MarianConfig, MarianMTModel

from nmt_audit.errors import ModelError, RequestError
from nmt_audit.models import huggingface_languages
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.models.huggingface_languages import resolve
from nmt_audit.models.huggingface_loading import quiet
from nmt_audit.models.huggingface_tokens import align
from nmt_audit.records import Token

TEXT = "ein kind malt den brunnen ."
SOURCE_CODE = {"m2m100": "__de__", "nllb": "deu_Latn", "mbart": "de_DE", "mbart50": "de_DE"}
TARGET_CODE = {"m2m100": "__en__", "nllb": "eng_Latn", "mbart": "en_XX", "mbart50": "en_XX"}


def pieces(tokens: tuple[Token, ...]) -> list[str]:
    return [token.piece for token in tokens]


@pytest.fixture(params=FAMILIES)
def model(request: pytest.FixtureRequest) -> HuggingFaceModel:
    return load_family(request.param)


# --- ids --------------------------------------------------------------------------------------------------------------


def test_the_source_is_what_the_tokenizer_feeds_the_encoder(model: HuggingFaceModel) -> None:
    for text in (*TEXTS[::20], "", "  ", "ﬁ \u3000 e\u0301 👩‍👩‍👧", "</s> <unk> die"):
        assert [token.id for token in model.tokenize(text)] == model.text.tokenizer(text)["input_ids"]


def test_special_tokens_have_no_extent_and_stand_at_the_ends(model: HuggingFaceModel) -> None:
    tokens = model.tokenize(f"  {TEXT}")
    special = [(t.piece, t.start, t.end) for t in tokens if t.start == t.end and t.piece != "▁"]
    size, code = len(TEXT) + 2, SOURCE_CODE.get(model.name)
    ends = {"mbart": [("</s>", size, size), (code, size, size)]}
    fronts = {name: [(SOURCE_CODE[name], 0, 0), ("</s>", size, size)] for name in ("m2m100", "nllb", "mbart50")}
    assert special == {**ends, **fronts}.get(model.name, [("</s>", size, size)])


def test_the_target_is_the_labels_without_the_prompt(model: HuggingFaceModel) -> None:
    labels: list[int] = model.text.tokenizer(text_target=TEXT)["input_ids"]
    ids = [token.id for token in model.tokenize_target(TEXT)]
    code = TARGET_CODE.get(model.name)
    code_id = model.text.tokenizer.convert_tokens_to_ids(code) if code else None
    assert ids == [id for id in labels if id != code_id]
    assert ids[-1] == model.end_id
    assert "</s>" not in pieces(model.tokenize_target(TEXT))[:-1]


def test_the_prompt_is_the_start_symbol_and_the_language() -> None:
    def prompt(name: str) -> list[str]:
        model = load_family(name)
        return [model.piece(id) for id in model.direction.prompt]

    assert {name: prompt(name) for name in FAMILIES} == {
        "marian": ["<pad>"],
        "m2m100": ["</s>", "__en__"],
        "nllb": ["</s>", "eng_Latn"],
        "mbart": ["en_XX"],
        "mbart50": ["</s>", "en_XX"],
        "t5": ["<pad>"],
        "mt5": ["<pad>"],
    }


def test_a_piece_has_an_id_and_an_id_a_piece(model: HuggingFaceModel) -> None:
    for token in model.tokenize_target(TEXT):
        assert model.piece_id(token.piece) == token.id
        assert model.piece(token.id) == token.piece
    assert model.piece_id("<unk>") == model.unknown_id
    assert model.piece_id("</s>") == model.end_id
    with pytest.raises(RequestError, match="no token “▁unsinn”"):
        model.piece_id("▁unsinn")


# --- offsets ----------------------------------------------------------------------------------------------------------

ODD = (
    "ﬁ", "½", "e\u0301", "u\u0308", "é", "\u3000", "\u00a0", "\t", "\n", "  ", "👩\u200d👩\u200d👧", "𓀀", "한", "ﷺ",
    "\u200b", "\u0301", "\ufe0f", "</s>", "<unk>", "<pad>", "__en__", "de_DE", "deu_Latn", ">>fra<<", ">> <<", "▁",
)  # fmt: skip
# Without control characters: `tokenizers` drops them and may then point to the character before.
LETTERS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=3)
LINES = st.lists(st.one_of(st.sampled_from(ODD), st.sampled_from(TEXT.split()), LETTERS), max_size=8).map(
    lambda parts: "".join(parts)
)
BARE = frozenset({"m2m100", "marian"})  # their SentencePiece models normalise; so do those of the next two
NORMALISING = BARE | {"mbart50", "mt5"}


def skeleton(text: str) -> str:
    """The letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))


def check_offsets(model: HuggingFaceModel, text: str, tokens: tuple[Token, ...]) -> None:
    """In order, within the text, and each known piece says what stands there.

    Behind a ligature (ﬁ) a mark or a blank without width may be taken for its second half: there, one letter off is
    near enough.
    """
    here = (0, 0)
    near = int(unicodedata.normalize("NFD", text) != unicodedata.normalize("NFKD", text))
    for token in tokens:
        assert 0 <= token.start <= token.end <= len(text)
        assert token.start >= here[0] and token.end >= here[1], "in order"
        here = token.start, token.end
        said = text[token.start : token.end]
        if token.start == token.end:
            assert token.id in model.text.tokenizer.all_special_ids or not token.piece.strip("▁")
        elif token.id != model.unknown_id:
            there = text[max(token.start - near, 0) : token.end + near]
            letters = skeleton if model.name in NORMALISING else str
            assert letters(token.piece.strip("▁")) in letters(there), (token, said)
        assert not said or not said[0].isspace() or not token.piece.strip("▁\u3000\u00a0 \t\n")


@settings(deadline=None)
@given(text=LINES)
@example(text="ein ﬁ e\u0301 u\u0308 .")
@example(text=">>fra<< das</s>die >> 𓀀 <<")
@pytest.mark.parametrize("name", FAMILIES)
def test_offsets_are_where_the_text_is(name: str, text: str) -> None:
    model = load_family(name)
    check_offsets(model, text, model.tokenize(text))
    check_offsets(model, text, model.tokenize_target(text))


def test_every_word_is_covered(model: HuggingFaceModel) -> None:
    """Nothing of a text that the model knows is lost: what no token covers is blank."""
    for text in (*TEXTS[::7], f"  {TEXT}  {TEXT}"):
        covered = {place for token in model.tokenize(text) for place in range(token.start, token.end)}
        assert all(letter.isspace() for place, letter in enumerate(text) if place not in covered)
        assert not any(text[place].isspace() for place in covered)


def test_a_line_of_ten_thousand_characters(model: HuggingFaceModel) -> None:
    text = "die katze 𓀀 " * 830
    tokens = model.tokenize(text)
    assert len(tokens) > 2_000
    check_offsets(model, text, tokens)


def test_one_character_of_several_pieces_belongs_to_each() -> None:
    for name in NORMALISING:
        found = {t.piece: (t.start, t.end) for t in load_family(name).tokenize("die ﬁ e\u0301")}
        assert {key: span for key, span in found.items() if span == (4, 5)}.keys() in ({"f", "i"}, {"▁f", "i"}), name
        assert (6, 8) in found.values(), name  # the accent goes with its letter


# --- ids to text ------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", FAMILIES)
def test_decoded_tokens_stand_in_the_text(name: str, data: st.DataObject) -> None:
    model = load_family(name)
    ids = data.draw(st.lists(st.integers(0, model.output_layer()[0].shape[0] - 1), max_size=12))
    text, tokens = model.text.decode(ids)
    assert text == model.text.tokenizer.decode(ids, skip_special_tokens=True)
    assert [token.id for token in tokens] == ids
    assert "".join(text[t.start : t.end] for t in tokens).replace(" ", "") == text.replace(" ", "")
    for token in tokens:
        if token.id in model.text.tokenizer.all_special_ids:
            assert token.start == token.end
        else:
            assert text[token.start : token.end] == token.piece.replace("▁", " ").strip()


def test_a_text_comes_back_from_its_tokens(model: HuggingFaceModel) -> None:
    tokens = model.tokenize_target(TEXT)
    assert model.text.decode([token.id for token in tokens]) == (TEXT, tokens)


def test_pieces_that_do_not_stand_alone_share_their_gap() -> None:
    """The three bytes of a character, between words that are found."""
    assert align(["a", "<0xE2>", "<0x82>", "<0xAC>", "b", ""], "a €b") == [
        (0, 1), (2, 3), (2, 3), (2, 3), (3, 4), (4, 4),
    ]  # fmt: skip
    assert align(["", "x", "\ufffd"], "x ä") == [(0, 0), (0, 1), (2, 3)]


# --- languages --------------------------------------------------------------------------------------------------------


def test_examples_of_names() -> None:
    assert doctest.testmod(huggingface_languages).failed == 0


@pytest.mark.parametrize(
    ("language", "codes", "code"),
    [
        ("de", ["de", "en"], "de"),
        ("de", ["de_DE", "en_XX"], "de_DE"),
        ("de", ["deu_Latn", "eng_Latn"], "deu_Latn"),
        ("de", ["deu", "eng"], "deu"),  # Marian's >>deu<<
        ("de-AT", ["de_DE", "en_XX"], "de_DE"),
        ("deu_latn", ["deu_Latn"], "deu_Latn"),
        ("zh", ["zho_Hans", "zho_Hant"], "zho_Hans"),
        ("zh-TW", ["zho_Hans", "zho_Hant"], "zho_Hant"),
        ("zh_CN", ["zh_CN"], "zh_CN"),
        ("zho", ["zho_Hans", "zho_Hant"], None),  # which?
        ("nb", ["nob_Latn"], "nob_Latn"),
        ("d", ["de_DE", "deu_Latn"], None),
        ("", ["de_DE"], None),
    ],
)
def test_a_language_finds_its_code(language: str, codes: list[str], code: str | None) -> None:
    assert resolve(language, codes) == code


def test_the_table_has_only_codes_that_nllb_knows() -> None:
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

    assert set(huggingface_languages._THREE_LETTERS.values()) <= set(FAIRSEQ_LANGUAGE_CODES)


@pytest.mark.parametrize("name", ["m2m100", "nllb", "mbart", "mbart50"])
def test_the_languages_choose_the_direction(name: str) -> None:
    turned = HuggingFaceModel.load(str(family_directory(name)), name=name, src_lang="en", tgt_lang="zh")
    assert TARGET_CODE[name] in pieces(turned.tokenize(TEXT))
    assert "zh" in turned.piece(turned.direction.prompt[-1])
    assert [t.id for t in turned.tokenize_target(TEXT)] == [t.id for t in load_family(name).tokenize_target(TEXT)]
    with pytest.raises(ModelError, match=r"no target language “tlh”; there are .*(de|deu_Latn|de_DE), "):
        HuggingFaceModel.load(str(family_directory(name)), name=name, src_lang="de", tgt_lang="tlh")


def changed(name: str, to: Path, file: str, **settings: object) -> Path:
    """A copy of a family's model with other settings in one of its files; None takes one out."""
    shutil.copytree(family_directory(name), to)
    found = {**json.loads((to / file).read_text("utf-8")), **settings}
    kept = {key: value for key, value in found.items() if value is not None}
    (to / file).write_text(json.dumps(kept), "utf-8")
    return to


@pytest.mark.parametrize("name", ["m2m100", "nllb", "mbart50"])
def test_a_direction_that_nobody_names_is_asked_for(name: str, tmp_path: Path) -> None:
    directory = changed(name, tmp_path / name, "tokenizer_config.json", src_lang=None, tgt_lang=None)
    with pytest.raises(ModelError, match=r"name the source language; there are .*de"):
        HuggingFaceModel.load(str(directory), name=name, tgt_lang="en")
    with pytest.raises(ModelError, match=r"name the target language; there are .*de"):
        HuggingFaceModel.load(str(directory), name=name, src_lang="de")
    assert HuggingFaceModel.load(str(directory), name=name, src_lang="de", tgt_lang="en").direction.prompt == (
        load_family(name).direction.prompt
    )


def test_a_model_of_one_direction_takes_no_notice_of_languages() -> None:
    model = HuggingFaceModel.load(str(family_directory("marian")), name="marian", src_lang="fr", tgt_lang="zh")
    assert model.direction == load_family("marian").direction


def test_t5_writes_its_task_before_the_text() -> None:
    directory = str(family_directory("t5"))
    model = HuggingFaceModel.load(directory, name="t5", src_lang="de", tgt_lang="en")
    tokens, bare = model.tokenize(TEXT), load_family("t5").tokenize(TEXT)
    prefix = tokens[: len(tokens) - len(bare)]
    assert "".join(pieces(prefix)).replace("▁", " ") == " die katze malt"
    assert {(token.start, token.end) for token in prefix} == {(0, 0)}
    assert tokens[len(prefix) :] == bare
    with pytest.raises(ModelError, match="trained for de_to_en, not for en_to_de"):
        HuggingFaceModel.load(directory, name="t5", src_lang="en", tgt_lang="de")


def multilingual_marian(directory: Path) -> Path:
    """Two target languages, and a vocabulary for each side."""
    shutil.copytree(family_directory("marian"), directory)
    source = json.loads((directory / "vocab.json").read_text("utf-8"))
    source = {**{piece: id for piece, id in source.items() if piece != "<pad>"}, ">>deu<<": 99, ">>fra<<": 100}
    (directory / "vocab.json").write_text(json.dumps({**source, "<pad>": 101}), "utf-8")
    with quiet():
        network = MarianMTModel(MarianConfig.from_pretrained(directory, vocab_size=102, decoder_vocab_size=102))
        network.save_pretrained(directory)
    return directory


def test_marian_writes_the_target_language_before_the_text(tmp_path: Path) -> None:
    directory = multilingual_marian(tmp_path / "marian")
    model = HuggingFaceModel.load(str(directory), name="m", src_lang="en", tgt_lang="fr")
    tokens = model.tokenize("die katze")
    assert tokens[0] == Token(">>fra<<", 100, 0, 0)
    assert tokens[1:] == load_family("marian").tokenize("die katze")
    silent = HuggingFaceModel.load(str(directory), name="m")
    assert silent.tokenize(">>deu<< die")[0] == Token(">>deu<<", 99, 0, 7)
    with pytest.raises(ModelError, match="no target language “zh”; there are deu, fra"):
        HuggingFaceModel.load(str(directory), name="m", src_lang="en", tgt_lang="zh")


def test_marian_with_a_vocabulary_for_each_side(tmp_path: Path) -> None:
    directory = changed("marian", tmp_path / "marian", "tokenizer_config.json", separate_vocabs=True)
    source = json.loads((directory / "vocab.json").read_text("utf-8"))
    swapped = {piece: 100 - id if 1 < id < 99 else id for piece, id in source.items()}
    (directory / "target_vocab.json").write_text(json.dumps(swapped), "utf-8")
    model = HuggingFaceModel.load(str(directory), name="m")
    assert model.tokenize(TEXT) == load_family("marian").tokenize(TEXT)
    assert pieces(model.tokenize_target(TEXT)) == pieces(load_family("marian").tokenize_target(TEXT))
    assert all(token.id == swapped[token.piece] for token in model.tokenize_target(TEXT))
    assert all(model.piece_id(token.piece) == token.id for token in model.tokenize_target(TEXT))


@pytest.mark.parametrize("name", ["marian", "nllb"])
def test_two_threads_get_what_one_gets(name: str) -> None:
    """An audit decodes the next segments while it weighs the last: sources are cut beside targets."""
    model = load_family(name)
    texts = [f"{text} {number}" for number in range(150) for text in TEXTS[:2]]
    wanted = [model.tokenize(text) for text in texts], [model.tokenize_target(text) for text in texts]
    with ThreadPoolExecutor(2) as threads:
        sources, targets = (
            threads.submit(lambda cut: [cut(text) for text in texts], cut)
            for cut in (model.tokenize, model.tokenize_target)
        )
        assert (sources.result(), targets.result()) == wanted
