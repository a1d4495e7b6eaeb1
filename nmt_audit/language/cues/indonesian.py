"""Indonesian and Malay."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon(
        "tidak tidaklah bukan bukanlah jangan janganlah tak takkan belum belumlah tiada nggak enggak tidakkah"
    ),
    weak=lexicon("tanpa"),
    affixed=pattern(r"(?: ketidak\w+ | ketak\w+ | non-?\w{3,} | mustahil )"),
    implied=pattern(
        r"(?: gagal | kurang | kekurangan | menolak | ditolak | kecuali | hanya | melarang | dilarang | larangan | "
        r"mencegah | menghindar\w* | selain | berhenti | jarang | enggan )"
    ),
    void=(
        pattern(
            r"\b (?: tidak | bukan | tak ) \s+ (?: hanya | saja | sekadar | cuma | semata | lain | jarang ) \b | , "
            r"\s* (?: bukan | tidak | bukankah ) \s* \?"
        ),
        pattern(
            r"\b (?: mau \s+ tidak \s+ mau | jangan-jangan | tidak \s+ kurang | atau \s+ tidak | bukan \s+ main ) \b"
        ),
    ),
)
