"""Reads and writes run directories. No other part knows where in a run something lies.

Only what reviewers add later is elsewhere: see `verdicts`.

`schema` (the columns of the tables) → `rows` (records ↔ rows) → `parts` (a shard as tables) → `writing` (a run comes
into being, shard by shard, under a lock, and goes on after a kill) → `sealing` (what a finished run consists of, by
hash) → `reading` (a run, read back). `flag_names`: what flags are called.
"""

from nmt_audit.store.flag_names import FlagNames
from nmt_audit.store.parts import Part
from nmt_audit.store.reading import Run, open_run
from nmt_audit.store.rows import Explained, Purpose
from nmt_audit.store.schema import MANIFEST, SCHEMA_VERSION, TABLES, schema
from nmt_audit.store.sealing import Verified, reseal_site, verify
from nmt_audit.store.writing import RunWriter, new_run

__all__ = [
    "MANIFEST",
    "SCHEMA_VERSION",
    "TABLES",
    "Explained",
    "FlagNames",
    "Part",
    "Purpose",
    "Run",
    "RunWriter",
    "Verified",
    "new_run",
    "open_run",
    "reseal_site",
    "schema",
    "verify",
]
