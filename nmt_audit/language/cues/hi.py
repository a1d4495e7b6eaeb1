"""Hindi."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("नहीं नही न ना मत नहि"),
    weak=lexicon("बिना बगैर बग़ैर"),
    affixed=pattern(
        r"(?: असंभव | असफल\S* | असमर्थ\S* | अवैध\S* | अनुचित | अनावश्यक | असहमत\S* | असुरक्षित | अनिश्चित\S* | "
        r"गैर-?\S+ | ग़ैर-?\S+ | बेरोजगार\S* | बेघर )"
    ),
    implied=pattern(
        r"(?: इनकार | इंकार | मना | रोक\S* | बंद | विफल\S* | कमी | अभाव | सिवाय | केवल | सिर्फ | वंचित | रहित | मुक्त "
        r"| नाकाम\S* )"
    ),
    void=(
        pattern(
            r"(?<! \S ) न \s+ (?: केवल | सिर्फ ) | ही \s+ नहीं \s* [,;] | (?: इतना | यही ) \s+ ही? \s* नहीं | न \s* "
            r"\? | है \s+ ना \s* \?"
        ),
        pattern(r"(?: कहीं | कोई | कुछ | किसी | कभी ) \s+ न \s+ (?: कहीं | कोई | कुछ | किसी | कभी )"),
    ),
    concord=pattern(r"(?: न | ना )"),
)
