"""What a number on a page rests on: model, data, rule set, versions and seed, as the footer of every page says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from nmt_audit.report.wording import language_tag

Manifest: TypeAlias = Mapping[str, Any]

PACKAGES = ("nmt-audit", "nmt_audit", "torch", "sacrebleu", "python")


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The heading and the footer of every page. `full` has the hashes and settings that `signature` shortens."""

    name: str
    date: str | None
    model: str | None
    languages: str
    source_language: str
    target_language: str
    partial: bool
    signature: str
    full: tuple[tuple[str, str], ...]


def run_facts(manifest: Manifest) -> RunFacts:
    """The facts of a run, from its manifest alone."""
    model = manifest.get("model") or {}
    settings, versions = manifest.get("settings") or {}, manifest.get("versions") or {}
    source, target = manifest.get("src_lang") or "und", manifest.get("tgt_lang") or "und"
    hashes = sorted((manifest.get("data") or {}).items())
    parts = [
        f"model {model['name']} {_short(model.get('fingerprint'))}" if model else "no model",
        f"data {' '.join(_short(value) for _, value in hashes)}" if hashes else None,
        f"rules {settings['rules']}" if settings.get("rules") else None,
        *(f"{name} {versions[name]}" for name in PACKAGES if name in versions),
        f"seed {settings['seed']}" if settings.get("seed") is not None else None,
    ]
    full = [
        ("model", f"{model.get('name')} {model.get('fingerprint') or ''}".strip() if model else "none"),
        *((f"data: {name}", str(value)) for name, value in hashes),
        *((f"setting: {name}", _plain(value)) for name, value in sorted(settings.items())),
        *((f"version: {name}", str(value)) for name, value in sorted(versions.items())),
    ]
    return RunFacts(
        name=str(manifest.get("name") or "audit"),
        date=str(manifest["date"]) if manifest.get("date") else None,
        model=model.get("name"),
        languages=f"{source} → {target}",
        source_language=language_tag(source),
        target_language=language_tag(target),
        partial=manifest.get("state") == "partial",
        signature=" · ".join(part for part in parts if part),
        full=tuple(full),
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _short(fingerprint: object) -> str:
    return str(fingerprint or "")[:8]
