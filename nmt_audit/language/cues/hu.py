"""Hungarian. Doubled negation ("senki sem jött") is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: soha | sohasem | senki\w* | semmi\w* | sehol | sehova | sehonnan | egyik\w* )"

CUES = CueList(
    strong=lexicon(
        "nem ne sem se nincs nincsen nincsenek sincs sincsenek soha sohasem sehol sehova sehogy senki senkit senkinek "
        "senkivel semmi semmit semminek semmilyen semmiféle tilos"
    ),
    weak=lexicon("nélkül alig"),
    affixed=pattern(r"(?: \w{3,}(?: tlan | tlen | talan | telen )\w* | nem-\w+ )"),
    implied=pattern(
        r"(?: csak | kivéve | hiány\w* | elmulaszt\w* | tilt\w* | megtilt\w* | megakadály\w* | elkerül\w* | "
        r"elutasít\w* | megtagad\w* )"
    ),
    void=(
        pattern(
            r"\b nem \s* (?: csak | csupán ) \b | \b nemcsak \b | [,–-] \s* (?: nem | ugye | nem \s+ igaz ) \s* \? | "
            r"\b alig \s*ha"
        ),
    ),
    concord=pattern(CONCORD),
)
