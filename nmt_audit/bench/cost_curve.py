"""The figure of `bench audit`: seconds by segments, both axes logarithmic. The same numbers give the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmt_audit.bench.audit import AuditBench
from nmt_audit.bench.whole import SMALL
from nmt_audit.errors import OutputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png")
SIZE = (7.0, 4.0)  # inches
DOTS_PER_INCH = 160
# For the stages that take longest: colours that colour-blind readers can tell apart (Okabe and Ito 2008), and marks.
STAGES = (("#0072b2", "o"), ("#d55e00", "^"), ("#009e73", "D"), ("#cc79a7", "v"), ("#e69f00", "P"))


def check_plot(path: Path) -> None:
    """Raises OutputError, before anything is measured for it, where the figure could not be written."""
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{path}: the figure is written to a file that ends in {' or '.join(SUFFIXES)}; choose one")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: its directory is not there; make it or choose another --plot")


def plot(path: Path, found: AuditBench) -> None:
    """Draws the whole, a line of slope 1 for the eye, and the longest stages. Raises OutputError if it cannot write."""
    from matplotlib.figure import Figure

    from nmt_audit.report.pictures.sheet import settings

    with settings():
        figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
        _draw(figure.add_subplot(), found)
        metadata: dict[str, Any] = (
            {"Software": None} if path.suffix.lower() == ".png" else {"Date": None, "Creator": None}
        )
        try:
            figure.savefig(path, format=path.suffix[1:].lower(), metadata=metadata)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another --plot") from error


def _draw(axes: Axes, found: AuditBench) -> None:
    segments = [size.segments for size in found.sizes]
    whole = [size.timing.median for size in found.sizes]
    for longest, (colour, mark) in zip(found.sizes[-1].stages, STAGES, strict=False):
        taken = [sum(stage.seconds for stage in size.stages if stage.name == longest.name) for size in found.sizes]
        axes.plot(segments, taken, f"{mark}-", color=colour, linewidth=1, markersize=4, label=longest.name)
    axes.plot(segments, whole, "ks-", linewidth=1.8, markersize=5, label="the whole")
    beyond = [(size.segments, size.beyond) for size in found.sizes if size.beyond is not None]
    if beyond:
        axes.plot(*zip(*beyond, strict=True), "kx--", linewidth=1.2, markersize=6, label=f"beyond {SMALL}, itself")
    linear = [whole[-1] * count / segments[-1] for count in segments]
    axes.plot(segments, linear, color="#8a8f98", linestyle=":", linewidth=1, label="slope 1")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(segments, [f"{count:,}" for count in segments], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("segments")
    axes.set_ylabel("seconds")
    grown = "" if found.slope is None else f", slope {found.slope:.2f}"
    grown += "" if found.slope_beyond is None else f", beyond {SMALL} segments {found.slope_beyond:.2f}"
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.set_title(f"A whole audit, {found.model or 'given translations'}{grown}", parse_math=False, fontsize=11)
    axes.figure.legend(frameon=False, fontsize=8, loc="outside right center")
    axes.grid(color="#e3e6ea", linewidth=0.6)
    axes.set_axisbelow(True)
