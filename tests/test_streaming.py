"""What lets audits stream: corpora on the disk, samples of what passes by, and what is found again in the cache."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt_audit import caching
from nmt_audit.caching import PLACE, Cache
from nmt_audit.config import AuditConfig
from nmt_audit.corpus.spool import BLOCK, Spool
from nmt_audit.pipeline import audit
from nmt_audit.sampling import Least
from nmt_audit.store import open_run


@pytest.mark.parametrize("length", [0, 1, BLOCK, 2 * BLOCK + 3])
def test_a_spool_is_what_was_put_into_it(length: int) -> None:
    items = [(str(n), "ü\u2028" * (n % 3)) for n in range(length)]
    spool = Spool(iter(items))
    assert (len(spool), list(spool), list(spool)) == (length, items, items)
    assert list(pairwise(spool)) == list(pairwise(items)), "two at different places of it at once"
    assert list(zip(spool, reversed(spool), strict=True)) == list(zip(items, reversed(items), strict=True))
    assert spool[: BLOCK + 1] == items[: BLOCK + 1]
    with pytest.raises(IndexError):
        spool[length]


@given(st.lists(st.integers(0, 40)), st.integers(0, 8))
def test_a_sample_has_the_smallest_keys_each_once_the_first(numbers: list[int], most: int) -> None:
    sample: Least[int] = Least(most)
    for place, number in enumerate(numbers):
        sample.add(f"{number:02}", place)
    wanted = [(f"{number:02}", numbers.index(number)) for number in sorted(set(numbers))[:most]]
    assert (list(sample), len(sample)) == (wanted, len(wanted))


def test_what_was_computed_is_found_again_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    computed: list[object] = []

    def asked(cache: Cache, kind: str = "kind", **key: object) -> object:
        def compute() -> object:
            computed.append(key)
            return {"of": len(computed), "values": [0.1, float("inf")]}

        return cache.get(kind, key, compute)

    first = asked(Cache(model="m"), rate=0.02)
    again = Cache(model="m")
    assert (asked(again, rate=0.02), again.used, len(computed)) == (first, ["kind"], 1)
    for other, kind, key in ((Cache(model="n"), "kind", 0.02), (again, "kind", 0.03), (again, "another", 0.02)):
        asked(other, kind, rate=key)
    assert len(computed) == 4
    asked(Cache(on=False, model="m"), rate=0.02)
    assert len(computed) == 5
    for path in tmp_path.rglob("*.json"):
        path.write_text("{", "utf-8")
    mended = Cache(model="m")
    assert asked(mended, rate=0.02) == asked(mended, rate=0.02) != first, "what is damaged is computed again"
    assert (mended.used, len(computed)) == (["kind"], 6)


def test_the_cache_keeps_what_was_asked_for_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    monkeypatch.setattr(caching, "MOST_ENTRIES", 3)
    for number in range(5):
        Cache().get("kind", {"number": number}, lambda: 1)
    assert len(list(tmp_path.rglob("*.json"))) == 3


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv(PLACE, str(tmp_path / "file"))
    cache = Cache()
    assert [cache.get("kind", {}, lambda: [1]) for _ in range(2)] == [[1], [1]]
    assert cache.used == []


def test_an_audit_with_the_cache_has_the_bytes_of_one_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    rows = [f"Der Hund {n} schläft nicht.\tThe dog {n} does not sleep.\n" for n in range(10, 230)]
    (tmp_path / "corpus.tsv").write_text("".join(rows), "utf-8")
    (tmp_path / "said.txt").write_text("".join(row.split("\t")[1].replace("not ", "") for row in rows), "utf-8")

    def files(name: str, *, cache: bool) -> tuple[dict[str, bytes], list[str]]:
        out = audit(
            AuditConfig(
                source=str(tmp_path / "corpus.tsv"), hypotheses=str(tmp_path / "said.txt"), out=tmp_path / name,
                src_lang="de", tgt_lang="en", planted=3, no_cache=not cache,
            )
        )  # fmt: skip
        found = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*.*") if p.name != "manifest.json"}
        return found, open_run(out).manifest["from_cache"]

    without, none = files("without", cache=False)
    first, not_yet = files("first", cache=True)
    again, used = files("again", cache=True)
    assert (none, not_yet, used) == ([], [], ["lexicons", "thresholds", "planted"])
    assert without == first == again
