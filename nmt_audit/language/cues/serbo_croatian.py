"""Serbian, Croatian and Bosnian, in Latin and in Cyrillic letters. Doubled negation is one negation."""

import re

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CYRILLIC = dict(zip("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш", strict=True)) | {
    "lj": "љ", "nj": "њ", "dž": "џ",
}  # fmt: skip

STRONG = (
    "ne nije nisu nisam nisi nismo niste nema nemam nemaš nemamo nemate nemaju nemoj nemojte nemojmo neće neću nećeš "
    "nećemo nećete nikad nikada niko nitko nikog nikoga nikom nikome ništa ničeg ničega ničemu ničim nigde nigdje "
    "nikud nikuda nikako nijedan nijedna nijedno nijednog nijednu nijedne nikakav nikakva nikakvo nikakve nikakvu "
    "nikakvog "
    "nikakvih ni niti"
)
CONCORD = (
    r"(?: nikad | nikada | niko | nitko | nikog\w* | nikom\w* | ništa | nič\w+ | nigd\w+ | nikud\w* | nijed\w+ | "
    r"nikakv\w+ | nikako | niti | ni )"
)
AFFIXED = (
    r"ne(?! delj | djelj | š?to | k(?:[iaeu]\b|o(?:\b|ga|me|liko|m\b|g\b)|i[hm]\b|ad|ak[av]) | posredn "
    r"| zavis | ophodn | davn | mač | go\b | goš | rv | sreć | volj | prijatelj | dosta | b[oeu]\b | sta[jlnt] | zgod "
    r"| prestan | gativ | utral | opho | ć | moj | ma | dug )\w{4,}"
)
IMPLIED = (
    r"(?: odb[ij]\w* | nedosta\w* | izb[je]\w* | spreč\w* | spriječ\w* | zabran\w* | osim | samo | propust\w* | "
    r"prest\w* )"
)
VOID = (
    r"\b ne \s+ samo \b | \b zar \s+ ne \s* \? | \b ne \s+ samo \s+ što | \b ni \s+ manje \s+ ni \s+ više \b | \b što "
    r"\s+ ne \s* \?"
)


def both_scripts(text: str) -> str:
    """A pattern or a list of words in Latin letters, followed by the same in Cyrillic; escapes (`\\w`) stay."""
    return re.sub(r"\\.|lj|nj|dž|[^\\]", lambda match: CYRILLIC.get(match.group(), match.group()), text)


def _either(text: str) -> str:
    return f"(?: {text} | {both_scripts(text)} )"


CUES = CueList(
    strong=lexicon(f"{STRONG} {both_scripts(STRONG)}"),
    weak=lexicon("bez jedva без једва"),
    affixed=pattern(_either(AFFIXED)),
    implied=pattern(_either(IMPLIED)),
    void=(pattern(_either(VOID)),),
    concord=pattern(_either(CONCORD)),
)
