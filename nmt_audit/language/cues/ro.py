"""Romanian. Doubled negation ("nu a venit nimeni") is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: niciodată | nimeni | nimic | nicăieri | niciun | nicio | nici )"

CUES = CueList(
    strong=lexicon("nu niciodată nimeni nimănui nimic nicăieri niciun nicio niciunul niciuna nici"),
    weak=lexicon("fără abia"),
    clitic=pattern(r"n[-‑]\w+ | nu[-‑]\w+"),
    affixed=pattern(
        r"(?: ne(?!ces|gru|gre|pot|vast|voi|goc|gati|utr|rv|t\b|am|ur|mt|deal)\w{4,} | in(?:acces|adec|capab|corect"
        r"|direct|efic|egal|evitab|just|sufic|util|vizib)\w* | im(?:posib|perf|prob|prud)\w* "
        r"| i(?:legal|real|responsab)\w* )"
    ),
    implied=pattern(r"(?: lips\w* | refuz\w* | evit\w* | interz\w* | împiedic\w* | doar | numai | cu \s excepția )"),
    faint=pattern(r"(?: in | im | il | ir | des | dés | dis | mal | ne )\w{4,}"),
    void=(
        pattern(r"\b nu \s+ (?: numai | doar ) \b | , \s* (?: nu | nu-i \s+ așa | nu \s+ este \s+ așa ) \s* \? "),
        pattern(r"\b nici \s+ măcar \s+ nu \b"),
    ),
    concord=pattern(CONCORD),
)
