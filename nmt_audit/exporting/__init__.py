"""Takes the flags of a run to where they are worked on: tables, code scanning, build pages, translators' tools.

`units` (the segments of a run with their flags) → `columns` (the rows of tables) → one file per format → `output` (a
file is there whole or not at all). `registry` has the formats; everything here imports without torch.
"""

from nmt_audit.exporting.exported import Exported, export_run
from nmt_audit.exporting.markdown import markdown_summary
from nmt_audit.exporting.registry import FORMATS, Format
from nmt_audit.exporting.units import Options

__all__ = ["FORMATS", "Exported", "Format", "Options", "export_run", "markdown_summary"]
