"""Every check does what its docstring says, and the registry turns suspicions into flags."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nmt_audit.checks
from nmt_audit.checks import CHECKS, Thresholds, check_segment, default_thresholds
from nmt_audit.checks.calibration import category_of
from nmt_audit.checks.registry import MOST_FLAGS, not_checked, suspicions
from nmt_audit.checks.thresholds import FLOORS, SHIPPED
from nmt_audit.records import CATEGORIES, Evidence, Segment, Token

CHECKS_FOLDER = Path(nmt_audit.checks.__path__[0])
EXAMPLE = re.compile(r"^\s*(flags|clear): (.+?) \| (.+?)(?: @ (\*|\d+:\d+))?$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One line of a docstring. `span` is None for a clear line, "*" for a flag of a whole side."""

    category: str
    kind: str
    source: str
    hypothesis: str
    span: str | None


def examples() -> Iterator[Example]:
    for category, check in CHECKS.items():
        for kind, source, hypothesis, span in EXAMPLE.findall(inspect.getdoc(check) or ""):
            yield Example(category, kind, source, hypothesis, span or None)


def segment(source: str, hypothesis: str | None, src_lang: str = "de", tgt_lang: str = "en") -> Segment:
    return Segment("1", source, src_lang, tgt_lang, hypothesis=hypothesis)


@pytest.mark.parametrize("example", list(examples()), ids=lambda e: f"{e.category}-{e.hypothesis[:30]}")
def test_the_examples_in_the_docstrings_hold(example: Example) -> None:
    result = check_segment(segment(example.source, example.hypothesis), None, default_thresholds())
    flags = [flag for flag in result.flags if flag.category == example.category]
    assert bool(flags) == (example.kind == "flags"), flags
    if example.kind == "flags":
        spans = ["*" if flag.start is None else f"{flag.start}:{flag.end}" for flag in flags]
        assert example.span in spans


@pytest.mark.parametrize("category", CHECKS)
def test_every_check_shows_a_hit_and_a_near_miss_and_says_what_it_misses(category: str) -> None:
    assert {e.kind for e in examples() if e.category == category} == {"flags", "clear"}
    assert "Misses" in (inspect.getdoc(CHECKS[category]) or "")


def test_every_check_in_the_folder_is_registered() -> None:
    registered = {check.__module__: check.__name__ for check in CHECKS.values()}
    for module in pkgutil.iter_modules(nmt_audit.checks.__path__, "nmt_audit.checks."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            parameters = inspect.signature(function).parameters
            is_check = list(parameters) == ["segment", "evidence"] and not name.startswith("_")
            if is_check and function.__module__ == module.name and EXAMPLE.search(function.__doc__ or ""):
                assert registered.get(module.name) == name, f"{module.name}.{name} is in no line of CHECKS"
    assert tuple(CHECKS) == CATEGORIES


def test_every_rule_has_a_threshold_a_floor_and_a_category() -> None:
    assert FLOORS.keys() == SHIPPED.keys()
    for rule in SHIPPED:
        assert category_of(rule) in CHECKS
        assert 0 < FLOORS[rule] <= SHIPPED[rule]
    written = "".join(path.read_text("utf-8") for path in CHECKS_FOLDER.glob("*.py") if path.stem != "thresholds")
    assert set(re.findall(r'"([a-z_]+\.[a-z_]+)"', written)) == SHIPPED.keys()


# --- from suspicions to flags ---------------------------------------------------------------------------------------


def test_a_flag_scores_one_half_at_its_threshold() -> None:
    result = check_segment(
        segment("Das ist nicht gut.", "That is good."), None, Thresholds({**SHIPPED, "negation.lost": 1.0}, "")
    )
    (flag,) = result.flags
    assert (flag.category, flag.side, flag.start, flag.end) == ("NEGATION", "src", 8, 13)
    assert flag.score == 0.5 and flag.value == flag.threshold == 1.0
    assert flag.counterpart is not None and flag.counterpart.side == "tgt"


def test_flags_of_a_category_are_best_first_and_do_not_overlap() -> None:
    result = check_segment(
        segment("Das ist 1987 und 2014 gut.", "That is is 53 good good good 77 fine."), None, default_thresholds()
    )
    for category in CATEGORIES:
        flags = [flag for flag in result.flags if flag.category == category]
        assert [f.score for f in flags] == sorted((f.score for f in flags), reverse=True)
        spans = sorted((f.side, f.start or 0, f.end or 0) for f in flags)
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))
    assert {flag.category for flag in result.flags} == {"REPETITION", "UNRELATED"}


def test_what_cannot_be_checked_is_said() -> None:
    assert not_checked(segment("x", None)) == CATEGORIES
    assert not_checked(segment("x", "y", "xx", "en")) == ("NEGATION",)
    assert not_checked(segment("x", "y")) == ()
    assert suspicions(segment("x", None), None) == {}


def test_an_empty_hypothesis_ends_early_and_an_empty_source_supports_nothing() -> None:
    empty = check_segment(segment("Das ist ein sehr langer Satz über den Wald.", ""), None, default_thresholds())
    assert {flag.category for flag in empty.flags} == {"OMISSION", "EARLY_EOS"}
    made_up = check_segment(segment(" ", "Hello there."), None, default_thresholds())
    assert {flag.category for flag in made_up.flags} == {"UNRELATED"}
    assert check_segment(segment("", ""), None, default_thresholds()).flags == ()


