"""What stands in braces in the file of a night: variables of the environment, and what each job is called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nmt_audit.errors import InputError

_BRACED = re.compile(
    r"(?P<escaped>\$\$|\{\{|\}\})"
    r"|\$\{(?P<variable>[A-Za-z_][A-Za-z0-9_]*)(?P<or>:-(?P<default>[^${}]*))?\}"
    r"|\{(?P<name>[a-z_]+)\}"
    r"|(?P<stray>[${}])"
)


def expand(text: str, environment: Mapping[str, str], names: Mapping[str, str]) -> str:
    """The text with its variables and names filled in. What is filled in is not looked through again.

    `${NAME}` is the variable of the environment, `${NAME:-default}` the default where it is not set or empty, and
    `{name}` one of `names`. `$$`, `{{` and `}}` are a dollar and braces. Raises InputError for a variable that is not
    set, or set to nothing (a path would begin at the root of the disk), for a name that there is not, and for a lone
    dollar or brace.
    """

    def filled(found: re.Match[str]) -> str:
        if found["escaped"]:
            return found["escaped"][0]
        if variable := found["variable"]:
            if value := environment.get(variable, ""):
                return value
            if found["or"]:
                return found["default"]
            state = "empty" if variable in environment else "not set"
            raise InputError(f"the variable {variable} is {state}; set it, or write ${{{variable}:-a default}}")
        if name := found["name"]:
            if name in names:
                return names[name]
            there = ", ".join(f"{{{known}}}" for known in names)
            raise InputError(f"nothing is called {{{name}}} here; there are {there}, and ${{VARIABLE}}")
        sign = found["stray"]
        raise InputError(
            f"the “{sign}” in “{text}” begins or ends nothing; a variable is ${{NAME}}, the sign itself {sign * 2}"
        )

    return _BRACED.sub(filled, text)


def literal(text: str) -> str:
    """How to write a text so that `expand` gives it back."""
    return re.sub(r"[${}]", lambda sign: sign[0] * 2, text)
