"""English."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon(
        "not no never nobody nothing nowhere none neither nor cannot nope nah noone dont doesnt didnt wont cant isnt "
        "arent wasnt werent couldnt wouldnt shouldnt havent hasnt hadnt ain't nought naught no-one"
    ),
    weak=lexicon("without hardly scarcely barely rarely seldom"),
    clitic=pattern(r"\w*n't | not-[\w-]+"),
    unspaced=pattern(r"\b \w+n? (?: \s '\s? | &\#39; | &apos; ) t \b"),  # as tokenizers and web pages leave "don't"
    affixed=pattern(
        r"""
        (?: un(?!ion|ite|iti|ity|iv|i[qc]|iform|ifo|ify|ifi|ilat|isex|ison|iso|it\b|its\b|der|til|less|cles?\b|ctu
               |do|d\b|to\b|animous|ear|veil|rest|like\b|doubted|load|pack|lock|fold|dress|ravel|leash|precedent|fortunatel
               |paralle|usual|ctio|cti|settl)
            [\w-]{3,}
        | in(?:ability|accessib|accura|activ|adequa|adverten|animate|applicab|appropriat|attenti|audib|capab|capacit
               |compat|compet|complet|comprehensib|conceivab|conclusiv|consist|constan|conven|correct|curab|decen
               |decis|definit|digest|direct|discre|divisib|effect|effic|elig|equal|equit|escap|evitab
               |exact|excus|exhaust|experienc|explicab|fallib|fertil|finite|flex|formal|frequen|gratitud|hospit|human
               |just|offensiv|oper|sane|sanit|secur|sensit|separab|signific|sincer|solub|solven|stabil|suffer
               |suffic|toler|valid|variab|visib|vulnerab)\w*
        | im(?:balanc|matur|measurab|mobil|moral|mortal|partial|passab|patien|perfect|permeab|person|plausib|polite
               |possib|practic|precis|prob|proper|prud|pur)\w*
        | il(?:legal|legib|legitim|licit|literat|logic)\w*
        | ir(?:ration|regular|relevan|reparab|replac|resist|respons|revers|resolut|reconcil|refut)\w*
        | dis(?:allow|approv|believ|belief|content|courag|courte|engag|favo|grace
               |honest|honor|honour|like|loyal|obe|orderl|pleas|respect|satisf|similar|trust|use)\w*
        | (?! bless | unless | nevertheless | nonetheless | regardless | wireless | countless | ruthless | relentless
        | price | stain | seamless | weightless | timeless | reckless | doubtless )\w{2,}less(?:ly|ness)?
        | (?! inflat | inflam | insurable | invest | install | import )i[mnr]\w{4,}[ai]bl[ey] | never-\w+
        | (?: car | tax | duty | sugar | smoke | error | accident | drug ) free
        )
        """
    ),
    implied=pattern(
        r"""
        (?: fail\w* | lack\w* | refus\w* | avoid\w* | den(?:y|ies|ied|ying) | miss(?:es|ed|ing)? | prevent\w* | stop\w*
        | absen\w* | except | instead | exclu\w* | prohibit\w* | forbid\w* | forbade | forbidden | reject\w* | declin\w*
        | neglect\w* | unless | few | little | rather | ban | bans | banned | cease\w* | devoid | minus
        | empty | free | only | deprived? | otherwise
        | ignor\w* | overlook\w* | beyond | reluctan\w* | exempt\w* | lost | los(?:e|es|ing)
        | until | abstain\w* | non-\w+ | \w+-free | non(?!e|sen|th)\w{4,} | resist\w* | rid | quit )
        """
    ),
    faint=pattern(
        r"""
        (?: (?: un | in | im | il | ir | dis | mis | non | anti | ab | de )\w{4,} | \w{3,}less\w* | wrong\w*
        | bad\w* | worse | poor\w* | ignoran\w* | hard | difficult\w* | less | least | far | against
        | stranger\w* | odd | rude\w* | ill | sad\w* | free | freely | outside | false\w* )
        """
    ),
    void=(
        pattern(r"\b not \s+ (?: only | just | merely | simply | solely | least ) \b"),
        pattern(
            r"\b \w+n't \s+ (?: only | just | merely | simply ) \b | \b (?: can't | cannot | couldn't | could \s+ not "
            r") \s+ (?: help \s+ (?: but | \w+ing ) | but ) \b"
        ),
        pattern(
            r"\b (?: nothing | none | nobody | no \s+ one | nowhere | not ) \s+ (?: else \s+ )? (?: but "
            r"| other \s+ than ) \b"
        ),
        pattern(
            r"\b no \s+ (?: other \s+ than | fewer \s+ than | less \s+ than | sooner | wonder | matter | "
            r"man's ) \b | \b no \.? \s* \d"
        ),
        pattern(
            r"[,–-] \s* (?: is | are | was | were | do | does | did | has | have | had | can | could | will "
            r"| would | should | ought | wo | ca | ai )"
            r" n \s? 't \s+ (?: i | you | he | she | it | we | they | there ) \s* \? "
        ),
        pattern(r"[,–-] \s* (?: right | no | or \s+ not ) \s* \? "),
        pattern(r"\b without \s+ fail \b | \b or \s+ not \b (?= \s* [,.?!]) | \b whether \s+ or \s+ not \b"),
        pattern(r"\b not \s+ to \s+ mention \b | \b why \s+ (?: not | don't ) \b (?= .* \? )"),
    ),
    joined=(
        pattern(r"\b neither \b .{1,160}? \b nor \b"),
        pattern(
            r"\b (?: not | no ) \b [^.;]{1,80}? \b nor \b (?! \s+ (?: is | are | was | were | do | does | did | has | "
            r"have | had | can | could | will | would | should | may | might | must ) )"
        ),
    ),
)
