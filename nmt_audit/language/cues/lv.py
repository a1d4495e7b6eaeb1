"""Latvian. Verbs negate by a prefix ("neatnāca"), and doubled negation is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: nekad | nekas | neko | nekam | neviens | nevien\w+ | nekur | nekād\w* )"
VERB = (
    r"ne(?! sen | daudz | dēļ | atkarīg | skatot | raugot | kavējot | laim | s\b | st\b | sa | kustam | gadījum | rv "
    r"| gatīv "
    r"| itrāl | liel | viens | vien | k[aāou]\w )\w{2,}"
)

CUES = CueList(
    strong=lexicon(
        "ne nē nav nekad nekas neko nekam neviens nevienu nevienam neviena nevienas nekur nekāds nekāda nekādu nekādas "
        "nekādi"
    ),
    weak=lexicon("bez diez"),
    clitic=pattern(VERB),
    implied=pattern(
        r"(?: atteic\w* | atsak\w* | trūk\w* | izvair\w* | aizlie[gd]\w* | izņemot | tikai | vien | pārtrau\w* )"
    ),
    void=(pattern(r"\b ne \s+ (?: tikai | vien ) \b | , \s* (?: vai \s+ ne | ne ) \s* \? | \b vai \s+ ne \s* \?"),),
    concord=pattern(CONCORD),
)
