"""The outcome of a gate as Markdown, for the page of a build; what comes from files stands in code spans."""

from __future__ import annotations

from nmt_audit.exporting.markdown import cell, code, table
from nmt_audit.gating.outcome import Judgement, Outcome
from nmt_audit.gating.wording import bound

HEADS = ("verdict", "rule", "value", "bound", "test")
LONGEST = 500  # characters of a reason; signatures are longer
MARKS = {"failed": "**failed**", "could not tell": "**could not tell**"}


def markdown(outcome: Outcome) -> str:
    """A heading, a table of all rules, notes, and what the numbers rest on."""
    rules = table(HEADS, map(_cells, outcome.judgements), "l" * len(HEADS))
    lines = [f"## Gate: {outcome.verdict}", "", outcome.counted, "", rules]
    measured = [judgement.measured for judgement in outcome.judgements if judgement.measured is not None]
    rests = dict.fromkeys([*outcome.signatures, *(one.signature for one in measured)])
    for heading, texts, longest in (("Notes:", outcome.notes, LONGEST), ("The numbers rest on:", rests, 4 * LONGEST)):
        if texts:
            lines += ["", heading, "", *(f"- {code(text, longest)}" for text in texts)]
    return "\n".join(lines) + "\n"


def could_not_run(message: str) -> str:
    """What the page of a build says where no rule could be judged."""
    return f"## Gate: could not run\n\n{code(message, LONGEST)}\n"


def _cells(judgement: Judgement) -> tuple[str, ...]:
    verdict = MARKS.get(judgement.verdict, judgement.verdict) + (", may be chance" if judgement.by_chance else "")
    number = judgement.number if judgement.measured is not None else cell(judgement.number, LONGEST)
    return verdict, cell(judgement.rule.name), number, bound(judgement.rule), judgement.test
