"""The shard function: what every engine runs. What comes of a shard hangs on its segments and the standard alone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nmt_audit.config import AuditConfig
from nmt_audit.decode import Decoded
from nmt_audit.halving import Halved
from nmt_audit.records import Audited, Segment
from nmt_audit.scores import segment_scores
from nmt_audit.stages import Standard, decoded, judge, named, weigh
from nmt_audit.store import Explained, FlagNames, Part


@dataclass(frozen=True, slots=True)
class Task:
    """A shard that is to be audited."""

    number: int
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class Shard:
    """An audited shard. Its flags have the names that they have if no earlier shard has equal ones.

    `seconds`: by stage; `memory`: what did not fit at once, as `Halved.as_dict` tells it.
    """

    number: int
    part: Part
    seconds: Mapping[str, float]
    memory: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A decoded shard, and what is to be told of its decoding."""

    decoded: list[Decoded]
    seconds: dict[str, float]
    halved: Halved


class ShardAuditor:
    """Audits shards with one model. Decoding is a step of its own, so that it can go ahead of the rest."""

    def __init__(self, standard: Standard, config: AuditConfig) -> None:
        self._standard = standard
        self._config = config
        self._threads = None if standard.model is None else _threads()

    def set_threads(self) -> None:
        """Has the model compute with as many CPU threads as in the main thread, in the thread that calls this."""
        if self._threads is not None:
            import torch

            torch.set_num_threads(self._threads)

    def decode(self, task: Task) -> FirstStep:
        """The first step, which may run in another thread."""
        seconds: dict[str, float] = {}
        standard = replace(self._standard, halved=Halved())
        with _timed(seconds, "decoding"):
            found = decoded(standard, task.segments, self._config.beam)
        return FirstStep(found, seconds, standard.halved)

    def finish(self, task: Task, step: FirstStep) -> Shard:
        """All the others: evidence, checks, explanations."""
        shard, seconds, halved = step.decoded, step.seconds, step.halved
        standard = replace(self._standard, halved=halved)
        with _timed(seconds, "evidence"):
            weighed = weigh(standard, shard)
        with _timed(seconds, "checking"):
            # What could not be translated counts as empty.
            said = [item.segment.hypothesis or "" for item in shard]
            scored = segment_scores(
                said, [item.segment.references for item in shard], tgt_lang=self._config.tgt_lang
            )  # fmt: skip
            audited = named(judge(standard, weighed, scored), FlagNames())
        with _timed(seconds, "explaining"):
            answers = halved.run("explaining", self._explained, audited)
            found = [one for several in answers for one in several or ()]
            part = Part.of(audited, found)
        return Shard(task.number, part, seconds, halved.as_dict())

    def audit(self, task: Task) -> Shard:
        """All steps, one after the other."""
        return self.finish(task, self.decode(task))

    def _explained(self, audited: Sequence[Audited]) -> list[list[Explained]]:
        """What explains the flags of each segment."""
        model = self._standard.model
        if model is None:
            return [[] for _ in audited]
        from nmt_audit.relevance.questions import explain_flags

        return [
            [Explained(question.segment_id, question.flag_id, answer) for question, answer in answers]
            for answers in explain_flags(model, audited, self._config.rule_sets, self._config.methods)
        ]


def _threads() -> int:
    import torch

    return torch.get_num_threads()


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - begin
