"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nmt_audit.errors import InputError
from nmt_audit.toml_file import read_toml


def load_config(context: typer.Context, value: Path | None) -> Path | None:
    """Options of a TOML file become the defaults of this command; what the command line says wins."""
    if value is None:
        return None
    options = read_toml(value, wanted="a TOML file", example="see the README for an example")
    known = {parameter.name for parameter in context.command.params}
    values = {key.replace("-", "_"): option for key, option in options.items()}
    unknown = sorted(values.keys() - known)
    if unknown:
        raise InputError(f"{value}: no option {', '.join(unknown)}; there are {', '.join(sorted(filter(None, known)))}")
    for parameter in context.command.params:
        value_of = values.get(parameter.name or "")
        if getattr(parameter, "multiple", False) and isinstance(value_of, str):
            values[parameter.name or ""] = [value_of]  # one value of an option that may be given several times
    context.default_map = {**(context.default_map or {}), **values}
    return value


Config = Annotated[
    Path | None,
    typer.Option("--config", callback=load_config, is_eager=True, help="A TOML file with any of these options."),
]
ModelName = Annotated[
    str | None, typer.Option("--model", help="A shipped model (see [bold]models[/bold]) or a directory.")
]
Threads = Annotated[int | None, typer.Option("--threads", help="CPU threads; all cores by default.")]
Device = Annotated[
    str, typer.Option("--device", help="Where models compute: cpu, cuda, cuda:1, or auto: a GPU where there is one.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random (bootstrap intervals).")]
Rules = Annotated[str, typer.Option("--rules", help="Rule set of relevance: stable, signal, paper or paper-eps.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")]
