"""Turkish: the verb loses its "-me-", with vowel harmony ("gelmedi" → "geldi"); "yok" becomes "var"."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, each, rule

HARMONY = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}
HARD = "fstkçşhp"
VOWELS = "aeıioöuü"
FOUR = str.maketrans("ıiuü", "####")
AORIST = {"bil": "ir", "yap": "ar", "gel": "ir", "gid": "er", "git": "er", "ol": "ur", "sev": "er", "al": "ır",
          "ver": "ir", "gör": "ür", "bul": "ur", "kal": "ır", "sür": "er", "konuş": "ur", "çalış": "ır", "et": "er",
          "iç": "er", "iste": "r", "yaşa": "r", "anla": "r", "söyle": "r", "düşün": "ür",
          "uyu": "r", "oku": "r", "yar": "ar"}  # fmt: skip
SOFTENED = {"git": "gid", "et": "ed"}


def _last_vowel(stem: str) -> str:
    return next((char for char in reversed(stem.lower()) if char in HARMONY), "e")


def _harmonic(stem: str, ending: str) -> str:
    """An ending whose close vowels (written #) follow the stem's last vowel."""
    return ending.translate(FOUR).replace("#", HARMONY[_last_vowel(stem)])


def _past(match: re.Match[str]) -> str:
    stem, ending = match["stem"], match["ending"]
    changed = _harmonic(stem, ending)
    return stem + ("t" + changed[1:] if changed[0] == "d" and stem[-1].lower() in HARD else changed)


def _present(match: re.Match[str]) -> str | None:
    """ "gelmiyor" → "geliyor", "anlamıyor" → "anlıyor"."""
    stem, rest = match["stem"], match["rest"]
    if stem[-1].lower() in VOWELS:
        stem = stem[:-1]
        if not any(char in VOWELS for char in stem.lower()):
            return None
    stem = SOFTENED.get(stem, stem)
    return f"{stem}{HARMONY[_last_vowel(stem)]}yor{rest}"


def _future(match: re.Match[str]) -> str:
    stem = SOFTENED.get(match["stem"], match["stem"])
    return stem + ("y" if stem[-1].lower() in VOWELS else "") + match["ending"]


def _aorist(match: re.Match[str]) -> str | None:
    stem = match["stem"].lower()
    if stem not in AORIST or match["rest"]:
        return None
    return SOFTENED.get(match["stem"], match["stem"]) + AORIST[stem]


RULES = (
    rule(r"⟨değil⟩[^.;!?]{1,40}, ", None),
    rule(r"\s*⟨değil⟩(?= mi\b)", ""),
    rule(r" ⟨değil(?:dir)?⟩(?=\s*[.,;!?]|$)", ""),
    rule(r"⟨değil\w*⟩", None),
    *each({"yok": "var", "yoktu": "vardı", "yoktur": "vardır", "hayır": "evet"}),
    rule(r"⟨(?P<stem>\w+?)m[ae](?P<ending>(?:d[ıi]|m[ıi]ş)\w*)⟩", _past),
    rule(r"⟨(?P<stem>\w+?)m[ıiuü]yor(?P<rest>\w*)⟩", _present),
    rule(r"⟨(?P<stem>\w+?)m[ae]y(?P<ending>(?:aca|ece)[kğ]\w*)⟩", _future),
    rule(r"⟨(?P<stem>\w+?)m[ae]z(?P<rest>\w*)⟩", _aorist),
)

AFFIRMATION = Affirmation(RULES)
