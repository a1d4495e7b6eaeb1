"""Urdu."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("نہیں نہ مت نا"),
    weak=lexicon("بغیر بنا"),
    affixed=pattern(r"(?: غیر\w* | نا(?: ممکن | کام | اہل | انصاف )\w* )"),
    implied=pattern(r"(?: انکار | منع | صرف | سوائے | محروم | کمی | بند | روک\w* )"),
    void=(pattern(r"\b نہ \s+ صرف \b | ہی \s+ نہیں | \b نہ \s* [؟?]"),),
    concord=pattern(r"(?: نہ | نا )"),
)
