"""CTranslate2 in the place of `generate`: the same translations, converted once, refused where it does not fit."""

import json
import sys
import threading
from pathlib import Path

import pytest
from families import FAMILIES, SOURCES, family_directory, load_family
from tiny import tiny_model

import nmt_audit
from nmt_audit.caching import PLACE
from nmt_audit.config import AuditConfig
from nmt_audit.errors import InputError, ModelError, OutputError
from nmt_audit.models import ctranslate2_decoder
from nmt_audit.models.ctranslate2_decoder import CTranslate2Decoder, decode_by_ctranslate2
from nmt_audit.models.huggingface import HuggingFaceModel
from nmt_audit.store import open_run

SOME = SOURCES[::17]


def opened(family: str) -> HuggingFaceModel:
    """A model of its own: what it searches with is changed."""
    return HuggingFaceModel.load(str(family_directory(family)), name=family)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "ctranslate2"


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("family", FAMILIES)
def test_it_says_what_generate_says(family: str, beam: int) -> None:
    """Marian's <pad>, with which its decoder starts, is the last id here and has weights; it is 0 in `marian-de-en`."""
    model = load_family(family)
    ids = [[token.id for token in model.tokenize(source)] for source in SOME]
    expected = model.search(ids, beam=beam)
    decoder = CTranslate2Decoder(model, "float32")
    for batch, limit in model.batches(ids, beam):
        assert decoder([ids[i] for i in batch], limit, beam) == [expected[i] for i in batch]


def test_a_shipped_model_and_the_figures_of_its_translations() -> None:
    model = nmt_audit.load_model("marian-de-en")
    assert isinstance(model, HuggingFaceModel)
    texts = ["Das ist nicht gut.", "Ich habe zwei Katzen und einen Hund gesehen."]
    expected = model.translate(texts)
    decode_by_ctranslate2(model, "float32")
    found = model.translate(texts)
    assert [one.target_tokens for one in found] == [one.target_tokens for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.finished
        assert one.score == pytest.approx(other.score, abs=1e-9), "in double precision: the model's own"


def test_it_is_converted_once(cache: Path) -> None:
    model = opened("marian")
    CTranslate2Decoder(model, "int8")
    [folder] = cache.iterdir()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    CTranslate2Decoder(opened("marian"), "int8")
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    CTranslate2Decoder(model, "float32")
    assert len(list(cache.iterdir())) == 2


def test_two_that_convert_at_once_leave_one_model_each_can_use(cache: Path) -> None:
    model, failed = opened("marian"), []

    def convert() -> None:
        try:
            CTranslate2Decoder(model, "float32")
        except BaseException as error:
            failed.append(error)

    at_once = [threading.Thread(target=convert) for _ in range(3)]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    assert not failed
    assert len(list(cache.iterdir())) == 1, "nothing is left over beside it"


def test_a_damaged_conversion_is_told(cache: Path) -> None:
    CTranslate2Decoder(opened("marian"), "int8")
    [folder] = cache.iterdir()
    (folder / "model.bin").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"not what CTranslate2 wrote there .*; delete that folder"):
        CTranslate2Decoder(opened("marian"), "int8")


def test_a_cache_that_cannot_be_written_is_told(cache: Path) -> None:
    cache.parent.write_text("a file stands here", "utf-8")
    with pytest.raises(OutputError, match=PLACE):
        CTranslate2Decoder(opened("marian"), "int8")


def test_other_models_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"tiny-0: .* not for a recurrent model"):
        decode_by_ctranslate2(tiny_model(), "int8")
    monkeypatch.setattr(ctranslate2_decoder, "FAMILIES", ("T5Config",))
    with pytest.raises(ModelError, match="not for a marian model"):
        decode_by_ctranslate2(opened("marian"), "int8")


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(ModelError, match=r"pip install 'nmt-audit\[ctranslate2\]'"):
        decode_by_ctranslate2(opened("marian"), "int8")


@pytest.mark.parametrize(
    ("decoder", "model"), [("fast", "marian-de-en"), ("ctranslate2:int4", "x"), ("ctranslate2", None)]
)
def test_a_decoder_that_makes_no_sense_is_refused(decoder: str, model: str | None) -> None:
    with pytest.raises(InputError, match=f"--decoder {decoder}"):
        AuditConfig(out=Path("out"), source="x.txt", decoder=decoder, model=model)


def test_an_audit_decodes_with_it_and_says_so(tmp_path: Path) -> None:
    source = tmp_path / "source.txt"
    source.write_text("\n".join(SOME[:3]) + "\n", "utf-8")
    run = nmt_audit.audit(
        AuditConfig(
            out=tmp_path / "run", source=str(source), src_lang="de", tgt_lang="en", maps=0, controls=0, planted=0,
            beam=2, model=str(family_directory("marian")), decoder="ctranslate2",
        )
    )  # fmt: skip
    model = opened("marian")
    decode_by_ctranslate2(model, "int8")
    said = [translation.text for translation in model.translate(SOME[:3], beam=2)]
    assert list(open_run(run).segments["hypothesis"]) == said
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert manifest["settings"]["decoder"] == "ctranslate2"
    assert "ctranslate2" in manifest["versions"]
