"""Runs for the tests of the pages: real records, written by the real store, with text that means harm among them.

`sample_pairs.jsonl` has sentence pairs that were written for this, with the flags that a check could have raised:
category, side, suspect words, rule, value, message.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from nmt_audit.records import Audited, Evidence, Explanation, Flag, Segment, Span, Token
from nmt_audit.store import Explained, FlagNames, Run, new_run, open_run

PIECE = 5  # letters: long words come in several pieces, as with a real vocabulary
OFFSETS = {"tanh": -0.21, "gate": 0.12, "attention": -0.07}
DRIFT = {"context": 0.1, "target": 0.5, "output": 1.0, "logit": 0.9}  # from attention towards the end mark
MAPPED = ("news-004", "talk-012", "zh-001", "ar-001", "en-ar-001")  # segments that are shown in full
WIDTH = 12  # dimensions of the made-up states
SOURCE_ONLY = ("attention", "attention_saliency")
UNSIGNED = ("gradient", "attention_saliency", "gates", "gate_saliency", "variance")

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
class Architecture:
    """What kind of model a run could have been made with, and the further methods that it was asked for."""

    name: str
    path: tuple[str, ...]
    attends: bool = True
    heads: tuple[int, int] | None = None  # layers, heads
    methods: tuple[str, ...] = ()


RNNSEARCH = Architecture("rnnsearch-de-en", ("context", "target", "output"))
TRANSFORMER = Architecture(
    "marian-de-en", ("context.3", "target.3", "output", "logit"), heads=(3, 8),
    methods=("gradient_x_input", "integrated_gradients", "gradient", "erasure", "attention_saliency", "variance"),
)  # fmt: skip
AUTOENCODER = Architecture("autoencoder-en", ("target", "output"), attends=False, methods=("gates", "gate_saliency"))


@dataclass(frozen=True)
class Planted:
    """A pair of sentences with its flags: (category, side, words, rule, value, message)."""

    id: str
    source: str
    hypothesis: str
    reference: str
    flags: tuple[tuple[str, str, str | None, str, float, str], ...] = ()
    languages: tuple[str, str] = ("de", "en")


def tokens(text: str) -> tuple[Token, ...]:
    """Pieces of at most PIECE characters, and `</s>`."""
    pieces = []
    for word in re.finditer(r"\w+|[^\w\s]", text):
        for start in range(word.start(), word.end(), PIECE):
            end = min(start + PIECE, word.end())
            mark = "▁" if start == word.start() and (start == 0 or text[start - 1] == " ") else ""
            pieces.append(Token(mark + text[start:end], 10 + sum(map(ord, text[start:end])) % 990, start, end))
    return (*pieces, Token("</s>", 2, len(text), len(text)))


def evidence(segment: Segment, seed: int, attends: bool = True) -> Evidence:
    """Numbers as a model could give them: attention along the diagonal, a little noise everywhere."""
    random = np.random.default_rng(seed)
    source, target = tokens(segment.source), tokens(segment.hypothesis or "")
    rows, columns = len(target), len(source)
    place = np.linspace(0, columns - 1, rows)[:, None] - np.arange(columns)[None, :]
    attention = np.exp(-0.5 * (place / 0.8) ** 2) + 0.03 * random.random((rows, columns))
    logprobs = -random.gamma(0.7, 0.4, rows)
    return Evidence(
        source, target, logprobs, -logprobs, np.zeros(rows, np.int64), np.zeros(rows), np.zeros(rows, np.int64),
        attention / attention.sum(axis=1, keepdims=True) if attends else None, random.normal(2, 1, rows), 1.5,
        continuation="although he has to go to Berlin" if segment.id == "news-004" else None,
    )  # fmt: skip


def explanation(
    evidence: Evidence, position: int, state: str, against: str | None, seed: int, scale: float = 1.0
) -> Explanation:
    """Relevance as a rule set could give it: attention in the context, later more of the end mark and the prefix."""
    random = np.random.default_rng(seed)
    drift = DRIFT[state.partition(".")[0]]
    looked_at = np.zeros(len(evidence.source_tokens)) if evidence.attention is None else evidence.attention[position]
    source = looked_at * (1.2 - 0.7 * drift) + 0.08 * random.normal(size=len(evidence.source_tokens))
    source[-1] += drift * (1.3 if position == len(evidence.target_tokens) - 1 else 0.2)
    prefix = drift * 0.12 * random.normal(size=position)
    if position and not state.startswith("context"):
        prefix[-1] += 0.8 * drift
    if against is not None:
        source -= 0.7 * looked_at
    source, prefix = scale * source, scale * prefix
    ledger = {"source": float(source.sum()), "target": float(prefix.sum()), "initial": 0.1, "bias": 0.62,
              "offset": sum(OFFSETS.values()), "stabiliser": 0.0}  # fmt: skip
    if scale > 1:  # the words cancel out to an ordinary value: what a blown-up map looks like
        ledger["stabiliser"] = 1.3 - sum(ledger.values())
    return Explanation(
        evidence.source_tokens, evidence.target_tokens, (position,), state, "lrp", "stable", 0.0,
        against, source, prefix, {"value": sum(ledger.values()), **ledger}, OFFSETS,
    )  # fmt: skip


def further(evidence: Evidence, position: int, method: str, seed: int) -> Explanation:
    """What another method could say of the choice of the word."""
    random = np.random.default_rng((seed, len(method)))
    numbers = random.normal(size=len(evidence.source_tokens) + position)
    if method in UNSIGNED:
        numbers = np.abs(numbers)
    source, prefix = numbers[: len(evidence.source_tokens)], numbers[len(evidence.source_tokens) :]
    if method in SOURCE_ONLY:
        prefix = np.zeros(position)
    ledger, offsets = None, {}
    if method == "integrated_gradients":
        offsets = {"baseline": -4000.0 if position == 0 else -0.4, "completeness_gap": 0.02}
        parts = {"source": float(source.sum()), "target": float(prefix.sum()), "offset": sum(offsets.values())}
        ledger = {"value": sum(parts.values()), **parts, "initial": 0.0, "bias": 0.0, "stabiliser": 0.0}
        if position == 0:  # an account that is far larger than the value
            ledger |= {"initial": 4000.0, "value": ledger["value"] + 4000.0}
    return Explanation(
        evidence.source_tokens, evidence.target_tokens, (position,), "logit", method, None, None, None, source, prefix,
        ledger, offsets,
    )  # fmt: skip


def mapped(
    name: str, evidence: Evidence, model: Architecture, seed: int, known: Sequence[Explained]
) -> Iterator[Explained]:
    """What else is stored of a segment that is shown in full: every position, heads or gates, dimensions, states."""
    random = np.random.default_rng(seed)
    source, last = len(evidence.source_tokens), len(evidence.target_tokens) - 1
    done = {(one.explanation.positions[-1], one.explanation.state) for one in known if one.explanation.method == "lrp"}
    for position, state in itertools.product(range(last + 1), dict.fromkeys((*model.path, "logit"))):
        if (position, state) not in done:
            yield Explained(name, None, explanation(evidence, position, state, None, seed + position), "map")
    for position in range(last + 1):
        if model.heads:
            shares = {kind: random.normal(0.1, 0.1, model.heads) for kind in ("encoder", "decoder", "cross")}
            yield Explained(name, None, further(evidence, position, "heads", seed), "map", shares)
    if not model.heads:
        sizes = {"encoder.forward": source, "encoder.backward": source, "decoder": last + 1}
        gates = {f"{side}.{gate}": random.random(n) for side, n in sizes.items() for gate in ("reset", "update")}
        yield Explained(name, None, further(evidence, last, "gates", seed), "map", gates)
    for position in sorted({one.explanation.positions[-1] for one in known}):
        sizes = {"source_dimensions": source, "target_dimensions": position}
        dimensions = {side: random.normal(size=(n, WIDTH)) for side, n in sizes.items()}
        yield Explained(name, None, further(evidence, position, "gradient", seed), "map", dimensions)
    for state in model.path:
        values = {"values": random.normal(size=(last + 1, WIDTH))}
        yield Explained(name, None, replace(further(evidence, last, "states", seed), state=state), "map", values)


def sample_run(
    out: Path, *, model: Architecture | None = RNNSEARCH, clean: int = 45, flagged: bool = True, older: bool = False
) -> Run:
    """A run of about sixty segments: planted ones, hostile ones, and clean ones of the demo corpus.

    `older`: as it was written before maps were measured, offsets named and mistakes planted.
    """
    audited, explained, extra = [], [], []
    for number, planted in enumerate([*_planted(), *_hostile(), *_clean(clean)] if flagged else [*_clean(clean)]):
        item, explanations = _audit(planted, number, model)
        audited.append(item)
        explained += [one for one in explanations if one.flag_id]
        extra += [one for one in explanations if not one.flag_id]
        if planted.id in MAPPED and model and isinstance(item.evidence, Evidence):
            extra += list(mapped(planted.id, item.evidence, model, number, explanations))
    audited.append(Audited(Segment("empty-1", "", "de", "en", "", ""), "empty", None, None, {}, (), ()))
    audited.append(
        Audited(Segment("long-1", "Zu lang. " * 400, "de", "en"), "too_long", None, None, {}, (), (), ("NEGATION",))
    )
    with new_run(out) as writer:
        for number, part in enumerate((audited[:40], audited[40:])):
            ids = {item.segment.id for item in part}
            writer.shard(number, part, [item for item in explained if item.segment_id in ids])
        if extra and not older:
            writer.explained(2, extra)
        notes = manifest(audited, model)
        if older:
            notes = {name: value for name, value in notes.items() if name not in ("faithfulness", "heads", "trust")}
            _without_offsets(writer.directory / "data" / "explanations")
        writer.manifest(notes)
    return open_run(out)


def _without_offsets(folder: Path) -> None:
    for part in folder.iterdir():
        table = pq.read_table(part)
        pq.write_table(table.drop_columns(["offsets"]), part)


def manifest(audited: Sequence[Audited], model: Architecture | None) -> dict[str, object]:
    """What the pipeline notes about a run."""
    flags = [flag.category for item in audited for flag in item.flags]
    categories = ("OMISSION", "REPETITION", "UNRELATED", "NEGATION", "EARLY_EOS")
    return {
        "name": "Nightly de-en", "date": "2024-05-17", "state": "complete", "src_lang": "de", "tgt_lang": "en",
        "model": {"name": model.name, "fingerprint": "3fb2c91e" * 8} if model else None,
        "faithfulness": faithfulness(model) if model else None,
        "heads": heads(*model.heads) if model and model.heads else None,
        "trust": trust(model),
        "scores": [
            {"name": "BLEU", "value": 41.23, "low": 40.31, "high": 42.17, "signature": "nrefs:1|bs:1000|tok:13a"},
            {"name": "chrF", "value": 60.31, "low": 59.6, "high": 61.0, "signature": "nrefs:1|bs:1000|nc:6|nw:0"},
            {"name": "TER", "value": 44.0, "low": None, "high": None, "signature": "nrefs:1|case:lc|version:2.4"},
        ],
        "counts": {
            "segments": len(audited), "flagged": sum(bool(item.flags) for item in audited),
            "flags": {name: flags.count(name) for name in categories}, "not_checked": {"NEGATION": 1},
        },
        "thresholds": {
            "origin": "at most 2 % of 900 clean segments flagged per category", "rate": 0.02,
            "rules": {"omission.contrastive": 1.4, "omission.coverage": 1.2, "negation.cue": 0.5,
                      "early_eos.margin": 1.1, "repetition.phrase": 1.0, "repetition.word": 1.0, "unrelated.gain": 1.8},
            "false_alarms": {"OMISSION": 0.019, "REPETITION": 0.004, "UNRELATED": 0.02, "NEGATION": 0.011,
                             "EARLY_EOS": None},
        },
        "settings": {
            "beam": 5, "rules": "stable", "seed": 1, "threads": 2,
            "methods": ["attention", "lrp", *model.methods] if model else [],
        },
        "versions": {"nmt-audit": "0.1.0", "torch": "2.13.0", "sacrebleu": "2.5.1"},
        "data": {"source": "a1" * 32, "reference": "b2" * 32}, "command": "audit", "timings": {},
    }  # fmt: skip


def faithfulness(model: Architecture, positions: int = 240) -> dict[str, object]:
    """What an audit could have measured of its maps."""
    shares = {
        "attention": 0.711, "lrp": 0.971, "gradient_x_input": 0.952, "integrated_gradients": 0.981, "gradient": 0.634,
        "erasure": 1.0, "attention_saliency": 0.52, "gates": 0.081, "gate_saliency": -0.034, "variance": 0.094,
    }  # fmt: skip
    rows = []
    for method in (*(["attention"] if model.attends else []), "lrp", *model.methods):
        for side, best, random in (("source", 1.86, 0.17), ("prefix", 2.9, 0.35)):
            if side == "prefix" and method in SOURCE_ONLY:
                continue
            share = shares[method] - (0.0 if side == "source" or method == "erasure" else 0.04)
            rows.append({
                "method": method, "rules": "stable" if method == "lrp" else None, "side": side, "positions": positions,
                "share": share, "low": share - 0.041, "high": min(share + 0.028, 1.0), "correlation": share * 0.7,
                "drop": share * best, "best": best, "random": random,
            })  # fmt: skip
    return {"segments": 60, "positions": positions, "operator": "zero", "seed": 1, "rows": rows}


def heads(layers: int, per_layer: int) -> dict[str, object]:
    """Shares of attention heads, one of each kind below zero."""
    random = np.random.default_rng(7)
    kinds = {}
    for kind in ("encoder", "decoder", "cross"):
        shares = random.dirichlet(np.ones(per_layer), layers)
        shares[-1, 0] *= -1
        kinds[kind] = shares.tolist()
    return {"segments": 60, "positions": 1873, "rules": "stable", "seed": 1, **kinds}


def trust(model: Architecture | None) -> dict[str, object]:
    """How far the checks can be trusted, as a run measures it: all of it for omissions, some of it for the others."""
    voice = planted(33, 50, 20) if model else None
    return {
        "origin": "at most 2 % of 900 references flagged per category", "rate": 0.02, "references": 900, "note": None,
        "planted": {"target": 138, "source": 50} if model else {"target": 138},
        "categories": {
            "OMISSION": {"false_alarms": alarms(17), "target": planted(41, 50, 36), "source": voice},
            "REPETITION": {"false_alarms": alarms(2), "target": planted(50, 50, 49), "source": None},
            "UNRELATED": {"false_alarms": alarms(18), "target": planted(30, 38, 28), "source": None},
            "NEGATION": {"false_alarms": alarms(10), "target": None, "source": None},
            "EARLY_EOS": {"false_alarms": None, "target": None, "source": None},
        },
    }  # fmt: skip


def alarms(count: int) -> dict[str, object]:
    """Of 900 references."""
    return {"count": count, "of": 900, "low": count / 900 * 0.6, "high": count / 900 * 1.6}


def planted(found: int, of: int, overlap: int) -> dict[str, object]:
    """Of planted mistakes that were found, all had a span."""
    return {"found": found, "of": of, "overlap": overlap, "with_span": found, "low": found / of - 0.1, "high": 1.0}


def _planted() -> Iterator[Planted]:
    for line in (Path(__file__).parent / "sample_pairs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        row["flags"] = tuple(tuple(flag) for flag in row["flags"])
        yield Planted(**{**row, "languages": tuple(row["languages"])})


def _hostile() -> Iterator[Planted]:
    for name, text in HOSTILE.items():
        word = text.split()[0][:40]
        yield Planted(
            name, text, text, text, (("UNRELATED", "tgt", word, "unrelated.gain", 2.0, f"Nothing calls for “{word}”"),)
        )


def _clean(count: int) -> Iterator[Planted]:
    lines = (files("nmt_audit") / "demo" / "corpus.de-en.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[:count]:
        row = json.loads(line)
        yield Planted(row["id"], row["source"], row["reference"], row["reference"])


def _audit(planted: Planted, seed: int, model: Architecture | None) -> tuple[Audited, list[Explained]]:
    segment = Segment(
        planted.id,
        planted.source,
        *planted.languages,
        planted.reference,
        planted.hypothesis,
        planted.id.partition("-")[0],
    )
    found = evidence(segment, seed, model.attends) if model and len(planted.source) < 5000 else None
    flags = tuple(_flag(segment, found, *row) for row in planted.flags)
    names = FlagNames().of(segment, flags)
    random = np.random.default_rng(seed)
    chrf = 100.0 if planted.hypothesis == planted.reference else float(random.uniform(30, 80))
    scores = {"bleu": 0.8 * chrf, "chrf": chrf - 25 * float(random.random()), "ter": 100 - chrf}
    explained = []
    for name, flag in zip(names, flags, strict=True):
        for position in flag.positions if found is not None else ():
            assert found is not None and model is not None
            asked: list[tuple[str, str | None]] = [(state, None) for state in model.path]
            if flag.category == "NEGATION":
                asked.append(("logit", "▁not"))
            made = [
                explanation(found, position, *kind, seed + position, _scale(planted.id, kind[0])) for kind in asked
            ] + [further(found, position, method, seed + position) for method in model.methods]
            if segment.id in MAPPED:
                made += [replace(explanation(found, position, *kind, seed + 99), rules="paper") for kind in asked]
            explained += [Explained(segment.id, name, one) for one in made]
    if found is not None and not flags:
        explained.append(Explained(segment.id, None, explanation(found, 0, "output", None, seed), "control"))
    return Audited(segment, "ok", None, found, scores, flags, names), explained


def _scale(name: str, state: str) -> float:
    return 1e9 if (name, state) == ("mail-009", "output") else 1.0


def _flag(
    segment: Segment,
    found: Evidence | None,
    category: str,
    side: str,
    words: str | None,
    rule: str,
    value: float,
    message: str,
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
        category, "src" if side == "src" else "tgt", start, end, value / (value + 1.4), rule, 1.4, value, message,
        positions, counterpart,
    )  # fmt: skip
