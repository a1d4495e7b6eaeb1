"""Dutch: "niet" goes, "geen" becomes "een" or nothing, "nooit" becomes "altijd"."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, rule

MASS = frozenset(
    "geld tijd water zin honger dorst angst hulp suiker melk brood vlees muziek koffie thee bier wijn alcohol geluk "
    "plaats ruimte stroom recht werk belangstelling spijt haast last nieuws bewijs ervaring lucht licht sneeuw regen "
    "zout rijst vertrouwen rust slaap succes schuld behoefte ruzie gas olie papier sport voetbal vis kaas frans duits "
    "engels verstand trek geduld pijn invloed idee".split()
) - {"idee"}
PERFECT = r"(?:heb|hebt|heeft|hebben|had|hadden|ben|bent|is|zijn|was|waren)"


def _article(match: re.Match[str]) -> str:
    """ "geen hond" → "een hond", "geen kinderen" → "kinderen", "geen geld meer" → "nog geld"."""
    adjective, noun = match["adjective"] or "", match["noun"]
    still = "nog " if match["more"] else ""
    plural = re.search(r"(?:en|s|a's|o's|eren)$", noun) and not re.search(r"(?:is|us|ss|os|as|ies)$", noun)
    if noun.lower() in MASS or plural:
        return f"{still}{adjective}{noun}"
    return f"{still}een {adjective}{noun}"


RULES = (
    rule(r"⟨(?:niet|geen|niets)⟩ [^.;!?]{1,80}?,? maar (?:een|de|het|om|in|van|door|met)\b", None),
    rule(r"⟨noch⟩ (.{1,100}?),? noch\b", r"zowel \1 als"),
    rule(r"⟨noch⟩", None),
    rule(r"⟨(?:nee|neen)⟩", "ja"),
    rule(r"\bnog (?:helemaal )?⟨niet⟩", "al"),
    rule(r"⟨niet⟩ meer\b", "nog"),
    rule(r"⟨niet⟩ eens\b", "zelfs"),
    rule(r"\b(?:waarom|of|liever|beter) ⟨niet⟩(?=\s*[,.?!])", None),
    rule(r"\s*\b(?:helemaal|absoluut|echt|zeker) ⟨niet⟩", ""),
    rule(r"\s*⟨(?:niet|geenszins)⟩", ""),
    rule(r"⟨geen⟩ (?:van|enkele?|één|een)\b", None),
    rule(r"⟨geen⟩ (?P<adjective>(?:\w{2,}e (?=\w{3,}))?)(?P<noun>[\w-]+)\b(?P<more> meer\b)?", _article),
    rule(r"⟨geen⟩", None),
    rule(r"\bnog ⟨nooit⟩(?: eerder)?", "ooit"),
    rule(r"⟨nooit⟩ meer\b", "weer"),
    rule(rf"(\b{PERFECT}\b[^.;!?]*?)⟨nooit⟩", r"\1ooit"),
    rule(r"⟨nooit⟩", "altijd"),
    rule(r"⟨niemand⟩(?: meer\b)?", "iemand"),
    rule(r"⟨(?:niets|niks)⟩ meer\b", "nog iets"),
    rule(r"(?:helemaal )?⟨(?:niets|niks)⟩", "iets"),
    rule(r"⟨nergens⟩", "ergens"),
    rule(r"⟨zonder⟩ (?:te|dat|meer|twijfel)\b", None),
    rule(r"⟨zonder⟩ [^.,;!?]{1,40} te\b", None),
    rule(r"⟨zonder⟩ ", "met "),
    rule(r"⟨(?:nauwelijks|amper)⟩", None),
    rule(r"⟨on(\w+)⟩", r"\1"),
)  # fmt: skip

AFFIRMATION = Affirmation(RULES)
