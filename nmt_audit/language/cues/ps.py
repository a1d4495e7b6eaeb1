"""Pashto."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("نه مه نشته نشي نشو نلري نده ندي نکوي نشوای هېڅ هیڅ هيڅ هیڅوک هيڅوک هیڅکله هيڅکله"),
    weak=lexicon("پرته بې بی"),
    affixed=pattern(r"(?: نا(?: ممکن | سم | امن )\w* | غیر\w* | غير\w* )"),
    implied=pattern(r"(?: یوازې | يوازې | یواځې | منع | رد | بند | ناکام\w* | کمښت | مخنیوی )"),
    void=(pattern(r"\b نه \s+ (?: یوازې | يوازې | یواځې | يواځې ) \b"),),
    concord=pattern(r"(?: ه[ېیي]څ\w* )"),
)
