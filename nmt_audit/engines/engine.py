"""What engines have in common, and the table of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Protocol

from nmt_audit.config import AuditConfig
from nmt_audit.engines.local import Local
from nmt_audit.engines.shard import Shard, ShardAuditor, Task
from nmt_audit.stages import Standard


class Engine(Protocol):
    """Runs the shard function."""

    def shards(self, tasks: Iterable[Task]) -> Generator[Shard, None, None]:
        """The audited shards, in the order of the tasks; tasks are taken as there is room for them."""


def engine(config: AuditConfig, standard: Standard, run: Any) -> Engine:
    """The engine that the configuration asks for. `run`: plain values that say what the run is of.

    Raises OutputError or InputError where there is no cluster, or its storage cannot be written.
    """
    if config.engine == "ray":
        from nmt_audit.engines.ray_cluster import RayCluster

        return RayCluster(config, standard, run)
    return Local(ShardAuditor(standard, config))
