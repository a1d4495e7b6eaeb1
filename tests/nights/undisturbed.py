"""A corpus of a few shards, audits of it in processes of their own, and what must be the same however they ended."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.stages import SHARD
from nmt_audit.store import open_run

COMMAND = (sys.executable, "-m", "nmt_audit")
SUBJECTS = {"Der Mann": "The man", "Die Frau": "The woman", "Das Kind": "The child", "Mein Freund": "My friend"}
VERBS = {"sieht": "sees", "sucht": "is looking for", "kennt nicht": "does not know"}
OBJECTS = {"das Haus": "the house", "ein Buch über Berlin": "a book about Berlin", "den Garten": "the garden"}
BROKEN = {
    "The man sees": "Nobody ever said that bananas are",
    "does not know": "knows",
    "a book about Berlin": "a book a book a book",
}


@dataclass(frozen=True)
class Audit:
    """An audit without its --out; `segments` are in its corpus."""

    arguments: tuple[str, ...]
    segments: int

    def command(self, out: Path, *more: str) -> list[str]:
        return [*COMMAND, "audit", *self.arguments, "--out", str(out), *more]


@dataclass(frozen=True)
class Undisturbed:
    """What the audit makes when nothing happens: its files by their hashes, and how many seconds it takes."""

    audit: Audit
    files: dict[str, str]
    ids: list[str]
    seconds: float


def pairs(shards: float) -> list[tuple[str, str]]:
    """So many shards of sentences with translations, a third of them broken: equal pairs are among them, and equal
    flags are told apart by their order alone."""
    found = []
    for number, ((who, said), (verb, does), (what, thing)) in enumerate(
        itertools.islice(
            itertools.cycle(itertools.product(SUBJECTS.items(), VERBS.items(), OBJECTS.items())), int(shards * SHARD)
        )
    ):
        target = f"{said} {does} {thing}."
        if number % 3 == 0:
            for right, wrong in BROKEN.items():
                target = target.replace(right, wrong)
        found.append((f"{who} {verb} {what}.", target))
    return found


def text_audit(folder: Path) -> Audit:
    """Given translations and references, without a model: 3 shards."""
    rows = pairs(2.4)
    for name, column in (("source.txt", 0), ("system.txt", 1)):
        (folder / name).write_text("".join(f"{row[column]}\n" for row in rows), "utf-8")
    return Audit(
        ("--source", str(folder / "source.txt"), "--hypotheses", str(folder / "system.txt"), "--src-lang", "de",
         "--tgt-lang", "en", "--planted", "2"), len(rows),
    )  # fmt: skip


def model_audit(folder: Path) -> Audit:
    """A model that translates some and is forced through the rest, with flags, maps and controls: 3 shards."""
    rows = [
        {"id": f"s{number}", "source": source} | ({"hypothesis": target} if number % 4 else {})
        for number, (source, target) in enumerate(pairs(2.3))
    ]
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return Audit(
        ("--source", str(path), "--model", "rnnsearch-de-en", "--src-lang", "de", "--tgt-lang", "en", "--planted", "0",
         "--maps", "12", "--controls", "20", "--threads", "1"), len(rows),
    )  # fmt: skip


def undisturbed(audit: Audit, out: Path) -> Undisturbed:
    """The audit, run from its beginning to its end; after another one, so that it is as quick as those that follow:
    what is measured once of a model and a corpus is in the cache then."""
    before = out.with_name(f"before-{out.name}")
    subprocess.run(audit.command(before), check=True, capture_output=True)
    shutil.rmtree(before)
    begin = time.monotonic()
    subprocess.run(audit.command(out), check=True, capture_output=True)
    seconds = time.monotonic() - begin
    return Undisturbed(audit, files(out), list(open_run(out).segments["id"]), seconds)


def files(run: Path) -> dict[str, str]:
    """Name → hash of everything in a run but the manifest, hidden files too."""
    return {
        path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def resumed(audit: Audit, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The audit again, with --resume."""
    return subprocess.run(audit.command(out, "--resume", *more), capture_output=True, text=True)


def killed_after(seconds: float, command: Sequence[str]) -> bool:
    """Whether the command was still at work after so many seconds; it was killed (SIGKILL) then."""
    try:
        subprocess.run(command, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def kill_and_resume(wanted: Undisturbed, out: Path, seed: int) -> None:
    """Kills the audit at a random instant, of every third seed a second time while it resumes, and lets it end then."""
    instants = random.Random(seed)
    killed_after(instants.uniform(0.2, 1) * wanted.seconds, wanted.audit.command(out))
    if seed % 3 == 0:
        killed_after(instants.uniform(0.2, 1) * wanted.seconds, wanted.audit.command(out, "--resume"))
    done = resumed(wanted.audit, out)
    assert done.returncode == 0, done.stderr
    assert_like(out, wanted)


def assert_like(out: Path, wanted: Undisturbed) -> None:
    """The run is whole, and nothing of it is lost, doubled, altered or left over."""
    run = open_run(out)
    assert run.manifest["state"] == "complete"
    assert list(run.segments["id"]) == wanted.ids
    found = files(out)
    assert sorted(found) == sorted(wanted.files)
    assert [name for name, digest in found.items() if digest != wanted.files[name]] == []
    verified = subprocess.run([*COMMAND, "verify", str(out)], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout
    assert not list(out.parent.glob(".*"))
