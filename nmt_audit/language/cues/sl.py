"""Slovene. Doubled negation ("nihče ni prišel") is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: nikoli | nihče | nikogar | nikomur | nič | ničesar | nikjer | nikamor | noben\w* | niti )"
VERB = r"(?: ne | ni | niso | nisem | nisi | nismo | niste | nista | nima\w* | noče\w* )"

CUES = CueList(
    strong=lexicon(
        "ne ni niso nisem nisi nismo niste nista nima nimam nimaš nimamo nimajo noče nočem nočejo nihče nikogar "
        "nikomur "
        "nič ničesar nikoli nikjer nikamor noben nobena nobeno nobenega nobene nobenih niti"
    ),
    weak=lexicon("brez komaj"),
    affixed=pattern(
        r"ne(?! delj | k | mč | mšk | odvisn | posredn | sreč | varn | b[oe]\b | davn | nehn | premičn | gativ | "
        r"vtral | rv | žn )\w{4,}"
    ),
    implied=pattern(r"(?: zavrn\w* | manjk\w* | izog\w* | prepov\w* | prepreč\w* | razen | samo | le | preneh\w* )"),
    void=(pattern(r"\b ne \s+ (?: samo | le | zgolj ) \b | , \s* (?: ne | kajne ) \s* \?"),),
    concord=pattern(CONCORD),
)
