"""Kazakh. Verbs negate by a suffix ("келмеді"), nouns by "емес" and "жоқ"."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("емес емеспін жоқ ешқашан ешкім ештеңе"),
    clitic=pattern(
        r"\w{2,}[мбп][ае] (?: [йс]\w{0,5} | ғ[аы]н\w* | ген\w* | д[ыі]\w* | пты | пті | й[дт][ыі]\w* | у\w{0,4} )"
    ),
    affixed=pattern(r"\w{3,}с[ыі]з\w{0,6}"),
    implied=pattern(r"(?: тек | ғана | басқа | тыйым\w* | бас )"),
    void=(pattern(r"\b (?: тек | ғана ) \b [^.;!?]{1,60}? \b емес \b"),),
    concord=pattern(r"еш\w+"),
)
