"""The job of `nmt-audit export`: a run in, a file in another format out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nmt_audit.errors import RequestError
from nmt_audit.exporting.output import whole
from nmt_audit.exporting.registry import FORMATS
from nmt_audit.exporting.units import Export, Options
from nmt_audit.store import Run


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many of which `thing`. `note`: what a reader of it must know; None: nothing."""

    count: int
    thing: str
    note: str | None


def export_run(run: Run, form: str, out: Path | None, options: Options | None = None) -> Exported:
    """Writes a run in a format of `FORMATS`; `out` None is standard output, for formats that are text.

    The file is there whole or not at all, and the same run gives the same bytes. Raises RequestError for a format that
    does not exist or cannot be had, InputError for a run that is damaged, OutputError.
    """
    found = FORMATS.get(form)
    if found is None:
        raise RequestError(f"no format “{form}”; there are {', '.join(FORMATS)}")
    if out is None and not found.text:
        raise RequestError(f"{form} is not text; give --out a file")
    export = Export(run, options or Options())
    with whole(out) as file:
        count = found.write(export, file)
    return Exported(count, found.thing, export.partial)
