"""Text to the tokens of a Hugging Face tokenizer and back, with offsets into the text as given.

The ids are always those that the tokenizer itself makes. Offsets come from the `tokenizers` library where it does the
work, and from SentencePiece where the tokenizer is written in Python (Marian, M2M100).
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from nmt_audit.records import Side, Token

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Spans: TypeAlias = list[tuple[int, int]]


class SubwordText:
    """Both sides of a tokenizer. `prefix` is written before every source text and belongs to none of its words.

    One thread at a time uses the tokenizer: some are switched between the sides, and none bears two callers.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, end_id: int, prefix: str = "") -> None:
        self.tokenizer = tokenizer
        self.end_id = end_id
        self.prefix = prefix
        self._special = frozenset(tokenizer.all_special_ids)
        self._spelt_out = frozenset({*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()})
        self._surfaces: dict[int, str] = {}
        self._alone = threading.RLock()
        # Marian may have a vocabulary for each side; ids are turned into pieces by that of the target.
        separate = getattr(tokenizer, "separate_vocabs", False)
        self._source_pieces = {id: piece for piece, id in tokenizer.get_vocab().items()} if separate else None

    def encode_source(self, text: str) -> tuple[Token, ...]:
        """What the encoder gets. Language codes, `</s>` and the prefix are there too, without extent."""
        with self._alone:
            before, words, after = self._encode(self.prefix + text, "src")
        shift = len(self.prefix)
        words = [Token(t.piece, t.id, max(t.start - shift, 0), max(t.end - shift, 0)) for t in words]
        return (
            *(Token(self._piece(id, "src"), id, 0, 0) for id in before),
            *words,
            *(Token(self._piece(id, "src"), id, len(text), len(text)) for id in after),
        )

    def encode_target(self, text: str) -> tuple[Token, ...]:
        """What the decoder is to say after its prompt: the words and `</s>`, no language code."""
        with self._alone:
            _, words, _ = self._encode(text, "tgt")
        return (*words, Token(self.piece(self.end_id), self.end_id, len(text), len(text)))

    def decode(self, ids: Sequence[int]) -> tuple[str, tuple[Token, ...]]:
        """The text of target ids, as the tokenizer writes it without special tokens, and the tokens.

        Special tokens, `<unk>` among them, have no extent: they are not in the text.
        """
        with self._alone:
            text = str(self.tokenizer.decode(list(ids), skip_special_tokens=True))
            spans = align([self._surface(id) for id in ids], text)
        return text, tuple(Token(self.piece(id), id, *span) for id, span in zip(ids, spans, strict=True))

    def piece(self, id: int) -> str:
        """The piece of an id, as it is spelt in the target vocabulary."""
        return self._piece(id, "tgt")

    def piece_id(self, piece: str) -> int | None:
        """The id of a piece of the target vocabulary, None where it has none."""
        with self._alone, _mode(self.tokenizer, "tgt") as tokenizer:
            id: Any = tokenizer.convert_tokens_to_ids(piece)
        return None if id is None or (id == tokenizer.unk_token_id and piece != tokenizer.unk_token) else int(id)

    def _piece(self, id: int, side: Side) -> str:
        if side == "src" and self._source_pieces is not None:
            return self._source_pieces[id]
        with self._alone:
            return str(self.tokenizer.convert_ids_to_tokens(id))

    def _surface(self, id: int) -> str:
        """What an id alone writes; nothing for special tokens."""
        if id in self._special:
            return ""
        if id not in self._surfaces:
            alone = self.tokenizer.convert_tokens_to_string([self.piece(id)])
            self._surfaces[id] = alone.strip()
        return self._surfaces[id]

    def _encode(self, text: str, side: Side) -> tuple[list[int], list[Token], list[int]]:
        """The ids that the tokenizer puts before the text, the tokens of the text, the ids that it puts behind."""
        argument = {"text" if side == "src" else "text_target": text}
        ids: list[int] = self.tokenizer(**argument, verbose=False)["input_ids"]
        fast = self.tokenizer.is_fast
        bare = self.tokenizer(**argument, verbose=False, add_special_tokens=False, return_offsets_mapping=fast)
        core: list[int] = bare["input_ids"]
        first = next(start for start in range(len(ids) + 1) if ids[start : start + len(core)] == core)
        if fast:
            pieces = [self._piece(id, side) for id in core]
            spans = list(bare["offset_mapping"])
        else:
            pieces, spans = self._slow_spans(text, side)
        words = [Token(p, id, *span) for p, id, span in zip(pieces, core, _tidy(text, pieces, spans), strict=True)]
        return ids[:first], words, ids[first + len(core) :]

    def _slow_spans(self, text: str, side: Side) -> tuple[list[str], Spans]:
        """The pieces as they stand in the text (an unknown one is its characters) and where they stand.

        The tokenizer takes special tokens that are spelt out in the text apart, and gives the rest to SentencePiece.
        """
        with _mode(self.tokenizer, side) as tokenizer:
            pieces: list[str] = tokenizer.tokenize(text)
        processor = _processor(tokenizer, side)
        spans: Spans = []
        cursor = begin = 0
        for place, piece in enumerate([*pieces, None]):
            at = len(text) if piece is None else -1
            if piece is not None and (piece in self._spelt_out or (piece[:2] == ">>" and piece[-2:] == "<<")):
                at = text.find(piece, cursor)
            if at < 0:
                continue
            spans += _chunk_spans(processor, pieces[begin:place], text[cursor:at], cursor)
            if piece is not None:
                spans.append((at, at + len(piece)))
                cursor, begin = at + len(piece), place + 1
        return pieces, spans


