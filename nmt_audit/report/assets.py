"""What every page is made with: templates, and one stylesheet and one script, put together from a file per subject."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

# In this order: what narrows a rule for a phone or for paper stands after the rule.
STYLES = (
    "base", "tables", "texts", "run", "list", "reader", "maps", "review", "narrow", "print", "steps",
    "compare", "archive",
)  # fmt: skip

# In this order: a file may use at once what files before it made, and in its functions what any file made.
SCRIPTS = (
    "core", "keys", "theme", "data", "view",
    "filter", "search", "controls", "rows", "list", "spreadsheet", "export",
    "wording", "words", "texts", "readings", "differences", "values", "choice", "sentences", "figure", "ledger",
    "lines", "suspicions", "why", "reader",
    "shades", "picture", "grids", "drawings", "panels", "heat", "steps", "gates", "heads", "dimensions",
    "verdicts", "exchange", "review", "missed",
    "start",
    "compare-maps", "compare", "archive",
)  # fmt: skip


def templates() -> Path:
    """The folder of the templates: inside the installed package, or at the top of a checkout."""
    packed = Path(str(files("nmt_audit"))) / "templates"
    return packed if packed.is_dir() else packed.parents[1] / "templates"


def environment(folder: Path) -> Environment:
    """Escapes everything; a misspelt field is an error, not an empty cell."""
    loader = FileSystemLoader(folder)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def stylesheet(*further: str) -> str:
    """The stylesheet of the site, and the files `further` after it."""
    return "\n".join((templates() / "style" / f"{name}.css").read_text("utf-8") for name in (*STYLES, *further))


def script() -> str:
    """The script of the site."""
    return "\n".join((templates() / "script" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
