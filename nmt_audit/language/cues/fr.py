"""French."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("ne n' non pas jamais rien personne aucun aucune aucunement nullement guère"),
    weak=lexicon("sans ni"),
    affixed=pattern(
        r"(?: in(?:acceptabl|access|act|adapt|adéqu|capab|certain|compat|compét|complet|compréh|connu|correct|croyab"
        r"|direct|égal|effic|évit|exact|explic|fini|juste|nutil|quiet|satisf|signif|stab|suffis|tolér|util|valid|visib)"
        r"|im(?:mobil|mor|parf|pat|pens|possib|précis|prév|prob|prud|puiss)|il(?:légal|légit|lisib|logi)"
        r"|ir(?:réel|régul|rémé|respons|révers)|mal(?:heur|honn|adroit)|dés(?:agré|avant|ordre|obé)|mécon|non-)[\w-]*"
    ),
    implied=pattern(
        r"(?: manqu\w* | refus\w* | évit\w* | empêch\w* | échou\w* | absen\w* | sauf | seul\w* "
        r"| interdi\w* | peu )"
    ),
    void=(
        pattern(r"\b (?: non | pas ) \s+ (?: seulement | uniquement ) \b | \b ou \s+ (?: non | pas ) \b "
                r"| \b non \s+ plus \b"),
        pattern(r"\b n (?: e \b | ' ) [^.,;!?]{1,60}? \b (?: que \b | qu' ) (?! [^.,;]* \b (?: pas | jamais ) \b )"),
        pattern(r"\b n (?: e \b | ' ) [^.,;!?]{1,30}? \b pas \s+ (?: que | seulement | uniquement ) \b"),
        pattern(r", \s* (?: n'est-ce \s+ pas | non ) \s* \? "),
        pattern(r"\b (?: une | la | cette | chaque | telle | toute | quelque | les | des | par | de ) "
                r"\s+ personne s? \b"),
        pattern(r"\b pas \s+ à \s+ pas \b | \b pas \s+ mal \b | \b que \s+ jamais \b | "
                r"\b (?: avant | moins ) \s+ qu\w* .{1,30}? \b ne \b"),
    ),
    joined=(
        pattern(
            r"\b n (?: e \b | ' ) [^.;!?]{1,60}? "
            r"\b (?: pas | jamais | rien | personne | aucune? | guère | ni | plus ) \b"
        ),
        pattern(r"\b (?: jamais | rien | personne | aucune? ) \b [^.;!?]{0,40}? \b n (?: e \b | ' )"),
        pattern(r"\b ni \b .{1,100}? \b ni \b"),
    ),
)  # fmt: skip
