"""Czech. Verbs negate by a prefix ("nepřišel"), and doubled negation is one negation."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CONCORD = r"(?: nikdy | nikdo | nikoho | nikomu | nic | ničeho | nikde | nikam | žádn\w+ | ani )"
VERB = r"ne(?!j|b[oe]|d[ěe]l|m[eě]c|mc|rv|moc|ch|ž|kter|kd|co|utr|gativ|t\b|pál|wt|st[oe]\b|bezpeč)\w{2,}"

CUES = CueList(
    strong=lexicon(
        "ne nikdy nikdo nikoho nikomu nikým nic ničeho ničemu ničím nikde nikam žádný žádná žádné žádného žádnou "
        "žádných ani není nejsou nejsem nejsi nejsme nejste nejde nejdou"
    ),
    weak=lexicon("bez sotva stěží"),
    clitic=pattern(VERB),
    implied=pattern(r"(?: chyb\w* | odmít\w* | vyhn\w* | zabrán\w* | zakáz\w* | kromě | jen | pouze | přest\w* )"),
    faint=pattern(r"(?: ne | bez | dis )\w{3,}"),
    void=(
        pattern(r"\b ne (?: jen | nom | jenom | pouze ) \b | , \s* (?: ne | že \s+ ano | viď ) \s* \? | \b nejen \b"),
    ),
    concord=pattern(CONCORD),
)
