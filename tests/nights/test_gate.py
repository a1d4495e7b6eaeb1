"""The gate as a build calls it: exit codes, the table, JSON, the page of the build. The runs are real audits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from nights.gated_runs import better, middling, night, worse
from nmt_audit.cli import main
from nmt_audit.store import MANIFEST

RULES = """
[[rule]]
score = "BLEU"
at_least = 50

[[rule]]
name = "few | <b>omissions</b> @all"
rate = "OMISSION"
at_most = 20.0

[[rule]]
new_flags = "*"
at_most = 0
"""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of each system, and one without references."""
    folder = tmp_path_factory.mktemp("nights")
    for system in (middling, better, worse):
        night(folder / system.__name__, system)
    night(folder / "unscored", worse, references=False)
    return folder


@dataclass(frozen=True)
class Said:
    """What a call of the command printed."""

    stdout: str
    stderr: str


class Gate(Protocol):
    """Calls the command, and looks at its exit code; an error is one line, and no traceback."""

    def __call__(self, *arguments: str | Path, code: int) -> Said: ...


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gate:
    def call(*arguments: str | Path, code: int) -> Said:
        monkeypatch.setattr(sys, "argv", ["nmt-audit", "gate", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "300")
        ended = 0
        try:
            main()
        except SystemExit as end:
            ended = int(end.code or 0)
        said = Said(*capsys.readouterr())
        assert_ended(ended, code, said)
        return said

    return call


def in_a_process(*arguments: str | Path, code: int) -> Said:
    """The same, by an interpreter of its own, as a build does it."""
    done = subprocess.run(
        [sys.executable, "-m", "nmt_audit", "gate", *map(str, arguments)], capture_output=True, encoding="utf-8",
        timeout=120, env={**os.environ, "COLUMNS": "300"}, check=False,
    )  # fmt: skip
    assert_ended(done.returncode, code, Said(done.stdout, done.stderr))
    return Said(done.stdout, done.stderr)


def assert_ended(ended: int, code: int, said: Said) -> None:
    """One line for each error, and none that nobody expected."""
    assert ended == code, said.stdout + said.stderr
    assert "Traceback" not in said.stderr and "unexpected" not in said.stderr
    assert len(said.stderr.splitlines()) == (code != 0)


def test_exit_codes_as_a_build_sees_them(nights: Path, tmp_path: Path) -> None:
    baseline, bad = nights / "middling", tmp_path / "bad.toml"
    bad.write_text("[[rule]\n", "utf-8")
    in_a_process(nights / "better", "--baseline", baseline, code=0)
    in_a_process(baseline, "--baseline", baseline, code=0)
    in_a_process(nights / "worse", "--baseline", baseline, code=2)
    assert "is not a run" in in_a_process(nights / "better", "--baseline", tmp_path / "absent", code=1).stderr
    assert "not TOML" in in_a_process(nights / "better", "--config", bad, code=1).stderr
    wrong = [sys.executable, "-m", "nmt_audit", "gate", str(baseline), "--no-such-option"]
    assert subprocess.run(wrong, capture_output=True, timeout=60, check=False).returncode == 1


def found(done: Said) -> dict[str, Any]:
    """The JSON that it printed, with its rules by name."""
    content: dict[str, Any] = json.loads(done.stdout)
    content["rules"] = {rule["name"]: rule for rule in content["rules"]}
    return content


@pytest.mark.parametrize(("system", "code"), [("middling", 0), ("better", 0), ("worse", 2)])
def test_without_rules_nothing_may_be_significantly_worse(gate: Gate, nights: Path, system: str, code: int) -> None:
    done = gate(nights / system, "--baseline", nights / "middling", code=code)
    lines = done.stdout.splitlines()
    for name in ("BLEU", "chrF", "TER", "OMISSION", "REPETITION", "UNRELATED", "NEGATION", "EARLY_EOS"):
        [line] = [line for line in lines if f" {name} is not " in line and not line.startswith("The gate")]
        assert line.startswith("failed" if code == 2 and name in ("BLEU", "chrF", "TER", "REPETITION") else "passed")
    assert lines[-1].startswith("The gate passed: all of 8 rules" if code == 0 else "The gate failed: 4 of 8 rules")
    assert (done.stderr == "") is (code == 0)
    assert any("nrefs:1" in line for line in lines) and any("data " in line for line in lines)


def test_json_has_every_rule_with_what_it_rests_on(gate: Gate, nights: Path) -> None:
    content = found(gate(nights / "worse", "--baseline", nights / "middling", "--json", code=2))
    assert (content["verdict"], content["exit_code"], len(content["rules"])) == ("failed", 2, 8)
    bleu, omission = content["rules"]["BLEU is not lower"], content["rules"]["OMISSION is not more frequent"]
    assert bleu["value"] == pytest.approx(bleu["after"] - bleu["before"])
    assert bleu["low"] < bleu["value"] < bleu["high"] < 0
    assert bleu["adjusted_p_value"] <= 0.05 and "bs:1000|seed:1" in bleu["signature"]
    assert (omission["verdict"], omission["value"] > 0) == ("passed", True)
    assert omission["adjusted_p_value"] > 0.05 > omission["at_most"]
    again = gate(nights / "worse", "--baseline", nights / "middling", "--json", code=2)
    assert found(again) == content


def test_rules_of_a_file(gate: Gate, nights: Path, tmp_path: Path) -> None:
    rules = tmp_path / "gate.toml"
    rules.write_text(RULES, "utf-8")
    content = found(gate(nights / "better", "--baseline", nights / "middling", "--config", rules, "--json", code=0))
    assert [rule["verdict"] for rule in content["rules"].values()] == ["passed"] * 3
    content = found(gate(nights / "worse", "--baseline", nights / "middling", "--config", rules, "--json", code=2))
    assert [rule["verdict"] for rule in content["rules"].values()] == ["passed", "failed", "failed"]
    content = found(gate(nights / "better", "--config", rules, "--json", code=1))
    assert [rule["verdict"] for rule in content["rules"].values()] == ["passed", "passed", "could not tell"]
    assert "add --baseline RUN" in content["rules"]["new flags: any: ≤ 0 new"]["reason"]
    # What is known to be broken is broken, whatever else cannot be known.
    assert found(gate(nights / "worse", "--config", rules, "--json", code=2))["verdict"] == "failed"


def test_what_keeps_the_gate_from_running(gate: Gate, nights: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('[[rule]]\nscore = "BLEU"\nat_lest = 3\n', "utf-8")
    run, wrong = nights / "worse", tmp_path / "no run"
    assert "give --baseline RUN" in gate(run, code=1).stderr
    assert "is not a run" in gate(run, "--baseline", wrong, code=1).stderr
    assert "is not a run" in gate(wrong, "--baseline", run, code=1).stderr
    said = gate(run, "--baseline", run, "--config", bad, code=1).stderr
    assert "bad.toml: rule 1: no key at_lest in a rule on score; there are score, name, at_least" in said
    assert "cannot be read" in gate(run, "--config", tmp_path / "absent.toml", code=1).stderr
    assert "cannot be read" in gate(run, "--baseline", run, "--dismissals", tmp_path / "absent.jsonl", code=1).stderr
    damaged = tmp_path / "damaged"
    for part in ("segments", "flags", "explanations"):
        (damaged / "data" / part).mkdir(parents=True)
        (damaged / "data" / part / "part-00000.parquet").write_bytes(b"PAR1 no PAR1")
    (damaged / MANIFEST).write_bytes((run / MANIFEST).read_bytes())
    assert "corrupt" in gate(damaged, "--baseline", run, code=1).stderr
    assert "corrupt" in gate(run, "--baseline", damaged, code=1).stderr


def test_a_partial_run_is_not_judged_unless_that_is_allowed(gate: Gate, nights: Path, tmp_path: Path) -> None:
    partial = tmp_path / "partial"
    partial.mkdir()
    (partial / "data").symlink_to(nights / "middling" / "data")
    manifest = json.loads((nights / "middling" / MANIFEST).read_text("utf-8"))
    (partial / MANIFEST).write_text(json.dumps({**manifest, "state": "partial"}), "utf-8")
    assert "resume it" in gate(partial, "--baseline", nights / "middling", code=1).stderr
    assert "resume it" in gate(nights / "middling", "--baseline", partial, code=1).stderr
    done = gate(partial, "--baseline", nights / "middling", "--allow-partial", code=0)
    assert "a partial run was allowed" in done.stdout


def test_runs_without_references_are_judged_by_their_flags(gate: Gate, nights: Path) -> None:
    content = found(gate(nights / "unscored", "--baseline", nights / "unscored", "--json", code=0))
    assert len(content["rules"]) == 5
    done = gate(nights / "unscored", "--baseline", nights / "middling", "--json", code=2)
    assert found(done)["rules"]["BLEU is not lower"]["verdict"] == "failed"  # by the references of the baseline


def test_the_page_of_a_build(gate: Gate, nights: Path, tmp_path: Path) -> None:
    rules, page = tmp_path / "gate.toml", tmp_path / "page.md"
    rules.write_text(RULES, "utf-8")
    options = ("--baseline", nights / "middling", "--config", rules, "--annotate")
    gate(nights / "worse", *options, page, code=2)
    text = page.read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][:5]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert re.search(r"`few .*<b>omissions</b> @all`", rows[3]) and "**failed**" in rows[3]
    assert "## Gate: failed" in text and "2 of 3 rules failed." in text and "## Translation audit" in text
    printed = gate(nights / "worse", *options, "-", code=2).stdout
    assert printed == text
    assert "both write to standard output" in gate(nights / "worse", *options, "-", "--json", code=1).stderr
    assert "cannot be written" in gate(nights / "worse", *options, tmp_path / "no" / "page.md", code=1).stderr


def test_the_summary_of_a_step_is_added_to(
    gate: Gate, nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("# Before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    gate(nights / "better", "--annotate", page, code=1)
    text = page.read_text("utf-8")
    assert text.startswith("# Before\n## Gate: could not run\n") and "give --baseline RUN" in text
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    gate(nights / "better", "--annotate", page, code=1)
    assert page.read_text("utf-8").startswith("## Gate")
