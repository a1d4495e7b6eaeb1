"""Options of commands as tables of TOML: what there is, whether a value is of its kind, and the command line of it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt_audit.errors import InputError

KINDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command. `flag`: as on the command line; `kind`: of its value, or of each of its values; `least`:
    what a number must be at least."""

    name: str
    flag: str
    kind: type
    repeatable: bool = False
    least: float | None = None

    @property
    def wanted(self) -> str:
        """What its value must be, in words."""
        kind = KINDS[self.kind] if self.least is None else f"{KINDS[self.kind]} from {self.least} on"
        return f"{kind}, or a list of such" if self.repeatable else kind

    def typed(self, value: object) -> Any:
        """The value as the command takes it: a list for a repeatable option. Raises ValueError for another."""
        if self.repeatable:
            return [self._single(item) for item in (value if isinstance(value, list) else [value])]
        return self._single(value)

    def _single(self, value: Any) -> Any:
        if self.kind is float and type(value) is int:
            return float(value)
        right = type(value) is (str if self.kind is Path else self.kind)
        if not right or (self.least is not None and float(value) < self.least):
            raise ValueError(value)
        return value


def read_options(table: Mapping[str, object], known: Mapping[str, Option], where: str) -> dict[str, Any]:
    """The options of a table by name, "-" and "_" being one. Raises InputError with the key and what there is."""
    found = {}
    for key, value in table.items():
        option = known.get(key.replace("-", "_"))
        if option is None:
            raise InputError(f"{where}: {no_such('option', key, known)}")
        if option.name in found:
            raise InputError(f"{where}: {option.name} is there twice, with - and with _")
        try:
            found[option.name] = option.typed(value)
        except ValueError:
            raise InputError(f"{where}: {key} = {value!r}: it must be {option.wanted}") from None
    return found


def command_line(options: Mapping[str, Any], known: Mapping[str, Option]) -> list[str]:
    """The options as arguments, in the order of the command's own."""
    arguments: list[str] = []
    for name, option in known.items():
        value = options.get(name)
        if value is None or value is False:
            continue
        if value is True:
            arguments.append(option.flag)
        else:
            for item in value if isinstance(value, list) else [value]:
                arguments += [option.flag, str(item)]
    return arguments


def no_such(what: str, name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """That something is not known, what it may have been meant to be, and what there is."""
    near = difflib.get_close_matches(name, list(known), n=1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return f"no {what} {name}{meant}; there are {', '.join(sorted(known))}"