@contextmanager
def _mode(tokenizer: PreTrainedTokenizerBase, side: Side) -> Iterator[PreTrainedTokenizerBase]:
    """The tokenizer, set to the target's vocabulary and language where that is asked for."""
    if side == "src" or not hasattr(tokenizer, "_switch_to_target_mode"):
        yield tokenizer
        return
    tokenizer._switch_to_target_mode()
    try:
        yield tokenizer
    finally:
        tokenizer._switch_to_input_mode()


def _processor(tokenizer: Any, side: Side) -> Any:
    """The SentencePiece model of a tokenizer written in Python: Marian has one a side, M2M100 one."""
    both = getattr(tokenizer, "sp_model", None)
    return both if both is not None else tokenizer.spm_source if side == "src" else tokenizer.spm_target


def _chunk_spans(processor: Any, pieces: Sequence[str], chunk: str, start: int) -> Spans:
    """Where pieces stand in the part of a text that SentencePiece cut them from."""
    found = processor.encode(chunk, return_type="offset_mapping")
    if list(found["pieces"]) == list(pieces):
        return [(start + a, start + b) for a, b in found["offsets"]]
    return [(start + a, start + b) for a, b in align([piece.strip("▁") for piece in pieces], chunk)]


def align(surfaces: Sequence[str], text: str) -> Spans:
    """Where each surface stands in a text that was written with them, in their order, blanks between them or not.

    Empty ones have no extent; those at the end stand at the end of the text. Surfaces that are not found (the bytes of
    a character) share what stands between their neighbours.
    """
    spans: Spans = []
    lost: list[int] = []
    cursor = 0
    for surface in surfaces:
        here = _skip_blanks(text, cursor)
        at = text.find(surface, here) if lost else here if text.startswith(surface, here) else -1
        if not surface:
            spans.append((cursor, cursor))
        elif at < 0:
            lost.append(len(spans))
            spans.append((here, here))
        else:
            for index in lost:
                spans[index] = (spans[lost[0]][0], at)
            lost = []
            cursor = at + len(surface)
            spans.append((at, cursor))
    for index in lost:
        spans[index] = (spans[lost[0]][0], len(text))
    last = max((index for index, surface in enumerate(surfaces) if surface), default=-1)
    return spans[: last + 1] + [(len(text), len(text))] * (len(spans) - last - 1)


def _tidy(text: str, pieces: Sequence[str], spans: Spans) -> Spans:
    """Spans without the blanks before a word and with the marks that go with its last letter.

    Of one character cut into several pieces, each piece has all of it. A piece that is nothing but a blank (▁ before
    an unknown word) has no extent, but within a character that is written out in words (ﷺ) it belongs to that.
    """
    tidy: Spans = []
    for piece, (start, end) in zip(pieces, spans, strict=True):
        start = min(_skip_blanks(text, start), end)
        within = bool(tidy) and tidy[-1][1] > start
        tidy.append((start, end if piece.strip("▁") or within else start))
    following = len(text)
    for index in reversed(range(len(tidy))):
        start, end = tidy[index]
        if pieces[index].strip("▁"):
            if start == end and index + 1 < len(tidy) and tidy[index + 1][0] == start:
                end = tidy[index + 1][1]
            while end < following and unicodedata.category(text[end]).startswith("M"):
                end += 1
            tidy[index] = start, end
        following = start
    return tidy


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
