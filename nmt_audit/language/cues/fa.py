"""Persian. Verbs negate by a prefix ("نمی‌دانم")."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("نه نیست نیستند نیستم نیستیم نبود نبودند نباید هرگز هیچ هیچ‌کس هیچکس"),
    weak=lexicon("بدون بی"),
    clitic=pattern(
        r"نمی[\w\u200c]+ | ن (?: شد | شو | کرد | کن | دار | داشت | خواه | خواست | توان | رفت | گفت | دید | داد | ده | "
        r"گرفت | باش | یافت | رسید | آمد )[\w\u200c]*"
    ),
    affixed=pattern(
        r"(?: غیر[\w\u200c]* | نا(?: ممکن | توان | درست | امید | راضی | آرام | کاف | عادل | مناسب )[\w\u200c]* | "
        r"بی‌\w+ | عدم )"
    ),
    implied=pattern(
        r"(?: فقط | تنها | مگر | جز | خودداری | امتناع | رد | ممنوع\w* | فاقد | کمبود | شکست | توقف | جلوگیری )"
    ),
    void=(pattern(r"\b نه \s+ (?: تنها | فقط ) \b | , \s* نه \s* [؟?] | \b مگر \s+ نه \b"),),
    concord=pattern(r"(?: هیچ\w* | هیچ‌کس | هرگز | نه )"),
)
