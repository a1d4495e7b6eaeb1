"""What holds of every format: strange runs are exported, whole or not at all, and the same run gives the same bytes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nights.exported import PAIR, RUNS, dismissed_run, exported, hostile_run, json_rows
from nmt_audit.errors import InputError, OutputError, RequestError
from nmt_audit.exporting import FORMATS, Options, export_run, markdown_summary
from nmt_audit.exporting.artifacts import Artifact, corpus_file
from nmt_audit.exporting.columns import COLUMNS
from nmt_audit.store import Run, open_run

COMMAND = (sys.executable, "-m", "nmt_audit", "export")
DOCUMENTED = Path(__file__).parents[2] / "docs" / "export.md"


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return RUNS[request.param](tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def dismissed(tmp_path: Path) -> Run:
    return dismissed_run(tmp_path / "dismissed")


@pytest.mark.parametrize("form", FORMATS)
def test_a_strange_run_is_exported_and_gives_the_same_bytes_again(run: Run, form: str, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = exported(run, form, tmp_path).read_bytes()
    again = exported(open_run(run.directory), form, tmp_path / "again").read_bytes()
    assert first == again
    assert first or form == "jsonl"  # no flag, no line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", f"export.{form}"]


@pytest.mark.parametrize("form", [name for name, known in FORMATS.items() if known.table])
def test_a_table_of_segments_has_them_all(run: Run, form: str, tmp_path: Path) -> None:
    found = export_run(run, form, tmp_path / "table", Options(rows="segments"))
    assert found.count == len(run.segments)


@pytest.mark.parametrize("form", FORMATS)
def test_a_partial_run_says_so(form: str, tmp_path: Path) -> None:
    run = RUNS["partial"](tmp_path / "run")
    found = export_run(run, form, tmp_path / "out")
    assert found.note is not None and "partial" in found.note
    if FORMATS[form].text:
        assert b"partial" in (tmp_path / "out").read_bytes().lower()


def test_rows_are_of_flags_and_say_what_they_rest_on(dismissed: Run, tmp_path: Path) -> None:
    rows = json_rows(dismissed, tmp_path)
    assert [row["flag"] for row in rows] == list(dismissed.flags["id"])
    assert [row["span"] for row in rows] == ["nicht", "{0} nicht [gut](", "", None]
    assert [row["dismissed"] for row in rows] == [False, False, False, True]
    assert [row["dismissed_by"] for row in rows] == [None, None, None, "anna"]
    assert {row["signature"] for row in rows} == {"no model · data a1a1a1a1 b2b2b2b2 · seed 1"}


def test_rows_of_segments_sum_up_the_flags_that_stand(dismissed: Run, tmp_path: Path) -> None:
    first, second, third = json_rows(dismissed, tmp_path, Options(rows="segments"))
    assert (first["flags"], first["dismissed"], first["suspicion"]) == (3, 1, 0.8)
    assert first["categories"] == ["EARLY_EOS", "NEGATION", "OMISSION"]
    assert (second["flags"], second["categories"], second["suspicion"]) == (0, [], None)
    assert (third["hypothesis"], third["status"]) == (None, "too_long")
    assert third["not_checked"] == ["NEGATION", "OMISSION"]


def test_flags_that_were_dismissed_since_are_dismissed(dismissed: Run, tmp_path: Path) -> None:
    name = dismissed.flags["id"][0]
    (tmp_path / "dismissals.jsonl").write_text(json.dumps({"flag": name, "by": "ben"}) + "\n")
    command = (*COMMAND, str(dismissed.directory), "--format", "jsonl", "--out", "-")
    run = subprocess.run(
        [*command, "--dismissals", str(tmp_path / "dismissals.jsonl")],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    first = json.loads(run.stdout.split("\n")[0])
    assert (first["dismissed"], first["dismissed_by"]) == (True, "ben")


def test_only_one_pair_of_languages(tmp_path: Path) -> None:
    run = hostile_run(tmp_path / "run")
    rows = json_rows(run, tmp_path, Options(pair="zh-en"))
    assert rows and {(row["src_lang"], row["tgt_lang"]) for row in rows} == {("zh", "en")}
    with pytest.raises(InputError, match=r"no segment of de-fr; there are .*de-en"):
        json_rows(run, tmp_path, Options(pair="de-fr"))


def test_every_column_is_documented() -> None:
    text = DOCUMENTED.read_text("utf-8")
    missing = [c.name for columns in COLUMNS.values() for c in columns if f"| `{c.name}` | {c.about} |" not in text]
    assert not missing
    assert all(f"`{name}`" in text for name in FORMATS)


# --- whole or not at all ----------------------------------------------------------------------------------------------


@pytest.fixture
def damaged(dismissed: Run) -> Run:
    """Its only part is cut short, but not its manifest."""
    part = dismissed.directory / "data" / "flags" / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    return dismissed


@pytest.mark.parametrize("form", FORMATS)
def test_what_fails_leaves_what_was_there(damaged: Run, form: str, tmp_path: Path) -> None:
    out = tmp_path / "out" / "kept"
    out.parent.mkdir()
    out.write_text("from yesterday")
    with pytest.raises(InputError, match="corrupt"):
        export_run(damaged, form, out, PAIR)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_text() == "from yesterday"


def test_a_full_disk_leaves_nothing(dismissed: Run, tmp_path: Path) -> None:
    script = f"""
