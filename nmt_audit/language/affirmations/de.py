"""German: "nicht" goes, "kein" becomes "ein" or nothing, "nie" becomes "immer"."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, each, rule

MASS = frozenset(
    "geld zeit wasser hunger durst angst lust hilfe zucker milch brot fleisch musik kaffee tee bier wein alkohol glück "
    "appetit platz strom benzin recht sinn mut kraft arbeit deutsch englisch französisch spanisch interesse fleiß spaß "
    "freude hoffnung geduld erfahrung luft licht schnee regen obst gemüse salz reis vertrauen ruhe schlaf erfolg "
    "schuld "
    "bedarf streit gas öl papier sport fußball klavier gitarre wert".split()
)
PLURALS = frozenset(
    "freunde tage jahre hunde tiere probleme beweise gründe pläne gäste schuhe filme pilze brüder fische steine spiele "
    "briefe feinde wege preise unterschiede geschenke fortschritte zweifel fehler zimmer lehrer schüler mittel vögel "
    "äpfel ergebnisse hinweise anzeichen söhne eltern geschwister leute kinder bücher medikamente geräusche verluste "
    "dokumente argumente termine aufträge erfolge witze monate pferde schiffe züge vorwürfe versuche".split()
)
FEMININE_ER = frozenset(
    "mutter tochter schwester feder butter nummer leiter steuer dauer mauer trauer feier oper".split()
)
DATIVE = {"den": "dem", "einen": "einem", "das": "dem", "mich": "mir", "dich": "dir", "ihn": "ihm", "uns": "uns",
          "euch": "euch", "eine": "einer", "jeden": "jedem", "diesen": "diesem", "dieses": "diesem"}  # fmt: skip
PERFECT = (
    r"(?:habe|hast|hat|haben|habt|hatte|hattest|hatten|hattet|bin|bist|ist|sind|seid|war|warst|waren|wart|hab|hätte"
    r"|hätten|wäre|wären)"
)


def _is_plural(noun: str) -> bool:
    low = noun.lower()
    if low in PLURALS:
        return True
    if low.endswith("er"):
        return low not in FEMININE_ER
    return low.endswith(("en", "ungen", "heiten", "ionen")) or (low.endswith("s") and not low.endswith(("ss", "nis")))


def _article(match: re.Match[str]) -> str:
    """ "kein Hund" → "ein Hund", "keine Kinder" → "Kinder", "kein Geld mehr" → "noch Geld"."""
    ending, adjective, noun = match["ending"], match["adjective"] or "", match["noun"]
    still = "noch " if match["more"] else ""
    if noun.lower() in MASS and not adjective:
        return still + noun
    if ending == "e" and (_is_plural(noun) or re.search(r"en $", adjective)):
        return still + re.sub(r"n $", " ", adjective) + noun
    return f"{still}ein{ending} {adjective}{noun}"


def _with(match: re.Match[str]) -> str | None:
    """ "ohne seinen Hut" → "mit seinem Hut"; None where the ending does not show the gender."""
    word = match["word"]
    low = word.lower()
    if low in DATIVE:
        return f"mit {DATIVE[low]}"
    if re.fullmatch(r"(?:m|d|s)einen|ihren|unseren|euren", low):
        return f"mit {low[:-1]}m"
    if re.fullmatch(r"(?:ein|mein|dein|sein|ihr|unser|euer)", low):
        return f"mit {low.replace('euer', 'eur')}em"
    return f"mit {word}" if word[0].isupper() else None


def _bare(match: re.Match[str]) -> str:
    """The word without "un", with the capital of a noun: "Unglück" → "Glück"."""
    return match["word"].capitalize() if match["un"][0] == "U" else match["word"]


RULES = (
    rule(r"⟨(?:nicht|kein\w*|nichts)⟩ [^.;!?]{1,80}?, sondern\b", None),
    rule(r"⟨weder⟩ (.{1,120}?)[ ,]+noch\b", r"sowohl \1 als auch"),
    rule(r"⟨weder⟩", None),
    rule(r"⟨(?:nein|nee|nö|ne)⟩", "ja"),
    # not
    rule(r"\bimmer noch ⟨nicht⟩", "schon"),
    rule(r"\s*\bnoch (?:gar |überhaupt )?⟨nicht⟩", " schon"),
    rule(r"⟨nicht⟩ mehr\b", "noch"),
    rule(r"⟨nicht⟩ einmal\b", "sogar"),
    rule(r"\s*\b(?:gar|überhaupt|durchaus|absolut|ganz und gar) ⟨nicht⟩", ""),
    rule(r"\b(?:wieso|warum|bestimmt|lieber|besser|ob) ⟨nicht⟩(?=\s*[,.?!])", None),
    rule(r"(?:^|[.!?] )⟨nicht⟩(?=\s*[,.?!])", None),
    rule(r"\s*⟨nicht⟩ (?:wirklich|besonders|unbedingt)\b", ""),
    rule(r"\s*⟨(?:nicht|nich|nix|net|keineswegs|keinesfalls|mitnichten)⟩", ""),
    # no
    rule(r"⟨kein(?P<ending>\w{0,2})⟩ (?-i:(?P<adjective>(?:[a-zäöüß]+e[nmrs]? )?)(?P<noun>[A-ZÄÖÜ][\w-]+))(?P<more> "
         r"mehr\b)?", _article),
    rule(r"⟨keine⟩ (?:von|der|dieser|ihrer|unserer|meiner)\b", None),
    rule(r"⟨keine⟩(?=\s*(?:[.,;!?]|$))", "welche"),
    rule(r"⟨kein(e[rnms]|s)⟩ mehr\b", r"noch ein\1"),
    rule(r"⟨kein(e[rnms]|s)⟩", r"ein\1"),
    # never
    rule(r"\b(?:noch|bisher) ⟨(?:nie|niemals)⟩(?: zuvor)?", "schon einmal"),
    rule(r"⟨(?:nie|niemals)⟩ (?:wieder|mehr)\b", "wieder"),
    rule(r"⟨(?:nie|niemals)⟩ zuvor\b", "schon zuvor"),
    rule(rf"(\b{PERFECT}\b[^.;!?]*?)⟨(?:nie|niemals)⟩", r"\1schon einmal"),
    rule(r"⟨(?:nie|niemals)⟩", "immer"),
    # nobody, nothing, nowhere
    rule(r"⟨niemand(e[nms]|)⟩ (?:anderen?m?|anders) als\b", None),
    rule(r"⟨niemand(e[nms]|)⟩ mehr\b", r"noch jemand\1"),
    rule(r"⟨niemand(e[nms]|)⟩", r"jemand\1"),
    rule(r"(?:gar |überhaupt |rein )?⟨nichts⟩ mehr\b", "noch etwas"),
    rule(r"\bnoch ⟨nichts⟩", "schon etwas"),
    rule(r"(?:gar |überhaupt |rein )?⟨nichts⟩ (?:zu danken|wie|für ungut)\b", None),
    rule(r"(?:gar |überhaupt |rein )?⟨nichts⟩", "etwas"),
    rule(r"⟨nirgend(?:s|wo)⟩", "irgendwo"),
    rule(r"⟨nirgendwo(hin|her)⟩", r"irgendwo\1"),
    # without, hardly
    rule(r"⟨ohne⟩ (?:zu|dass|daß|weiteres|zweifel|frage)\b", None),
    rule(r"⟨ohne⟩ (?P<word>\w+)\b(?! \w+ zu\b)(?! zu\b)", _with),
    rule(r"⟨kaum⟩", None),
    # affixes
    *each({"hoffnungslos": "hoffnungsvoll", "rücksichtslos": "rücksichtsvoll", "sinnlos": "sinnvoll",
           "wertlos": "wertvoll", "geschmacklos": "geschmackvoll", "taktlos": "taktvoll"}),
    rule(r"⟨un(?:endlich|entgeltlich|verhohlen|verfroren|weigerlich|wirsch|versehens|gestüm|flat|hold)\w*⟩", None),
    rule(r"⟨(?P<un>un)(?P<word>\w+)⟩", _bare),
    rule(r"⟨(?:in|il|ir|im)((?:kompetent|akzeptabel|diskret|kompatibel|stabil|offiziell|legal|regulär|relevant|rational"
         r"|reversibel|effizient|human|tolerant|korrekt)\w*)⟩", r"\1"),
    rule(r"⟨nicht-?(\w{3,})⟩", r"\1"),
    rule(r"⟨miss(traut\w*|achtet\w*)⟩", r"\1"),
)  # fmt: skip


def _affirmative(rest: str) -> str:
    return re.sub(r"\s+(?:auch nur|jemals|je)\b(?! (?:mehr|desto|nach|zwei|drei))", "", rest, count=1)


AFFIRMATION = Affirmation(RULES, after=_affirmative)
