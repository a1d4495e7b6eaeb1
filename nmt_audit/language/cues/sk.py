"""Slovak. Verbs negate by a prefix ("neprišiel"), and doubled negation is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: nikdy | nikto | nikoho | nikomu | nič | ničoho | ničomu | nikde | nikam | žiad\w+ | ani )"
VERB = (
    r"ne(?! deľ | mec | mc | bo\b | b[oe]\b | skôr | skor | ustál | závisl | ch\b | hnuteľ | bezpe | priateľ | dávn | "
    r"ter | ž | rv | gativ | utrál | hod )\w{2,}"
)

CUES = CueList(
    strong=lexicon(
        "nie niet nikdy nikto nikoho nikomu nikým nič ničoho ničomu ničím nikde nikam žiadny žiadna žiadne žiadneho "
        "žiadnu žiadnych ani"
    ),
    weak=lexicon("bez sotva"),
    clitic=pattern(VERB),
    implied=pattern(r"(?: chýb\w* | odmiet\w* | vyh\w* | zabrán\w* | zakáz\w* | okrem | len | iba | presta\w* )"),
    void=(pattern(r"\b nie \s+ (?: len | iba ) \b | \b nielen \b | , \s* (?: nie | však | že ) \s* \?"),),
    concord=pattern(CONCORD),
)
