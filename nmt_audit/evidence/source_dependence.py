"""How much the source helps with every target token: log p(y_j | x, y_<j) − log p(y_j | blanked x, y_<j), in nats.

Blanked is the source with `<unk>` for every token of its text: the length stays, the content goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from nmt_audit.evidence.forced import Case, Condition
from nmt_audit.models.protocol import Forced, Model
from nmt_audit.records import Array, Token

BLANK = "▁"  # SentencePiece's mark of a blank; a piece of blanks alone has no extent in the text, but belongs to it


def blanked(tokens: Sequence[Token], unknown_id: int) -> list[int]:
    """The ids [S] of a source with all of its content unknown; `</s>` and language codes are kept."""
    special = (token.start == token.end and token.piece.strip(BLANK) for token in tokens)
    return [token.id if kept else unknown_id for token, kept in zip(tokens, special, strict=True)]


def without_content(model: Model, cases: Sequence[Case]) -> list[Condition]:
    """Each case with its source blanked."""
    return [
        Condition(number, blanked(case.source_tokens, model.unknown_id)) for number, case in enumerate(cases)
    ]  # fmt: skip


def source_gains(forced: Sequence[Forced], without: Sequence[Array]) -> list[Array]:
    """The gain [T] of every target token of every case: what the model said with the true source, and with a blank."""
    return [true.logprobs - blind for true, blind in zip(forced, without, strict=True)]
