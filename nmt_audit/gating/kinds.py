"""The kinds of rules. A new kind is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from nmt_audit.gating import faithfulness, new_flags, rate, score, status
from nmt_audit.gating.rule import Kind

KINDS: Mapping[str, Kind] = {
    kind.key: kind for kind in (score.KIND, rate.KIND, new_flags.KIND, faithfulness.KIND, status.KIND)
}
