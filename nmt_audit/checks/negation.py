"""NEGATION: a negation in the source that the target lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nmt_audit.checks.suspicion import Suspicion
from nmt_audit.language.negation import AFFIXED, WEAK, Negation, negations
from nmt_audit.records import Evidence, Segment, Span

ONE_OF_SEVERAL = 0.6  # a sentence that still negates elsewhere may have drawn two negations together
REPHRASED = 0.5  # "lack", "refuse" and their like may stand for a negation


def negation(segment: Segment, evidence: Evidence | None) -> Iterator[Suspicion]:
    """The source negates and the target has no negation left for it.

    Looks at the words of both sides: every negation of the target, an affix (unhappy) or a near negation (hardly)
    included, pays for one of the source. A negation that remains is worth its strength: 1 for "nicht", 0.75 for
    "kaum", 0.5 for "unglücklich" under its own rule; less where the target still negates elsewhere, or says it
    in another way (fails to). No feature of the model sees a lost negation, so evidence only adds positions.

    Misses a negation that moved to the wrong clause, one that the target made up, languages without a cue list, and
    a lost one that an unrelated cue pays for. Suspects true opposites ("nicht schlecht", "good").

    flags: Das ist nicht gut. | That is good. @ 8:13
    flags: Niemand hat angerufen. | Somebody called. @ 0:7
    flags: Er ging ohne seinen Hut. | He went with his hat. @ 8:12
    flags: Weder er noch sie kam. | He and she came. @ 0:5
    clear: Das ist nicht gut. | That isn't good.
    clear: Er konnte es nicht finden. | He was unable to find it.
    clear: Er kam nicht. | He failed to come.
    clear: Er ist nicht nur klug, sondern auch nett. | He is smart and kind as well.
    clear: Das schmeckt gut, nicht wahr? | That tastes good, right?
    clear: Ich sehe nichts als Wasser. | I see only water.
    """
    target = negations(segment.hypothesis or "", segment.tgt_lang)
    for found, value in _unpaid(negations(segment.source, segment.src_lang), target):
        word = found.word
        yield Suspicion(
            rule="negation.lost" if found.strength >= WEAK else "negation.affixed",
            value=value,
            side="src",
            start=word.start,
            end=word.end,
            message=f"“{word.text}” negates, and the translation has nothing in its place · strength {value:.2f}",
            positions=tuple(range(len(evidence.target_tokens))) if evidence else (),
            counterpart=_counterpart(segment),
        )


def _unpaid(source: Sequence[Negation], target: Sequence[Negation]) -> list[tuple[Negation, float]]:
    """The source's negations that nothing in the target pays for, with what is left of their strength.

    Words pay for words and affixes for affixes first, then what is left over for anything, the plainest negation first.
    Two in a row ("nicht unmöglich") make a yes and ask for nothing. What the source itself says indirectly ("refuse")
    does not rephrase another negation.
    """
    plain = [n for n in source if n.strength >= AFFIXED]
    doubled = {i for i in range(1, len(plain)) if plain[i].word.start - plain[i - 1].word.end <= 1}
    owed = [n for i, n in enumerate(plain) if i not in doubled and i + 1 not in doubled]
    paid = sum(n.strength >= AFFIXED for n in target)
    affixed = sum(n.strength == AFFIXED for n in target)
    left = _pay([n for n in owed if n.strength > AFFIXED], paid - affixed)
    left += _pay([n for n in owed if n.strength == AFFIXED], affixed)
    spare = max(0, paid - (len(owed) - len(left)))
    left = sorted(left, key=lambda n: (-n.strength, n.word.start))[spare:]
    rephrased = sum(n.strength < AFFIXED for n in target) - sum(n.strength < AFFIXED for n in source)
    share = ONE_OF_SEVERAL if paid else 1.0
    return [(n, n.strength * share * (REPHRASED if i < rephrased else 1.0)) for i, n in enumerate(left)]


def _pay(owed: list[Negation], count: int) -> list[Negation]:
    """What is left when `count` are paid for, the plainest first."""
    return sorted(owed, key=lambda n: (-n.strength, n.word.start))[max(0, count) :]


def _counterpart(segment: Segment) -> Span | None:
    """The whole target: where in it the negation is missing is not known."""
    target = segment.hypothesis or ""
    return Span("tgt", 0, len(target)) if target else None
