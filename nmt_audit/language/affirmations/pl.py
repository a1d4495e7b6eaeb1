"""Polish: "nie" goes, and what agrees with it turns (nikt nie → ktoś).

A verb's object is genitive where the verb is negated, and would need another case: so "nie" goes only where what
follows the verb cannot be such an object.
"""

from __future__ import annotations

from nmt_audit.language.affirmations.rule import Affirmation, each, rule, turning

TURNED = {
    "nigdy": "zawsze", "nikt": "ktoś", "nikogo": "kogoś", "nikomu": "komuś", "nikim": "kimś", "nic": "coś",
    "niczego": "czegoś", "niczym": "czymś", "nigdzie": "gdzieś",
}  # fmt: skip
NO = "|".join(TURNED)
NO_OBJECT = (
    r"(?=\s*(?:[,.!?;:]|$)| (?:w|we|na|do|z|ze|o|od|po|za|przy|dla|przez|u|że|żeby|czy|jak|gdzie|kiedy|kto|co|tak|to"
    r"|już"
    r"|dobrze|jeszcze|dziś|jutro|wczoraj|teraz|tam|tu|tutaj|nigdzie|nigdy|nic|nikogo|nikomu|bardzo|się|być"
    r"|\w+[aeiyoó]ć)\b)"
)
COPULA = r"(?:jest|są|jestem|jesteś|jesteśmy|był|była|było|byli|były|będzie|będą|byłem|byłam|wolno|można|trzeba)"

RULES = (
    rule(r"⟨nie⟩ [^.;!?]{1,60}, (?:lecz|ale|tylko)\b", None),
    rule(r"⟨nie⟩ [^.;!?]{1,60}\bani\b|⟨ani⟩", None),
    rule(r"⟨nie⟩ (?:ma|było|będzie|mam|masz|mamy|mają|miał|miała)\b(?! (?:się|być)\b)", None),
    rule(rf"⟨(?P<no>{NO})⟩ (?P<between>(?:\w+ ){{0,3}}?)nie ",
         lambda match: f"{TURNED[match['no'].lower()]} {match['between']}"),
    rule(r"⟨nie⟩(?= *[,!]| *\.?$)", "tak"),
    rule(r"jeszcze ⟨nie⟩ (?=\w+" + NO_OBJECT + ")", "już "),
    rule(r"już ⟨nie⟩ (?=\w+" + NO_OBJECT + ")", "jeszcze "),
    rule(r"⟨nie⟩ (?=" + COPULA + r"\b)", ""),
    rule(r"⟨nie⟩ (?=(?:\w+ się|\w+)" + NO_OBJECT + ")", ""),
    rule(r"⟨nie⟩", None),
    *each(TURNED),
    rule(r"⟨żadn(\w+)⟩", None),
    rule(r"⟨(?:bez|ledwie|żaden)⟩", None),
    rule(r"⟨nie(?!nawi|uch|st|mow|uf|wol|dol|wia|śmia)(\w{4,})⟩", r"\1"),
)  # fmt: skip


AFFIRMATION = Affirmation(RULES, after=turning(TURNED))
