"""Chinese: 不 goes, 没 becomes 有 before a noun, or goes and leaves 了 behind a verb; 看不见 becomes 看得见."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.rule import Affirmation, rule

VERBS = (
    r"(?:把|寄|提到|看见|看到|听见|听到|听说|告诉|完成|开始|结束|发现|收到|得到|注意|回答|回来|回家|打开|关上|参加|解决|改变|成功|发生|下雨|睡着|结婚|吃|喝"
    r"|去|来|來|到|说|說|买|買|卖|做|写|寫|读|讀|看|听|聽|给|給|打|走|跑|睡|学|學|问|問|拿|带|帶|见|見|想到|忘|变|變|收|找|用|坐|住|死|赢|輸)"
)
POTENTIAL = (
    r"(?<=[看听聽见找买買吃睡受走跑做说說写寫拿搬打记記想起学學读讀赶趕离離过過分去来放认認])"
    r"⟨不⟩(?=[见見到懂了起完住下出上动動清着著开開得])"
)


def _done(match: re.Match[str]) -> str:
    """ "没看见他。" → "看见他了。"; a clause that has 过 or 了 keeps it."""
    clause = _affirmative(match["clause"])
    return clause if re.search("[过過了]", clause) else f"{clause}了"


def _affirmative(rest: str) -> str:
    return rest.replace("任何", "某个", 1)


NOT_HAVE = r"⟨[没沒]有?⟩"
CLAUSE = r"[^，。！？；,.!?;吗嗎呢]*"

RULES = (
    rule(r"⟨[^⟩]+⟩[^。！？；]{1,30}而是", None),
    rule(r"⟨不⟩是[^。！？；]{1,20}就是", None),
    rule(r"[一任][^，。！？；]{0,8}[都也]⟨", None),
    rule(POTENTIAL, "得"),
    rule(r"⟨[从從][来來]?不⟩", "总是"),
    rule(r"⟨[从從](?:[来來]?[没沒]有?|未)⟩(?P<clause>[^，。！？；,.!?;]+)", _done),
    rule(r"⟨不可能⟩", "可能"),
    rule(r"⟨毫[无無]⟩", "有"),
    rule(r"⟨[决決绝絕]不⟩", "一定"),
    rule(r"⟨(?:千万)?别⟩", ""),
    rule(r"再也(?:⟨不⟩|" + NOT_HAVE + ")", "还"),
    rule(r"⟨不⟩再([^，。！？；]*?)了", r"还\1"),
    rule(r"⟨不⟩再", "还"),
    rule(r"[还還]" + NOT_HAVE + r"(?P<clause>" + VERBS + CLAUSE + ")", lambda match: f"已经{_done(match)}"),
    rule(r"[并並毫]⟨不⟩", ""),
    rule(r"⟨不⟩(?:太|怎么|怎麼|大)(?!家)", "很"),
    rule(r"⟨不⟩用(?=[^，。])", "需要"),
    rule(r"(?:^|(?<=[，。！？“「]))⟨不⟩(?=[，。！,!])", "是的"),
    rule(r"(?:[并並])?" + NOT_HAVE + r"(?P<clause>" + VERBS + CLAUSE + ")", _done),
    rule(r"(?:[并並])?" + NOT_HAVE + r"(?=[^，。！？；,.!?;]|[吗嗎])", "有"),
    rule(NOT_HAVE, None),
    rule(r"⟨[无無]法⟩", "可以"),
    rule(r"⟨[无無]需⟩", "需要"),
    rule(r"⟨[无無](.)⟩", r"有\1"),
    rule(r"⟨(?:未|并非|甭)⟩", None),
    rule(r"[请請]?⟨勿⟩", "请"),
    rule(r"⟨不⟩(?=[，。！？；,.!?;]|$)", None),
    rule(r"⟨不⟩", ""),
)

AFFIRMATION = Affirmation(RULES, after=_affirmative)