import resource, signal
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
from nmt_audit.exporting import FORMATS, export_run
from nmt_audit.store import open_run
for form in FORMATS:
    try:
        export_run(open_run({str(dismissed.directory)!r}), form, Path({str(tmp_path)!r}) / "out" / form)
    except Exception as error:
        print(type(error).__name__, error)
"""
    (tmp_path / "out").mkdir()
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    lines = run.stdout.splitlines()
    assert len(lines) == len(FORMATS)
    assert all(line.startswith("OutputError") and "cannot be written" in line for line in lines), lines
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_not_there(dismissed: Run, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="choose another --out"):
        export_run(dismissed, "jsonl", tmp_path / "missing" / "out")


def test_a_directory_is_no_file(dismissed: Run, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Is a directory"):
        export_run(dismissed, "jsonl", tmp_path)


def test_what_is_no_plain_file_is_written_to_and_stays_what_it_is(dismissed: Run, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    export_run(dismissed, "jsonl", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "plain").read_bytes() == exported(dismissed, "jsonl", tmp_path).read_bytes()
    export_run(dismissed, "jsonl", Path(os.devnull))
    assert Path(os.devnull).is_char_device()


# --- the command ------------------------------------------------------------------------------------------------------


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, encoding="utf-8", timeout=60)


def test_the_command_writes_a_file_or_to_standard_output(dismissed: Run, tmp_path: Path) -> None:
    out = tmp_path / "summary.md"
    to_file = command(str(dismissed.directory), "--format", "markdown", "--out", str(out))
    assert (to_file.returncode, to_file.stdout, to_file.stderr) == (0, f"{out}: 3 flags\n", "")
    to_output = command(str(dismissed.directory), "--format", "markdown", "--out", "-")
    assert to_output.stdout == out.read_text("utf-8") == markdown_summary(dismissed)
    as_json = command(str(dismissed.directory), "--format", "xlsx", "--out", str(tmp_path / "a.xlsx"), "--json")
    assert json.loads(as_json.stdout) | {"run": "", "out": ""} == {
        "run": "", "format": "xlsx", "out": "", "count": 4, "thing": "row", "note": None
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--format", "pdf", "--out", "x"), "no format “pdf”; there are jsonl, csv, xlsx"),
        (("--format", "xlsx", "--out", "-"), "xlsx is not text; give --out a file"),
        (("--format", "sarif", "--out", "x", "--rows", "segments"), "--rows is for tables (jsonl, csv, xlsx, parquet)"),
        (("--format", "csv", "--out", "x", "--rows", "words"), "rows are flags or segments"),
        (("--format", "jsonl", "--out", "x", "--exact"), "--exact is for csv"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(dismissed: Run, arguments: tuple[str, ...], line: str) -> None:
    run = command(str(dismissed.directory), *arguments)
    assert run.returncode == 1
    assert run.stderr.startswith("nmt-audit: ") and line in run.stderr and run.stderr.count("\n") == 1


def test_a_reader_who_goes_early_is_no_bug(tmp_path: Path) -> None:
    run = hostile_run(tmp_path / "run")
    line = f"{shlex.join([*COMMAND, str(run.directory), '--format', 'jsonl', '--out', '-'])} | head -c 1"
    shown = subprocess.run(["bash", "-c", line], capture_output=True, encoding="utf-8", timeout=60)
    assert shown.stdout == "{"
    assert shown.stderr in ("", "nmt-audit: standard output: closed before all was written; read it to its end\n")


def test_a_workbook_needs_its_extra(dismissed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(RequestError, match=r"pip install 'nmt-audit\[excel\]'"):
        export_run(dismissed, "xlsx", tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


def test_formats_import_without_what_is_heavy() -> None:
    heavy = "{'torch', 'pandas', 'matplotlib', 'pyarrow', 'xlsxwriter'}"
    code = f"import sys, nmt_audit.exporting; print(*{heavy} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert run.stdout.split() == []


# --- which file a run is of -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "data", "found"),
    [
        (["audit", "--source", "sets/news.de"], {"news.de": "ab"}, Artifact("sets/news.de", True, True, "ab")),
        (["audit", "--source=/data/news.de.gz"], {}, Artifact("news.de.gz", True, True)),
        (["audit", "--source", "../news.tsv"], {}, Artifact("news.tsv", True, True)),
        (["audit", "--source", "C:\\sets\\news.jsonl"], {}, Artifact("news.jsonl", True, False)),
        (["audit", "--source", "news.tmx"], {}, Artifact("news.tmx", False, False)),
        (["audit", "--source", "news", "--form", "xliff"], {}, Artifact("news", False, False)),
        (["audit", "--source", "wmt.xml"], {}, Artifact("wmt.xml", False, False)),
        (["audit", "--config", "a.toml"], {"a.de": "cd", "b.en (clean)": "ef"}, Artifact("a.de", True, True, "cd")),
        (["audit", "--config", "a.toml"], {"a.de": "cd", "b.en": "ef"}, Artifact("Night", False, False)),
        (["audit", "--source", "-"], {"-": "ab"}, Artifact("Night", False, False)),
        ("bench site", {}, Artifact("Night", False, False)),
    ],
)
def test_the_file_of_a_run(command: object, data: dict[str, str], found: Artifact) -> None:
    assert corpus_file({"name": "Night", "command": command, "data": data}) == found
