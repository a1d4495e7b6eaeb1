"""Estonian."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("ei pole polnud poleks polevat mitte ära ärge ärgu ega"),
    weak=lexicon("ilma vaevalt"),
    affixed=pattern(r"(?: eba\w{3,} | mitte\w{3,} | \w{3,}mata )"),
    implied=pattern(
        r"(?: keeldu\w* | puudu\w* | väl[td]i\w* | keela\w* | ainult | vaid | üksnes | lõpeta\w* | takista\w* )"
    ),
    void=(
        pattern(r"\b mitte \s+ (?: ainult | üksnes | pelgalt | vaid ) \b | \b ei \s+ (?: ainult | üksnes ) \b"),
        pattern(r"\b (?: kas \s+ pole | eks \s+ ole | või \s+ mitte | või \s+ ei ) \s* \?"),
    ),
    concord=pattern(r"(?: mitte | ega )"),
)
