"""Which file a run is of, as far as its manifest knows: where a SARIF viewer or a build page sends its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from nmt_audit.corpus.forms import FORMS, Form

_COLUMNS = ("text", "tsv")  # forms of corpora whose lines begin with the source itself
_ROLES = (" (hypothesis)", " (hypotheses)", " (reference)", " (references)", " (clean)")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a corpus.

    `lines`: segment n is line n; `columns`: the line begins with the segment's text, so that offsets into the text are
    columns of the line.
    """

    path: str
    lines: bool
    columns: bool
    digest: str | None = None


def corpus_file(manifest: Mapping[str, Any]) -> Artifact:
    """The file that the sources are from.

    By the option `--source` of the command where it is known: as it was given where that is a path below the working
    directory, else its name alone. Without the option, by the names of the data. A test set of sacrebleu is no file,
    nor is standard input: they have the run's name, and no lines.
    """
    given = _option(manifest, "--source")
    data = manifest.get("data") or {}
    if given is None:
        names = [name for name in data if not name.endswith(_ROLES) and name != "dismissals"]
        given = names[0] if len(names) == 1 else None
    if given in (None, "", "-"):
        return Artifact(str(manifest.get("name") or "corpus"), lines=False, columns=False)
    return _artifact(str(given), _option(manifest, "--form"), data)


def hypotheses_file(manifest: Mapping[str, Any]) -> Artifact | None:
    """The file that the translations are from; None where a model made them, or it cannot be known."""
    given = _option(manifest, "--hypotheses")
    if given in (None, "", "-"):
        return None
    return _artifact(str(given), None, manifest.get("data") or {})


def _option(manifest: Mapping[str, Any], name: str) -> str | None:
    command = manifest.get("command")
    if not isinstance(command, Sequence) or isinstance(command, str):
        return None
    for place, argument in enumerate(command):
        if argument == name and place + 1 < len(command):
            return str(command[place + 1])
        if str(argument).startswith(f"{name}="):
            return str(argument).partition("=")[2]
    return None


def _artifact(given: str, form: str | None, data: Mapping[str, Any]) -> Artifact:
    path = PurePosixPath(given.replace("\\", "/"))
    below = not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]
    known = _form(path.name.lower().removesuffix(".gz"), form)
    digest = data.get(path.name)
    return Artifact(
        str(path if below else path.name), lines=known.root is None, columns=known.name in _COLUMNS,
        digest=digest if isinstance(digest, str) else None,
    )  # fmt: skip


def _form(name: str, asked: str | None) -> Form:
    """The form of a file, as the reader of corpora tells it, but without looking into the file."""
    if name.endswith(".xml"):
        return FORMS["wmt"]  # or another of the XML forms, which are alike here
    by_name = (form for form in FORMS.values() if form.suffixes and name.endswith(form.suffixes))
    return FORMS.get(asked or "") or next(by_name, FORMS["text"])
