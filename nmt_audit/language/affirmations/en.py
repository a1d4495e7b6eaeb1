"""English: do-support goes ("doesn't go" → "goes"), "any" becomes "some"."""

from __future__ import annotations

import re

from nmt_audit.language.affirmations.en_verbs import past, third_person
from nmt_audit.language.affirmations.rule import Affirmation, each, rule

AUX = (
    r"(?:am|is|are|was|were|be|been|being|have|has|had|can|could|will|would|shall|should|may|might|must|ought|do|does"
    r"|did|\w+'(?:m|re|s|ve|ll|d))"
)
SUBJECT = (
    r"(?:I|you|he|she|it|we|they|this|that|these|those|there|the|my|your|his|its|our|their|any\w*|every\w*|some\w*"
    r"|people|one|all|both)"
)
ADVERB = r"(?:(?!apply|rely|reply|supply|fly|multiply|comply|imply)\w+ly|just|always|often|also|still|both|all|first)"
DROPPED = r"(?:even|ever|yet|exactly|necessarily|quite|either)"
PAIRED = (
    r"(?:⟨not⟩|⟨\w+n'?t⟩) [^,.;!?]{1,60}?,? but (?:rather|also|instead|an?|the|because|in|to|for|by|with|as|on|at)\b"
)


def _verb(match: re.Match[str]) -> str:
    """ "does … go" → "goes", "did … go" → "went", "do … go" → "go"."""
    auxiliary, adverb, verb = match["do"].lower(), match["adverb"] or "", match["verb"]
    if auxiliary.startswith("does"):
        return adverb + third_person(verb)
    return adverb + (past(verb) if auxiliary.startswith("did") else verb)


def _without_article(match: re.Match[str]) -> str:
    """The article fits the word that is left: "an unhappy man" → "a happy man", "a non-official" → "an official"."""
    article, word = match["article"] or "", match["word"]
    if article:
        article = article[0] + ("n " if word[0] in "aeiouAEIOU" else " ")
    return article + word


def _is_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is"))


def _is_no(match: re.Match[str]) -> str:
    """ "is no expert" → "is an expert"."""
    noun = match["noun"]
    article = "" if _is_plural(noun) else "an " if noun[0] in "aeiou" else "a "
    return f"{match['be']} {article}{noun}"


DO_NOT = r"(?P<do>do|does|did) ⟨not⟩ "
DONT = r"⟨(?P<do>do|does|did)n'?t⟩ "
VERB = rf"(?:{DROPPED} )?(?P<adverb>(?:{ADVERB} )?)(?:{DROPPED} )?(?P<verb>[a-z]+)\b(?!')"
CONTRACTED = {
    "can't": "can", "cant": "can", "cannot": "can", "won't": "will", "wont": "will", "shan't": "shall",
    "needn't": "need to", "don't": "do", "doesn't": "does", "didn't": "did", "dont": "do", "doesnt": "does",
    "didnt": "did",
}  # fmt: skip
IRREGULAR_OPPOSITE = {
    "hopeless": "hopeful", "careless": "careful", "useless": "useful", "harmless": "harmful", "helpless": "helpful",
    "thoughtless": "thoughtful", "meaningless": "meaningful", "powerless": "powerful", "painless": "painful",
    "tasteless": "tasteful", "fearless": "fearful", "fruitless": "fruitful", "merciless": "merciful",
    "hopelessly": "hopefully", "carelessly": "carefully", "thoughtlessly": "thoughtfully", "doubtless": "doubtful",
}  # fmt: skip
ONLY_NEGATED = (
    r"(?:unless|undo\w*|unprecedented\w*|unkempt|uncanny|unfold\w*|unload\w*|unpack\w*|unlock\w*|unleash\w*|unwieldy"
    r"|unrest\w*|untie\w*|undress\w*|unwitting\w*|unwrap\w*|unruly|unscathed|unravel\w*|undue|unduly)"
)

