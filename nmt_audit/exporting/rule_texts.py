"""What each rule of the checks looks at, in a sentence, for readers who have no page to look it up on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleText:
    """`looks_at` completes “The rule looks at …”; `unit` is that of its values and thresholds."""

    looks_at: str
    unit: str


RULE_TEXTS: Mapping[str, RuleText] = {
    "omission.length": RuleText(
        "a translation that is shorter than the two languages make likely, and runs of source words without a "
        "counterpart in it",
        "standard deviations",
    ),
    "omission.number": RuleText(
        "a number of the source that is nowhere in the translation", "1, and more for longer numbers"
    ),
    "omission.name": RuleText("a name of the source that is nowhere in the translation", "names that are missing"),
    "omission.uncovered": RuleText(
        "a part of the source without which the translation becomes likelier, and which no word of it owes anything to",
        "share of the translation's surprise",
    ),
    "repetition.adjacent": RuleText("a phrase that is said again at once", "content words"),
    "repetition.near": RuleText("a phrase that is said again soon after", "content words"),
    "repetition.echo": RuleText("a single word that is said again", "content words"),
    "repetition.inside": RuleText("syllables that are repeated inside a word", "copies beyond two"),
    "unrelated.number": RuleText("a number that the source does not have", "1, and more for longer numbers"),
    "unrelated.name": RuleText("a name that the source does not have", "1 where there is one"),
    "unrelated.length": RuleText("a translation that is far too long", "standard deviations"),
    "unrelated.vocabulary": RuleText("a translation too few of whose words have a counterpart in the source", "nats"),
    "unrelated.clause": RuleText("a clause too few of whose words have a counterpart in the source", "nats"),
    "unrelated.extra": RuleText("words in a row that no word of the source means", "nats"),
    "unrelated.improbable": RuleText(
        "a word far behind the model's own choice that neither a lexicon nor the source explains", "nats"
    ),
    "unrelated.detached": RuleText("a translation that the model finds improbable as a whole", "nats a token"),
    "unrelated.unsure": RuleText("a stretch where the model had no clear choice", "nats a token"),
    "negation.lost": RuleText("a negating word of the source that nothing in the translation pays for", "strength"),
    "negation.affixed": RuleText("a negating affix of the source that nothing in the translation pays for", "strength"),
    "negation.contrast": RuleText("a translation that becomes likelier when the source negates no longer", "nats"),
    "early_eos.length": RuleText(
        "a translation that is too short, ends without the source's final punctuation and has nothing for its last "
        "words",
        "standard deviations",
    ),
    "early_eos.margin": RuleText(
        "an end that the model chose without a lead while the end of the source is uncovered", "nats"
    ),
    "early_eos.limit": RuleText("a translation that the length limit of the search cut off", "1 where it was"),
}

UNKNOWN = RuleText("something that this version does not describe", "the rule's own")


def rule_text(rule: str) -> RuleText:
    """What is known of a rule; runs of other versions may have rules that this one does not know."""
    return RULE_TEXTS.get(rule, UNKNOWN)
