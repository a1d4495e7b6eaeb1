"""Numbers as base64 text of little-endian typed arrays, which a script unpacks faster than it parses a list."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nmt_audit.records import Array

FINEST = 32767  # steps between 0 and the largest number of a row
WEIGHT = 65535  # steps between 0 and 1


def packed(values: ArrayLike, kind: str) -> str:
    """The values as base64 of little-endian numbers of a NumPy kind: "u1", "u2", "u4", "i2", "i4", "f4"."""
    return b64encode(np.asarray(values).astype(f"<{kind}").tobytes()).decode("ascii")


def weights(values: Array) -> str | None:
    """Numbers between 0 and 1 in steps of 1/65535; None where one is not finite."""
    if not np.isfinite(values).all():
        return None
    return packed(np.rint(np.clip(values, 0.0, 1.0) * WEIGHT), "u2")


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of numbers of different lengths, one after the other: row i has `lengths[i]` of them."""

    values: Array
    lengths: NDArray[np.int64]

    def largest(self) -> Array:
        """The largest size in each row, 0 for an empty one; not finite where a number of the row is not."""
        found = np.zeros(len(self.lengths))
        filled = self.lengths > 0
        if filled.any():
            starts = (np.cumsum(self.lengths) - self.lengths)[filled]
            found[filled] = np.maximum.reduceat(np.abs(self.values), starts)
        return found


@dataclass(frozen=True, slots=True)
class Quantised:
    """Rows in steps of their `scale`/32767, by columns. A row that is not finite has the scale None and no numbers."""

    scales: tuple[float | None, ...]
    columns: tuple[tuple[str | None, ...], ...]


def quantised(*columns: Ragged) -> Quantised:
    """Rows whose numbers stand in several columns, scaled by the largest size of each row over all columns.

    The error is at most 1/65534 of that.
    """
    scales = np.maximum.reduce([column.largest() for column in columns])
    finite = np.isfinite(scales)
    divisor = np.where(finite & (scales > 0), scales, 1.0)
    parts = tuple(_steps(column, divisor, finite) for column in columns)
    return Quantised(tuple(s if f else None for s, f in zip(scales.tolist(), finite.tolist(), strict=True)), parts)


def _steps(column: Ragged, divisor: Array, finite: NDArray[np.bool_]) -> tuple[str | None, ...]:
    values = np.where(np.repeat(finite, column.lengths), column.values, 0.0)
    steps = np.rint(values / np.repeat(divisor, column.lengths) * FINEST).astype("<i2").tobytes()
    ends = 2 * np.cumsum(column.lengths)
    starts = ends - 2 * column.lengths
    return tuple(
        b64encode(steps[start:end]).decode("ascii") if whole else None
        for start, end, whole in zip(starts.tolist(), ends.tolist(), finite.tolist(), strict=True)
    )
