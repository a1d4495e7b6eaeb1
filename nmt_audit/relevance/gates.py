"""Gate signals: how far each gate of a recurrent network is open at each word (Ghaeini et al. 2018, section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from nmt_audit.errors import RequestError
from nmt_audit.models.protocol import Model, Trace
from nmt_audit.records import Array, Explanation
from nmt_audit.relevance.passes import ids, in_batches, traceable
from nmt_audit.relevance.request import Request


def gates(model: Model, requests: Sequence[Request]) -> list[Explanation]:
    """For every gate g by name, as in "encoder.forward.reset": the norm over its dimensions, 1 at the largest.

    `details[g]` [N] is the norm at each word over the sentence's largest, `details[g + ".dimensions"]` [N,H] the
    signal itself; N source words for a gate of the encoder, decoder steps up to the last explained one for one of
    the decoder. A source word's relevance is the mean over the encoder's gates; an earlier target word's is the mean
    over the decoder's at the step that reads it. Nothing is explained by it: the state that is asked for only says
    where the decoder stops. Raises RequestError for a model without gates.
    """
    shown = traceable(model)

    @torch.no_grad()
    def answer(rows: list[list[Request]]) -> list[list[Explanation]]:
        trace = shown.trace(*ids(rows))
        check_gates(model, trace)
        opened = {name: gate.cpu() for name, gate in trace.gates.items()}
        return [
            [curves(request, "gates", {name: gate[row] for name, gate in opened.items()}) for request in asked]
            for row, asked in enumerate(rows)
        ]

    return in_batches(requests, answer)


def check_gates(model: Model, trace: Trace) -> None:
    """Raises RequestError for a model without gates."""
    if not trace.gates:
        raise RequestError(f"{model.name} has no gates; they belong to recurrent models")


def curves(request: Request, method: str, of_row: Mapping[str, Tensor]) -> Explanation:
    """The explanation made of one vector [≥N,H] per gate and word of the request's row, on the CPU."""
    norms: dict[str, Array] = {}
    details: dict[str, Array] = {}
    for name, values in of_row.items():
        of_words = values[: len(request.source_tokens) if name.startswith("encoder.") else request.steps]
        norm = torch.linalg.vector_norm(of_words, dim=-1).numpy()
        largest = norm.max()
        norms[name] = norm / largest if largest > 0 else norm
        details |= {name: norms[name], f"{name}.dimensions": of_words.numpy().copy()}
    encoder = np.mean([norm for name, norm in norms.items() if name.startswith("encoder.")], axis=0)
    decoder = np.mean([norm for name, norm in norms.items() if name.startswith("decoder.")], axis=0)
    return request.explained(method, encoder, decoder[1:], details=details)  # the first step reads no word
