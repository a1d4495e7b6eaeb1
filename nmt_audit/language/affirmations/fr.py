"""French: both parts go ("ne … pas"), elision comes back ("je n'aime pas" → "j'aime")."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, Made, each, rule

VOWEL = r"[aeiouyàâéèêëîïôùûœæ]|h(?:abi|és|eur|onn|onor|om|um|isto|ôt|ôp|erb|orr|aïr)"
ELIDED = {"je": "j'", "me": "m'", "te": "t'", "se": "s'", "ce": "c'", "que": "qu'", "de": "d'", "le": "l'", "la": "l'"}
HAVE = (
    r"(?:ai|as|a|avons|avez|ont|avais|avait|avions|aviez|avaient|aurai|aura|aurais|aurait|suis|es|est|sommes|êtes"
    r"|sont|étais|était|étaient|ait|eût|fut)"
)
PARTICIPLE = r"(?:\w+(?:é|i|u|is|it|ert|aint|eint|uit|ées?|és|ue?s?)|fait|dit|mis|pris)\b"
PARTITIVE = {
    "argent": "de l'argent", "eau": "de l'eau", "temps": "du temps", "pain": "du pain", "chance": "de la chance",
    "travail": "du travail", "courage": "du courage", "lait": "du lait", "sucre": "du sucre", "café": "du café",
    "viande": "de la viande", "vin": "du vin", "bruit": "du bruit", "espoir": "de l'espoir",
    "patience": "de la patience",
    "air": "de l'air", "essence": "de l'essence", "sel": "du sel", "neige": "de la neige", "fièvre": "de la fièvre",
    "musique": "de la musique", "humour": "de l'humour", "alcool": "de l'alcool", "bière": "de la bière",
    "bon": "un bon", "voiture": "une voiture", "idée": "une idée", "problème": "un problème", "ami": "un ami",
    "amie": "une amie", "raison": "une raison", "solution": "une solution", "choix": "le choix", "doute": "un doute",
    "enfant": "un enfant", "frère": "un frère", "père": "un père", "réponse": "une réponse", "preuve": "une preuve",
    "chien": "un chien", "chat": "un chat", "place": "de la place", "mal": "du mal", "sens": "un sens",
}  # fmt: skip
FEMININE = re.compile(r"\w+(?:tion|sion|té|ure|ence|ance|ie|ette|ée|esse|ude)$", re.IGNORECASE)
MASCULINE = re.compile(r"\w+(?:ment|age|eau|isme|teur|oir|el|al|et|ier)$", re.IGNORECASE)


def _some(noun: str) -> str | None:
    """The noun of "pas de …" with the article that an affirmation has; None where its gender does not show."""
    low = noun.lower()
    if low in PARTITIVE:
        return PARTITIVE[low]
    if low.endswith(("s", "x")):
        return f"des {noun}"
    if FEMININE.match(low):
        return f"une {noun}"
    return f"un {noun}" if MASCULINE.match(low) else None


def _after_elision(before: str, text: str) -> str:
    """ "je" + "aime" → "j'aime"."""
    low = before.lower().strip()
    if low in ELIDED and re.match(VOWEL, text, re.IGNORECASE):
        return (ELIDED[low].capitalize() if before[:1].isupper() else ELIDED[low]) + text
    return f"{before} {text}" if before.strip() else text


def _plain(match: re.Match[str]) -> str | None:
    return _after_elision(match["before"] or "", match["verb"])


def _partitive(match: re.Match[str]) -> str | None:
    """ "je n'ai pas d'argent" → "j'ai de l'argent"."""
    noun = _some(match["noun"])
    still = " encore" if match["second"].lower() == "plus" else ""
    return None if noun is None else _after_elision(match["before"] or "", f"{match['verb']}{still} {noun}")


def _then(second: str) -> Made:
    """The verb with another word in place of the second part: "ne fume plus" → "fume encore"."""
    return lambda match: _after_elision(match["before"] or "", f"{match['verb']} {second}")


def _something_done(match: re.Match[str]) -> str:
    """ "n'a rien vu" → "a vu quelque chose"."""
    return _after_elision(match["before"] or "", f"{match['verb']} {match['done']} quelque chose")


def _one(match: re.Match[str]) -> str:
    return _after_elision(match["before"] or "", f"{match['verb']} un{match['e']}")


NE = r"(?:(?P<before>\b(?:je|ce|que|de|le|la)\b)\s*)?⟨n(?:e|')⟩\s*"
VERB = r"(?P<verb>[^.,;:!?⟨]{1,50}?)"

RULES = (
    # "ne me regarde pas" would become "regarde-moi"
    rule(r"(?:^|[.!?:;«\"] ?)⟨n(?:e|')⟩\s*(?:me|te|le|la|les|lui|nous|vous|se|y|en|m'|t'|l'|s')\b[^?]*$", None),
    rule(r"⟨n(?:e|')⟩\s*[^.;!?]{1,60}?\bpas\b[^.;!?]{1,60}?,? mais (?:une?|l[ae]s?|d[eu]|des|à|pour|parce)\b", None),
    rule(r"(?P<before>\b(?:de|à|pour)\b)\s*⟨ne⟩ (?:pas|plus|jamais) (?P<verb>\w+)", _plain),
    rule(r"(?P<before>)⟨ne⟩ (?:pas|plus|jamais) (?P<verb>\w+)", _plain),
    rule(NE + VERB + r" ni (?P<one>[^,.;!?]{1,40}?) ni\b",
         lambda match: _after_elision(match["before"] or "", f"{match['verb']} {match['one']} et")),
    rule(NE + VERB + r" (?P<second>pas|plus) d(?:e |')(?P<noun>\w+)", _partitive),
    rule(NE + VERB + r" (?:jamais|guère|point) d(?:e |')\w+", None),
    rule(NE + VERB + r" (?:pas|point) encore\b", _then("déjà")),
    rule(NE + VERB + r" (?:pas du tout|pas vraiment|absolument pas|pas|point)\b", _plain),
    rule(NE + r"(?P<verb>(?:l'|les? |y |en |lui |m'|t'|s')*" + HAVE + r"(?:-\w+)?) jamais\b",
         _then("déjà")),
    rule(NE + VERB + r" jamais\b", _then("toujours")),
    rule(NE + r"(?P<verb>(?:l'|les? |y |en |lui |m'|t'|s')*" + HAVE + r"(?:-\w+)?) rien (?P<done>" + PARTICIPLE + ")",
         _something_done),
    rule(NE + VERB + r" (?:plus )?rien\b", _then("quelque chose")),
    rule(NE + VERB + r" plus\b", _then("encore")),
    rule(NE + VERB + r" (?:plus )?personne\b", _then("quelqu'un")),
    rule(NE + VERB + r" nulle part\b", _then("quelque part")),
    rule(NE + VERB + r" aucun(?P<e>e?)\b", _one),
    rule(NE + VERB + r" guère\b", _then("beaucoup")),
    rule(r"⟨n(?:e|')⟩", None),
    # the other part comes first
    rule(r"⟨personne⟩ (?:d'autre )?n(?:e |')", "quelqu'un "),
    rule(r"⟨rien⟩ (?:d'autre )?n(?:e |')", "quelque chose "),
    rule(r"⟨jamais⟩ ([^.,;!?]{1,30}?) ?\bn(?:e |')", None),
    rule(r"⟨aucun(e?)⟩ ((?:d'|de |des |du )?[^.,;!?]{1,40}?) n(?:e |')", r"un\1 \2 "),
    # one part only
    rule(r"⟨non⟩ plus\b", None),
    rule(r"⟨non⟩(?=\s*[,.!?])", "oui"),
    rule(r"⟨(?:personne|rien|jamais|aucune?|nullement|non)⟩", None),
    rule(r"\b(?:pourquoi|ou) ⟨pas⟩", None),
    rule(r"⟨pas⟩ (?:encore)\b", "déjà"),
    rule(r"⟨pas⟩ d(?:e |')", None),
    rule(r"\s*⟨pas⟩(?: du tout)?", ""),
    rule(r"⟨sans⟩ (?=(?:une?|le|la|les|l'|mon|ma|mes|ton|ta|tes|son|sa|ses|notre|nos|votre|vos|leur|leurs|ce|cet|cette"
         r"|ces|moi|toi|lui|elle|elles|nous|vous|eux)(?:\b|'))", "avec "),
    # affixes
    *each({"malheureux": "heureux", "malheureuse": "heureuse", "malheureuses": "heureuses", "malhonnête": "honnête",
           "malhonnêtes": "honnêtes", "malheureusement": "heureusement"}),
    rule(r"'⟨(?:in|im|il|ir|dés)\w+⟩", None),
    rule(r"⟨im(possib\w*|mobil\w*|moral\w*|patien\w*|parfait\w*|précis\w*|prob\w*|prud\w*|puiss\w*)⟩", r"\1"),
    rule(r"(?P<before>\b(?:de|que|je|le|la|ce)\b )?⟨(?:in|dés)(?P<verb>(?:acceptab|actif|active|adapt|adéqu|égal"
         r"|effic|exact"
         r"|explic|utile|utiles|agré|avantage|obé|ordre)\w*)⟩", _plain),
    rule(r"⟨in((?:capab|certain|compat|compét|complet|compréh|connu|correct|croyab|direct|juste|satisf|signifi|stab"
         r"|suffis|tolér|valid|visib)\w*)⟩", r"\1"),
    rule(r"⟨(?:il|ir)((?:légal|légit|lisib|logi|réel|régul|respons|révers)\w*)⟩", r"\1"),
    rule(r"⟨non-(\w+)⟩", r"\1"),
)  # fmt: skip


def _affirmative(rest: str) -> str:
    return re.sub(r"\bnon plus\b", "aussi", re.sub(r"\bdu tout\b ?", "", rest, count=1), count=1)


AFFIRMATION = Affirmation(RULES, after=_affirmative)
