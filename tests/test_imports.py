"""Imports run downwards only, and what must be light is light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nmt_audit

PACKAGE = Path(nmt_audit.__file__).parent
TESTS = Path(__file__).parent
LONGEST_FILE = 400

# A module imports from lower layers and, within its own part (a module or a folder of the package), as it likes.
LAYERS = (
    {"errors", "intervals", "sampling"},
    {"durable", "locking", "records", "toml_file"},
    {
        "caching",
        "corpus",
        "jsonl",
        "store",
        "config",
        "controls",
        "halving",
        "language",
        "progress",
        "series",
        "stopping",
        "verdicts",
    },
    {"dismissing", "agreement", "models", "scores"},
    {"loading", "relevance", "findings"},
    {"comparing"},
    {"archiving"},
    {"decode", "evidence", "checks", "planting", "report"},
    {"exporting", "stages"},
    {"gating", "engines"},
    {"calibrating"},
    {"trust", "further", "manifest"},
    {"measuring", "seen"},
    {"pipeline"},
    # the jobs of commands that are not an audit
    {"bench", "checking", "explaining", "picturing", "reviewing", "sowing", "training", "nights"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
HEIGHT = {part: height for height, layer in enumerate(LAYERS) for part in layer}

WITHOUT_TORCH = (
    "checks", "report", "records", "store", "corpus", "controls", "findings", "language", "config", "scores",
    "verdicts", "dismissing", "comparing", "gating", "archiving", "exporting", "series", "nights", "pipeline",
)  # fmt: skip
HEAVY = ("torch", "pandas", "matplotlib", "pyarrow", "numpy", "sacrebleu", "sentencepiece")


def part_of(module: str) -> str:
    """nmt_audit.checks.negation → checks; the package itself is called "nmt_audit"."""
    names = module.split(".")
    return names[1] if len(names) > 1 else names[0]


def module_name(path: Path) -> str:
    names = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and module of each import of ours, at the top or within functions, for types or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [f"{'.' * node.level}{node.module or ''}"]
            if modules == ["nmt_audit"]:
                submodules = [f"nmt_audit.{alias.name}" for alias in node.names if alias.name in HEIGHT]
                modules = submodules or modules
        else:
            continue
        yield from ((node.lineno, name) for name in modules if name.startswith((".", "nmt_audit")))


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_imports_from_below_only(path: Path) -> None:
    own = part_of(module_name(path))
    wrong = []
    for line, name in imported(ast.parse(path.read_text("utf-8"))):
        assert not name.startswith("."), f"{path}:{line}: write {name} from nmt_audit on"
        other = part_of(name)
        if own not in ("nmt_audit", other) and other != "nmt_audit" and HEIGHT[other] >= HEIGHT[own]:
            wrong.append(f"{path}:{line}: {own} imports {other}, which is not below it")
    assert not wrong, "\n".join(wrong)


def test_each_part_has_a_layer_and_is_there_once() -> None:
    parts = {part_of(module_name(path)) for path in MODULES} - {"nmt_audit"}
    assert parts <= HEIGHT.keys(), "a new module or folder needs a place in LAYERS"
    assert sum(map(len, LAYERS)) == len(HEIGHT)


def test_the_package_itself_imports_its_parts_when_they_are_used() -> None:
    assert loaded("import nmt_audit", "nmt_audit.") == []


def test_imports_are_found_wherever_they_stand() -> None:
    code = "import nmt_audit.cli\nfrom nmt_audit import store, __version__\ndef f():\n    from nmt_audit.a.b import c\n"
    assert list(imported(ast.parse(code))) == [(1, "nmt_audit.cli"), (2, "nmt_audit.store"), (4, "nmt_audit.a.b")]


def loaded(code: str, *names: str) -> list[str]:
    """Which of these a new interpreter has after the code; a name that ends in a dot means all that begin with it."""
    asked = f"{code}\nimport sys\nprint('\\n', *sorted(sys.modules), sep='\\n')"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, encoding="utf-8", check=True, timeout=60)
    modules = run.stdout.split("\n\n")[-1].split()
    assert "sys" in modules
    return [name for name in modules if name in names or name.startswith(tuple(n for n in names if n.endswith(".")))]


@pytest.mark.parametrize("part", WITHOUT_TORCH)
def test_it_imports_without_torch(part: str) -> None:
    modules = [name for name in map(module_name, MODULES) if part_of(name) == part]
    assert modules
    assert loaded(f"import {', '.join(modules)}", "torch") == []


def test_torch_would_have_been_noticed() -> None:
    assert loaded("import nmt_audit.models.batches", "torch") == ["torch"]


HELP = """
import sys
from nmt_audit.cli import app, main
commands = [command.name or command.callback.__name__ for command in app.registered_commands]
assert "demo" in commands
for arguments in [[], *([command] for command in commands)]:
    sys.argv = ["nmt-audit", *arguments, "--help"]
    try:
        main()
    except SystemExit as end:
        assert not end.code, arguments
"""


def test_help_imports_nothing_heavy() -> None:
    assert loaded(HELP, *HEAVY) == []


@pytest.mark.parametrize(
    "path", [*MODULES, *sorted(TESTS.rglob("*.py"))], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text("utf-8").split("\n")) - 1 <= LONGEST_FILE
