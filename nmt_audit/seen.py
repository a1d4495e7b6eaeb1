"""What the stages after the last shard need of all segments, gathered while these pass: nothing holds them all."""

from __future__ import annotations

from collections.abc import Container, Sequence

from nmt_audit.config import AuditConfig
from nmt_audit.controls import Pool
from nmt_audit.further import LONGEST, Suspects
from nmt_audit.manifest import Counts
from nmt_audit.records import Audited, Token
from nmt_audit.sampling import Least, content_key
from nmt_audit.scores import Statistics
from nmt_audit.trust import FlagRates

READ = 40  # segments that the faithfulness of explanations is measured on


class Seen:
    """Gathers. `dismissed`: the flags of the run that reviewers had rejected; `rejected`: all that they had."""

    def __init__(self, config: AuditConfig, rejected: Container[str]) -> None:
        self.counts = Counts()
        self.statistics = Statistics()
        self.rates = FlagRates()
        self.suspects = Suspects(config.maps)
        self.pool = Pool(config.controls, config.seed, LONGEST)
        self.dismissed: set[str] = set()
        self._rejected = rejected
        self._seed = config.seed
        self._read: Least[tuple[tuple[Token, ...], tuple[Token, ...]]] = Least(READ)

    @property
    def read(self) -> list[tuple[tuple[Token, ...], tuple[Token, ...]]]:
        """The source and target tokens of some READ segments that the model has read, drawn by seed and content."""
        return [tokens for _, tokens in self._read]

    def add(self, first: int, audited: Sequence[Audited]) -> None:
        """Segments as they are stored, the first of which is at place `first` of the corpus."""
        self.statistics.add([item.statistics for item in audited], [len(item.segment.references) for item in audited])
        for number, item in enumerate(audited, first):
            self.counts.add(item)
            self.rates.add(item)
            self.suspects.add(number, item)
            self.pool.add(number, item)
            self.dismissed.update(name for name in item.flag_ids if name in self._rejected)
            if (known := item.evidence) is not None:
                key = content_key(str(self._seed), item.segment.source, item.segment.hypothesis or "")
                self._read.add(key, (known.source_tokens, known.target_tokens))
