"""The measurement: maps are made, words erased in their order, and the falls summed per segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model
from nmt_audit.progress import Advance
from nmt_audit.records import Array, Explanation
from nmt_audit.relevance import METHODS
from nmt_audit.relevance.erasing import OPERATORS, Operator
from nmt_audit.relevance.faithfulness.falls import Falls, Gap
from nmt_audit.relevance.faithfulness.orders import FIRST_WORD, Plan, order, plan, rank_correlation
from nmt_audit.relevance.faithfulness.probes import BEST, RANDOM, SOURCE_ONLY, Probe
from nmt_audit.relevance.faithfulness.results import Faithfulness, Sizes, Sums, summarise
from nmt_audit.relevance.faithfulness.samples import SIDES, Sample
from nmt_audit.relevance.passes import traceable

CHUNK = 16  # samples at a time: memory stays the same however many there are
RESAMPLES = 2_000


def measure(
    model: Model,
    samples: Sequence[Sample],
    probes: Sequence[Probe],
    *,
    operators: Sequence[Operator] = OPERATORS,
    thorough: bool = True,
    seed: int = 1,
    resamples: int = RESAMPLES,
    advance: Advance | None = None,
) -> Faithfulness:
    """How faithful each probe's maps are to the model, beside a random order and the best possible first word.

    At each position of each sample the contextual words of a side are erased in the order of the map, by signed value,
    and the fall of log p(y_j) is measured (`orders.MEASURES`), as is the map's rank correlation with the falls that
    single words bring. Not `thorough`: only the fall for the first word and the correlation, which take one pass per
    word. 95 % intervals by a bootstrap over the samples; `advance` is told of each sample that is done.

    A probe that the model does not have is listed with its reason, and a method that says nothing of earlier target
    words is measured on the source only. Raises RequestError for a model that hides its states.
    """
    shown = traceable(model)
    maps = (*probes, RANDOM, BEST)
    run = _Run(model, tuple(probes), tuple(operators), thorough, seed, Sums.of(len(samples), maps, operators))
    for first in range(0, len(samples), CHUNK):
        some = samples[first : first + CHUNK]
        run.measure(Falls(shown, model.unknown_id, some), first)
        if advance:
            advance(len(some))
    positions = sum(len(sample.positions) for sample in samples)
    return summarise(run.sums, run.sizes, run.refused, positions=positions, seed=seed, resamples=resamples)


@dataclass(frozen=True, slots=True)
class _Place:
    """One position of a sample seen from one side."""

    sample: int  # within the chunk
    position: int
    side: str
    words: tuple[int, ...]  # [n], n ≥ 1

    def gap(self, operator: Operator, words: int) -> Gap:
        """Without some of the words, bits of an int."""
        return Gap(self.sample, operator, self.side, words)


def _places(samples: Sequence[Sample]) -> Iterator[_Place]:
    for number, sample in enumerate(samples):
        for position in sample.positions:
            for side in SIDES:
                words = sample.words(side, position)
                if words:
                    yield _Place(number, position, side, tuple(words))


@dataclass(frozen=True, slots=True)
class _Map:
    """The values of one map for the words of one place, and what is erased to measure them by one operator."""

    place: _Place
    probe: Probe
    operator: Operator
    values: Array  # [n]
    plan: Plan
    gaps: Sequence[Gap]


@dataclass(slots=True)
class _Run:
    """A measurement under way."""

    model: Model
    probes: tuple[Probe, ...]
    operators: tuple[Operator, ...]
    thorough: bool
    seed: int
    sums: Sums
    sizes: dict[Probe, Sizes] = field(default_factory=dict)
    refused: dict[Probe, str] = field(default_factory=dict)

    def measure(self, falls: Falls, first: int) -> None:
        """Measures a chunk of samples, of which the first has the number `first`."""
        places = list(_places(falls.samples))
        for place in places:
            for operator in self.operators:
                falls.want([place.gap(operator, words) for words in (0, *_alone(place))], place.position)
        falls.run()
        explained = self._explanations(falls.samples)
        maps = [one for place in places for one in self._maps(falls, place, first, explained)]
        for one in maps:
            falls.want(one.gaps, one.place.position)
        falls.run()
        for one in maps:
            self._score(falls, one, first + one.place.sample)

    def _explanations(self, samples: Sequence[Sample]) -> dict[Probe, dict[tuple[int, int], Explanation]]:
        """The explanations of every probe that the model has, by sample and position."""
        asked = [(number, j) for number, sample in enumerate(samples) for j in sample.positions]
        found = {}
        for probe in self.probes:
            if probe in self.refused:
                continue
            requests = [samples[n].request(j, probe.state, probe.rules) for n, j in asked]
            try:
                answers = METHODS[probe.method](self.model, requests)
            except RequestError as error:
                if probe in self.sizes:
                    raise  # it did apply to earlier samples
                self.refused[probe] = str(error)
                continue
            found[probe] = dict(zip(asked, answers, strict=True))
            self.sizes[probe] = self.sizes.get(probe, Sizes()).with_maps(answers)
        return found

    def _maps(
        self, falls: Falls, place: _Place, first: int, explained: Mapping[Probe, Mapping[tuple[int, int], Explanation]]
    ) -> Iterator[_Map]:
        """Every map of a place."""
        drawn = np.random.default_rng([self.seed, first + place.sample, place.position, SIDES.index(place.side)])
        values = {RANDOM: drawn.random(len(place.words))}
        for probe, of_probe in explained.items():
            if place.side == "source" or probe.method not in SOURCE_ONLY:
                one = of_probe[place.sample, place.position]
                side = one.source_relevance if place.side == "source" else one.target_relevance
                values[probe] = side[list(place.words)]
        steps = plan(len(place.words)) if self.thorough else FIRST_WORD
        for operator in self.operators:
            for probe, of_words in {**values, BEST: _singles(falls, place, operator)}.items():
                gaps = [place.gap(operator, words) for words in steps.sets(order(place.words, of_words))]
                yield _Map(place, probe, operator, of_words, steps, gaps)

    def _score(self, falls: Falls, one: _Map, segment: int) -> None:
        """Adds the measures of one map to those of its segment."""
        singles = _singles(falls, one.place, one.operator)
        found = list(one.plan.weights @ np.array([falls.fall(gap, one.place.position) for gap in one.gaps]))
        if one.probe == RANDOM:
            found[0] = singles.mean()  # exact, whatever order was drawn
        measured = [value if there else None for value, there in zip(found, one.plan.measured, strict=True)]
        rho = rank_correlation(one.values, singles)
        self.sums.add(segment, one.probe, one.place.side, one.operator, [*measured, rho])


def _alone(place: _Place) -> list[int]:
    """Each word of a place alone, as a set."""
    return [1 << word for word in place.words]


def _singles(falls: Falls, place: _Place, operator: Operator) -> Array:
    """[n], the fall that each word brings alone."""
    return np.array([falls.fall(place.gap(operator, word), place.position) for word in _alone(place)])
