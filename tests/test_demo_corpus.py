"""The demo corpus keeps its promised size, variety and cleanliness."""

import json
import re
import unicodedata
from collections import Counter
from importlib.resources import files

MINIMUM = {
    "everyday": 60,
    "negation": 90,
    "long": 75,
    "numbers": 35,
    "names": 25,
    "rare": 35,
    "repetition": 25,
    "dialogue": 15,
    "very-long": 1,
}

NEGATION_CUE = re.compile(
    r"\b(?:nichts?|kein(?:e[mnrs]?|eswegs)?|nie(?:mals|mand(?:e[mn]|es)?)?|nirgend(?:s|wo)|ohne|kaum|weder"
    r"|(?:hoffnungs|sinn|erfolg|arbeits|wort)los(?:e[mnrs]?)?"
    r"|un(?:möglich|ehrlich|höflich|vorsichtig|bequem|bekannt|interessant|lösbar|gewöhnlich|wahrscheinlich)"
    r"(?:e[mnrs]?)?)\b",
    re.IGNORECASE,
)

# A subordinating word opens the sentence or follows a comma; a relative pronoun counts only after a comma and only
# when it is not an article in front of a capitalised noun.
SUBORDINATE_MARKER = re.compile(
    r"(?:^|, (?:und |auch |kurz |noch |als |so )?)"
    r"(?i:als|bevor|bis|da|dadurch, dass|damit|dass|ehe|falls|indem|nachdem|ob|obwohl|seit|seitdem|sobald|sofern"
    r"|solange|sooft|während|warum|was|weil|welche[mnrs]?|wenn|wer|wie|wo)\b"
    r"|, (?:(?:an|auf|aus|bei|durch|für|in|mit|nach|über|um|unter|von|vor|zu) )?"
    r"(?:(?:der|die|das|dem|den|denen)(?! [A-ZÄÖÜ])|deren|dessen)\b",
)


def load_rows() -> list[dict[str, str]]:
    path = files("nmt_audit") / "demo" / "corpus.de-en.jsonl"
    rows: list[dict[str, str]] = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return rows


def word_count(text: str) -> int:
    """Count words; a number such as 2,79 or a compound such as Baden-Baden is one word."""
    return len(re.findall(r"\w+(?:[-.,:]\w+)*", text))


def test_rows_have_the_four_text_fields() -> None:
    for row in load_rows():
        assert list(row) == ["id", "kind", "source", "reference"]
        assert all(value for value in row.values()), row


def test_counts_per_kind() -> None:
    rows = load_rows()
    counts = Counter(row["kind"] for row in rows)
    assert len(rows) >= 300
    assert set(counts) == set(MINIMUM)
    for kind, minimum in MINIMUM.items():
        assert counts[kind] >= minimum, kind


def test_ids_are_unique_and_numbered_within_their_kind() -> None:
    seen: Counter[str] = Counter()
    for row in load_rows():
        seen[row["kind"]] += 1
        assert row["id"] == f"{row['kind']}-{seen[row['kind']]:03d}"


def test_sources_and_references_are_unique() -> None:
    rows = load_rows()
    assert len({row["source"] for row in rows}) == len(rows)
    assert len({row["reference"] for row in rows}) == len(rows)


def test_text_is_clean() -> None:
    for row in load_rows():
        for text in row.values():
            assert text == " ".join(text.split()), row["id"]
            assert text.isprintable(), row["id"]
            assert unicodedata.is_normalized("NFC", text), row["id"]


def test_every_negation_sentence_has_a_cue() -> None:
    negation = [row for row in load_rows() if row["kind"] == "negation"]
    assert [row["id"] for row in negation if not NEGATION_CUE.search(row["source"])] == []
    assert len(negation) >= 80
    assert sum(word_count(row["source"]) >= 18 for row in negation) >= 15


def test_negation_cues_are_varied() -> None:
    cues = Counter(
        match.group().lower()
        for row in load_rows()
        if row["kind"] == "negation"
        for match in NEGATION_CUE.finditer(row["source"])
    )
    wanted = ["nicht", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie", "niemals", "niemand", "nichts"]
    wanted += ["nirgends", "ohne", "kaum", "weder", "unmöglich", "unehrlich", "hoffnungslos", "sinnlos"]
    assert [cue for cue in wanted if not cues[cue]] == []


def test_long_sentences_are_long_and_have_subordinate_clauses() -> None:
    long_rows = [row for row in load_rows() if row["kind"] == "long"]
    assert all(20 <= word_count(row["source"]) <= 45 for row in long_rows)
    assert sum(bool(SUBORDINATE_MARKER.search(row["source"])) for row in long_rows) >= 60


def test_exactly_one_sentence_of_a_hundred_words() -> None:
    very_long = [row for row in load_rows() if word_count(row["source"]) >= 100]
    assert [row["kind"] for row in very_long] == ["very-long"]
    assert word_count(very_long[0]["source"]) <= 110
