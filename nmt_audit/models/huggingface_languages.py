"""Which way a multilingual Hugging Face model translates: from "de" and "en" to the codes that its tokenizer knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nmt_audit.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_CODE = re.compile(r"[a-z]{2,3}_[A-Z][A-Za-z]{1,3}")  # de_DE (mBART), deu_Latn (NLLB)

# ISO 639-1 → ISO 639-3 and script, in the spelling of NLLB (FLORES-200). Macrolanguages stand for their largest member.
_THREE_LETTERS: Mapping[str, str] = dict(
    pair.split(":")
    for pair in (
        "af:afr_Latn am:amh_Ethi ar:arb_Arab as:asm_Beng az:azj_Latn be:bel_Cyrl bg:bul_Cyrl bn:ben_Beng bs:bos_Latn "
        "ca:cat_Latn cs:ces_Latn cy:cym_Latn da:dan_Latn de:deu_Latn el:ell_Grek en:eng_Latn eo:epo_Latn es:spa_Latn "
        "et:est_Latn eu:eus_Latn fa:pes_Arab fi:fin_Latn fr:fra_Latn ga:gle_Latn gl:glg_Latn gu:guj_Gujr ha:hau_Latn "
        "he:heb_Hebr hi:hin_Deva hr:hrv_Latn hu:hun_Latn hy:hye_Armn id:ind_Latn ig:ibo_Latn is:isl_Latn it:ita_Latn "
        "ja:jpn_Jpan jv:jav_Latn ka:kat_Geor kk:kaz_Cyrl km:khm_Khmr kn:kan_Knda ko:kor_Hang ky:kir_Cyrl lb:ltz_Latn "
        "lo:lao_Laoo lt:lit_Latn lv:lvs_Latn mg:plt_Latn mi:mri_Latn mk:mkd_Cyrl ml:mal_Mlym mn:khk_Cyrl mr:mar_Deva "
        "ms:zsm_Latn mt:mlt_Latn my:mya_Mymr nb:nob_Latn ne:npi_Deva nl:nld_Latn nn:nno_Latn no:nob_Latn or:ory_Orya "
        "pa:pan_Guru pl:pol_Latn ps:pbt_Arab pt:por_Latn ro:ron_Latn ru:rus_Cyrl sd:snd_Arab si:sin_Sinh sk:slk_Latn "
        "sl:slv_Latn so:som_Latn sq:als_Latn sr:srp_Cyrl su:sun_Latn sv:swe_Latn sw:swh_Latn ta:tam_Taml te:tel_Telu "
        "tg:tgk_Cyrl th:tha_Thai tk:tuk_Latn tl:tgl_Latn tr:tur_Latn tt:tat_Cyrl ug:uig_Arab uk:ukr_Cyrl ur:urd_Arab "
        "uz:uzn_Latn vi:vie_Latn xh:xho_Latn yi:ydd_Hebr yo:yor_Latn zh:zho_Hans zu:zul_Latn"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Direction:
    """What a direction puts around the text.

    `prefix` is written before every source text. `start` is the decoder's first input; `forced` the language code that
    it has to say next, which counts as given rather than as said.
    """

    prefix: str
    start: int
    forced: int | None

    @property
    def prompt(self) -> tuple[int, ...]:
        """What the decoder has read before its first word: [P] ids."""
        return (self.start,) if self.forced is None else (self.start, self.forced)


def direct(
    tokenizer: PreTrainedTokenizerBase, network: PreTrainedModel, *, src_lang: str | None, tgt_lang: str | None
) -> Direction:
    """Sets the tokenizer to the two languages and says what else the direction needs.

    Raises ModelError for a language that a multilingual model does not have, or where neither the caller nor the
    tokenizer's files say which two are meant. A model of one direction takes no notice of the two names.
    """
    start = _setting(network, "decoder_start_token_id")
    forced = _setting(network, "forced_bos_token_id")
    codes = _codes(tokenizer)
    if codes:
        source = _chosen("source", src_lang, tokenizer.init_kwargs.get("src_lang"), codes)
        said = tokenizer.init_kwargs.get("tgt_lang") or _code_of(tokenizer, codes, forced, start)
        target = _chosen("target", tgt_lang, said, codes)
        tokenizer.src_lang, tokenizer.tgt_lang = source, target
        (code,) = _ids(tokenizer, [codes[target]])
        # mBART before 50: the code stands in the place of the start symbol. Its labels end in the code.
        if tokenizer(text_target="")["input_ids"][-1] == code and start in (None, *_ids(tokenizer, codes.values())):
            start, forced = code, None
        else:
            forced = code
    if start is None:
        raise ModelError("its configuration has no decoder_start_token_id; is it an encoder-decoder?")
    return Direction(_prefix(tokenizer, network.config, src_lang, tgt_lang), start, forced)


def _setting(network: PreTrainedModel, name: str) -> int | None:
    """A generation setting, from the generation configuration or (older directories) the model's."""
    found = getattr(network.generation_config, name, None)
    found = getattr(network.config, name, None) if found is None else found
    return None if found is None else int(found)


