"""Arabic. "و" and "ف" are written together with what follows."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=frozenset(),
    clitic=pattern(
        r"[وفأ]? (?: لا | لم | لن | ليس | ليست | ليسوا | لست | لسنا | لستم | كلا | أبدا | أبدًا | بلا | ولا )"
    ),
    weak=lexicon("دون بدون ودون وبدون بغير"),
    affixed=pattern(r"(?: [وبلف]? ا?ل? غير | [وبلفك]? ل? عدم | انعدام )"),
    implied=pattern(
        r"[وفس]? (?: ي|ت|ن )? (?: رفض\w* | فشل\w* | منع\w* | نفى | نف[يت]\w* | تجنب\w* | سوى | إلا | الا | فقط | "
        r"حظر\w* | امتنع\w* | تعذر\w* | نقص\w* | افتق\w* | عجز\w* | انتف\w* | توقف\w* | ما | إنكار )"
    ),
    void=(
        pattern(
            r"[وف]? لا \s? (?: سيما | بد | ريب | شك | بأس | محالة ) \b | [وف]? (?: لا | لم | ما ) \s+ [يتن]? "
            r"[زا]{1,3} ل \w{0,3}"
        ),
        pattern(r"\b [وف]? (?: لا | لم | لن | ليس\w* ) \b [^.،؛!؟]{1,50}? \b (?: إلا | سوى | فقط | فحسب ) \b"),
        pattern(r"أليس \s+ كذلك | أليس"),
    ),
    concord=pattern(r"(?: ولا | أبدا | أبدًا )"),
)
