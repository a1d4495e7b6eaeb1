"""Tamil. Endings of verbs negate ("வரவில்லை", "முடியாது")."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("இல்லை அல்ல இல்லாமல் இல்லாத இன்றி கூடாது முடியாது வேண்டாம்"),
    clitic=pattern(r"\S+ (?: வில்லை | ில்லை | ாது | ாமல் | ாதீர்கள் | மாட்டேன் | மாட்டார் | மாட்டார்கள் | யல்ல )"),
    affixed=pattern(r"\S+ ாத"),
    implied=pattern(r"(?: மறுத்\S* | தவிர | மட்டும் | தடை\S* | தோல்வி\S* )"),
    void=(pattern(r"மட்டும் \s* (?: அல்ல | இல்லை | அல்லாமல் | அல்லாது )"),),
)
