"""Gujarati."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("નથી ન નહીં નહિ ના નહી નહોતું નહોતી નહોતા નહોતો મત"),
    weak=lexicon("વગર વિના"),
    implied=pattern(r"(?: ઇનકાર | મનાઈ | ફક્ત | માત્ર | સિવાય | અભાવ | નિષ્ફળ\S* | બંધ )"),
    void=(pattern(r"(?: માત્ર | ફક્ત ) .{1,30}? (?: નહીં | નહિ ) | ન \s+ (?: માત્ર | કેવળ )"),),
)