RULES = (
    rule(PAIRED, None),
    rule(r"\balmost ⟨no", None),
    rule(r"(?:⟨(?:do|does|did)n'?t⟩|⟨not⟩) so much as\b", None),
    rule(r"⟨(?:not|no|n't)⟩ [^.;!?]{1,60}\bnor\b", None),
    rule(r"⟨neither⟩ of\b", "both of"),
    rule(r"⟨neither⟩ (.{1,80}?) nor\b", r"both \1 and"),
    rule(r"\b(me|you|him|her|us|them) ⟨neither⟩", r"\1 too"),
    rule(r"⟨(?:neither|nor)⟩ (?=" + AUX + r"\b)", "so "),
    rule(r"⟨(?:neither|nor)⟩", None),
    rule(r"\bhad better ⟨not⟩ ", "had better "),
    # questions and answers keep their auxiliary
    rule(r"⟨aren't⟩ I\b", "am I"),
    rule(r"⟨(do|does|did)n'?t⟩ (?=" + SUBJECT + r"\b)", r"\1 "),
    rule(r"⟨(do|does|did)n'?t⟩ (?=[A-Z]\w+ [a-z])(?-i:(?=[A-Z]))", r"\1 "),
    rule(r"⟨(do|does|did)n'?t⟩(?=\s*(?:[^\w\s]|$))", r"\1"),
    rule(r"\b(do|does|did) ⟨not⟩(?=\s*(?:[^\w\s]|$))", r"\1"),
    rule(DO_NOT + VERB, _verb),
    rule(DONT + VERB, _verb),
    *each(CONTRACTED),
    rule(r"⟨(?:ain't|daren't|mustn't've)⟩", None),
    rule(r"⟨(\w+)n't⟩", r"\1"),
    rule(r"⟨(is|are|was|were|could|would|should|have|has|had)nt⟩", r"\1"),
    rule(r"\bif ⟨not⟩", "if so"),
    rule(r"\b(hope|think|guess|afraid|suppose|believe|fear|perhaps|maybe|possibly|why) ⟨not⟩(?=\s*(?:[^\w\s]|$))",
         r"\1 so"),
    rule(r"\bwhy so\b", None),
    rule(r"⟨not⟩(?=\s*(?:[^\w\s]|$))", None),
    rule(r"\s*⟨not⟩ (?:even|at all|exactly|necessarily|quite)\b", ""),
    rule(r"\s*⟨not⟩", ""),
    # words that are made of "no"
    rule(r"⟨nobody⟩", "somebody"),
    rule(r"⟨nobody's⟩", "somebody's"),
    rule(r"⟨noone⟩", "someone"),
    rule(r"⟨no⟩[ -]one\b(?! (?:but|can tell))", "someone"),
    rule(r"⟨nothing⟩ at all\b", "something"),
    rule(r"⟨nothing⟩", "something"),
    rule(r"⟨nowhere⟩(?! (?:else )?(?:is|was|do|does|did|has|have|can|will)\b)", "somewhere"),
    rule(r"⟨none⟩ (?:the|too)\b", None),
    rule(r"⟨none⟩", "some"),
    rule(r"⟨never⟩ (?:before|mind|have|has|had|do|does|did|will|would|was|were|is|are|can|could|should)\b", None),
    rule(r"(?:(?<=^)|(?<=[.!?] )|(?<=[\"“]))⟨never⟩ (?=\w+)", "always "),
    rule(r"\s*⟨never⟩(?: ever)?", ""),
    rule(r"⟨no⟩ longer\b", "still"),
    rule(r"⟨no⟩ more (?=\w)", "more "),
    rule(r"\b(?:by|in|at|on|there's|under) ⟨no⟩ (?:means|way|time|account|point|circumstances)\b", None),
    rule(r"⟨no⟩ (?:matter|way|other|less|later|fewer|sooner|man's|such)\b", None),
    rule(r"⟨no⟩(?=\s*(?:[^\w\s]|$))", "yes"),
    rule(r"⟨no⟩ (?=(?:better|worse|different|good|easier|bigger|smaller|higher|lower|further|stronger)\b)", ""),
    rule(r"(?<!there )\b(?P<be>is|was|am|be|it's|he's|she's|I'm) ⟨no⟩ (?P<noun>[a-z]+)\b", _is_no),
    rule(r"⟨no⟩ (?=\w)", "some "),
    rule(r"⟨(?:nope|nah)⟩", "yes"),
    # near negations
    rule(r"⟨without⟩ any\b", "with some"),
    rule(r"⟨without⟩ (?=(?!(?:any|some|every|no)?thing\b|king|spring|string|ring|clothing|training|warning|meaning"
         r"|building|evening|morning|meeting|funding|hearing|feeling|lighting|heating)\w+ing\b)", ""),
    rule(r"⟨without⟩ anything\b", "with something"),
    rule(r"⟨without⟩ (?:anyone|anybody)\b", "with someone"),
    rule(r"⟨without⟩ (?:doubt|fail|question|exception)\b", None),
    rule(r"⟨without⟩", "with"),
    rule(r"⟨hardly⟩ ever\b", "nearly always"),
    rule(r"⟨(?:hardly|barely|scarcely)⟩ (?:any\w*|had)\b", None),
    rule(r"⟨(?:rarely|seldom)⟩ (?=" + AUX + r"\b)", None),
    rule(r"⟨(?:rarely|seldom)⟩", "often"),
    rule(r"\s*⟨(?:hardly|barely|scarcely)⟩", ""),
    # affixes
    *each(IRREGULAR_OPPOSITE),
    rule(rf"⟨{ONLY_NEGATED}⟩", None),
    rule(r"(?P<article>\ban? )?⟨(?:un|non-)(?P<word>\w{3,})⟩", _without_article),
    rule(r"(?P<article>\ban? )?⟨in(?P<word>ability|accessib\w+|accura\w+|activ\w+|adequa\w+|appropriat\w+|audib\w+"
         r"|capab\w+|compat\w+"
         r"|compet\w+|complet\w+|consist\w+|conven\w+|correct\w*|definit\w+|direct\w*|discre\w+|effect\w+|effic\w+"
         r"|equalit\w+|exact\w*|experienced|flex\w+|formal\w*|frequen\w+|human\w*|just\w*|offensive|sane\w*|sanity"
         r"|secur\w+|sensitiv\w+|separab\w+|signific\w+|sincer\w+|stabilit\w+|suffic\w+|toler\w+|valid|visib\w+"
         r"|evitab\w+|dependen\w+)⟩", _without_article),
    rule(r"(?P<article>\ban? )?⟨(?:im|il|ir)(?P<word>(?:balance|matur|measurab|mobil|moral|mortal|patien|perfect"
         r"|permeab"
         r"|person|plausib|polite|possib|practical|precis|probab|proper|prud|legal|legib|legitim|logic|ration|regular"
         r"|relevan|replaceab|respons|revers|resist|refut)\w*)⟩", _without_article),
    rule(r"(?P<article>\ban? )?⟨dis(?P<word>(?:advantage|agree|allow|appear|approv|believ|belief|connect|continu"
         r"|courte|honest|honou?r|like|loyal|obe|organi|pleas|qualif|respect|satisf|similar|trust)\w*)⟩",
         _without_article),
)  # fmt: skip

SOME = {"any": "some", "anything": "something", "anyone": "someone", "anybody": "somebody", "anywhere": "somewhere"}


def _affirmative(rest: str) -> str:
    """The rest of the clause with "any", "yet" and "either" as they stand without a negation."""
    end = re.search(r"[.;!?]|, (?:and|but)\b", rest)
    clause, after = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    clause = re.sub(r"\s+(?:any ?more|any longer|at all|ever(?! since))\b(?! \w+s\b)", "", clause)
    clause = re.sub(r"\byet(?=\s*$|,)", "already", clause)
    clause = re.sub(r"\beither(?=\s*$|,)", "too", clause)
    clause = re.sub(r"\bany(?:thing|one|body|where)?\b", lambda match: SOME[match.group()], clause)
    return clause + after


AFFIRMATION = Affirmation(RULES, after=_affirmative)
