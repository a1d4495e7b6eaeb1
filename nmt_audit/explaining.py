"""The job of `nmt-audit explain`: one segment, any states and methods, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nmt_audit.errors import RequestError
from nmt_audit.models import load_model
from nmt_audit.records import Explanation
from nmt_audit.relevance import explain_batch


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
) -> list[Explanation]:
    """Explanations of the positions (all of them by default), for each method and state."""
    model = load_model(model_name)
    [translation] = model.translate([source]) if target is None else [target]
    if isinstance(translation, str):
        target_tokens = model.tokenize_target(translation)
    else:
        target_tokens = translation.target_tokens
    counts = {"source": len(model.tokenize(source)), "target": len(target_tokens)}
    unknown = [state for state in states if state != "logit" and state not in model.states]
    if unknown:
        raise RequestError(f"{model.name} has no state “{unknown[0]}”; it has {', '.join([*model.states, 'logit'])}")
    return explain_batch(
        model,
        [
            {
                "source": source, "target": translation, "position": position, "state": state, "method": method,
                "rules": rules, "against": against,
            }
            for method in methods
            for state in states
            for position in positions or range(counts[model.states.get(state, "target")])
        ],
    )  # fmt: skip


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
        console.print()


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """Plain values for JSON."""
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
    }
