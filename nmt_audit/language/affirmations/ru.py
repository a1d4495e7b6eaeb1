"""Russian: "не" goes, and what agrees with it turns (никто не → кто-то).

Cases stay as they are, so "нет денег" and "без шляпы", which would need another one, are left alone.
"""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, each, rule, turning

TURNED = {
    "никогда": "всегда", "никто": "кто-то", "никого": "кого-то", "никому": "кому-то", "никем": "кем-то",
    "ничего": "что-то", "ничто": "что-то", "ничему": "чему-то", "ничем": "чем-то", "нигде": "где-то",
    "никуда": "куда-то", "ниоткуда": "откуда-то", "никак": "как-то",
}  # fmt: skip
NO = "|".join(TURNED)
TURN = turning(TURNED)
WHICH = re.compile(r"\bника(к\w+)", re.IGNORECASE)


def _turned(match: re.Match[str]) -> str:
    """The word of "no" turned, and the "не" that goes with it gone: "никто не пришёл" → "кто-то пришёл"."""
    return TURNED[match["no"].lower()] + " " + match["between"]


RULES = (
    rule(r"⟨не⟩ [^.;!?]{1,60}, а\b", None),
    rule(r"⟨ни⟩ (.{1,60}?),? ни ([^.,;!?]{1,40}?) не ", r"и \1, и \2 "),
    rule(r"⟨(?:не|нет)⟩ [^.;!?]{1,50}\bни\b", None),
    rule(r"⟨ни⟩", None),
    rule(rf"⟨(?P<no>{NO})⟩ (?P<between>(?:[^\W\d]+ ){{0,3}}?)не ", _turned),
    rule(r"⟨ника(к\w+)⟩ (?P<between>(?:[^\W\d]+ ){1,3}?)не ", r"ка\1-то \g<between>"),
    rule(r"⟨не⟩ (?:было|будет|стало|хватает|хватило|существует|осталось|имеет значения)\b", None),
    rule(r"(?:ещё|еще|пока) ⟨не⟩ ", "уже "),
    rule(r"больше ⟨не⟩ ", "всё ещё "),
    rule(r"⟨не⟩ ", ""),
    rule(r"⟨нет⟩(?= *(?:[,.!?;:]|$))", "да"),
    rule(r"⟨нет⟩", None),
    *each(TURNED),
    *each({"нельзя": "можно", "невозможно": "возможно", "вряд": "наверное"}, "⟨{}⟩(?: ли\\b)?"),
    rule(r"⟨(?:не(?:лепо|навид|наст|льзя|укл|суразн|у[кр]люж|умол|уст|истов|досяг|пременно|избеж)\w*|бе[сз]\w+|едва)⟩",
         None),
    rule(r"⟨не(\w{4,})⟩", r"\1"),
)  # fmt: skip


def _affirmative(rest: str) -> str:
    return WHICH.sub(r"ка\1-то", TURN(rest))


AFFIRMATION = Affirmation(RULES, after=_affirmative)
