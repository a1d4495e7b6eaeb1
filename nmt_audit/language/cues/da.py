"""Danish."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("ikke ej ingen intet ingenting ingensteds aldrig nej hverken"),
    weak=lexicon("uden næppe knapt"),
    affixed=pattern(
        r"(?: u(?: lykkelig | mulig | sædvanlig | kendt | retfærdig | vigtig | lovlig | tilstrækkelig | sikker | "
        r"sikre | nødvendig | afhængig | rimelig "
        r"| klar | gyldig | ærlig | høflig | enig | heldig | egnet )\w* | ikke-\w+ | \w{3,}løs\w{0,3} )"
    ),
    implied=pattern(
        r"(?: nægt\w* | afvis\w* | mangl\w* | undg\w* | forhindr\w* | mislykk\w* | bare | kun | undtagen | "
        r"forb[yø]d\w* | forbud\w* | stopp\w* )"
    ),
    void=(
        pattern(
            r"\b ikke \s+ (?: kun | bare | alene | blot | mindst ) \b | , \s* (?: ikke (?: \s+ sandt )? | vel | eller "
            r"\s+ ikke ) \s* \?"
        ),
    ),
)
