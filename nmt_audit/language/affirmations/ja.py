"""Japanese: endings turn (ません → ます, 行かない → 行く, 高くない → 高い), and 誰も, 何も become 誰か, 何か."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, rule

PLAIN = dict(zip("かがさたなばまらわ", "くぐすつぬぶむるう", strict=True))
DONE = dict(
    zip("かがさたなばまらわ", ("いた", "いだ", "した", "った", "んだ", "んだ", "んだ", "った", "った"), strict=True)
)
ONE_ROW = "いきぎしじちにひびみりえけげせぜてでねへべめれ"  # before these an ending is る


def _verb(match: re.Match[str]) -> str | None:
    """ "行かない" → "行く", "食べなかった" → "食べた"; None where the stem says neither."""
    row, past = match["row"], match["no"] == "なかった"
    if row in PLAIN:
        return (DONE if past else PLAIN)[row]
    if row in ONE_ROW or "一" <= row <= "鿿":
        return row + ("た" if past else "る")
    return None


NOT = r"⟨(?P<no>ない|なかった)⟩"

RULES = (
    rule(r"(?:しか|ほか|より)[^。！？]*⟨", None),
    rule(r"(?:では|じゃ)⟨ありませんでした⟩", "でした"),
    rule(r"(?:では|じゃ)⟨ありません⟩", "です"),
    rule(r"(?:では|じゃ)⟨なかった⟩(?:です)?", "だった"),
    rule(r"(?:では|じゃ)⟨ない⟩(?:です)?(?=[。！？、]|$)", "だ"),
    rule(r"く(?:は)?⟨ありませんでした⟩", "かったです"),
    rule(r"く(?:は)?⟨ありません⟩", "いです"),
    rule(r"⟨ありませんでした⟩", "ありました"),
    rule(r"⟨ありません⟩", "あります"),
    rule(r"⟨ませんでした⟩", "ました"),
    rule(r"知り⟨ません⟩", "知っています"),
    rule(r"⟨ません⟩", "ます"),
    rule(r"(?<=[がはもの])⟨ない⟩", "ある"),
    rule(r"(?<=[がはもの])⟨なかった⟩", "あった"),
    rule(r"([てで])⟨(?:い)?ない⟩", r"\1いる"),
    rule(r"く(?:は)?⟨ない⟩", "い"),
    rule(r"く(?:は)?⟨なかった⟩", "かった"),
    rule(r"知ら⟨ない⟩", "知っている"),
    rule(r"行か⟨なかった⟩", "行った"),
    rule(r"こ⟨ない⟩", "くる"),
    rule(r"こ⟨なかった⟩", "きた"),
    rule(r"(?P<row>.)" + NOT, _verb),
    rule(r"⟨いいえ⟩", "はい"),
)

BEFORE = (
    ("誰も", "誰かが"), ("だれも", "だれかが"), ("何も", "何か"), ("なにも", "なにか"), ("どこにも", "どこかに"),
    ("まだ", "もう"), ("決して", ""), ("けっして", ""), ("全然", ""), ("ちっとも", ""), ("少しも", ""),
    ("あまり", "とても"), ("一度も", "一度"),
)  # fmt: skip

AFFIRMATION = Affirmation(RULES, before=BEFORE)
