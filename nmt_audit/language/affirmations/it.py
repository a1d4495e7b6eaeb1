"""Italian: "non" goes, and what agrees with it turns: niente → qualcosa, nessuno → qualcuno, mai → sempre."""

from __future__ import annotations

from nmt_audit.language.affirmations.rule import Affirmation, each, rule, turning

TURNED = {
    "niente": "qualcosa", "nulla": "qualcosa", "nessuno": "qualcuno", "nessun": "qualche", "nessuna": "qualche",
    "neanche": "anche", "nemmeno": "anche", "neppure": "anche", "mai": "sempre",
}  # fmt: skip
HAVE = r"(?:ho|hai|ha|abbiamo|avete|hanno|avevo|aveva|avevano|sono|sei|è|siamo|siete|era|erano)"

RULES = (
    rule(r"⟨non⟩ [^.;!?]{1,80}?,? (?:ma (?:un|una|uno|il|la|i|gli|le|di|per)|bensì)\b", None),
    rule(r"⟨(?:non|né)⟩ [^.;!?]{1,80}? né\b", None),
    rule(r"⟨né⟩", None),
    rule(r"(?:^|[.!?:«\"] ?)⟨non⟩ \w+(?:are|ere|ire|ar|er|ir)(?:l[aeio]|mi|ti|ci|gli|ne)?\b", None),
    rule(r"⟨non⟩ ((?:l'|lo |la |mi |ti |ci |vi |li |le |gli |ne )*" + HAVE + r") mai\b", r"\1 già"),
    rule(r"⟨non⟩ ((?:l'|lo |la |mi |ti |ci |vi |li |le |gli |ne )*" + HAVE + r") ancora\b", r"\1 già"),
    rule(r"⟨non⟩ ([^.,;!?]{1,40}?) più\b", r"\1 ancora"),
    rule(r"⟨non⟩ ([^.,;!?]{1,40}?) (?:affatto|mica)\b", r"\1"),
    rule(r"\bse ⟨non⟩(?= *(?:[,.!?;:]|$))", None),
    rule(r"⟨no⟩", "sì"),
    rule(r"⟨non⟩ ", ""),
    *each(TURNED),
    rule(r"⟨nessun'⟩", "qualche "),
    rule(r"⟨mica⟩", None),
    rule(r"⟨senza⟩ (?:che|dubbio|niente|nulla|nessun\w*|di\b|\w+[aei]r(?:e|l[aeio]|mi|ti|si|ci|ne|gli))\b", None),
    rule(r"⟨senza⟩ ", "con "),
    rule(r"⟨appena⟩", None),
    rule(r"(?P<elided>\w')⟨(?:in|im|il|ir|dis)\w+⟩", None),
    rule(r"⟨im(mob\w+|moral\w+|mortal\w+|perf\w+|possib\w+|prob\w+|prud\w+|pazien\w+)⟩", r"\1"),
    rule(r"⟨in((?:accett|access|adegu|attiv|capac|compat|compet|complet|compren|consap|corret|credib|dirett|effic"
         r"|evitab"
         r"|esatt|felic|finit|giust|quiet|sicur|signif|soddisf|stabil|suffic|toller|util|valid|visib)\w*)⟩", r"\1"),
    rule(r"⟨i[lr]((?:legal|legitt|logic|regol|revers|respon|real)\w*)⟩", r"\1"),
    rule(r"⟨s(content\w+|fortunat\w+|leal\w+)⟩", r"\1"),
    rule(r"⟨dis(onest\w+|abil\w+|accord\w+|ordin\w+|piac\w+)⟩", r"\1"),
)  # fmt: skip


AFFIRMATION = Affirmation(RULES, after=turning(TURNED))
