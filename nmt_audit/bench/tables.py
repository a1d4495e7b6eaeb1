"""Tables of a benchmark, as Markdown for a file and in colour for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.errors import OutputError

WIDEST = 200  # a number is not cut to the width of a terminal


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of the columns, and rows of text; the first column is text, the others are numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """As GitHub's Markdown."""
        rule = ("---", *["---:"] * (len(self.head) - 1))
        lines = [f"| {' | '.join(map(_escaped, row))} |" for row in (self.head, *self.rows)]
        lines.insert(1, f"| {' | '.join(rule)} |")
        return "\n".join([f"### {self.title}", "", *lines])


def _escaped(cell: str) -> str:
    """A cell that Markdown takes for nothing but text."""
    return cell.replace("|", r"\|").replace("<", r"\<").replace("_", r"\_")


def check_out(out: Path | None) -> None:
    """Raises OutputError, before anything is measured for it, where the file's directory is not there."""
    if out is not None and not out.parent.is_dir():
        raise OutputError(f"{out}: its directory is not there; make it or choose another --out")


def write_markdown(out: Path, text: str) -> None:
    """Raises OutputError where the file cannot be written."""
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}); choose another --out") from error


def print_tables(tables: Sequence[Table]) -> None:
    """To standard output; never cut to the width of the terminal."""
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    console = Console(width=max(Console().width, WIDEST))
    for table in tables:
        drawn = Drawn(box=None)
        drawn.add_column(table.head[0])
        for head in table.head[1:]:
            drawn.add_column(Text(head), justify="right", no_wrap=True)
        for row in table.rows:
            drawn.add_row(*map(Text, row))
        console.print(Text(table.title, style="bold"))
        console.print(drawn)
        console.print()
