"""Korean. Endings and verbs of their own negate ("-지 않다", "못하다", "없다", "아니다")."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("안 못 아니요 아뇨 절대 절대로"),
    clitic=pattern(
        r"(?: 않\w* | 못[하했한해할함합]\w* | 없\w* | 아니\w* | 아닌\w* | 아닙\w* | 아닐\w* | 마세요 | 말아\w* | 마라 "
        r"| 말라\w* | 마십시오 | "
        r"\w+지\s?(?: 마 | 말 )\w* | \w+지않\w* )"
    ),
    weak=lexicon("없이"),
    affixed=pattern(
        r"(?: (?! 끊임 | 틀림 | 거침 | 변함 | 아낌 | 관계 | 상관 | 수 )\w+없\w* | 불(?: 가능 | 법 | 확실 | 공정 | "
        r"만족 | 필요 )\w* | 비(?: 공식 | 합법 "
        r"| 정상 )\w* | 무(?: 관심 | 의미 | 책임 )\w* | 모르\w* | 몰[라랐]\w* | 모[른릅]\w* )"
    ),
    implied=pattern(
        r"(?: 거부\w* | 거절\w* | 실패\w* | 부족\w* | 막\w* | 금지\w* | 피하\w* | 제외\w* | 만 | 오직 | 중단\w* | "
        r"싫\w* )"
    ),
    void=(
        pattern(
            r"뿐만? \s* (?: 이 \s* )? 아니라 | 않을 \s* 수 \s* 없\w* | 밖에 \s+ (?: \w+ \s+ )? (?: 없 | 않 | 못 | 안 "
            r"| 아니 )\w* | 지 "
            r"\s* 않으면 \s* 안 | 아니면 | 다름 \s* 아닌"
        ),
        pattern(r"지 \s+ 않\w{1,4} \s* \? | 에 \s+ 불과"),
    ),
    concord=pattern(r"절대로?"),
)
