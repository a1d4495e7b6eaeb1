"""The index of a run: a few numbers for each segment and flag, by which the pages filter and sort without a chunk."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from nmt_audit.errors import InputError
from nmt_audit.records import Status
from nmt_audit.report.faithfulness import belief, faithfulness
from nmt_audit.report.packing import packed
from nmt_audit.report.reading import FlagRow, SegmentRow
from nmt_audit.report.signature import Manifest, run_facts
from nmt_audit.report.wording import CATEGORY, CONTRAST, ENTRY, METHOD, STATES, category, language_tag, percent, visible

SCHEMA = 1
STATUSES = get_args(Status)
OF_THE_HOST = ("threads", "device", "engine")  # settings that change no number
MASK = 16  # categories that a mask has bits for

# column: its kind in `array`, its kind in the packed text
SEGMENT_COLUMNS = {
    "categories": ("H", "u2"), "not_checked": ("H", "u2"), "status": ("B", "u1"), "document": ("i", "i4"),
    "language": ("H", "u2"), "suspicion": ("f", "f4"), "source_length": ("I", "u4"), "translation_length": ("I", "u4"),
    "flags": ("H", "u2"), "chrf": ("f", "f4"), "bleu": ("f", "f4"), "ter": ("f", "f4"), "logprob": ("f", "f4"),
}  # fmt: skip
FLAG_COLUMNS = {
    "segment": ("I", "u4"), "category": ("B", "u1"), "rule": ("H", "u2"), "score": ("f", "f4"), "dismissed": ("B", "u1")
}  # fmt: skip
NONE = float("nan")
MOST_FLAGS = 65535


def _columns(kinds: Mapping[str, tuple[str, str]]) -> dict[str, array[Any]]:
    return {name: array(kind) for name, (kind, _) in kinds.items()}


@dataclass(slots=True)
class Index:
    """Grows with every segment; small enough to be loaded whole for a hundred thousand of them."""

    columns: dict[str, array[Any]] = field(default_factory=lambda: _columns(SEGMENT_COLUMNS))
    flags: dict[str, array[Any]] = field(default_factory=lambda: _columns(FLAG_COLUMNS))
    ids: bytearray = field(default_factory=bytearray)
    codes: dict[str, int] = field(default_factory=lambda: {code: place for place, code in enumerate(CATEGORY)})
    rules: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=lambda: {name: place for place, name in enumerate(STATUSES)})
    documents: dict[str, int] = field(default_factory=dict)
    languages: dict[tuple[str, str], int] = field(default_factory=dict)
    maps: list[int] = field(default_factory=list)
    kinds: set[tuple[str, str | None]] = field(default_factory=set)
    content: Any = field(default_factory=hashlib.sha256)

    def __len__(self) -> int:
        return len(self.columns["status"])

    def add(self, segment: SegmentRow, flags: Sequence[FlagRow], maps: Mapping[str, Any] | None) -> None:
        """Notes what filters and order need to know of a segment. Dismissed flags count for nothing but themselves."""
        number = len(self)
        live = [flag for flag in flags if not flag.dismissed]
        row = (
            self._mask(flag.category for flag in live), self._mask(segment.not_checked),
            _place(self.statuses, segment.status), -1 if segment.document is None
            else _place(self.documents, visible(segment.document)),
            _place(self.languages, (language_tag(segment.src_lang), language_tag(segment.tgt_lang))),
            max((flag.score for flag in live), default=0.0), len(segment.source), len(segment.hypothesis),
            min(len(live), MOST_FLAGS), *(NONE if value is None else value for value in
            (segment.chrf, segment.bleu, segment.ter, segment.logprob)),
        )  # fmt: skip
        for column, value in zip(self.columns.values(), row, strict=True):
            column.append(value)
        for flag in flags:
            self._flag(number, flag)
        if maps is not None:
            self.kinds.update((row["method"], row["rules"]) for row in maps["rows"])
        text = "\x1f".join((segment.id, segment.source, segment.hypothesis))
        self.content.update(text.encode("utf-8", "surrogatepass") + b"\x1e")

    def _flag(self, number: int, flag: FlagRow) -> None:
        try:
            name = bytes.fromhex(flag.id)
        except ValueError:
            name = b""
        if len(name) != 8:
            raise InputError(f"flag {flag.id!r} of {flag.segment_id!r}: not a name of 16 hex digits; audit again")
        self.ids += name
        row = (number, _place(self.codes, flag.category), _place(self.rules, flag.rule), flag.score, flag.dismissed)
        for column, value in zip(self.flags.values(), row, strict=True):
            column.append(value)

    def _mask(self, codes: Any) -> int:
        mask = 0
        for code in codes:
            mask |= 1 << _place(self.codes, code)
        return mask & ((1 << MASK) - 1)

    def run_name(self, manifest: Manifest) -> str:
        """Names the run for what a browser remembers of it: the same for the same data, model, settings and texts."""
        settings = {k: v for k, v in (manifest.get("settings") or {}).items() if k not in OF_THE_HOST}
        model = (manifest.get("model") or {}).get("fingerprint")
        facts = [sorted((manifest.get("data") or {}).values()), model, settings, self.content.hexdigest()]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    def script_content(self, manifest: Manifest, size: int, verdicts: int) -> dict[str, Any]:
        """What `nmtAudit.index` gets."""
        facts = run_facts(manifest)
        return {
            "schema": SCHEMA, "run": self.run_name(manifest), "name": facts.name, "size": size, "segments": len(self),
            "categories": [self._category(code, place, manifest) for code, place in self.codes.items()],
            "rules": sorted(self.rules), "statuses": list(self.statuses), "documents": list(self.documents),
            "languages": [list(pair) for pair in self.languages], "maps": self.maps, "verdicts": verdicts,
            "signature": facts.signature, "model": facts.model, "wording": page_wording(),
            "beliefs": self._beliefs(manifest),
            "columns": {name: packed(self.columns[name], kind) for name, (_, kind) in SEGMENT_COLUMNS.items()},
            "flags": {
                "id": packed(list(self.ids), "u1"),
                **{name: self._flag_column(name, kind) for name, (_, kind) in FLAG_COLUMNS.items()},
            },
        }  # fmt: skip

    def _flag_column(self, name: str, kind: str) -> str:
        if name != "rule":
            return packed(self.flags[name], kind)
        order = {rule: place for place, rule in enumerate(sorted(self.rules))}  # they were numbered as they came
        places = [order[rule] for rule in self.rules]
        return packed([places[number] for number in self.flags["rule"]], kind)

    def _category(self, code: str, place: int, manifest: Manifest) -> dict[str, Any]:
        known = category(code)
        missing = sum(mask >> place & 1 for mask in self.columns["not_checked"])
        return {
            "code": code, "slug": known.slug, "label": known.label, "plural": known.plural, "help": known.help,
            "checked": missing < len(self) or not len(self), "false_alarms": _false_alarms(manifest, code),
        }  # fmt: skip

    def _beliefs(self, manifest: Manifest) -> list[dict[str, Any]]:
        found = faithfulness(manifest)
        kinds = sorted(self.kinds | {("attention", None)}, key=lambda kind: (kind[0], kind[1] or ""))
        told = ((kind, belief(found, [kind])) for kind in kinds)
        return [{"method": kind[0], "rules": kind[1], **asdict(text)} for kind, text in told if text is not None]


def _false_alarms(manifest: Manifest, code: str) -> str | None:
    """The share of right translations that a check flags, of this run's references or where thresholds were set."""
    found = ((manifest.get("trust") or {}).get("categories") or {}).get(code) or {}
    counted = found.get("false_alarms")
    if counted and counted.get("of"):
        return percent(counted["count"] / counted["of"], 1)
    shipped = ((manifest.get("thresholds") or {}).get("false_alarms") or {}).get(code)
    return None if shipped is None else percent(shipped, 1)


def _place(known: dict[Any, int], value: Any) -> int:
    """The place of a value in the order in which values came."""
    return known.setdefault(value, len(known))


def page_wording() -> dict[str, Any]:
    """How methods, states and parts of ledgers are called, as the pages read it."""
    return {
        "methods": _table(METHOD), "states": _table(STATES), "contrast": _texts(CONTRAST), "entries": _table(ENTRY),
    }  # fmt: skip


def _table(items: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _texts(item) for key, item in items.items()}


def _texts(item: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if name != "key"}
