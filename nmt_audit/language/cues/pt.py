"""Portuguese."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("não nunca jamais nada ninguém nenhum nenhuma nenhuns nenhumas nem tampouco"),
    weak=lexicon("sem mal dificilmente"),
    affixed=pattern(
        r"(?: in(?:aceit|acess|adequ|ativ|capa|cert|compat|compet|complet|compree|correct|corret|cr[ií]v|diret|eficaz"
        r"|efic|evit|exat|feliz|finit|just|quiet|satisf|segur|signif|sufic|toler|útil|útei|válid|vis[ií])"
        r"|im(?:óv|perf|poss|prov|prud|pacien)|i(?:legal|legít|lóg|rreal|rregul|rrespon)|des(?:agrad|conhec|empreg"
        r"|igual"
        r"|leal|obed|ord|vant))\w*"
    ),
    implied=pattern(
        r"(?: falt\w* | falh\w* | recus\w* | evit\w* | neg(?:a|ou|ar|am) | imped\w* | exceto | salvo "
        r"| só | somente | apenas | deix\w* )"
    ),
    faint=pattern(r"(?: in | im | il | ir | des | dés | dis | mal | ne )\w{4,}"),
    void=(
        pattern(r"\b não \s+ (?: só | somente | apenas | obstante ) \b"),
        pattern(r", \s* (?: não (?: \s+ é )? | né ) \s* \? "),
        pattern(r"\b (?: mais \s+ (?: do \s+ )? que \s+ nada | de \s+ nada | antes \s+ de \s+ mais \s+ nada ) \b"),
    ),
    concord=pattern(r"(?: nunca | jamais | nada | ninguém | nenhum\w* | nem | tampouco )"),
)  # fmt: skip
