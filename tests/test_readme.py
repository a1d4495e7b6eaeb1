"""What the README shows works as shown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_runs(code: str) -> None:
    code = code.replace("reports/mine", "reports/sample")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_check_says_what_is_shown(tmp_path: Path) -> None:
    given, shown = blocks("json")
    (tmp_path / "pairs.jsonl").write_text(given, "utf-8")
    command = ["check", "--input", str(tmp_path / "pairs.jsonl"), "--out", str(tmp_path / "flags.jsonl")]
    subprocess.run([sys.executable, "-m", "nmt_audit", *command], check=True)
    assert json.loads((tmp_path / "flags.jsonl").read_text("utf-8")) == json.loads(shown)


def test_every_command_and_option_exists() -> None:
    """Each `nmt-audit …` of the README is a command that has the options named with it."""
    shown = "\n".join([*blocks("sh"), *re.findall(r"`(nmt-audit[^`]*)`", README)]).replace("\\\n", " ")
    commands = re.findall(r"nmt-audit ((?:(?:bench|verdicts) )?\w+)((?: [^\n#]*)?)", shown)
    assert len(commands) > 4
    for command, options in dict.fromkeys(commands):
        asked = [*command.split(), "--help"]
        done = subprocess.run([sys.executable, "-m", "nmt_audit", *asked], capture_output=True, text=True)
        assert done.returncode == 0, command
        for option in re.findall(r"--[a-z-]+", options):
            assert option in done.stdout, (command, option)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