def _codes(tokenizer: PreTrainedTokenizerBase) -> dict[str, str]:
    """Language code, as `src_lang` takes it → its token; empty where the tokenizer has no languages."""
    if not hasattr(tokenizer, "src_lang"):
        return {}
    known: dict[str, str] = dict(getattr(tokenizer, "lang_code_to_token", {}))  # M2M100 has them by name
    tokens = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    return known or {token: token for token in sorted(tokens) if _CODE.fullmatch(token)}


def _ids(tokenizer: PreTrainedTokenizerBase, tokens: Collection[str]) -> list[int]:
    return [int(tokenizer.convert_tokens_to_ids(token)) for token in tokens]  # type: ignore[arg-type]


def _code_of(tokenizer: PreTrainedTokenizerBase, codes: Mapping[str, str], *ids: int | None) -> str | None:
    """The language of the first of the ids that is a language's."""
    languages = dict(zip(_ids(tokenizer, codes.values()), codes, strict=True))
    return next((languages[id] for id in ids if id in languages), None)


def _chosen(side: str, wanted: str | None, said: str | None, codes: Collection[str]) -> str:
    """The code of the wanted language, else what the model's files say."""
    if wanted is None:
        if said is None or said not in codes:
            raise ModelError(f"name the {side} language; there are {_listed(codes)}")
        return said
    found = resolve(wanted, codes)
    if found is None:
        raise ModelError(f"has no {side} language “{wanted}”; there are {_listed(codes)}")
    return found


def _listed(codes: Collection[str]) -> str:
    return ", ".join(sorted(codes))


def resolve(language: str, codes: Collection[str]) -> str | None:
    """The code that a language goes by, None where there is none or more than one.

    Tried in this order: the name itself; with a region or script left out, the code that begins with it; its three
    letters and script, then the three letters alone. Case and the hyphen of "zh-CN" do not matter.

    >>> resolve("de", ["de_DE", "en_XX"]), resolve("DE", ["deu_Latn"]), resolve("pt-BR", ["pt"]), resolve("x", ["de"])
    ('de_DE', 'deu_Latn', 'pt', None)
    """
    spelt = {code.lower(): code for code in codes}
    wanted = language.lower().replace("-", "_")
    plain = wanted.partition("_")[0]
    scripted = _THREE_LETTERS.get(plain, "").lower()
    if wanted in ("zh_tw", "zh_hk", "zh_hant") and "zho_hant" in spelt:
        return spelt["zho_hant"]
    for name in (wanted, plain, scripted, scripted[:3]):
        if name in spelt:
            return spelt[name]
        regional = [code for lower, code in spelt.items() if name and lower.startswith(f"{name}_")]
        if len(regional) == 1:
            return regional[0]
    return None


def _prefix(tokenizer: PreTrainedTokenizerBase, config: Any, src_lang: str | None, tgt_lang: str | None) -> str:
    """What is written before the source: ">>fra<< " (Marian with several targets), T5's "translate English to …: "."""
    targets = {code[2:-2]: code for code in getattr(tokenizer, "supported_language_codes", ())}
    if targets:
        if tgt_lang is None:
            return ""  # the texts may bring the code themselves
        return f"{targets[_chosen('target', tgt_lang, None, targets)]} "
    tasks = getattr(config, "task_specific_params", None) or {}
    pairs = {name.removeprefix("translation_"): task for name, task in tasks.items() if name.startswith("translation_")}
    if not pairs or src_lang is None or tgt_lang is None:
        return ""
    pair = f"{_plain(src_lang)}_to_{_plain(tgt_lang)}"
    if pair not in pairs:
        raise ModelError(
            f"was trained for {', '.join(sorted(pairs))}, not for {pair}; if that is no longer so, "
            "take task_specific_params out of its config.json"
        )
    return str(pairs[pair].get("prefix", ""))


def _plain(language: str) -> str:
    return re.split("[-_]", language.lower())[0]
