"""Lithuanian. Verbs negate by a prefix ("neatėjo"), and doubled negation is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: niek(?: as | ada | o | am | ur | uo | uomet ) | jok\w{1,4} | nė )"
VERB = (
    r"ne(?! s\b | t\b | bent | paisant | priklausom | didel | maž | seniai | senas | trukus | abejo | laim | apykant "
    r"| rv "
    r"| kilnojam | mokam | š | tgi | pap?rast | žinia | tur\b | gativ | utral | daug )\w{2,}"
)

CUES = CueList(
    strong=lexicon(
        "ne nėra niekas niekada nieko niekam niekur niekuo niekuomet joks jokia jokio jokios jokią jokį jokie jokių "
        "jokiu "
        "jokiai nė"
    ),
    weak=lexicon("be vos vargu"),
    clitic=pattern(VERB),
    implied=pattern(
        r"(?: atsisak\w* | trūk\w* | stok\w* | vengi\w* | uždraus\w* | draudž\w* | išskyrus | tik | tiktai | "
        r"nustoj\w* )"
    ),
    void=(
        pattern(
            r"\b (?: ne | nėra ) \s+ (?: tik | vien ) \b | \b (?: argi | ar ) \s+ ne \b | , \s* (?: ne | tiesa ) \s* \?"
        ),
        pattern(r"\b be \s+ (?: to | abejo | abejonės ) \b"),
    ),
    concord=pattern(CONCORD),
)
