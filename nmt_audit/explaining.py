"""The job of `nmt-audit explain`: one segment, any states and methods, as a table, as JSON or as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt_audit.errors import OutputError, RequestError
from nmt_audit.models import load_model
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.records import Explanation
from nmt_audit.relevance import explain_batch

VIRTUAL = ("logit", "logprob")  # states that every model has


@dataclass(frozen=True, slots=True)
class Explained:
    """One segment's explanations, and what they are of."""

    model: str
    fingerprint: str
    source: str
    target: str
    own: bool  # whether the target is the model's own translation
    found: tuple[Explanation, ...]


def explain_segment(
    model_name: str,
    source: str,
    target: str | None,
    *,
    positions: Sequence[int] | None,
    states: Sequence[str],
    methods: Sequence[str],
    rules: str,
    against: str | None,
    src_lang: str | None = None,
    tgt_lang: str | None = None,
    device: str = "auto",
) -> Explained:
    """Explanations of the positions (all of them by default), for each method and state.

    `src_lang` and `tgt_lang` choose the direction of a multilingual model. Raises RequestError for what the model or
    the sentence does not have.
    """
    model = load_model(model_name, src_lang=src_lang, tgt_lang=tgt_lang, device=device)
    [translation] = model.translate([source]) if target is None else [target]
    if isinstance(translation, str):
        text, target_tokens = translation, model.tokenize_target(translation)
    else:
        text, target_tokens = translation.text, translation.target_tokens
    counts = {"source": len(model.tokenize(source)), "target": len(target_tokens)}
    sides = _sides(model, states)
    found = explain_batch(
        model,
        [
            {
                "source": source, "target": translation, "position": position, "state": state, "method": method,
                "rules": rules, "against": against,
            }
            for method in methods
            for state in states
            for position in positions or range(counts[sides[state]])
        ],
    )  # fmt: skip
    return Explained(model.name, model.fingerprint, source, text, target is None, tuple(found))


def _sides(model: Model, states: Sequence[str]) -> dict[str, str]:
    """What the positions of each state count. Raises RequestError for a state that the model does not have."""
    sides = {**(model.states if isinstance(model, Traceable) else {}), **dict.fromkeys(VIRTUAL, "target")}
    unknown = [state for state in states if state not in sides]
    if unknown:
        raise RequestError(f"{model.name} has no state “{unknown[0]}”; it has {', '.join(sides)}")
    return sides


def check_names(html: Path | None, picture: Path | None) -> None:
    """Raises OutputError for names that do not say what is to be written, before anything is computed for them."""
    for path, suffixes in ((html, (".html",)), (picture, (".png", ".svg"))):
        if path is not None and path.suffix.lower() not in suffixes:
            raise OutputError(f"{path}: its name must end in {' or '.join(suffixes)}; give it another")


def draw_explanations(explained: Explained, path: Path) -> None:
    """The explanations as a picture or a page, as the file's suffix says. Raises OutputError for another suffix."""
    from nmt_audit.report.pictures.caption import Caption, signature
    from nmt_audit.report.pictures.explained import pictures
    from nmt_audit.report.pictures.lettering import method_name
    from nmt_audit.report.pictures.writing import save

    methods = dict.fromkeys(one.method for one in explained.found)
    rule_set, epsilon = next(((one.rules, one.epsilon) for one in explained.found if one.rules), (None, None))
    against = {one.against for one in explained.found if one.against}
    facts = (
        ("model", explained.model),
        ("source", explained.source),
        ("translation" if explained.own else "target (given)", explained.target),
        ("method", ", ".join(map(method_name, methods))),
        ("states", ", ".join(dict.fromkeys(one.state for one in explained.found))),
        *(("against", token) for token in against),
        ("signature", signature([(explained.model, explained.fingerprint)], rules=rule_set, epsilon=epsilon)),
    )
    title = "Which words made the model say it"
    save(path, pictures(explained.found), Caption(title, facts))


def print_explanations(found: Sequence[Explanation], *, as_json: bool) -> None:
    """To standard output: a table per explanation, or one JSON list."""
    if as_json:
        print(json.dumps([as_dict(explanation) for explanation in found], ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for explanation in found:
        of_source = explanation.state.startswith("source")
        tokens = explanation.source_tokens if of_source else explanation.target_tokens
        words = " ".join(tokens[position].piece for position in explanation.positions)
        how = f"{explanation.method}, {explanation.rules}" if explanation.rules else explanation.method
        contrast = f" rather than {explanation.against}" if explanation.against else ""
        table = Table("word", "relevance", box=None)
        for side, values in (
            (explanation.source_tokens, explanation.source_relevance),
            (explanation.target_tokens, explanation.target_relevance),
        ):
            for token, value in zip(side, values, strict=False):
                table.add_row(Text(token.piece), f"{value:+.4f}")
            table.add_section()
        console.print(Text(f"{explanation.state} of {words}{contrast} ({how})", style="bold"))
        console.print(table)
        if explanation.ledger:
            parts = [f"{name} {value:.4g}" for name, value in explanation.ledger.items() if name != "value"]
            console.print(Text(f"value {explanation.ledger['value']:.4g} = {' + '.join(parts)}"))
        if explanation.details:
            shapes = (f"{name} {'×'.join(map(str, array.shape))}" for name, array in explanation.details.items())
            console.print(Text(f"with --json: {', '.join(shapes)}", style="dim"))
        console.print()


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """Plain values for JSON, details included."""
    return {
        "source_tokens": [token.piece for token in explanation.source_tokens],
        "target_tokens": [token.piece for token in explanation.target_tokens],
        "positions": list(explanation.positions),
        "state": explanation.state,
        "method": explanation.method,
        "rules": explanation.rules,
        "epsilon": explanation.epsilon,
        "against": explanation.against,
        "source_relevance": explanation.source_relevance.tolist(),
        "target_relevance": explanation.target_relevance.tolist(),
        "ledger": dict(explanation.ledger) if explanation.ledger else None,
        "offsets": dict(explanation.offsets),
        "details": {name: array.tolist() for name, array in explanation.details.items()},
    }
