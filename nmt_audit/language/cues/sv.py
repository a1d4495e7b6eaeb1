"""Swedish."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("inte ej icke ingen inget inga ingenting ingenstans aldrig nej varken"),
    weak=lexicon("utan knappt knappast"),
    affixed=pattern(
        r"(?: o(?: lycklig | möjlig | vanlig | känd | rättvis | viktig | laglig | tillräcklig | förmög | förmåg | "
        r"säker | säkra | nödig | frivillig "
        r"| beroend | rimlig | tydlig | klar | giltig | jämn | ärlig | artig | giftig )\w* | icke-\w+ | "
        r"\w{3,}lös\w{0,3} )"
    ),
    implied=pattern(
        r"(?: vägra\w* | sakna\w* | brist\w* | undvik\w* | undvek | hindra\w* | förhindra\w* | misslyck\w* | bara | "
        r"endast | förutom | förbj[uö]\w* | förbud\w* | sluta\w* )"
    ),
    void=(
        pattern(
            r"\b inte \s+ (?: bara | endast | enbart | minst ) \b | , \s* (?: inte \s+ sant | eller \s+ inte | eller "
            r") \s* \?"
        ),
        pattern(r", \s* utan \b"),
    ),
    joined=(pattern(r"\b (?: inte | ingen | inget ) \b [^.;!?]{1,80}? \b utan (?! \w )"),),
)
