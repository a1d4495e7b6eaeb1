"""English."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon(
        "not no never nobody nothing nowhere none neither nor cannot nope nah noone dont doesnt didnt wont cant isnt "
        "arent wasnt werent couldnt wouldnt shouldnt havent hasnt hadnt ain't nought naught"
    ),
    weak=lexicon("without hardly scarcely barely rarely seldom"),
    clitic=pattern(r"\w+n't"),
    affixed=pattern(
        r"""
        (?: un(?!ion|ite|iti|ity|iv|i[qc]|iform|ifo|ify|ifi|ilat|isex|ison|iso|it\b|its\b|der|til|less|cles?\b|ctu
               |d\b|to\b|animous|ear|veil|rest)
            [\w-]{3,}
        | in(?:ability|accessib|accura|activ|adequa|adverten|animate|applicab|appropriat|attenti|audib|capab|capacit
               |compat|compet|complet|comprehensib|conceivab|conclusiv|consist|constan|conven|correct|curab|decen
               |decis|definit|depend|differen|digest|direct|discre|divisib|effect|effic|elig|equal|equit|escap|evitab
               |exact|excus|exhaust|experienc|explicab|fallib|fertil|finit|flex|formal|frequen|gratitud|hospit|human
               |just|offensiv|oper|sane|sanit|secur|sensit|separab|signific|sincer|solub|solven|stabil|suffer
               |suffic|toler|valid|variab|visib|vulnerab)\w*
        | im(?:balanc|matur|measurab|mobil|moral|mortal|partial|passab|patien|perfect|permeab|person|plausib|polite
               |possib|practic|precis|prob|proper|prud|pur)\w*
        | il(?:legal|legib|legitim|licit|literat|logic)\w*
        | ir(?:ration|regular|relevan|reparab|replac|resist|respons|revers|resolut|reconcil|refut)\w*
        | dis(?:abl|advant|agre|allow|appear|approv|believ|belief|connect|content|continu|courag|courte|engag|favo|grace
               |honest|honor|honour|like|loyal|obe|orderl|organi|pleas|qualif|regard|respect|satisf|similar|trust|use)\w*
        | non-?\w{3,}
        | \w{2,}(?<!\bb)(?<!\bun)less(?:ly|ness)?
        | \w{2,}-free | (?: car | tax | duty | sugar | smoke | error | accident | drug ) free
        )
        """
    ),
    implied=pattern(
        r"""
        (?: fail\w* | lack\w* | refus\w* | avoid\w* | den(?:y|ies|ied|ying) | miss(?:es|ed|ing)? | prevent\w* | stop\w*
        | absen\w* | except | instead | exclu\w* | prohibit\w* | forbid\w* | forbade | forbidden | reject\w* | declin\w*
        | neglect\w* | unless | few | little | rather | ban | bans | banned | cease\w* | devoid | minus
        | empty | free | only | deprived? | otherwise
        | until | abstain\w* | resist\w* | rid | quit )
        """
    ),
    void=(
        pattern(r"\b not \s+ (?: only | just | merely | simply | solely | least ) \b"),
        pattern(r"\b n't \s+ (?: only | just | merely | simply ) \b"),
        pattern(
            r"\b (?: nothing | none | nobody | no \s+ one | nowhere | not ) \s+ (?: else \s+ )? (?: but "
            r"| other \s+ than ) \b"
        ),
        pattern(
            r"\b no \s+ (?: other \s+ than | fewer \s+ than | less \s+ than | sooner | doubt | problem | wonder ) \b"
        ),
        pattern(
            r"[,–-] \s* (?: is | are | was | were | do | does | did | has | have | had | can | could | will "
            r"| would | should | wo | ca | ai )"
            r" n't \s+ (?: i | you | he | she | it | we | they | there ) \s* \? "
        ),
        pattern(r"[,–-] \s* (?: right | no | or \s+ not ) \s* \? "),
        pattern(r"\b or \s+ not \b (?= \s* [,.?!]) | \b whether \s+ or \s+ not \b"),
        pattern(r"\b not \s+ to \s+ mention \b | \b why \s+ (?: not | don't ) \b (?= .* \? )"),
    ),
    joined=(pattern(r"\b neither \b .{1,160}? \b nor \b"), pattern(r"\b (?: not | no ) \b [^.;]{1,80}? \b nor \b")),
)
