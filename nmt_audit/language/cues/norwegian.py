"""Norwegian, Bokmål and Nynorsk."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("ikke ikkje ingen inga intet inkje ingenting aldri nei verken hverken"),
    weak=lexicon("uten utan neppe knapt"),
    affixed=pattern(
        r"(?: u(?: lykkelig | mulig | mogleg | vanlig | kjent | rettferdig | viktig | lovlig | tilstrekkelig | sikker "
        r"| sikre | nødvendig | avhengig "
        r"| rimelig | klar | gyldig | ærlig | høflig | enig | heldig )\w* | ikke-\w+ | \w{3,}løs\w{0,3} )"
    ),
    implied=pattern(
        r"(?: nekt\w* | avvis\w* | mangl\w* | unng\w* | forhindr\w* | mislykk\w* | bare | kun | unntatt | "
        r"forb[yø]d\w* | forbud\w* | slutt\w* )"
    ),
    void=(
        pattern(
            r"\b ikk(?: e | je ) \s+ (?: bare | kun | minst ) \b | , \s* (?: ikke \s+ sant | eller \s+ ikke | vel ) "
            r"\s* \?"
        ),
    ),
)
