"""Markdown for the page of a build, written where a command was asked to."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from nmt_audit.errors import OutputError

STANDARD_OUTPUT = Path("-")


def write_build_page(out: Path, text: str, option: str) -> None:
    """The file $GITHUB_STEP_SUMMARY is added to, since other steps of the build write to it; any other is written anew.

    `option`: where the name comes from. Raises OutputError where the page cannot be written.
    """
    from nmt_audit.durable import write_durably

    if out == STANDARD_OUTPUT:
        typer.echo(text, nl=False)
        return
    content = text.encode("utf-8", "replace")
    try:
        shared = os.environ.get("GITHUB_STEP_SUMMARY")
        if shared and out.exists() and out.samefile(shared):
            with out.open("ab") as file:
                file.write(content)
        else:
            write_durably(out, content)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); choose another {option}") from error
