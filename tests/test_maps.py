"""The rows of a figure by method, state and contrast; ledgers with named offsets; what counts as blown up."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from sample_run import AUTOENCODER, TRANSFORMER, sample_run
from test_views import figures, flagged, said

from nmt_audit.config import FURTHER_METHODS
from nmt_audit.report.flagged import segment_page
from nmt_audit.report.grid import row_label
from nmt_audit.report.ledgers import ledger, warning
from nmt_audit.report.rows import Focus, Row, focuses
from nmt_audit.report.wording import ENTRY, METHOD, entry, method, state
from nmt_audit.report.words import gather
from nmt_audit.store import Run

NAMES = ("source", "target", "initial", "bias", "offset", "stabiliser")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return sample_run(tmp_path_factory.mktemp("maps") / "run", model=TRANSFORMER, clean=2)


def row(value: float | None = 1.0, largest: float = 1.0, **accounts: float) -> Row:
    """A row with an account of each name; what is no entry of the ledger is a part of the offset."""
    offsets = {name: part for name, part in accounts.items() if name not in NAMES}
    parts = {"source": largest, "target": 0.0, "offset": sum(offsets.values()), **accounts}
    entries = tuple((name, parts.get(name, 0.0)) for name in NAMES)
    return Row("lrp", "output", None, np.array([largest]), None, value, entries, tuple(offsets.items()), "stable")


def focus_rows(run: Run, name: str) -> tuple[Focus, ...]:
    segment, [flag, *_], explanations, _ = flagged(run, name)
    source = gather(segment.source_tokens, segment.source, segment.src_lang)
    target = gather(segment.target_tokens, segment.hypothesis, segment.tgt_lang)
    return focuses(segment, source, target, flag.positions, explanations.of(flag.id))


# --- words for everything that a run may hold -------------------------------------------------------------------------


def test_every_method_and_every_account_has_its_words() -> None:
    from nmt_audit.relevance import METHODS
    from nmt_audit.relevance.rules import ACCOUNTS

    assert set(METHOD) == set(METHODS)
    assert set(FURTHER_METHODS) <= set(METHOD)
    assert {*ACCOUNTS, "vocabulary", "baseline", "completeness_gap", *NAMES} <= set(ENTRY)


def test_what_came_later_than_these_pages_is_shown_by_its_name() -> None:
    assert method("deep_magic").label == "Deep magic" and entry("deep_magic").label == "deep magic"
    assert state("deep") is None


def test_layers_are_named() -> None:
    found = state("context.3")
    assert found is not None
    assert (found.label, found.prose, found.short) == (
        "Source context, layer 3",
        "source context of layer 3",
        "context 3",
    )


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (("lrp", "logit", None), "Choice of the word"), (("lrp", "logit", "▁not"), "Contrast with “not”"),
        (("lrp", "target.2", None), "Target state, layer 2"), (("erasure", "logit", None), "Erasure"),
        (("erasure", "logit", "▁not"), "Erasure, rather than “not”"),
        (("gradient", "logprob", None), "Gradient of the probability of the word"),
    ],
)  # fmt: skip
def test_rows_are_named_by_method_state_and_contrast(kind: tuple[str, str, str | None], label: str) -> None:
    assert row_label(Row(*kind, np.zeros(1), None)) == label


# --- rows -------------------------------------------------------------------------------------------------------------


def test_methods_of_the_same_state_are_rows_of_their_own(run: Run) -> None:
    for focus in focus_rows(run, "talk-012"):
        kinds = [(one.method, one.state, one.against) for one in focus.rows]
        assert kinds == [
            ("attention", "logit", None),
            *(("lrp", name, None) for name in TRANSFORMER.path), ("lrp", "logit", "▁not"),
            *((name, "logit", None) for name in TRANSFORMER.methods),
        ]  # fmt: skip


def test_other_methods_stand_in_a_figure_of_their_own(run: Run) -> None:
    for why in figures(run, "news-004"):
        first, second = why.maps
        assert first.title is None and second.title is not None and second.title.startswith("Other methods: gradient ×")
        assert [head.label for head in first.grid.heads] == [
            "Attention", "Source context, layer 3", "Target state, layer 3", "Readout", "Choice of the word",
        ]  # fmt: skip
        assert len(second.grid.heads) == len(TRANSFORMER.methods)
        assert [column.text for side in first.grid.sides for column in side.columns] == [
            column.text for side in second.grid.sides for column in side.columns
        ]


def test_methods_without_a_sign_are_drawn_like_attention(run: Run) -> None:
    for why in figures(run, "news-004"):
        for drawn, names in zip(why.maps, (["attention", *["lrp"] * 4], TRANSFORMER.methods), strict=True):
            for side in drawn.grid.sides:
                for column in side.columns:
                    for name, cell in zip(names, column.cells, strict=True):
                        classes = cell.classes.split()
                        assert ("a" in classes) == (not METHOD[name].signed and "x" not in classes)
                        assert ("n" in classes) == cell.number.startswith("−")


def test_attention_saliency_says_nothing_of_the_earlier_words(run: Run) -> None:
    place = TRANSFORMER.methods.index("attention_saliency")
    for why in figures(run, "news-004"):
        source, prefix = why.maps[1].grid.sides
        assert all(column.cells[place].number for column in source.columns)
        assert all(column.cells[place].classes == "x" for column in prefix.columns)


def test_a_measure_of_each_piece_is_averaged_over_a_word_and_relevance_added_up(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=AUTOENCODER, clean=2)
    segment, flags, explanations, _ = flagged(run, "talk-007")
    flag = next(flag for flag in flags if flag.category == "UNRELATED")
    source = gather(segment.source_tokens, segment.source, "de")
    target = gather(segment.target_tokens, segment.hypothesis, "en")
    pieces = next(group.tokens for group in source.groups if len(group.tokens) > 1)
    word = int(source.group_of[pieces[0]])
    for focus in focuses(segment, source, target, flag.positions, explanations.of(flag.id)):
        assert focus.attention is None
        for one in focus.rows:
            here = [
                item.source_relevance[list(pieces)]
                for item in explanations.of(flag.id)
                if (item.method, item.state) == (one.method, one.state)
                and item.position in target.groups[focus.word].tokens
            ]
            expected = np.mean(here) if one.method.startswith("gate") else np.sum(here)
            assert one.source[word] == pytest.approx(expected)


def test_the_beginning_of_the_word_itself_is_the_mean_of_what_saw_it(tmp_path: Path) -> None:
    """The last piece of a word sees the pieces before it; the first does not, and has no say in their mean."""
    run = sample_run(tmp_path / "run", model=AUTOENCODER, clean=2)
    segment, [flag, *_], explanations, _ = flagged(run, "talk-012")
    target = gather(segment.target_tokens, segment.hypothesis, "en")
    begun = 0
    for focus in focus_rows(run, "talk-012"):
        places = target.groups[focus.word].tokens
        [gates] = [one for one in focus.rows if one.method == "gates"]
        items = [one for one in explanations.of(flag.id) if one.method == "gates" and one.position in places]
        seen = [one.target_relevance[place] for one in items for place in places if place < one.position]
        if seen and gates.prefix is not None:
            begun += 1
            assert gates.prefix[focus.word] == pytest.approx(np.mean(seen))
    assert begun


def test_the_run_page_compares_attention_with_relevance_only(run: Run) -> None:
    _, comparisons = segment_page(*flagged(run, "talk-012"))
    assert {name for item in comparisons for name, *_ in item.states} == set(TRANSFORMER.path)
    for why in figures(run, "talk-012"):
        assert "gradient" not in said(why) and "; relevance of the choice of the word gives most to " in said(why)
        assert said(why).count(" rather than “not”") == 1


def test_a_model_without_attention_says_so(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", model=AUTOENCODER, clean=2)
    for why in figures(run, "chat-003"):
        assert "This model has no attention to show." in why.notes
        assert said(why).startswith("Relevance of the readout gives most to ")


def test_runs_older_than_the_offsets_show_them_as_one(tmp_path: Path) -> None:
    run = sample_run(tmp_path / "run", older=True, clean=2)
    assert run.explanations["offsets"].isna().all()
    for why in figures(run, "chat-003"):
        assert why.maps[0].belief is not None and not why.maps[0].belief.measured
        for found in why.maps[0].ledgers:
            assert [term.label for term in found.terms][-1] == "offsets"


# --- ledgers and warnings ---------------------------------------------------------------------------------------------


def shown(found: Row) -> dict[str, str]:
    return {term.label: f"{term.sign}{term.amount}" for term in ledger(found).terms}


def test_offsets_are_named_and_what_they_leave_open_stays_visible() -> None:
    assert shown(row(tanh=-0.25, gate=0.5)) == {
        "source words": "1.00", "earlier words": "+0.00", "tanh": "−0.25", "gates": "+0.50",
    }  # fmt: skip
    assert shown(row(tanh=-0.25, offset=1.0))["other offsets"] == "+1.25"
    assert all(term.help for term in ledger(row(tanh=1.0, layer_scale=2.0)).terms)


def test_parts_that_are_zero_are_left_out_but_for_the_words() -> None:
    assert shown(row()) == {"source words": "1.00", "earlier words": "+0.00"}


@pytest.mark.parametrize("name", ["initial", "bias", "stabiliser", "offset", "attention", "vocabulary"])
@pytest.mark.parametrize(("size", "value", "blown"), [(101.0, 0.5, True), (-99.0, 0.5, False), (-999.0, 9.0, True)])
def test_an_account_that_outgrows_the_value_is_a_blow_up(name: str, size: float, value: float, blown: bool) -> None:
    found = row(value, **{name: size})
    assert found.blown_up == blown
    if blown:
        assert f"({entry(name).label} {f'{size:.0f}'.replace('-', '−')}, value {value:.2f}"[:30] in warning(found)
        assert "“stable”" in warning(found)


def test_words_that_cancel_out_are_no_blow_up_of_an_account() -> None:
    assert not row(source=500.0).blown_up
    assert row(largest=101.0).excess == (None, 101.0)


def test_what_has_no_ledger_cannot_outgrow_a_value() -> None:
    assert not row(None, largest=1e9).blown_up


@pytest.mark.parametrize("size", [math.nan, math.inf])
def test_an_account_that_is_not_finite_is_a_blow_up(size: float) -> None:
    found = row(gate=size)
    assert found.excess is not None and found.excess[0] == "gate"
    assert "not finite" in warning(found)


def test_a_method_that_blew_up_is_warned_about_with_its_numbers(run: Run) -> None:
    warnings = [text for why in figures(run, "talk-012") for text in why.warnings]
    assert len(warnings) == 1
    assert warnings[0].startswith("Integrated gradients: ") and "(initial state 4000, value " in warnings[0]
    assert "this method does not tell" in warnings[0]
