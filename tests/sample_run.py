"""Runs for the tests of the pages: real records, written by the real store, with text that means harm among them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from nmt_audit.records import Audited, Evidence, Explanation, Flag, Segment, Span, Token
from nmt_audit.store import Explained, Run, flag_ids, new_run, open_run

PIECE = 5  # letters: long words come in several pieces, as with a real vocabulary
LEDGER = ("source", "target", "initial", "bias", "offset", "stabiliser")

HOSTILE = {
    "hostile-script": "<script>window.hacked=1</script> Das ist </script> ein Test <!-- <script>.",
    "hostile-image": '<img src=x onerror="window.hacked=1"> Das Bild fehlt & "bleibt" \'weg\'.',
    "hostile-controls": "Zeile\u2028eins\u2029zwei \x00 Nul \x1b[31m rot \x7f \u0085 \ufffe Ende.",
    "hostile-bidi": "Der Name \u202eKEHRTUM\u202c steht \u2066hier\u2069 und \u200fdort.",
    "hostile-long": "Wort" * 1500 + " " + "und noch eins " * 290 + "Ende.",
    "hostile-emoji": "Grüße 👩‍👩‍👧‍👦 aus 🇩🇪 und Z͑ͫ̓ͪ̂a̴l̷g̸o.",
    "../../../hostile id?#<b>%2e": "Der Bezeichner ist böse.",
}


@dataclass(frozen=True)
class Planted:
    """A pair of sentences with the flags that a check could have raised: (category, side, words, rule, value, message)."""

    id: str
    source: str
    hypothesis: str
    reference: str
    flags: tuple[tuple[str, str, str | None, str, float, str], ...] = ()
    counterpart: str | None = None
    languages: tuple[str, str] = ("de", "en")


PLANTED = (
    Planted(
        "news-004", "Wir gehen heute nicht ins Kino, obwohl er morgen nach Berlin fahren muss.",
        "We are not going to the cinema today.",
        "We are not going to the cinema today although he has to travel to Berlin tomorrow.",
        (
            ("OMISSION", "src", "obwohl er morgen nach Berlin fahren muss", "omission.contrastive", 3.1,
             "“obwohl er morgen nach Berlin fahren muss” has no counterpart: the translation gets likelier without it"),
            ("EARLY_EOS", "tgt", "", "early_eos.margin", 2.4,
             "The translation ends although half of the source has not been looked at"),
        ),
    ),
    Planted(
        "news-011", "Das Parlament hat der Regierung gestern das Vertrauen ausgesprochen.",
        "The parliament of the parliament expressed confidence in the government yesterday.",
        "Parliament expressed its confidence in the government yesterday.",
        (("REPETITION", "tgt", "of the parliament", "repetition.phrase", 2.0, "“the parliament” is said twice; the source says it once"),),
    ),
    Planted(
        "talk-007", "Ein wichtiges Thema des Treffens sind die transatlantischen Beziehungen.",
        "An important topic of the meeting is to forge ahead.",
        "One important topic of the meeting is transatlantic relations.",
        (
            ("UNRELATED", "tgt", "forge ahead", "unrelated.gain", 4.2, "Nothing in the source calls for “forge ahead”"),
            ("OMISSION", "src", "transatlantischen Beziehungen", "omission.coverage", 1.9,
             "“transatlantischen Beziehungen” has hardly been looked at"),
        ),
    ),
    Planted(
        "talk-012", "Ohne Lösung der Existenzfrage kann man nicht von Entwicklung sprechen.",
        "Without solving the question of existence we will talk about development.",
        "Without a solution to the question of subsistence, one cannot speak of development.",
        (("NEGATION", "src", "nicht", "negation.cue", 1.0, "“nicht” denies something; no word of the translation does"),),
    ),
    Planted(
        "mail-002", "Bitte schicken Sie mir die Rechnung nicht per Post.",
        "Please send me the bill by post.", "Please do not send me the invoice by post.",
        (("NEGATION", "src", "nicht", "negation.cue", 1.0, "“nicht” denies something; no word of the translation does"),),
    ),
    Planted(
        "mail-009", "Die Donaudampfschifffahrtsgesellschaft stellt ihren Betrieb im November ein.",
        "The Danube steamboat boat boat company will cease operations in November.",
        "The Danube Steamship Company will cease operations in November.",
        (("REPETITION", "tgt", "boat boat", "repetition.word", 3.0, "“boat” is said three times in a row"),),
    ),
    Planted(
        "book-021",
        "Als der Regen endlich nachließ, packten die Kinder, die den ganzen Vormittag am Fenster gesessen hatten, ihre Eimer "
        "und Schaufeln ein und liefen, ohne sich noch einmal umzudrehen, über die nasse Wiese hinunter zum Strand.",
        "When the rain finally let up, the children who had been sitting at the window all morning packed their buckets and "
        "shovels.",
        "When the rain finally let up, the children, who had been sitting at the window all morning, packed up their buckets "
        "and spades and, without turning round once more, ran across the wet meadow down to the beach.",
        (
            ("EARLY_EOS", "tgt", "", "early_eos.margin", 5.2, "The translation ends long before the source does"),
            ("OMISSION", "src", "und liefen, ohne sich noch einmal umzudrehen, über die nasse Wiese hinunter zum Strand",
             "omission.contrastive", 6.3, "The last clause has no counterpart"),
        ),
    ),
    Planted(
        "chat-003", "Kommst du mit?", "Are you coming along with the dog?", "Are you coming?",
        (("UNRELATED", "tgt", "with the dog", "unrelated.gain", 2.2, "Nothing in the source calls for “with the dog”"),),
    ),
    Planted(
        "zh-001", "会议的一个重要议题是跨大西洋关系。", "A key topic of the meeting is to forge ahead.",
        "One key topic of the meeting is transatlantic relations.",
        (("UNRELATED", "tgt", "forge", "unrelated.gain", 3.3, "Nothing in the source calls for “forge”"),),
        languages=("zh", "en"),
    ),
    Planted(
        "ar-001", "لن نذهب إلى السينما اليوم.", "We will go to the cinema today.", "We will not go to the cinema today.",
        (("NEGATION", "src", "لن", "negation.cue", 1.0, "“لن” denies something; no word of the translation does"),),
        languages=("ar", "en"),
    ),
)  # fmt: skip


def tokens(text: str) -> tuple[Token, ...]:
    """Pieces of at most PIECE characters, and `</s>`."""
    pieces = []
    for word in re.finditer(r"\w+|[^\w\s]", text):
        for start in range(word.start(), word.end(), PIECE):
            end = min(start + PIECE, word.end())
            mark = "▁" if start == word.start() and (start == 0 or text[start - 1] == " ") else ""
            pieces.append(Token(mark + text[start:end], 10 + sum(map(ord, text[start:end])) % 990, start, end))
    return (*pieces, Token("</s>", 2, len(text), len(text)))


def evidence(segment: Segment, seed: int) -> Evidence:
    """Numbers as a model could give them: attention along the diagonal, a little noise everywhere."""
    random = np.random.default_rng(seed)
    source, target = tokens(segment.source), tokens(segment.hypothesis or "")
    rows, columns = len(target), len(source)
    place = np.linspace(0, columns - 1, rows)[:, None] - np.arange(columns)[None, :]
    attention = np.exp(-0.5 * (place / 0.8) ** 2) + 0.03 * random.random((rows, columns))
    logprobs = -random.gamma(0.7, 0.4, rows)
    return Evidence(
        source, target, logprobs, -logprobs, np.zeros(rows, np.int64), np.zeros(rows),
        attention / attention.sum(axis=1, keepdims=True), random.normal(2, 1, rows), 1.5,
        continuation="although he has to go to Berlin" if segment.id == "news-004" else None,
    )  # fmt: skip


def explanation(evidence: Evidence, position: int, state: str, seed: int, scale: float = 1.0) -> Explanation:
    """Relevance as a rule set could give it: attention in the context, more and more of the end mark and the prefix later."""
    random = np.random.default_rng(seed)
    drift = {"context": 0.1, "target": 0.5, "output": 1.0, "logit": 0.9}[state]
    source = evidence.attention[position] * (1.2 - 0.7 * drift) + 0.08 * random.normal(size=len(evidence.source_tokens))
    source[-1] += drift * (1.3 if position == len(evidence.target_tokens) - 1 else 0.2)
    prefix = drift * 0.12 * random.normal(size=position)
    if position and state != "context":
        prefix[-1] += 0.8 * drift
    if state == "logit":
        source -= 0.7 * evidence.attention[position]
    source, prefix = scale * source, scale * prefix
    ledger = {"source": float(source.sum()), "target": float(prefix.sum()), "initial": 0.1, "bias": 0.62, "offset": -0.16,
              "stabiliser": 0.0}  # fmt: skip
    if scale > 1:  # the words cancel out to an ordinary value: what a blown-up map looks like
        ledger["stabiliser"] = 1.3 - sum(ledger.values())
    return Explanation(
        evidence.source_tokens, evidence.target_tokens, (position,), state, "lrp", "stable", 0.0,
        "▁not" if state == "logit" else None, source, prefix, {"value": sum(ledger.values()), **ledger},
    )  # fmt: skip


def sample_run(out: Path, *, model: bool = True, clean: int = 45, flagged: bool = True) -> Run:
    """A run of about sixty segments: planted ones, hostile ones, and clean ones of the demo corpus."""
    audited, explained = [], []
    for number, planted in enumerate([*_planted(), *_hostile(), *_clean(clean)] if flagged else [*_clean(clean)]):
        item, explanations = _audit(planted, number, model)
        audited.append(item)
        explained += explanations
    audited.append(Audited(Segment("empty-1", "", "de", "en", "", ""), "empty", None, None, {}, (), ()))
    audited.append(Audited(Segment("long-1", "Zu lang. " * 400, "de", "en"), "too_long", None, None, {}, (), (), ("NEGATION",)))
    with new_run(out) as writer:
        writer.shard(0, audited[:40], [item for item in explained if item.segment_id in {a.segment.id for a in audited[:40]}])
        writer.shard(1, audited[40:], [item for item in explained if item.segment_id in {a.segment.id for a in audited[40:]}])
        writer.manifest(manifest(audited, model))
    return open_run(out)


def manifest(audited: Sequence[Audited], model: bool) -> dict[str, object]:
    """What the pipeline notes about a run."""
    flags = [flag.category for item in audited for flag in item.flags]
    categories = ("OMISSION", "REPETITION", "UNRELATED", "NEGATION", "EARLY_EOS")
    return {
        "name": "Nightly de-en", "date": "2024-05-17", "state": "complete", "src_lang": "de", "tgt_lang": "en",
        "model": {"name": "rnnsearch-de-en", "fingerprint": "3fb2c91e" * 8} if model else None,
        "scores": [
            {"name": "BLEU", "value": 41.23, "low": 40.31, "high": 42.17, "signature": "nrefs:1|bs:1000|case:mixed|tok:13a|version:2.4"},
            {"name": "chrF", "value": 60.31, "low": 59.6, "high": 61.0, "signature": "nrefs:1|bs:1000|case:mixed|nc:6|nw:0|version:2.4"},
            {"name": "TER", "value": 44.0, "low": None, "high": None, "signature": "nrefs:1|case:lc|version:2.4"},
        ],
        "counts": {
            "segments": len(audited), "flagged": sum(bool(item.flags) for item in audited),
            "flags": {name: flags.count(name) for name in categories}, "not_checked": {"NEGATION": 1},
        },
        "thresholds": {
            "origin": "at most 2 % of 900 clean segments flagged per category", "rate": 0.02,
            "rules": {"omission.contrastive": 1.4, "omission.coverage": 1.2, "negation.cue": 0.5, "early_eos.margin": 1.1,
                      "repetition.phrase": 1.0, "repetition.word": 1.0, "unrelated.gain": 1.8},
            "false_alarms": {"OMISSION": 0.019, "REPETITION": 0.004, "UNRELATED": 0.02, "NEGATION": 0.011, "EARLY_EOS": None},
        },
        "settings": {"beam": 5, "rules": "stable", "seed": 1, "threads": 2},
        "versions": {"nmt-audit": "0.1.0", "torch": "2.13.0", "sacrebleu": "2.5.1"},
        "data": {"source": "a1" * 32, "reference": "b2" * 32}, "command": "audit", "timings": {},
    }  # fmt: skip


def _planted() -> Iterator[Planted]:
    yield from PLANTED


def _hostile() -> Iterator[Planted]:
    for name, text in HOSTILE.items():
        word = text.split()[0][:40]
        yield Planted(name, text, text, text, (("UNRELATED", "tgt", word, "unrelated.gain", 2.0, f"Nothing calls for “{word}”"),))


def _clean(count: int) -> Iterator[Planted]:
    lines = (files("nmt_audit") / "demo" / "corpus.de-en.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[:count]:
        row = json.loads(line)
        yield Planted(row["id"], row["source"], row["reference"], row["reference"])


def _audit(planted: Planted, seed: int, model: bool) -> tuple[Audited, list[Explained]]:
    segment = Segment(planted.id, planted.source, *planted.languages, planted.reference, planted.hypothesis)
    found = evidence(segment, seed) if model and len(planted.source) < 5000 else None
    flags = tuple(_flag(segment, found, *row) for row in planted.flags)
    names = flag_ids(segment, flags)
    random = np.random.default_rng(seed)
    chrf = 100.0 if planted.hypothesis == planted.reference else float(random.uniform(30, 80))
    scores = {"bleu": 0.8 * chrf, "chrf": chrf - 25 * float(random.random()), "ter": 100 - chrf}
    explained = []
    for name, flag in zip(names, flags, strict=True):
        for position in flag.positions if found is not None else ():
            for state in ("context", "target", "output", *(("logit",) if flag.category == "NEGATION" else ())):
                blown = 1e9 if (planted.id, state) == ("mail-009", "output") else 1.0
                assert found is not None
                explained.append(Explained(segment.id, name, explanation(found, position, state, seed + position, blown)))
    if found is not None and not flags:
        explained.append(Explained(segment.id, None, explanation(found, 0, "output", seed)))
    return Audited(segment, "ok", None, found, scores, flags, names), explained


def _flag(
    segment: Segment, found: Evidence | None, category: str, side: str, words: str | None, rule: str, value: float, message: str
) -> Flag:
    text = segment.source if side == "src" else segment.hypothesis or ""
    start = None if words is None else text.index(words) if words else len(text)
    end = None if start is None or words is None else start + len(words)
    positions: tuple[int, ...] = ()
    if found is not None:
        last = len(found.target_tokens) - 1
        inside = (
            place for place, token in enumerate(found.target_tokens)
            if side == "tgt" and start is not None and end is not None and token.start < end and start < token.end
        )  # fmt: skip
        positions = tuple(range(last + 1)) if category == "NEGATION" else tuple(inside) or (last,)
    counterpart = Span("src", 0, len(segment.source.split()[0])) if category == "REPETITION" else None
    return Flag(
        category, "src" if side == "src" else "tgt", start, end, value / (value + 1.4), rule, 1.4, value, message, positions,
        counterpart,
    )  # fmt: skip