@given(st.text(), st.text(), st.sampled_from(["de", "en", "zh", "fr", "xx"]), st.sampled_from(["en", "ja", "nl"]))
def test_any_text_gives_spans_inside_it_and_the_same_answer_twice(source: str, target: str, src: str, tgt: str) -> None:
    pair = segment(source, target, src, tgt)
    result = check_segment(pair, None, default_thresholds())
    assert result == check_segment(pair, None, default_thresholds())
    for flag in result.flags:
        text = source if flag.side == "src" else target
        assert (flag.start is None) == (flag.end is None)
        assert flag.start is None or flag.end is None or 0 <= flag.start < flag.end <= len(text)
        assert 0.5 <= flag.score < 1 and flag.positions == () and flag.value >= flag.threshold
        assert "error" not in flag.message


def test_checks_and_language_import_without_torch() -> None:
    code = "import nmt_audit.checks, nmt_audit.language.pieces, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- with evidence ----------------------------------------------------------------------------------------------------


def tokens_of(text: str) -> tuple[Token, ...]:
    """One token per word, which is all that a check needs to know of a vocabulary."""
    found = [Token(m.group(), 5, m.start(), m.end()) for m in re.finditer(r"\w+|[^\w\s]", text)]
    return (*found, Token("</s>", 2, len(text), len(text)))


def calm(pair: Segment, logprob: float = -0.1) -> Evidence:
    """Evidence of a model that finds nothing wrong: every token likely, each source token looked at by its like."""
    source, target = tokens_of(pair.source), tokens_of(pair.hypothesis or "")
    size, width = len(target), len(source)
    attention = np.full((size, width), 1.0 / width)
    zeros = np.zeros(size)
    whole = zeros.astype(np.int64)
    return Evidence(
        source, target, np.full(size, logprob), zeros, whole, zeros, whole, attention, zeros + 4.0, 9.0
    )  # fmt: skip


PAIR = segment("Der Hund schläft heute im Garten.", "The dog sleeps in the garden today.")


def rules(evidence: Evidence, pair: Segment = PAIR) -> dict[str, tuple[int, ...]]:
    flags = check_segment(pair, evidence, default_thresholds()).flags
    return {flag.rule: flag.positions for flag in flags}


def test_calm_evidence_gives_no_flags() -> None:
    assert rules(calm(PAIR)) == {}


def test_a_word_must_be_improbable_and_independent_of_the_source() -> None:
    evidence = calm(PAIR)
    gaps = evidence.gaps.copy()
    gaps[1] = 13.8
    gain = evidence.source_gain.copy()
    assert rules(replace(evidence, gaps=gaps)) == {"unrelated.improbable": (1,)}
    gain[1] = 12.0
    assert rules(replace(evidence, gaps=gaps, source_gain=gain)) == {}


def test_a_stretch_without_a_clear_choice_is_pointed_at() -> None:
    entropies = np.array([0.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, 0.0, 0.0])
    (flag,) = check_segment(PAIR, replace(calm(PAIR), entropies=entropies), default_thresholds()).flags
    assert (flag.rule, flag.start, flag.end) == ("unrelated.unsure", 4, 34)
    assert flag.positions == (1, 2, 3, 4, 5, 6)


def test_a_detached_translation_is_flagged_as_a_whole() -> None:
    evidence = replace(calm(PAIR, logprob=-6.0), source_gain=np.zeros(9))
    (flag,) = [f for f in check_segment(PAIR, evidence, default_thresholds()).flags if f.category == "UNRELATED"]
    assert (flag.rule, flag.start, flag.end) == ("unrelated.detached", None, None)


def test_a_reluctant_end_is_early_and_explained_at_the_end() -> None:
    evidence = calm(PAIR)
    logprobs = evidence.logprobs.copy()
    logprobs[-1] = -6.0
    found = rules(replace(evidence, logprobs=logprobs, eos_margin=-5.0))
    assert found["early_eos.margin"] == (8,)


def test_a_cut_off_search_says_so() -> None:
    evidence = replace(calm(PAIR), finished=False)
    flags = check_segment(PAIR, evidence, default_thresholds()).flags
    assert ["length limit" in flag.message for flag in flags if flag.category == "EARLY_EOS"] == [True]


def test_a_lost_negation_has_every_position_explained() -> None:
    pair = segment("Das ist nicht gut.", "That is good.")
    assert rules(calm(pair), pair) == {"negation.lost": tuple(range(5))}


def test_the_second_copy_is_explained() -> None:
    pair = segment("Das ist gut.", "That is good good.")
    assert rules(calm(pair), pair) == {"repetition.adjacent": (3,)}


def test_a_very_long_text_keeps_its_strongest_flags_only() -> None:
    pair = segment("12 " * 3_000, " ".join(f"{10_000 + 7 * n} 12" for n in range(1_500)))
    flags = check_segment(pair, None, default_thresholds()).flags
    assert sum(flag.category == "UNRELATED" for flag in flags) == MOST_FLAGS
