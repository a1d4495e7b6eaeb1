"""Gathers all evidence on a list of segments: cheap kinds for each, dear kinds for the most suspicious."""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.evidence.contrastive import untranslated
from nmt_audit.evidence.ending import continuations
from nmt_audit.evidence.forced import Case, base_evidence, case_of, conditioned, force
from nmt_audit.evidence.inserted import insertions
from nmt_audit.evidence.negated import affirmations, conditions, without_negations
from nmt_audit.evidence.relevance import with_relevance
from nmt_audit.evidence.source_dependence import source_gains, without_content
from nmt_audit.evidence.suspects import dear_from, suspicion
from nmt_audit.models.protocol import Forced, Model
from nmt_audit.records import Evidence, Segment, Translation


def gather(
    model: Model, segments: Sequence[Segment], translations: Sequence[Translation | None], dear: float,
    forced: Sequence[Forced | None] | None = None,
) -> list[Evidence | None]:  # fmt: skip
    """The evidence on each segment, in order; None where the model cannot be asked (see `case_of`).

    Evidence that is not `finite` is of the cheapest kind alone: nothing can be made of it but a note that it is so.

    `dear`: the suspicion (see `suspects`) from which on a segment gets the dear kinds too. Whether it does hangs on
    that segment alone, so neither the order of a list nor what else is in it changes the evidence.

    `forced`: forced decoding of the translations, where it has been done.
    """
    cases = [case_of(model, *pair) for pair in zip(segments, translations, strict=True)]
    askable = [i for i, case in enumerate(cases) if case is not None]
    asked = [case for case in cases if case is not None]
    cheap = _cheap(model, asked, [forced[i] if forced else None for i in askable])
    return _in_order(cases, _deepened(model, asked, cheap, dear))


def gather_clean(model: Model, segments: Sequence[Segment]) -> tuple[list[Evidence | None], float]:
    """The evidence on segments that are known to be right, and the suspicion that a fifth of them reach.

    From that suspicion on they get the dear kinds of evidence too, and so should others.
    """
    cases = [case_of(model, segment, None) for segment in segments]
    askable = [case for case in cases if case is not None]
    evidence = _cheap(model, askable, [None] * len(askable))
    pairs = zip(askable, evidence, strict=True)
    dear = dear_from([suspicion(case, known) for case, known in pairs if known.finite])
    return _in_order(cases, _deepened(model, askable, evidence, dear)), dear


def _in_order(cases: Sequence[Case | None], evidence: Sequence[Evidence]) -> list[Evidence | None]:
    answers = iter(evidence)
    return [None if case is None else next(answers) for case in cases]


def _deepened(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence], dear: float) -> list[Evidence]:
    """The evidence, with the dear kinds from a suspicion on."""
    found = list(evidence)
    asked = [i for i, case in enumerate(cases) if evidence[i].finite and suspicion(case, evidence[i]) >= dear]
    for i, known in zip(asked, _dear(model, [cases[i] for i in asked], [evidence[i] for i in asked]), strict=True):
        found[i] = known
    return found


def _cheap(model: Model, cases: Sequence[Case], done: Sequence[Forced | None]) -> list[Evidence]:
    """Forced decoding with the true source, a blanked one, one that negates no longer, and with words put in.

    `done`: what is there already of the first.
    """
    if not cases:
        return []
    forced = force(model, cases, done)
    blank, tried = without_content(model, cases), affirmations(cases)
    scores = conditioned(model, cases, [*blank, *conditions(model, tried)])
    gains = source_gains(forced, scores[: len(blank)])
    found = [base_evidence(*row) for row in zip(cases, forced, gains, strict=True)]
    less = without_negations(found, tried, scores[len(blank) :])
    sound = [i for i, known in enumerate(found) if known.finite]
    if sound:
        more = insertions(model, [cases[i] for i in sound], [less[i] for i in sound])
        for i, known in zip(sound, more, strict=True):
            found[i] = known
    return found


def _dear(model: Model, cases: Sequence[Case], evidence: Sequence[Evidence]) -> list[Evidence]:
    """Spans that nothing depends on, what follows when `</s>` is forbidden, and relevance."""
    if not cases:
        return []
    found = continuations(model, cases, untranslated(model, cases, evidence))
    return with_relevance(model, cases, found)
