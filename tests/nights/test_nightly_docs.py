"""What the guide for nights, the workflow and the crontab show: commands and options that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml  # type: ignore[import-untyped]

from nmt_audit.cli import app

DOCS = Path(__file__).parent.parent.parent / "docs"
PLACES = ("operations.md", "github-actions.yml", "crontab", "nightly.toml")
COMMAND = re.compile(r"nmt-audit ((?:-v )?[a-z]+ [^`\n|()&]*)")


def shown(place: str) -> Iterator[list[str]]:
    """The arguments of each `nmt-audit …` in a file; a sentence that mentions one has no options in it."""
    text = (DOCS / place).read_text("utf-8").replace("\\\n", " ")
    for found in COMMAND.findall(text):
        yield found.split(" #")[0].split()


@pytest.mark.parametrize("place", PLACES)
def test_every_command_and_option_exists(place: str) -> None:
    group = typer.main.get_command(app)
    commands = list(shown(place))
    assert commands
    for arguments in commands:
        command = group
        for name in [word for word in arguments if word != "-v"][:2]:
            command = getattr(command, "commands", {}).get(name, command)
        assert command is not group, arguments
        known = {flag for parameter in command.params for flag in parameter.opts}
        unknown = [word for word in arguments if word.startswith("--") and word not in known]
        assert not unknown, (arguments, unknown)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", (DOCS / "operations.md").read_text("utf-8")):
        assert (DOCS / target).exists(), target


def test_the_workflow_keeps_what_a_night_leaves_whatever_happens() -> None:
    workflow = yaml.safe_load((DOCS / "github-actions.yml").read_text("utf-8"))
    [job] = workflow["jobs"].values()
    steps = {step.get("name"): step for step in job["steps"]}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert steps["Keep the nights"]["if"] == "always()"
    assert steps["Keep the nights"]["with"]["key"] == steps["The nights before"]["with"]["key"]
    assert steps["Audit and gate"]["run"].startswith("exec nmt-audit nightly audit.toml")
