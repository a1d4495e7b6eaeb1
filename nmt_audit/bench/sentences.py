"""German sentences made up from short lists, with English references, and hypotheses of which some have a known error.

They hold what the checks look at: numbers, names, negations, clauses and punctuation. Hypotheses say some things in
other words than the references, and FLAWED of them have one of the errors of `nmt_audit.planting`. The same seed gives
the same segments, and the first of many are those of few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import NamedTuple

from nmt_audit.bench.made_up import SYLLABLES
from nmt_audit.jsonl import write_lines
from nmt_audit.planting.altering import IN_REFERENCES
from nmt_audit.records import Segment

FLAWED = 0.15  # share of hypotheses with an error; the checks flag two of three
DONORS = 20  # hypotheses before, that words of others are taken from
DOCUMENT = 50  # segments of one
WRITTEN = ("id", "source", "hypothesis", "reference", "src_lang", "tgt_lang", "document")  # of a segment, as JSONL

# German, gender, English in one or more words.
NOUNS = """
Hund m dog; Mann m man; Brief m letter; Tisch m table; Garten m garden; Bahnhof m station; Zug m train; Arzt m
doctor physician; Lehrer m teacher; Fluss m river; Vertrag m contract agreement; Film m film movie; Wald m forest
wood; Schlüssel m key; Nachbar m neighbour; Katze f cat; Frau f woman; Stadt f city town; Zeitung f newspaper paper;
Brücke f bridge; Tür f door; Schule f school; Straße f street road; Firma f company firm; Regierung f government;
Lösung f solution answer; Wohnung f flat apartment; Insel f island; Maschine f machine; Schwester f sister; Haus n
house home; Buch n book; Auto n car automobile; Kind n child; Bild n picture image; Fenster n window; Dorf n
village; Schiff n ship vessel; Problem n problem; Gesetz n law; Krankenhaus n hospital; Lied n song; Museum n
museum; Pferd n horse; Ergebnis n result outcome
"""
# German stem, English.
ADJECTIVES = """
alt old; neu new; groß big large; klein small little; schön beautiful; grün green; blau blue; lang long; kurz short;
wichtig important; schwierig difficult hard; freundlich friendly kind; gefährlich dangerous; berühmt famous; ruhig
quiet; stark strong; einfach simple easy; jung young
"""
# German, English, its base.
VERBS = """
sieht sees see; begrüßt greets greet; beobachtet observes observe; findet finds find; sucht seeks seek; braucht
needs need; kennt knows know; besucht visits visit; beschreibt describes describe; zeigt shows show; liebt loves
love; verlässt leaves leave; erreicht reaches reach; vergisst forgets forget; bezahlt pays pay; erklärt explains
explain; bemerkt notices notice; hört hears hear; fotografiert photographs photograph; zeichnet draws draw
"""
# German, English in one or more words.
PLURALS = """
Kinder children; Häuser houses homes; Menschen people; Bücher books; Schiffe ships vessels; Autos cars; Städte
cities towns; Schüler pupils students; Briefe letters; Pferde horses; Firmen companies firms; Brücken bridges;
Soldaten soldiers; Fenster windows; Fehler mistakes errors
"""
# German, English: what many do.
STATES = """
leben live; warten wait; arbeiten work; bleiben stay remain; verschwinden disappear vanish; stehen
stand
"""
TIMES = (
    ("gestern Abend", "last night"), ("am Montag", "on Monday"), ("am Freitag", "on Friday"), ("heute", "today"),
    ("jeden Tag", "every day"), ("im Sommer", "in summer"), ("nach der Arbeit", "after work"), ("bald", "soon"),
)  # fmt: skip
JOINED = ((", und ", ", and "), (", aber ", ", but "), (", denn ", ", because "), ("; ", "; "))
ARTICLES = {"m": ("der", "den"), "f": ("die", "die"), "n": ("das", "das")}
NO = {"m": "keinen", "f": "keine", "n": "kein"}


class Said(NamedTuple):
    """The same in German, as the English reference says it, and as the English hypothesis does."""

    source: str
    reference: str
    hypothesis: str


def _table(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(entry.split()) for entry in text.split(";"))


Words = tuple[tuple[str, ...], ...]
NOUN, ADJECTIVE, VERB, PLURAL, STATE = map(_table, (NOUNS, ADJECTIVES, VERBS, PLURALS, STATES))


def made_up_segments(seed: int = 1) -> Iterator[Segment]:
    """As many as are taken; nothing but the last DONORS of them is held."""
    chance = Random(seed)
    before: deque[str] = deque(maxlen=DONORS)
    number = 0
    while True:
        said = _sentence(chance)
        hypothesis = _flawed(said.hypothesis, chance, list(before)) if chance.random() < FLAWED else said.hypothesis
        before.append(said.hypothesis)
        yield Segment(
            f"made-up-{number + 1:07d}", said.source, "de", "en", said.reference, hypothesis,
            f"document {number // DOCUMENT + 1}",
        )  # fmt: skip
        number += 1


def write_corpus(out: Path, segments: Iterable[Segment]) -> None:
    """The segments as a JSONL corpus, a line at a time. Raises OutputError where it cannot be written."""
    rows = map(asdict, segments)
    write_lines(out, ({key: row[key] for key in WRITTEN} for row in rows))


def _sentence(chance: Random) -> Said:
    said = _clause(chance)
    if chance.random() < 0.45:
        glue = chance.choice(JOINED)
        said = Said(
            *(f"{a}{by}{b}" for a, by, b in zip(said, (glue[0], glue[1], glue[1]), _clause(chance), strict=True))
        )
    stop = chance.choice("......!")
    return Said(*(f"{text[:1].upper()}{text[1:]}{stop}" for text in said))


def _clause(chance: Random) -> Said:
    return _counted(chance) if chance.random() < 0.25 else _acted(chance)


def _acted(chance: Random) -> Said:
    """Somebody does something, or does not."""
    subject, (gender, thing) = _subject(chance), _thing(chance)
    verb, does, do = chance.choice(VERB)
    how = chance.random()
    accusative = thing._replace(source=f"{ARTICLES[gender][1]} {thing.source}")
    the = accusative._replace(reference=f"the {thing.reference}", hypothesis=f"the {thing.hypothesis}")
    if how < 0.1:
        said = _joined(subject, Said(verb, f"does not {do}", f"doesn't {do}"), the, Said("nicht", "", ""))
    elif how < 0.16:
        said = _joined(subject, Said(verb, f"never {does}", f"never {does}"), the, Said("nie", "", ""))
    elif how < 0.22:
        none = Said(f"{NO[gender]} {thing.source}", f"no {thing.reference}", f"no {thing.hypothesis}")
        said = _joined(subject, Said(verb, does, does), none)
    else:
        said = _joined(subject, Said(verb, does, does), the)
    if chance.random() < 0.4:
        then, when = chance.choice(TIMES)
        said = _joined(said, Said(then, when, when))
    return said


def _counted(chance: Random) -> Said:
    """So many are in a state, at a place or in a year."""
    count = chance.choice((chance.randint(3, 99), chance.randint(101, 999), chance.randint(1_100, 99_000)))
    number = Said(f"{count:,}".replace(",", "."), f"{count:,}", f"{count:,}")
    if chance.random() < 0.2:
        share = f"{chance.randint(10, 990) / 10:.1f}"
        number = Said(f"{share.replace('.', ',')} Prozent der", f"{share} percent of the", f"{share} % of the")
    where = f"in {_name(chance)}"
    year = str(chance.randint(1900, 2030))
    place = chance.choice((Said(where, where, where), Said(f"im Jahr {year}", f"in {year}", f"in {year}")))
    return _joined(number, _either(chance.choice(PLURAL), chance), _either(chance.choice(STATE), chance), place)


def _subject(chance: Random) -> Said:
    how = chance.random()
    if how < 0.3:
        name = _name(chance)
        titles = chance.choice((("", ""), ("Frau ", "Ms "), ("Herr ", "Mr ")))
        return Said(titles[0] + name, titles[1] + name, titles[1] + name)
    gender, noun = _thing(chance, nominative=True)
    return Said(f"{ARTICLES[gender][0]} {noun.source}", f"the {noun.reference}", f"the {noun.hypothesis}")


def _thing(chance: Random, *, nominative: bool = False) -> tuple[str, Said]:
    """A gender, and a noun of it without its article, with an adjective or not; in the accusative by default."""
    german, gender, *english = chance.choice(NOUN)
    noun = _either((german, *english), chance)
    if chance.random() < 0.5:
        return gender, noun
    stem, *meanings = chance.choice(ADJECTIVE)
    ending = "e" if nominative or gender != "m" else "en"
    return gender, _joined(_either((f"{stem}{ending}", *meanings), chance), noun)


def _either(entry: tuple[str, ...], chance: Random) -> Said:
    """The first English word for the reference, any of them for the hypothesis."""
    german, *english = entry
    return Said(german, english[0], chance.choice(english))


def _joined(*parts: Said) -> Said:
    return Said(*(" ".join(filter(None, texts)) for texts in zip(*parts, strict=True)))


def _name(chance: Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 3))).capitalize()


def _flawed(text: str, chance: Random, donors: list[str]) -> str:
    """The text with an error of a kind that it can have."""
    for category in chance.sample(sorted(IN_REFERENCES), len(IN_REFERENCES)):
        change = IN_REFERENCES[category](text, "en", chance, donors)
        if change is not None and change.text.strip():
            return change.text
    return text
