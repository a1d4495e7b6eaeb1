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
        r"nie(?!któr|b[oai]|dziel|mie?c|mcy|dawn|ch\b|go\b|j\b|m[ua]?\b|co\b|raz\b|podleg|zwyk|bezpiecz|mal\b|ktor)\w{4,}"
    ),
    implied=pattern(
        r"(?: brak\w* | odm[oó]w\w* | unik\w* | zakaz\w* | oprócz | tylko | jedynie | przesta\w* | zabrak\w* )"
    ),
    void=(pattern(r"\b nie \s+ tylko \b | , \s* (?: nie | nieprawdaż | prawda ) \s* \? "),),
    joined=(
        pattern(r"\b nie \b [^.;!?]{1,60}? \b " + CONCORD + r" (?! \w )"),
        pattern(r"\b " + CONCORD + r" \b [^.;!?]{0,30}? \b nie (?! \w )"),
        pattern(r"\b ani \b .{1,80}? \b ani (?! \w )"),
    ),
)
