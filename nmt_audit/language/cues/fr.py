"""French."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

SECOND = r"\b (?: pas | point | jamais | rien | plus | personne | aucune? | guère | nullement ) \b"
REAL = SECOND.replace("| plus", "")
EXPLETIVE = (  # "ne" that negates nothing: avant qu'il ne parte
    r"\b (?: crai\w* | redout\w* | peur | crainte | avant | moins | plus | mieux | pire | autre\w* | empêch\w* | "
    r"évit\w* "
    r"| doute\w* ) \b [^.;!?]{0,40}? \b qu (?: e \b | ' ) [^.;!?]{1,40}? (?P<cue> \b n (?: e \b | ' ) ) "
    rf"(?! [^.,;!?]{{1,30}}? {REAL} )"
)

CUES = CueList(
    strong=lexicon("ne n' non pas jamais rien personne aucun aucune aucunement nullement guère"),
    unspaced=pattern(r"\b n (?: &\#39; | &apos; )"),  # as web pages leave "n'"
    weak=lexicon("sans ni rarement"),
    affixed=pattern(
        r"(?: in(?:acceptabl|access|act|adapt|adéqu|capab|certain|compat|compét|complet|compréh|correct|croyab"
        r"|direct|égal|effic|évit|exact|expli[cq]|fini|juste|nutil|satisf|signif|stab|suffis|tolér|util|valid|visib)"
        r"|im(?:mobiles?(?![\w-])|moral|parf|pat|pens|possib|précis|prév|prob|prud|puiss)|il(?:légal|légau|légit"
        r"|lisib|logi)"
        r"|ir(?:résist|réel|régul|rémé|respons|révers)|malheureu(?:x|ses?)(?![\w-])|malhonn|dés(?:agré|obé))[\w-]*"
    ),
    implied=pattern(
        r"(?: manqu\w* | refus\w* | évit\w* | empêch\w* | échou\w* | absen\w* | sauf | seul\w* "
        r"| interdi\w* | peu | ignor\w* | incapa\w* )"
    ),
    faint=pattern(r"(?: in | im | il | ir | des | dés | dis | mal | ne )\w{4,}"),
    void=(
        pattern(r"\b (?: non | pas ) \s+ (?: seulement | uniquement ) \b | \b ou \s+ (?: non | pas ) \b"),
        pattern(r"\b non \s+ plus \b | \b n'importe \b | \b sans \s+ parler \s+ de \b"),
        pattern(r"\b faux \s+ pas \b | \b rien \s+ qu | \b sans \s+ oublier \b"),
        pattern(r"\b n(?: e \s+ | ' ) \w+ \s+ rien \s+ d'autre \s+ qu | \b pourquoi \s+ (?: ne \s+ )? pas \b"),
        pattern(r"\b n(?: e \s+ | ' ) (?: \w+ \s+ )? (?: pas \s+ )? cess\w+ (?: \s+ pas \b )?"),
        pattern(r"\b ne \s+ (?: [mts]e \s+ | [nv]ous \s+ )? content\w+ \s+ pas \b"),
        pattern(rf"\b n (?: e \b | ' ) (?: (?! {SECOND} ) [^.,;!?] ){{1,60}}? \b (?: que \b | qu' )"),
        pattern(
            r"\b n (?: e \b | ' ) [^.,;!?]{1,30}? "
            r"\b pas \s+ (?: seulement | uniquement | qu'un\w* | l[ae]s? \s+ seule?s? ) \b"
        ),
        pattern(r", \s* (?: n'est-ce \s+ pas | non ) \s* \? "),
        pattern(
            r"\b (?: une | la | cette | chaque | telle | toute | quelque | les | des | par | de | première | seule | "
            r"jeune "
            r"| bonne | autre | même | dernière | tierce | grande | vieille | pauvre ) \s+ personne s? \b"
        ),
        pattern(r"\b pas \s+ à \s+ pas \b | \b pas \s+ mal \b | \b que \s+ jamais \b"),
        pattern(r"\b (?: au | le | un | premier ) \s+ pas \b"),
        pattern(EXPLETIVE),
    ),
    concord=pattern(r"(?: pas | point | jamais | rien | personne | aucune? | guère | nullement | ni )"),
)  # fmt: skip
