"""The file of a night: what its jobs are, and what is refused before the first of them starts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest

from nmt_audit.commands.archive import archive
from nmt_audit.commands.audit import audit
from nmt_audit.commands.gate import gate
from nmt_audit.commands.nightly import options_of
from nmt_audit.config import AuditConfig
from nmt_audit.errors import InputError
from nmt_audit.nights import Night, Option, plan_night
from nmt_audit.nights.plan import CONFIGURED
from nmt_audit.nights.tables import SET_BY_THE_NIGHT

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "nightly.toml"
KNOWN = {command.__name__: options_of(command) for command in (audit, gate, archive)}
OUT = 'out = "runs/{date}/{model}/{test_set}"\n'
MODELS = '[models.big]\nmodel = "rnnsearch-de-en"\n[models.given]\nhypotheses = "{test_set}.given"\n'
TEST_SETS = '[test_sets.news]\nsource = "news.de"\n[test_sets.talks]\nsource = "talks.de"\n'


def plan(folder: Path, text: str, *only: str, environment: Mapping[str, str] | None = None) -> Night:
    file = folder / "audit.toml"
    file.write_text(text, "utf-8")
    return plan_night(file, KNOWN, date="2026-11-29", only=only, environment=environment or {})


def names(night: Night) -> list[str]:
    return [job.name for job in night.jobs]


def value(arguments: tuple[str, ...], flag: str) -> str:
    return arguments[arguments.index(flag) + 1]


def test_every_model_is_run_on_every_test_set(tmp_path: Path) -> None:
    night = plan(tmp_path, OUT + "settings.src_lang = 'de'\nsettings.tgt-lang = 'en'\n" + MODELS + TEST_SETS)
    assert names(night) == ["big/news", "big/talks", "given/news", "given/talks"]
    job = night.jobs[3]
    assert job.out == tmp_path / "runs" / "2026-11-29" / "given" / "talks"
    assert job.arguments[0] == "audit"
    assert value(job.arguments, "--source") == str(tmp_path / "talks.de")
    assert value(job.arguments, "--hypotheses") == str(tmp_path / "talks.given")
    assert value(job.arguments, "--src-lang") == "de"
    assert value(job.arguments, "--tgt-lang") == "en"
    assert value(job.arguments, "--as-model") == "given"
    assert value(job.arguments, "--as-test-set") == "talks"
    assert value(job.arguments, "--date") == "2026-11-29"
    assert "--resume" in job.arguments
    assert night.root == tmp_path / "runs" / "2026-11-29"
    assert night.earlier == tmp_path / "runs"


def test_only_what_has_the_same_languages_goes_together(tmp_path: Path) -> None:
    night = plan(
        tmp_path,
        OUT + "[models.de]\nmodel='rnnsearch-de-en'\nsrc_lang='de'\ntgt_lang='en'\n[models.all]\nmodel='o/many'\n"
        "[test_sets.austrian]\nsource='a'\nsrc_lang='de-AT'\n[test_sets.chinese]\nsource='c'\nsrc_lang='zh'\n"
        "[test_sets.wmt]\ntestset='wmt22'\nlangpair='cs-en'\n",
    )
    assert names(night) == ["de/austrian", "all/austrian", "all/chinese", "all/wmt"]
    assert value(night.jobs[0].arguments, "--src-lang") == "de-AT"  # the test set's, where both say it


def test_patterns_choose_and_leave_out(tmp_path: Path) -> None:
    assert names(plan(tmp_path, "skip = ['*/talks']\n" + OUT + MODELS + TEST_SETS)) == ["big/news", "given/news"]
    assert names(plan(tmp_path, "only = ['big/*']\n" + OUT + MODELS + TEST_SETS)) == ["big/news", "big/talks"]
    night = plan(tmp_path, OUT + MODELS + TEST_SETS, "given/*", "*/talks")
    assert names(night) == ["big/talks", "given/news", "given/talks"]
    assert night.root == tmp_path / "runs" / "2026-11-29", "the folder is that of all jobs, whichever are chosen"


def test_the_test_set_says_more_than_the_model_and_the_model_more_than_the_settings(tmp_path: Path) -> None:
    night = plan(
        tmp_path, OUT + "[settings]\nbeam=2\nseed=7\nmaps=3\n[models.a]\nmodel='rnnsearch-de-en'\nbeam=4\n"
        "[test_sets.b]\nsource='b'\nmaps=5\nrules=['stable', 'paper']\n",
    )  # fmt: skip
    arguments = night.jobs[0].arguments
    assert [value(arguments, flag) for flag in ("--beam", "--seed", "--maps")] == ["4", "7", "5"]
    assert [arguments[place + 1] for place, flag in enumerate(arguments) if flag == "--rules"] == ["stable", "paper"]


def test_variables_and_the_folder_of_the_file(tmp_path: Path) -> None:
    text = 'out = "${NIGHTS}/{model}-{test_set}"\n' + MODELS + '[test_sets.n]\nsource = "~/${SET}.de"\n'
    night = plan(tmp_path, text, environment={"NIGHTS": "/srv/nights", "SET": "news"})
    assert night.jobs[0].out == Path("/srv/nights/big-n")
    assert value(night.jobs[0].arguments, "--source") == str(Path.home() / "news.de")


def test_what_is_missing_is_known_job_by_job(tmp_path: Path) -> None:
    (tmp_path / "news.de").write_text("Gut.\n", "utf-8")
    (tmp_path / "models" / "new").mkdir(parents=True)
    models = "".join(
        f"[models.{name}]\nmodel = '{model}'\n"
        for name, model in (("shipped", "rnnsearch-de-en"), ("new", "models/new"), ("hub", "owner/name"),
                            ("unknown", "rnnsearch-xx"), ("gone", "/nowhere/model"))
    )  # fmt: skip
    night = plan(tmp_path, OUT + models + TEST_SETS)
    missing = {job.name: job.missing() for job in night.jobs}
    assert {name for name, why in missing.items() if why is None} == {"shipped/news", "new/news", "hub/news"}
    assert "talks.de" in (missing["shipped/talks"] or "")
    assert "rnnsearch-xx" in (missing["unknown/news"] or "")
    assert value(night.jobs[2].arguments, "--model") == str(tmp_path / "models" / "new")


def test_a_gate_and_an_archive(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text('[[rule]]\nscore = "BLEU"\nat_least = 20\n', "utf-8")
    night = plan(
        tmp_path, OUT + MODELS + TEST_SETS + "[gate]\nconfig='gate.toml'\nbaseline='best/{model}/{test_set}'\n"
        "only=['big/*']\n[archive]\ndirectory='runs'\n",
    )  # fmt: skip
    first, _, third, _ = night.jobs
    assert first.gate is not None
    assert first.gate.arguments == ("--config", str(tmp_path / "gate.toml"))
    assert first.gate.baseline == tmp_path / "best" / "big" / "news"
    assert (first.gate.alone, first.gate.compares) == (True, False)
    assert third.gate is None
    assert night.archive is not None
    assert night.archive[:2] == ("archive", str(tmp_path / "runs"))
    previous = plan(tmp_path, OUT + MODELS + TEST_SETS + "[gate]\n").jobs[0].gate
    assert previous is not None
    assert previous.baseline is None
    assert not previous.alone, "the first run of a series has nothing to be judged by"


WHOLE = OUT + MODELS + TEST_SETS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE + "[gates]\n", ("gates", "did you mean gate?", "archive")),
        (MODELS + TEST_SETS, ("where the runs go", "out =")),
        (OUT + WHOLE.replace(OUT, "[settings]\nout='x'\n"), ("once",)),
        (OUT + TEST_SETS, ("[models.NAME]",)),
        (OUT + MODELS, ("[test_sets.NAME]",)),
        (OUT + "[settings]\nbeem=3\n" + MODELS + TEST_SETS, ("[settings]", "beem", "did you mean beam?", "threads")),
        (OUT + "[settings]\nbeam='x'\n" + MODELS + TEST_SETS, ("[settings]", "beam", "a whole number")),
        (OUT + "[settings]\nbeam=true\n" + MODELS + TEST_SETS, ("beam", "a whole number")),
        (OUT + "[settings]\nbeam=0\n" + MODELS + TEST_SETS, ("big/news", "--beam 0")),
        (OUT + "[settings]\nmethod=['magic']\n" + MODELS + TEST_SETS, ("magic", "erasure")),
        (OUT + "[settings]\ntgt_lang='a'\ntgt-lang='b'\n" + MODELS + TEST_SETS, ("tgt_lang", "twice")),
        (OUT + "[settings]\nresume=true\n" + MODELS + TEST_SETS, ("[settings]", "resume", "night")),
        (OUT + "[settings]\nas-model='x'\n" + MODELS + TEST_SETS, ("as-model",)),
        (OUT + "models.x = 3\n" + TEST_SETS, ("[models.x]", "table")),
        (OUT + "[models.'a/b']\n" + TEST_SETS, ("a/b", "name")),
        (OUT + "[models.'..']\n" + TEST_SETS, ("..", "name")),
        (OUT + "[models.x]\n[test_sets.n]\nsource='n'\n", ("x/n", "--model")),
        (OUT + MODELS + "[test_sets.n]\nbeam=3\n", ("big/n", "--source")),
        (OUT + MODELS + "[test_sets.n]\nsource='-'\n", ("[test_sets.n]", "source", "standard input")),
        (OUT + MODELS + "[test_sets.n]\nsource='${GONE}/n'\n", ("[test_sets.n]", "source", "GONE is not set")),
        (OUT + MODELS + "[test_sets.n]\nsource='n\\u0000'\n".replace("'", '"'), ("[test_sets.n]", "U+0000")),
        (OUT + "[models.a]\nmodel='m'\nbeam=1\n[test_sets.n]\nsource='n'\nbeam=2\n", ("beam", "models.a", "one of")),
        (OUT + "[models.a]\nmodel='m'\nsrc_lang='de'\n[test_sets.n]\nsource='n'\nsrc_lang='zh'\n", ("languages",)),
        ("out='{date}/{model}'\n" + MODELS + TEST_SETS, ("big/news", "big/talks", "{test_set}")),
        ("only=['x/*']\n" + WHOLE, ("only", "x/*", "big/news")),
        ("skip=['*']\n" + WHOLE, ("no job",)),
        ("skip='*'\n" + WHOLE, ("skip", "list of patterns")),
        (WHOLE + "[gate]\nconfig='gone.toml'\n", ("[gate]", "gone.toml")),
        (WHOLE + "[gate]\nonly=['x']\n", ("[gate]", "only", "big/news")),
        (WHOLE + "[gate]\nbaseline=3\n", ("[gate]", "baseline", "previous")),
        (WHOLE + "[archive]\n", ("[archive]", "directory")),
        (WHOLE + "[archive]\ndirectory='runs'\nkeeep=3\n", ("[archive]", "keeep")),
        (WHOLE + "[archive]\ndirectory='runs'\nkeep=0\n", ("[archive]", "keep", "from 1 on")),
        (OUT + MODELS + "[test_sets.n]\nsource='~nobody-here/n'\n", ("[test_sets.n]", "source", "~nobody-here")),
        ("out = 3 4\n", ("not TOML", "line 1")),
    ],
)  # fmt: skip
def test_what_is_refused_in_one_line(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as refused:
        plan(tmp_path, text)
    message = str(refused.value)
    assert "audit.toml" in message
    assert "\n" not in message
    for part in said:
        assert part in message


def test_a_pattern_of_the_command_line_that_fits_no_job(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--only: no job is called small/\*; there are big/news"):
        plan(tmp_path, WHOLE, "small/*")


def test_the_example_is_one(tmp_path: Path) -> None:
    night = plan(tmp_path, EXAMPLE.read_text("utf-8").replace('config = "gate.toml"', ""),
                 environment={"MODELS": "/models", "DATA": "/data"})  # fmt: skip
    assert len(night.jobs) >= 3
    assert any(job.gate for job in night.jobs)


def test_every_option_of_an_audit_is_known_to_a_night() -> None:
    """What the file may say is what the command has, and what is checked beforehand is what the command makes of it."""
    fields = {field.name for field in dataclasses.fields(AuditConfig)}
    options = {CONFIGURED.get(name, name) for name in KNOWN["audit"]}
    assert options - {"config", "json"} <= fields
    assert fields - options <= {"also_rules", "replace"}
    assert KNOWN["audit"].keys() >= set(SET_BY_THE_NIGHT)
    assert KNOWN["audit"]["reference"] == Option("reference", "--reference", str, repeatable=True)
    assert KNOWN["audit"]["false_alarms"] == Option("false_alarms", "--false-alarms", float)
