"""A page on which a test reviews, and the files that come from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from browser import Page
from sample_run import sample_run
from typer.testing import CliRunner

from nmt_audit.cli import app
from nmt_audit.report import build_site
from nmt_audit.store import Run, open_run

CURRENT = "const { flag } = nmtAudit.reader.current(); return flag && flag.id"
ANSWERED = "return nmtAudit.review.counts().answered"
MOVED = ANSWERED + " === arguments[0] && nmtAudit.reader.current().flag.id !== arguments[1]"
REPORT = "const said = document.querySelector('#verdicts [data-report]').textContent;"
LEAVING = """const event = new Event("beforeunload", { cancelable: true });
window.dispatchEvent(event);
return event.defaultPrevented;"""  # whether the page asks before it is left


def built(folder: Path) -> Run:
    """The sample run with its site."""
    run = sample_run(folder / "run", clean=3)
    build_site(run, run.directory / "site")
    return run


def copied(run: Run, folder: Path) -> Run:
    """A run of a test's own."""
    shutil.copytree(run.directory, folder / "run")
    return open_run(folder / "run")


def opened(page: Page, run: Run, state: str = "") -> None:
    """Opens the page of segments and waits for it."""
    page.open(run.directory / "site" / "segments.html", state)
    page.wait("return nmtAudit.data.index && document.readyState === 'complete'")


def at_flag(page: Page, run: Run, **wanted: Any) -> str:
    """Opens the first flag that has these values; its name."""
    flags = run.flags
    for name, value in wanted.items():
        flags = flags[flags[name] == value]
    name = str(flags["id"].iloc[0])
    opened(page, run, f"#flag={name}")
    page.wait("const { flag } = nmtAudit.reader.current(); return flag && flag.id === arguments[0]", name)
    return name


def at_segment(page: Page, run: Run, name: str) -> None:
    """Opens a segment."""
    opened(page, run, f"#segment={name}")
    page.wait("const { segment } = nmtAudit.reader.current(); return segment && segment.id === arguments[0]", name)


def kept(page: Page) -> dict[str, Any]:
    """Verdicts as the browser keeps them, by flag."""
    text = page.js("return localStorage.getItem('nmt-audit:verdicts:' + nmtAudit.data.index.run)")
    return {answer["flag_id"]: answer for answer in json.loads(text)["answers"]} if text else {}


def stay(page: Page) -> None:
    """No going on to the next flag after a verdict."""
    page.js("nmtAudit.review.goOn(false)")


def saved_json(page: Page) -> tuple[Path, list[dict[str, Any]]]:
    """The file that the dialog saves."""
    page.press("v")
    page.click("#verdicts [data-control=save]")
    path = page.saved("*.json")
    page.press("Escape")
    return path, json.loads(path.read_text("utf-8"))


def imported(run: Run, *files: Path) -> dict[str, Any]:
    """What the command says of an import."""
    done = CliRunner().invoke(
        app, ["verdicts", "import", str(run.directory), *map(str, files), "--json"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdict(run: Run, row: int, **changes: Any) -> dict[str, Any]:
    """A verdict on a flag of the run, as another page would have written it."""
    flag = run.flags.iloc[row]
    span = {"side": flag["side"], "start": None, "end": None}
    if flag["start"] == flag["start"] and flag["start"] is not None:
        span |= {"start": int(flag["start"]), "end": int(flag["end"])}
    return {
        "flag_id": flag["id"], "segment_id": flag["segment_id"], "verdict": "confirm",
        "category": flag["category"], "severity": None, "span": span, "comment": None, "reviewer": "ben",
        "at": "2024-05-17T09:30:00+00:00", **changes,
    }  # fmt: skip


def bring_in(page: Page, path: Path, entries: object) -> str:
    """Brings a file in by the dialog; what that says."""
    path.write_text(json.dumps(entries), "utf-8")
    page.press("v")
    page.attach("#verdicts [data-control=bring-in]", path)
    said = page.wait(f"{REPORT} return said.startsWith(arguments[0]) && said", path.name)
    page.press("Escape")
    return str(said)
