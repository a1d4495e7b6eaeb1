"""French."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("ne n' non pas jamais rien personne aucun aucune nul nulle aucunement nullement ni guère"),
    weak=lexicon("sans"),
    affixed=pattern(
        r"(?: in(?:acceptabl|access|act|adapt|adéqu|capab|certain|compat|compét|complet|compréh|connu|correct|croyab"
        r"|direct|égal|effic|évit|exact|explic|fini|juste|nutil|quiet|satisf|signif|stab|suffis|tolér|util|valid|visib)"
        r"|im(?:mobil|mor|parf|pat|pens|possib|précis|prév|prob|prud|puiss)|il(?:légal|légit|lisib|logi)"
        r"|ir(?:réel|régul|rémé|respons|révers)|mal(?:heur|honn|adroit)|dés(?:agré|avant|ordre|obé)|mécon|non-)[\w-]*"
    ),
    implied=pattern(r"(?: manqu\w* | refus\w* | évit\w* | empêch\w* | échou\w* | absen\w* | sauf | seul\w* | interdi\w* | peu )"),
    void=(
        pattern(r"\b (?: non | pas ) \s+ (?: seulement | uniquement ) \b"),
        pattern(r"\b n (?: e \b | ' ) [^.,;!?]{1,60}? \b (?: que | qu' ) (?! [^.,;]* \b (?: pas | jamais ) \b )"),
        pattern(r", \s* (?: n'est-ce \s+ pas | non ) \s* \? "),
        pattern(r"\b (?: une | la | cette | chaque | les | des | par | de ) \s+ personne s? \b"),
        pattern(r"\b pas \s+ à \s+ pas \b"),
    ),
    joined=(pattern(r"\b n (?: e \b | ' ) [^.;!?]{1,60}? \b (?: pas | jamais | rien | personne | aucune? | guère | ni | plus ) \b"),),
)  # fmt: skip
