"""Icelandic."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon(
        "ekki ekkert enginn engin engan engum engar engri engrar engir enga einskis aldrei hvorki nei hvergi"
    ),
    weak=lexicon("án varla"),
    affixed=pattern(
        r"(?: ó(?: mögul | venju | þekkt | réttlát | lögleg | nóg | viss | örug | háð | ljós | gild | sátt )\w* | "
        r"\w{3,}laus\w* )"
    ),
    implied=pattern(r"(?: neit\w* | skort\w* | forð\w* | mistók\w* | aðeins | bara | nema | bann\w* | hætt\w* )"),
    void=(
        pattern(
            r"\b ekki \s+ (?: bara | aðeins | einungis | síst ) \b | , \s* (?: ekki \s+ satt | er \s+ það \s+ ekki ) "
            r"\s* \?"
        ),
    ),
)
