"""Chinese. Words are cut by character, so every cue is one; many compounds with one say something else.

Hence no cue is strong: one of several that is lost is not worth a suspicion.
"""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=frozenset(),
    weak=lexicon("不 没 沒 未 勿"),
    implied=pattern("[无無非否莫]"),
    void=(
        pattern("不[仅僅但只光止过過论論管同少久断斷禁等良惜利客错錯一安幸平满滿已住及足时時景特乏]"),
        pattern("(?:不得|不可|不能|未必|并非)不|不可或缺|不可思[议議]|[对對]不起|差不多|了不起|要不|未[来來]|看不起"),
        pattern("[而口]不[见見谈談]|是不是|有[没沒]有|[没沒](?:关系|關係|事|错)|前所未有|就算不|出人意料"),
        pattern(r"(?P<word> \w ) 不 (?P=word)"),
    ),
)
