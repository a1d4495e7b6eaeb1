"""Finnish. A verb of its own negates ("en, et, ei"), in several forms."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon(
        "en et ei emme ette eivät enkä etkä eikä emmekä ettekä eivätkä enkö etkö eikö emmekö ettekö eivätkö älä älkää "
        "älköön älkäämme äläkä älkääkä ellen ellet ellei ellemme ellette elleivät ettei etten ettet ettemme ettette "
        "etteivät eipä enpä jollei miksei muttei mutten"
    ),
    weak=lexicon("ilman tuskin"),
    affixed=pattern(
        r"(?: epä\w{3,} | (?: työ | mahdo | tarpee | laadu | onne | vaara | tiedo | raja | syy | hyödy | ääne | raha "
        r"| lapse | turva | luva "
        r"| toime | kelvo | tunte | asia | ehdo | puutteelli )t[oö]n | \w{3,}(?: ttom | ttöm )\w+ | \w{3,}(?: matta | "
        r"mättä ) )"
    ),
    implied=pattern(
        r"(?: kieltä\w* | kiel[st]\w* | puutt?u\w* | puute\w* | vältt?\w* | vain | ainoastaan | paitsi | lopet\w* | "
        r"estä\w* | esti\w* )"
    ),
    void=(
        pattern(r"\b (?: ei | eivät | en ) \s+ (?: \w+ \s+ )? (?: vain | ainoastaan | pelkästään | yksin ) \b"),
        pattern(r"\b (?: eikö | eiköhän ) \s+ (?: niin | vain | vaan | totta ) \b | \b vai \s+ ei \s* \?"),
        pattern(r"\b ei \s+ (?: \w+ \s+ ){0,3} (?: muuta | muita | mitään ) \s+ (?: muuta \s+ )? kuin \b"),
    ),
    concord=pattern(r"(?: enkä | etkä | eikä | emmekä | ettekä | eivätkä )"),
)
