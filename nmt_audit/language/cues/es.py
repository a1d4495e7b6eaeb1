"""Spanish."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("no nunca jamás nada nadie ninguno ninguna ningún ningunos ningunas ni tampoco"),
    weak=lexicon("sin apenas"),
    affixed=pattern(
        r"(?: in(?:acept|acces|activ|adec|capa|cómod|compat|compet|complet|compren|correct|cre[ií]|direct|efic|estab"
        r"|eficac|evitab|exact|explic|fiel|fin|just|móvil|necesar|satisf|seguro|signif|sufic|toler|útil|válid|visib)"
        r"|im(?:perf|posib|prob|prud|pacien|per|punt)|i(?:legal|legít|lóg|rreal|rregul|rrespon)|des(?:agrad|conoc|empl"
        r"|igual|leal|obed|orden|vent))\w*"
    ),
    implied=pattern(
        r"(?: falt\w* | neg(?:ar|ó|aron)\w* | niega\w* | evit\w* | rechaz\w* | carec\w* | impid\w* "
        r"| imped\w* | salvo | excepto | sólo | solo | dej\w* )"
    ),
    faint=pattern(r"(?: in | im | il | ir | des | dés | dis | mal | ne )\w{4,}"),
    void=(
        pattern(r"\b no \s+ (?: s[oó]lo | solamente | únicamente | obstante ) \b"),
        pattern(r", \s* ¿? \s* (?: no | verdad ) \s* \? "),
        pattern(r"\b (?: más \s+ que \s+ nada | de \s+ nada | antes \s+ que \s+ nada | sin \s+ embargo ) \b"),
    ),
    concord=pattern(r"(?: nunca | jamás | nada | nadie | ning\w+ | ni | tampoco )"),
)  # fmt: skip
