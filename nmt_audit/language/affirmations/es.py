"""Spanish: "no" goes, and what agrees with it turns: nada → algo, nadie → alguien, ninguno → alguno."""

from __future__ import annotations

from nmt_audit.language.affirmations.rule import Affirmation, each, rule, turning

TURNED = {
    "nada": "algo", "nadie": "alguien", "nunca": "siempre", "jamás": "siempre", "ningún": "algún",
    "ninguno": "alguno", "ninguna": "alguna", "ningunos": "algunos", "ningunas": "algunas", "tampoco": "también",
}  # fmt: skip
PRONOUNS = r"(?:(?:me|te|se|le|les|lo|la|los|las|nos|os) )*"

RULES = (
    rule(r"⟨no⟩ [^.;!?]{1,80}?,? sino\b", None),
    rule(r"⟨no⟩ [^.;!?]{1,60}? ni\b", None),
    rule(r"⟨(?:no|ni)⟩ siquiera\b", "incluso"),
    rule(r"⟨ni⟩", None),
    rule(r"¡\s*⟨no⟩ (?=\w)", None),
    rule(r"^⟨no⟩ \w+(?:es|éis|en|e|as|áis|an|a)(?:me|te|lo|la)?\b[^?]*!", None),
    rule(r"\b(?:todavía|aún) ⟨no⟩ ", "ya "),
    rule(r"\bya ⟨no⟩ ", "todavía "),
    rule(r"⟨no⟩(?= *(?:[,.!?;:]|$))", "sí"),
    rule(rf"⟨no⟩ ({PRONOUNS}h(?:e|as|a|emos|an|abía|abían) )(nunca|jamás)\b", r"\1alguna vez"),
    rule(rf"⟨no⟩ ({PRONOUNS}h(?:e|as|a|emos|an|abía|abían) \w+ )(nunca|jamás)\b", r"\1alguna vez"),
    rule(r"⟨no⟩ ", ""),
    rule(r"⟨(?:nunca|jamás)⟩ (h(?:e|as|a|emos|an|abía|abían)) ", r"alguna vez \1 "),
    rule(r"⟨nada⟩ (?:más|menos)\b", None),
    *each(TURNED),
    rule(r"⟨sin⟩ (?:que|embargo|duda|falta|nada|nadie|ning\w+|\w+[aei]r(?:l[aeo]s?|se|me|te)?)\b", None),
    rule(r"⟨sin⟩ ", "con "),
    rule(r"⟨im(perf\w+|posib\w+|prob\w+|prud\w+|pacien\w+|puntual\w*)⟩", r"\1"),
    rule(r"⟨in((?:acept|acces|activ|adecua|capa[zc]|cómod|compat|compet|complet|compren|correct|cre[ií]b|direct|efic"
         r"|estab"
         r"|evitab|exact|fiel|just|móvil|necesar|satisf|segur|signif|sufic|toler|útil|válid|visib)\w*)⟩", r"\1"),
    rule(r"⟨i(legal\w*|legít\w+|lógic\w+)⟩", r"\1"),
    rule(r"⟨ir(real\w*|regul\w+|respon\w+)⟩", r"\1"),
    rule(r"⟨des((?:agrad|conoc|empl|igual|leal|obed|orden|vent)\w*)⟩", r"\1"),
)  # fmt: skip


AFFIRMATION = Affirmation(RULES, after=turning(TURNED))
