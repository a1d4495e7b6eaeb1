"""Dutch."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("niet nee neen nooit niets niks niemand nergens geen geenszins noch"),
    weak=lexicon("zonder nauwelijks amper"),
    affixed=pattern(r"(?: on(?!der|s\b|ze|t|middel|geveer|langs|line|ion|gev)\w{3,} | \w{3,}loo?ze? | \w{3,}loos )"),
    implied=pattern(
        r"(?: weiger\w* | geweigerd | ontbre\w* | ontbrak | verm[ie]j?\w*d\w* | mislukt\w* | verbied\w* "
        r"| verboden | alleen | slechts | behalve | ontken\w* | gebrek )"
    ),
    faint=pattern(r"(?: on | mis | wan | in | ver )\w{3,}"),
    void=(
        pattern(r"\b niet \s+ (?: alleen | slechts | enkel ) \b"),
        pattern(r", \s* (?: niet (?: \s+ (?: waar | dan ) )? | nietwaar ) \s* \? "),
        pattern(r"\b (?: niets | niemand ) \s+ (?: anders \s+ )? dan \b | \b of \s+ niet \b (?= \s* [,.?!])"),
    ),
    joined=(pattern(r"\b noch \b .{1,100}? \b noch \b"),),
)  # fmt: skip
