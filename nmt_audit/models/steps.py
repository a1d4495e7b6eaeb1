"""A recurrent network that says one word after the other, as a search wants it."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from torch import Tensor

from nmt_audit.models.recurrent_network import RecurrentNetwork
from nmt_audit.models.rnnsearch_network import RNNsearch
from nmt_audit.models.rnnsearch_steps import RNNsearchSteps
from nmt_audit.models.search import State
from nmt_audit.models.vocabulary import PAD

S = TypeVar("S", bound=State)


class Steps(Protocol[S]):
    """A frozen network, step by step. B sentences, S source tokens, N hypotheses, E width of embeddings."""

    def begin(self, ids: Tensor, mask: Tensor) -> S:
        """ids [B,S], mask [B,S] (True at tokens) → the state before the first word, one row per source."""

    def advance(self, tokens: Tensor, state: S) -> tuple[Tensor, S]:
        """Last tokens [N] (PAD: none yet, y_0 = 0) → what the output layer reads [N,E], and the next state."""


class PlainSteps(Generic[S]):
    """The network's own functions, for one word at a time."""

    def __init__(self, network: RecurrentNetwork[S]) -> None:
        self.network = network

    def begin(self, ids: Tensor, mask: Tensor) -> S:
        """See `Steps`."""
        return self.network.begin(self.network.embed(ids), mask)

    def advance(self, tokens: Tensor, state: S) -> tuple[Tensor, S]:
        """See `Steps`."""
        previous = self.network.embed(tokens) * (tokens != PAD).unsqueeze(-1)
        decoded = self.network.decode(previous.unsqueeze(1), state)
        return decoded.readout[:, 0], decoded.state


def steps_of(network: RecurrentNetwork[Any]) -> Steps[Any]:
    """The fastest way there is to take steps with a network."""
    return RNNsearchSteps(network) if isinstance(network, RNNsearch) else PlainSteps(network)
