"""Portuguese: "não" goes, and what agrees with it turns: nada → algo, ninguém → alguém, nenhum → algum."""

from __future__ import annotations

from nmt_audit.language.affirmations.rule import Affirmation, each, rule, turning

TURNED = {
    "nada": "algo", "ninguém": "alguém", "nunca": "sempre", "jamais": "sempre", "nenhum": "algum", "nenhuma": "alguma",
    "nenhuns": "alguns", "nenhumas": "algumas",
}  # fmt: skip

RULES = (
    rule(r"⟨não⟩ [^.;!?]{1,80}?, (?:mas sim|e sim|senão)\b", None),
    rule(r"⟨(?:não|nem)⟩ [^.;!?]{1,60}? nem\b", None),
    rule(r"⟨nem⟩ (?:sequer|mesmo)\b", "até"),
    rule(r"⟨nem⟩ (todos|todas|tudo|sempre)\b", r"\1"),
    rule(r"⟨nem⟩", None),
    rule(r"^⟨não⟩ \w+(?:e|es|em|a|as|am)(?:-\w+)?\b[^?]*!", None),
    rule(r"\bainda ⟨não⟩ ", "já "),
    rule(r"\bjá ⟨não⟩ ", "ainda "),
    rule(r"⟨não⟩ ([^.,;!?]{1,40}?) mais(?= *(?:[.,;!?]|$))", r"ainda \1"),
    rule(r"⟨não⟩(?= *(?:[,.!?;:]|$))", "sim"),
    rule(r"⟨não⟩ ", ""),
    rule(r"⟨nada⟩ (?:mais|menos)\b", None),
    *each(TURNED),
    rule(r"⟨tampouco⟩", "também"),
    rule(r"⟨sem⟩ (?:que|dúvida|falta|nada|ninguém|nenhum\w*|\w+[aei]r(?:-\w+)?)\b", None),
    rule(r"⟨sem⟩ ", "com "),
    rule(r"⟨(?:mal|dificilmente)⟩", None),
    rule(r"⟨im(perf\w+|poss\w+|prov\w+|prud\w+|pacien\w+)⟩", r"\1"),
    rule(r"⟨in((?:aceit|acess|adequ|ativ|capa[zc]|cert|compat|compet|complet|compree|correct|corret|cr[ií]vel|direct"
         r"|diret"
         r"|eficaz|efic|evit|exat|feliz|finit|just|quiet|satisf|segur|signif|sufic|toler|útil|útei|válid|vis[ií])\w*)⟩",
         r"\1"),
    rule(r"⟨i(legal\w*|legít\w+|lógic\w+)⟩", r"\1"),
    rule(r"⟨ir(real\w*|regul\w+|respon\w+)⟩", r"\1"),
    rule(r"⟨des((?:agrad|conhec|empreg|igual|leal|obed|ord|vant)\w*)⟩", r"\1"),
)  # fmt: skip


AFFIRMATION = Affirmation(RULES, after=turning(TURNED))
