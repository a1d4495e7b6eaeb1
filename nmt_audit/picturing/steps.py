"""`figure steps`: encoder states, attention, context and produced word, step by step (Alammar 2018)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from nmt_audit.models.batches import pad
from nmt_audit.models.protocol import Model, Trace, Traceable
from nmt_audit.picturing.asked import Drawing, FigureRequest, Sentence, sentence, traceable
from nmt_audit.picturing.corpora import one_source
from nmt_audit.report.pictures.lettering import piece, pieces
from nmt_audit.report.pictures.steps import Step, Steps

OTHERS = 2  # tokens named beside the produced one


@torch.no_grad()
def steps(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """One row per piece that the model produced, or was forced through."""
    [model] = models
    pair = sentence(model, one_source(asked), asked.target)
    shown = traceable(model)
    encoder, context, state = _names(shown)
    trace = traced(pair)
    weight, bias = shown.output_layer()
    chances = F.linear(trace.states["output"][0], weight, bias).softmax(-1).cpu()
    produced = pieces(pair.target_tokens)
    made = tuple(
        _step(pair, trace, position, chances[position], context, state, ("start", *produced)[position])
        for position in range(len(produced))
    )
    summed = trace.attention is not None and context is not None and _is_sum(trace, encoder, context)
    picture = Steps(
        "Step by step", pieces(pair.source_tokens), trace.states[encoder][0].cpu().numpy(), made,
        (encoder, context or "", state), summed,
    )  # fmt: skip
    looked = "encoder states × attention, " if context and trace.attention is not None else "no attention, "
    return Drawing(
        (picture,), "How each word comes about",
        (*pair.facts, ("shown", f"{looked}states {', '.join(filter(None, (encoder, context, state)))}")),
    )  # fmt: skip


def traced(pair: Sentence) -> Trace:
    """A forward pass of one pair."""
    source, mask = pad([[token.id for token in pair.source_tokens]])
    target, _ = pad([[token.id for token in pair.target_tokens]])
    return traceable(pair.model).trace(source, mask, target)


def _is_sum(trace: Trace, encoder: str, context: str) -> bool:
    """Whether the context is Σ_i α_i h_i itself, rather than made of it in some further way."""
    assert trace.attention is not None
    states, contexts = trace.states[encoder], trace.states[context]
    return states.shape[-1] == contexts.shape[-1] and torch.allclose(trace.attention @ states, contexts)


def _names(model: Traceable) -> tuple[str, str | None, str]:
    """The states to show: what attention looks at, what it hands on, and the decoder's own."""
    of_source = [name for name, side in model.states.items() if side == "source"]
    encoder = "source" if "source" in of_source else of_source[-1]
    context = next((name for name in model.path if name.startswith("context")), None)
    return encoder, context, next(name for name in model.path if name.startswith("target"))


def _step(
    pair: Sentence, trace: Trace, position: int, chances: Tensor, context: str | None, state: str, reads: str
) -> Step:
    token = pair.target_tokens[position]
    best = [int(id) for id in chances.topk(OTHERS + 1).indices if int(id) != token.id][:OTHERS]
    looks = trace.attention is not None and context is not None
    return Step(
        reads, piece(token.piece), float(chances[token.id]),
        tuple((piece(pair.model.piece(id)), float(chances[id])) for id in best),
        trace.states[state][0, position].cpu().numpy(),
        trace.attention[0, position].cpu().numpy() if trace.attention is not None and looks else None,
        trace.states[context][0, position].cpu().numpy() if looks and context is not None else None,
    )  # fmt: skip
