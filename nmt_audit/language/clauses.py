"""Words that open a subordinate clause, for counting: some of them have other uses, and none of them is proof."""

from __future__ import annotations

import re
from functools import lru_cache

from nmt_audit.language.words import primary, words

CLAUSE_WORDS: dict[str, frozenset[str]] = {
    "de": frozenset(
        "dass daß weil obwohl obgleich obschon wenn falls sofern ob damit indem nachdem bevor ehe während seitdem "
        "solange sobald sooft soweit wobei wodurch womit wogegen weshalb weswegen deren dessen".split()
    ),
    "en": frozenset(
        "that because although though if unless whether while whereas since until till when whenever where wherever "
        "which who whom whose lest".split()
    ),
    "fr": frozenset("que qu' qui dont où lorsque lorsqu' quand puisque puisqu' si quoique quoiqu'".split()),
    "es": frozenset("que porque aunque si cuando donde mientras quien quienes cuyo cuya cual cuales".split()),
    "it": frozenset("che perché benché sebbene se quando dove mentre cui quale quali poiché affinché".split()),
    "pt": frozenset("que porque embora se quando onde enquanto quem cujo cuja qual quais".split()),
    "nl": frozenset("dat omdat hoewel als indien of wanneer terwijl zodat nadat voordat totdat waar wie".split()),
    "sv": frozenset("att eftersom fast om när medan som innan tills därför".split()),
    "ru": frozenset("что чтобы потому хотя если когда где пока который которая которое которые которых".split()),
    "pl": frozenset("że żeby aby ponieważ chociaż choć jeśli jeżeli gdy kiedy gdzie który która które których".split()),
    "cs": frozenset("že aby protože ačkoli ačkoliv jestli pokud když kde který která které kterých".split()),
}  # fmt: skip

CLAUSE_STRETCHES: dict[str, re.Pattern[str]] = {
    "zh": re.compile("因为|因為|虽然|雖然|如果|尽管|儘管|即使|既然|除非|以便|只要|只有"),
    "ja": re.compile("ので|のに|けれど|ければ|ながら|ために|ように|なら"),
}


def has_clause_words(language: str) -> bool:
    """Whether there is a list for a language."""
    return primary(language) in CLAUSE_WORDS or primary(language) in CLAUSE_STRETCHES


@lru_cache(maxsize=256)
def clause_words(text: str, language: str) -> tuple[str, ...]:
    """The words of a text, in lower case and in order, that may open a subordinate clause."""
    code = primary(language)
    if code in CLAUSE_STRETCHES:
        return tuple(CLAUSE_STRETCHES[code].findall(text.replace(" ", "")))
    known = CLAUSE_WORDS.get(code, frozenset())
    return tuple(low for word in words(text, language) if (low := word.text.lower().replace("’", "'")) in known)
