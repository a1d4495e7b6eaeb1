"""A traceable model with an operator of one's choice in it, and what it leaves behind in torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import torch
from tiny import tiny_model
from torch import Tensor, nn
from torch.nn.modules import module as modules

from nmt_audit.models.protocol import Trace
from nmt_audit.models.recurrent import RecurrentModel
from nmt_audit.records import Explanation
from nmt_audit.relevance import explain

SOURCE, TARGET = "das kind mag ein buch nicht .", "the child likes a book ."
Function = Callable[[Tensor], Tensor]


class Strange(nn.Module):
    """A module with an operator of one's choice in it."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.function = function

    def forward(self, states: Tensor) -> Tensor:
        """[B,N,width] → the same, or another width."""
        return self.function(states)


class Feedforward(RecurrentModel):
    """Another traceable model: "plain" reads each source word beside a vector of ones, "strange" goes on from there."""

    strange: Function = staticmethod(torch.tanh)

    @cached_property
    def states(self) -> Mapping[str, str]:
        """Both have as many positions as the source."""
        return {"plain": "source", "strange": "source"}

    def trace(
        self, source: Tensor, mask: Tensor, target: Tensor, *,
        source_scale: Tensor | None = None, target_scale: Tensor | None = None,
    ) -> Trace:  # fmt: skip
        """Ids [B,S], mask [B,S], ids [B,T] → both states."""
        words = self.network.embedding(source).requires_grad_()
        ones = words.new_ones(*words.shape[:2], 4).requires_grad_()
        weight = self.network.get_parameter("decoder.start.weight")
        plain = torch.tanh(nn.functional.linear(torch.cat([words, ones], -1), torch.cat([weight, weight.T], 1)))
        later = self.network.embedding(target[:, :-1]).requires_grad_()
        states = {"plain": plain, "strange": nn.Sequential(Strange(self.strange))(plain)}
        return Trace(words, later, (ones,), states, words.new_zeros(*target.shape, source.shape[1]))


def model_with(strange: Function) -> Feedforward:
    tiny = tiny_model(3)
    model = Feedforward(tiny.network, tiny.vocabulary, name="feedforward", fingerprint="0")
    model.strange = strange
    return model


def explained(strange: Function, rules: str, state: str = "strange", position: int = 3) -> Explanation:
    asked: dict[str, Any] = {"source": SOURCE, "target": TARGET, "position": position}
    return explain(model_with(strange), **asked, state=state, rules=rules)


def gap(found: Explanation) -> float:
    """How far the ledger is from closing, as a part of its largest number, or of 1."""
    assert found.ledger is not None
    parts = [share for entry, share in found.ledger.items() if entry != "value"]
    largest = max(1.0, *map(abs, parts), *map(abs, found.source_relevance.tolist()))
    return float(abs(found.ledger["value"] - sum(parts)) / largest)


def hooks_and_modes() -> tuple[int, int, int]:
    return (
        len(modules._global_forward_hooks),
        len(modules._global_forward_pre_hooks),
        torch._C._len_torch_function_stack(),
    )
