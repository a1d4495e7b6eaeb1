"""The numbers of a real training, night after night: the model learns, and one night got an old checkpoint.

`thirty-nights.jsonl` holds what `nmt-audit nightly` wrote into the manifests of 30 runs: the checkpoints 200, 400 …
6000 of one training of the recipe rnnsearch-de-en, on 200 dev pairs of its corpus, shortened to what an archive reads.
The twentieth night, 2026-11-19, was given checkpoint 1400 in the place of 4000.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from nights.undisturbed import COMMAND
from nmt_audit.archiving.scanning import scan
from nmt_audit.archiving.trends import trends

PLANTED = "2026-11-19"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    for line in Path(__file__).with_name("thirty-nights.jsonl").read_text("utf-8").splitlines():
        run = folder / json.loads(line)["date"]
        run.mkdir()
        (run / "manifest.json").write_text(line, "utf-8")
    done = subprocess.run([*COMMAND, "archive", str(folder), "--compare", "0"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_planted_night_is_the_only_one_that_became_worse(archive: Path) -> None:
    feed = etree.parse(archive / "archive" / "feed.xml")
    titles = feed.xpath("//a:entry/a:title/text()", namespaces=ATOM)
    assert [re.findall(r"\d{4}-\d\d-\d\d", title) for title in titles] == [[PLANTED]]
    [summary] = feed.xpath("//a:entry/a:summary/text()", namespaces=ATOM)
    assert all(score in summary for score in ("BLEU", "chrF", "TER"))


def test_the_trend_shows_the_model_learning(archive: Path) -> None:
    [trend] = trends(scan(archive))
    assert len(trend.nights) == 30
    [line] = [line for line in trend.lines if line.measure.key == "BLEU"]
    values = [value for value in line.values if value is not None]
    assert values[0] < 5 < 35 < values[14] < values[-1]
    dates = [entry.night.date for entry in trend.nights if entry.night is not None]
    assert [dates[change.night] for change in trend.changes if change.worse] == [PLANTED]
