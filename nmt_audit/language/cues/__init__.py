"""Negation cues, one module per language and one line here."""

from collections.abc import Mapping

from nmt_audit.language.cues import de, en, es, fr, it, nl, pt
from nmt_audit.language.cues.cue_list import CueList

CUE_LISTS: Mapping[str, CueList] = {
    "de": de.CUES,
    "en": en.CUES,
    "es": es.CUES,
    "fr": fr.CUES,
    "it": it.CUES,
    "nl": nl.CUES,
    "pt": pt.CUES,
}
