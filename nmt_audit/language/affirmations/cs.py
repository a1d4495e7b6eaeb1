"""Czech: the verb loses its "ne-", and what agrees with it turns (nikdo nepřišel → někdo přišel)."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, each, rule, turning

TURNED = {
    "nikdy": "vždy", "nikdo": "někdo", "nikoho": "někoho", "nikomu": "někomu", "nikým": "někým", "nic": "něco",
    "ničeho": "něčeho", "ničemu": "něčemu", "ničím": "něčím", "nikde": "někde", "nikam": "někam",
}  # fmt: skip
NO = "|".join(TURNED)
TURN = turning(TURNED)
WHICH = re.compile(r"\bžádn(\w+)", re.IGNORECASE)
IRREGULAR = {"není": "je", "neni": "je", "nejsou": "jsou", "nejsem": "jsem", "nejsi": "jsi", "nejsme": "jsme",
             "nejste": "jste"}  # fmt: skip
VERB = r"ne(?P<verb>(?!j(?:sou|sem|si|sme|ste|lep|v|d[ůe]l|men|bl|n)|ní\b|bo\b)\w{2,})"


def _turned(match: re.Match[str]) -> str:
    """The word of "no" and its verb: "nikdo nepřišel" → "někdo přišel"."""
    no = match["no"].lower()
    first = TURNED[no] if no in TURNED else "nějak" + no[len("žádn") :]
    verb = IRREGULAR.get(match["whole"].lower()) or match["verb"]
    return f"{first}{match['between']}{verb}"


WHOLE = rf"(?P<whole>{'|'.join(IRREGULAR)}|{VERB})\b"

RULES = (
    rule(r"⟨ne\w*⟩ [^.;!?]{1,60}, (?:ale|nýbrž)\b", None),
    rule(r"⟨ne\w*⟩ [^.;!?]{1,60}\bani\b|⟨ani⟩", None),
    rule(r"⟨ne⟩(?= *[,.!]|$)", "ano"),
    rule(r"⟨ne⟩ ", ""),
    *each(IRREGULAR),
    rule(rf"⟨(?P<no>{NO}|žádn\w+)⟩(?P<between> (?:[^\W\d]+ ){{0,3}}?){WHOLE}", _turned),
    *each(TURNED),
    rule(r"⟨žádn(\w+)⟩", r"nějak\1"),
    rule(r"ještě ⟨" + VERB + "⟩", r"už \g<verb>"),
    rule(r"už ⟨" + VERB + "⟩", r"ještě \g<verb>"),
    rule(r"⟨" + VERB + "⟩", r"\g<verb>"),
)


def _affirmative(rest: str) -> str:
    return WHICH.sub(r"nějak\1", TURN(rest))


AFFIRMATION = Affirmation(RULES, after=_affirmative)
