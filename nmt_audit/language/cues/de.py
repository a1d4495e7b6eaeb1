"""German."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon(
        "nicht nein nee nö nie niemals nimmer nimmermehr nichts niemand niemanden niemandem niemandes nirgends "
        "nirgendwo nirgendwohin nirgendwoher kein keine keinen keinem keiner keines keins keinerlei keineswegs "
        "keinesfalls keinmal weder mitnichten nix nich net"
    ),
    weak=lexicon("ohne kaum schwerlich"),
    affixed=pattern(
        r"""
        (?: un(?!d\b|ited|der|d[-’']|s\b|se[rn]|ser|ter|gefähr|gar[ni]|gef\b|ge?heuer|fall|fäll|ion|iv|i\b|ikat|iform
               |ten\b|ges?tüm|kraut|terschied|wetter|mengen?\b|ruh(?!ig)|tat|sere|zen?\b|rat|hold|bedingt|bilden|längst|umgäng|abhängig|missverst|eingeschr|verschäm|recht|wissend|glaublich|verzüglich|weigerlich|mittelbar|erlässlich|zählig)
            \w{3,}
        | miss(?:traut?e?n?|fall\w*|lang|lungen|lingt|achtet\w*)
        | (?:in|il|ir|im)(?:kompetent|akzeptabel|akzeptable|diskret|kompatibel|stabil|offiziell|legal|regulär|relevant
               |rational|reversibel|möglich|effizient|humane?|tolerant|korrekt)\w*
        | nicht(?!sdesto)\w{3,}
        | \w{3,}(?<!arbeitsel)(?<!\bver)(?<!\bf)(?<!sch)los(?:e[mnrs]?|igkeit\w*)?
        | \w{3,}frei(?:e[mnrs]?)?
        )
        """
    ),
    implied=pattern(
        r"""
        (?: verweiger\w* | weiger\w* | geweigert | ablehn\w* | abgelehnt\w* | lehnte?n? | fehl(?:t|te|ten|en|ende\w*)
        | mangel\w* | mangelt\w* | vermeid\w* | vermied\w* | verhinder\w* | verbot\w* | verbiet\w* | versäum\w*
        | unterlass\w* | unterließ\w* | gescheitert | scheiter\w* | misslang\w* | misslungen\w* | leugne\w*
        | bestreit\w* | bestritt\w* | anstatt | statt | außer | aufhör\w* | aufgehört | nur | bloß | lediglich
        | selten\w* | wenig\w* | leer\w* | verzicht\w* | erst | ausgeschlossen )
        """
    ),
    faint=pattern(
        r"(?: (?: un | ent | miss | in | des | fehl | nicht )\w{3,} | \w{3,}los\w{0,4} | \w{3,}frei\w{0,2} | "
        r"falsch\w* | schlecht\w* | gegen | fremd\w* "
        r"| außer\w* | widrig\w* | krank\w* | illegal\w* | schwer\w* | traurig\w* | verfassungswidrig\w* | "
        r"\w+widrig\w* | kaum )"
    ),
    void=(
        pattern(r"\b ohne \s+ weiteres \b | \b nicht \s+ (?: nur | bloß | allein | zuletzt | umsonst ) \b"),
        pattern(r"\b (?: nichts | kein\w* | niemand | niemanden ) \s+ (?: \w+ \s+ ){0,2} (?: anderes \s+ )? als \b"),
        pattern(r"[,–-] \s* (?: nicht (?: \s+ wahr )? | oder \s+ nicht | oder \s+ etwa \s+ nicht | nein ) \s* \? "),
        pattern(r"\b ob \s+ (?: [^,.!?]{0,60} \s )? oder \s+ nicht \b"),
        pattern(r"\b oder \s+ nicht \b (?= \s* [,.?!])"),
        pattern(
            r"\b (?: wenn \s+ nicht \s+ (?: gar | sogar ) | mir \s+ nichts \s* ,? \s* dir \s+ nichts | nach \s+ wie "
            r"\s+ vor ) \b"
        ),
        pattern(r"\b keine \s+ ursache \b"),
    ),
    joined=(pattern(r"\b weder \b .{1,160}? \b noch \b"),),
)
