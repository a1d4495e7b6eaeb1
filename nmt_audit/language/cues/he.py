"""Hebrew. "ו", "ש" and "כש" are written together with what follows."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=frozenset(),
    clitic=pattern(r"[ושכהל]{0,2} (?: לא | אין | אינ(?: ו | ה | ם | ן | י | נו | ך ) | אסור | מעולם )"),
    weak=lexicon("בלי ללא מבלי בלעדי ובלי וללא"),
    affixed=pattern(r"[ושבהל]{0,2} (?: אי-\w+ | בלתי | חסר\w{0,2} )"),
    implied=pattern(
        r"[ושהל]{0,2} (?: סירב\w* | סירו\w* | נמנע\w* | נכשל\w* | רק | מלבד | למעט | מנע\w* | הכחיש\w* | הפסיק\w* | "
        r"אל )"
    ),
    void=(pattern(r"\b לא \s+ (?: רק | פחות ) \b | , \s* (?: לא | נכון ) \s* \? | \b האם \s+ לא \b"),),
    concord=pattern(r"ו? מעולם"),
)
