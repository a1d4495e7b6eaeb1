"""Where shards are audited: in this process, or on the machines of a Ray cluster. The function is the same."""

from nmt_audit.engines.engine import Engine, engine
from nmt_audit.engines.shard import Shard, Task

__all__ = ["Engine", "Shard", "Task", "engine"]
