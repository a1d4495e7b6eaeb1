"""English verbs without do-support: third person and past tense."""

from __future__ import annotations

import re

IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "arise:arose awake:awoke be:was bear:bore beat:beat become:became begin:began bend:bent bet:bet bind:bound "
        "bite:bit bleed:bled blow:blew break:broke breed:bred bring:brought build:built burst:burst buy:bought "
        "catch:caught choose:chose cling:clung come:came cost:cost creep:crept cut:cut deal:dealt dig:dug do:did "
        "draw:drew drink:drank drive:drove eat:ate fall:fell feed:fed feel:felt fight:fought find:found fit:fit "
        "flee:fled fly:flew forbid:forbade foresee:foresaw forget:forgot forgive:forgave freeze:froze get:got "
        "give:gave go:went grow:grew hang:hung have:had hear:heard hide:hid hit:hit hold:held hurt:hurt keep:kept "
        "kneel:knelt know:knew lay:laid lead:led leave:left lend:lent let:let lie:lay light:lit lose:lost make:made "
        "mean:meant meet:met mistake:mistook overcome:overcame pay:paid put:put quit:quit read:read ride:rode "
        "ring:rang rise:rose run:ran say:said see:saw seek:sought sell:sold send:sent set:set shake:shook "
        "shine:shone shoot:shot show:showed shrink:shrank shut:shut sing:sang sink:sank sit:sat sleep:slept "
        "slide:slid speak:spoke spend:spent spin:spun split:split spread:spread stand:stood steal:stole stick:stuck "
        "sting:stung strike:struck strive:strove swear:swore sweep:swept swim:swam swing:swung take:took "
        "teach:taught tear:tore tell:told think:thought throw:threw understand:understood undertake:undertook "
        "upset:upset wake:woke wear:wore weave:wove weep:wept win:won wind:wound withdraw:withdrew write:wrote"
    ).split()
)
DOUBLING = re.compile(r"(?:[^aeiou]|qu|^)[aeiou][bdfgklmnprtv]$")
STRESSED_AT_THE_END = frozenset(
    "admit commit permit submit occur refer prefer regret control compel expel transfer omit equip forget incur deter "
    "rebel propel concur".split()
)


def third_person(verb: str) -> str:
    """ "go" → "goes"."""
    if verb in ("be", "have"):
        return {"be": "is", "have": "has"}[verb]
    if re.search(r"(?:s|x|z|ch|sh|[^aeiou]o|do|go)$", verb):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", verb) else verb + "s"


def past(verb: str) -> str:
    """ "go" → "went", "stop" → "stopped", "try" → "tried"."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("e"):
        return verb + "d"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    syllables = len(re.findall(r"[aeiouy]+", verb))
    if (syllables == 1 and DOUBLING.search(verb)) or verb in STRESSED_AT_THE_END:
        return verb + verb[-1] + "ed"
    return verb + "ed"
