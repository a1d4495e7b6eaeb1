"""The pages that a reader opens, built from a finished run without a model and without torch.

`walking` and `reading` (tables → plain rows, a part at a time) → `index`, `chunks`, `maps` → `data_scripts` (what the
script of the pages reads; `data_schema` says what is in it), and `summary`, `findings_page`, … (every number, word and
link of the pages that stand without a script) → `figures` (charts) and `site` (the only place that knows HTML).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nmt_audit.store import Run

__all__ = ["build_site"]


def build_site(run: Run, out: Path) -> None:
    """Writes the pages of `run` to the folder `out`, replacing a site that is there.

    The same run gives the same bytes. Where they are the run's own pages, the manifest gets their hashes. Raises
    OutputError where `out` holds something that is not a site.
    """
    from nmt_audit.report.site import write_site
    from nmt_audit.store import reseal_site

    write_site(run, out)
    if out.resolve() == (run.directory / "site").resolve():
        reseal_site(run)
