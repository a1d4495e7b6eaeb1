"""`figure states`, `figure phrases` and `figure projection`: what states look like (Li et al. 2016, figures 1–4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from nmt_audit.corpus import read_corpus
from nmt_audit.errors import RequestError
from nmt_audit.models.batches import buckets, pad
from nmt_audit.models.protocol import Model, Traceable
from nmt_audit.picturing.asked import Drawing, FigureRequest, sentence, side_of, traceable
from nmt_audit.picturing.corpora import is_file, sources
from nmt_audit.picturing.steps import traced
from nmt_audit.records import Array
from nmt_audit.report.pictures.lettering import pieces
from nmt_audit.report.pictures.phrases import Phrases
from nmt_audit.report.pictures.projection import Projection, principal
from nmt_audit.report.pictures.states import StatesOverTime

BATCH_TOKENS, BATCH_ROWS = 2_000, 64


@torch.no_grad()
def states(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """Two sentences through one state; a state of the decoder goes along with the model's translations of them."""
    [model] = models
    both = sources(asked)
    if len(both) != 2:
        raise RequestError("the figure states compares two sentences; give --source twice")
    state = _state(asked, traceable(model))
    side = side_of(model, state)
    shown = []
    for source in both:
        pair = sentence(model, source, "" if side == "source" else None)
        tokens = pair.source_tokens if side == "source" else pair.target_tokens
        shown.append((pieces(tokens), traced(pair).states[state][0].cpu().numpy()))
    (first, first_states), (second, second_states) = shown
    return Drawing(
        (StatesOverTime(f"State “{state}” over time", first, first_states, second, second_states),),
        "Two sentences read word by word, and how far apart they are",
        (("first", both[0]), ("second", both[1]), ("state", state)),
    )


def phrases(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """A row of colours per text."""
    texts, groups, vectors, about, facts = _gathered(asked, models)
    picture = Phrases("Vectors of words, phrases and sentences", texts, groups, vectors, about)
    return Drawing((picture,), "What modifiers and negations do to a vector", facts)


def projection(asked: FigureRequest, models: Sequence[Model]) -> Drawing:
    """A point per text, by principal components."""
    texts, groups, vectors, about, facts = _gathered(asked, models)
    if len(texts) < 3:
        raise RequestError("the figure projection needs three texts at least; give a file or more --source")
    points, shares = principal(vectors)
    picture = Projection("Words, phrases and sentences on a plane", texts, groups, points, shares, about)
    return Drawing((picture,), "What modifiers and negations do to a vector", (*facts, ("by", "principal components")))


def _gathered(
    asked: FigureRequest, models: Sequence[Model]
) -> tuple[tuple[str, ...], tuple[str, ...], Array, str, tuple[tuple[str, str], ...]]:
    """Texts, their groups and vectors, which vectors they are, and what the caption says of them."""
    [model] = models
    texts, groups, facts = _texts(asked)
    state = _state(asked, traceable(model))
    if side_of(model, state) != "source":
        raise RequestError(f"the figure {asked.kind} shows states of the encoder; “{state}” is the decoder's")
    vectors, where = representations(model, texts, state)
    return texts, groups, vectors, f"state “{state}”, {where}", (*facts, ("state", f"{state}, {where}"))


def _texts(asked: FigureRequest) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The texts of a file (TSV: group TAB text) or of the command line, with their groups."""
    if len(asked.source) == 1 and is_file(asked.source[0]):
        corpus = read_corpus(asked.source[0], src_lang="und", tgt_lang="und")
        rows = [("", row.source) if row.reference is None else (row.source, row.reference) for row in corpus.segments]
        facts = tuple(("texts", f"{name} {digest[:8]}") for name, digest in corpus.hashes.items())
    else:
        rows, facts = [("", text) for text in asked.source], (("texts", " / ".join(asked.source)),)
    rows = [(group, text) for group, text in rows if text.strip()]
    if not rows:
        raise RequestError(f"the figure {asked.kind} needs texts; {', '.join(asked.source)} has none")
    return tuple(text for _, text in rows), tuple(group for group, _ in rows), facts


def _state(asked: FigureRequest, model: Traceable) -> str:
    """The state asked for; else what the encoder has read so far, or the last layer of what it makes of each word."""
    if len(asked.state) > 1:
        raise RequestError(f"the figure {asked.kind} shows one state; give one --state")
    if asked.state:
        return asked.state[0]
    of_source = [name for name, side in model.states.items() if side == "source"]
    return next((name for name in ("source_forward", "source") if name in of_source), of_source[-1])


@torch.no_grad()
def representations(model: Model, texts: Sequence[str], state: str) -> tuple[Array, str]:
    """A vector per text [texts,H], and in words which: a recurrent network's state when it has read all, or a mean."""
    tokens = [[token.id for token in model.tokenize(text)] for text in texts]
    found: list[Array] = [np.zeros(0)] * len(texts)
    where = ""
    for batch in buckets([len(ids) for ids in tokens], tokens=BATCH_TOKENS, rows=BATCH_ROWS):
        source, mask = pad([tokens[i] for i in batch])
        target, _ = pad([[model.end_id]] * len(batch))
        trace = traceable(model).trace(source, mask, target)
        for row, i in enumerate(batch):
            of_words = trace.states[state][row, : len(tokens[i])].cpu().numpy()
            if not trace.gates:
                found[i], where = of_words.mean(0), "mean over the tokens"
            elif "backward" in state:
                found[i], where = of_words[0].copy(), "at the first token"
            else:
                found[i], where = of_words[-1].copy(), "at </s>"
    return np.stack(found), where
