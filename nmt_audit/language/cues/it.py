"""Italian."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("non no mai niente nulla nessuno nessuna nessun nessun' né neanche nemmeno neppure mica"),
    weak=lexicon("senza appena"),
    affixed=pattern(
        r"(?: in(?:accett|acces|adegu|attiv|capa|compat|compet|complet|compren|consap|corret|cred|dirett|effic|evitab"
        r"|esatt|felic|finit|giust|quiet|sicur|signif|soddisf|stab|suffic|toller|util|valid|visib)"
        r"|im(?:poten|mob|mor|perf|possib|prob|prud|pazien)|il(?:legal|legit|logi)|ir(?:reg|rev|respon|real)|s(?:contento"
        r"|fortun|leale|consigli)|dis(?:ones|occup|abil|accord|ordin|piac))\w*"
    ),
    implied=pattern(
        r"(?: manc\w* | assen\w* | priv[aoei] | rifiut\w* | evit\w* | neg(?:a|ò|are|ato) | imped\w* | tranne | "
        r"eccetto | solo "
        r"| soltanto | smett\w* )"
    ),
    faint=pattern(r"(?: in | im | il | ir | des | dés | dis | mal | ne )\w{4,}"),
    void=(
        pattern(r"\b non \s+ (?: solo | soltanto | solamente | appena ) \b"),
        pattern(r", \s* (?: no | vero | non \s+ è \s+ vero ) \s* \? "),
        pattern(r"\b (?: per \s+ niente \s+ al \s+ mondo | di \s+ niente | di \s+ nulla ) \b"),
    ),
    concord=pattern(r"(?: mai | niente | nulla | nessun\w* '? | né | neanche | nemmeno | neppure | mica )"),
)  # fmt: skip
