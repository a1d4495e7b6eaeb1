"""Negation cues, one module per language and one line here."""

from collections.abc import Mapping

from nmt_audit.language.cues import cs, de, en, es, fr, it, nl, pl, pt, ro, ru, tr, zh
from nmt_audit.language.cues.cue_list import CueList

CUE_LISTS: Mapping[str, CueList] = {
    "cs": cs.CUES,
    "de": de.CUES,
    "en": en.CUES,
    "es": es.CUES,
    "fr": fr.CUES,
    "it": it.CUES,
    "nl": nl.CUES,
    "pl": pl.CUES,
    "pt": pt.CUES,
    "ro": ro.CUES,
    "ru": ru.CUES,
    "tr": tr.CUES,
    "zh": zh.CUES,
}
