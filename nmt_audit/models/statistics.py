"""What the logits of a forced decoding say about each given token."""

from __future__ import annotations

import torch
from torch import Tensor


def given_logprobs(logits: Tensor, given: Tensor) -> Tensor:
    """logits [...,T,V] and the ids that were given [...,T] → their log-probabilities [...,T]."""
    return logits.gather(-1, given.unsqueeze(-1)).squeeze(-1) - torch.logsumexp(logits, -1)


def token_statistics(logits: Tensor, given: Tensor, end_id: int) -> dict[str, Tensor]:
    """logits [...,T,V] and the ids that were given [...,T] → the fields of `Forced` by name, each [...,T].

    A logit may be −∞, as that of padding is in some models: such a token adds nothing to the entropy.
    """
    logprobs = torch.log_softmax(logits, -1)
    of_given = logprobs.gather(-1, given.unsqueeze(-1))
    finite = logprobs.clamp(min=torch.finfo(logprobs.dtype).min)  # 0·(−∞) is not a number
    others = logits.clone()
    others[..., end_id] = -torch.inf
    rivals = logits.scatter(-1, given.unsqueeze(-1), -torch.inf).argmax(-1)
    return {
        "logprobs": given_logprobs(logits, given),
        "entropies": -(logprobs.exp() * finite).sum(-1),
        "ranks": (logprobs > of_given).sum(-1),
        "gaps": logprobs.max(-1).values - of_given.squeeze(-1),
        "rivals": rivals,
        "end_margins": logits[..., end_id] - others.max(-1).values,
    }
