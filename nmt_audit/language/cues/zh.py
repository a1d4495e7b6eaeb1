"""Chinese. Written without blanks, so cues are stretches of characters; many compounds with one say something else.

Hence few cues are strong: of several weak ones, one that is lost is not worth a suspicion.
"""

from nmt_audit.language.cues.cue_list import CueList, pattern

CUES = CueList(
    unspaced=pattern(r"毫[无無] | 从未 | 從未 | 绝不 | 絕不 | 决不 | [从從][来來]?[没沒不]有? | 不可能 | 千万别"),
    unspaced_weak=pattern(
        r"""
        (?<! [从從毫绝絕决] ) (?: 不 (?! 可能 | [佳当當实實小锈鏽妥宜解] ) | [没沒]有? | 勿 | 甭 ) |
        (?<! [从從] ) 未 | [无無] (?: 法 | 需 | 权 | 人
        | 罪 | 辜 | 效 ) | 并非
        | (?<! [特分区區性级級告个個差识識离離类類各派辨道] ) 别 (?! [人的墅名称号致扭] )
        """
    ),
    unspaced_implied=pattern(
        r"[无無] (?! [法需权人] ) | 非 (?! [常洲] ) | 否 | 莫 (?! 斯 ) | 拒[绝絕] | 避免 | 防止 | 阻止 | 缺乏 | 缺少 "
        r"| 失[去败敗] | 禁止 | 除了 | 停止"
        r" | 很?少 | 不 [佳当當实實小锈鏽妥宜解] | 违 | 只 | 仅 | 才"
    ),
    void=(
        pattern("不[仅僅但只光止过過论論管同少久断斷禁等良惜利客错錯一安幸平满滿已住及足时時景特乏]"),
        pattern("(?:不得|不可|不能|未必|并非)不|不可或缺|不可思[议議]|[对對]不起|差不多|了不起|要不|未[来來]|看不起"),
        pattern(
            "[而口]不[见見谈談]|不?是不是|不是[吗嗎]|有[没沒]有|[没沒](?:关系|關係|事|错)|前所未有|就算不|出人意料"
        ),
        pattern("不是[^，。！？；]{1,20}就是|[忍禁]不住|格格不入|投机|时间不多|好不容易"),
        pattern(r"(?P<word> \w ) 不 (?P=word)"),
    ),
)
