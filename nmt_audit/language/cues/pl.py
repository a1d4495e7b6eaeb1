"""Polish. Doubled negation ("nikt nie przyszedł") is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: nigdy | nikt | nikogo | nikomu | nikim | nic | niczego | niczym | nigdzie | żad\w+ | ani )"

CUES = CueList(
    strong=lexicon(
        "nie nigdy nikt nikogo nikomu nikim nic niczego niczym nigdzie żaden żadna żadne żadnego żadnej żadnych żadnym "
        "ani"
    ),
    weak=lexicon("bez ledwie"),
    affixed=pattern(
        r"nie(?!któr|b[oai]|dziel|mie?c|mcy|dawn|ch\b|go\b|j\b|m[ua]?\b|co\b|raz\b|podleg|zwyk|bezpiecz|mal\b"
        r"|jed|ktor)\w{4,}"
    ),
    implied=pattern(
        r"(?: brak\w* | odm[oó]w\w* | unik\w* | zakaz\w* | oprócz | tylko | jedynie | przesta\w* | zabrak\w* )"
    ),
    faint=pattern(r"(?: nie | bez | anty | dez )\w{3,}"),
    void=(pattern(r"\b nie \s+ tylko \b | , \s* (?: nie | nieprawdaż | prawda ) \s* \? "),),
    concord=pattern(CONCORD),
)
