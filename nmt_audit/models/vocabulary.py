"""Text to subword tokens and back, with offsets into the text as given."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import sentencepiece

from nmt_audit.errors import ModelError
from nmt_audit.records import Token

PAD, UNKNOWN, END = 0, 1, 2


class Vocabulary:
    """A joint SentencePiece vocabulary of both languages."""

    def __init__(self, model: bytes) -> None:
        self.bytes = model
        try:
            self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise ModelError(f"the SentencePiece model is corrupt ({error}); restore the file") from error

    @classmethod
    def train(cls, lines: Iterable[str], size: int) -> Vocabulary:
        """A byte-pair encoding of `size` pieces. Characters seen less than once in 10,000 become `<unk>`."""
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines),
            model_writer=model,
            vocab_size=size,
            model_type="bpe",
            character_coverage=0.9999,
            pad_id=PAD,
            unk_id=UNKNOWN,
            eos_id=END,
            bos_id=-1,
            unk_surface="⁇",
            num_threads=1,
            minloglevel=2,
        )
        return cls(model.getvalue())

    def __len__(self) -> int:
        return int(self._processor.get_piece_size())

    def piece(self, id: int) -> str:
        """The piece of an id, as it is spelt in the vocabulary."""
        return str(self._processor.id_to_piece(id))

    def id(self, piece: str) -> int | None:
        """The id of a piece, None where the vocabulary does not have it."""
        found = int(self._processor.piece_to_id(piece))
        return found if found != UNKNOWN or piece == self.piece(UNKNOWN) else None

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of a text, `</s>` last. Offsets leave out the blanks before a word."""
        found = self._processor.encode(text, return_type="offset_mapping")
        tokens = []
        for piece, id, (start, end) in zip(found["pieces"], found["ids"], found["offsets"], strict=True):
            while start < end and text[start].isspace():
                start += 1
            tokens.append(Token(piece, id, start, end))
        return (*tokens, Token(self.piece(END), END, len(text), len(text)))

    def decode(self, ids: Sequence[int]) -> tuple[str, tuple[Token, ...]]:
        """The text of ids and its tokens. Only a last `</s>` is special; it stands at the end of the text."""
        words = list(ids[:-1]) if ids and ids[-1] == END else list(ids)
        found = self._processor.decode(words, return_type="offset_mapping")
        text: str = found["text"]
        tokens = []
        for id, (start, end) in zip(words, found["offsets"], strict=True):
            while start < end and text[start].isspace():
                start += 1
            tokens.append(Token(self.piece(id), id, start, end))
        if len(words) < len(ids):
            tokens.append(Token(self.piece(END), END, len(text), len(text)))
        return text, tuple(tokens)
