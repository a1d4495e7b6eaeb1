"""What became of each suspicion: new, fixed, persisting or changed.

Within a pair of segments two flags are the same where category, side and suspect words are, and, should there be
several such, their order: the content that names of flags are made of. (The name itself also counts equal flags over
the whole run; here the segments are known, so that a flag on one of two equal segments is not taken for one on the
other.) The same flag *persists* where rule, threshold, value, score and message are the same too, and has *changed*
where any of them differs. A flag that only moved has changed as well: one is left in A and one in B, of the same
category and side, whose words overlap (in the source, or in a translation that is the same in both) or share a word
(where the translations differ). Whatever is left then is *fixed* in A, *new* in B.

Apart stand flags that a reviewer dismissed in either run, and those of a category that the other run did not check
this segment for: their absence there says nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from nmt_audit.comparing.records import FlagChange, FlagChanges, Kind, Matched, Pair, StoredFlag, Version
from nmt_audit.language.words import words

CLOSE = 1e-9  # relative: two computations of the same number may differ in their last digits


def flag_changes(matched: Matched) -> FlagChanges:
    """The flags of all pairs, each in one of the tuples, in the order of the segments."""
    found: dict[Kind, list[FlagChange]] = defaultdict(list)
    for pair in matched.pairs:
        for change in pair_changes(pair):
            found[change.kind].append(change)
    return FlagChanges(
        tuple(found["new"]), tuple(found["fixed"]), tuple(found["persisting"]), tuple(found["changed"]),
        tuple(found["dismissed"]), tuple(found["unchecked"]),
    )  # fmt: skip


def pair_changes(pair: Pair) -> tuple[FlagChange, ...]:
    """The flags of one pair."""
    if not pair.a.flags and not pair.b.flags:
        return ()
    together, rest_a, rest_b = _same(pair)
    moved, rest_a, rest_b = _moved(pair, rest_a, rest_b)
    both = [_change(pair, _kind(a, b), a, b) for a, b in together]
    both += [_change(pair, "dismissed" if a.dismissed or b.dismissed else "changed", a, b) for a, b in moved]
    return (
        *both,
        *(_change(pair, _alone(flag, pair.b, "fixed"), flag, None) for flag in rest_a),
        *(_change(pair, _alone(flag, pair.a, "new"), None, flag) for flag in rest_b),
    )


def _change(pair: Pair, kind: Kind, a: StoredFlag | None, b: StoredFlag | None) -> FlagChange:
    return FlagChange(kind, pair.a.id, pair.b.id, a, b)


def _kind(a: StoredFlag, b: StoredFlag) -> Kind:
    if a.dismissed or b.dismissed:
        return "dismissed"
    numbers = ((a.threshold, b.threshold), (a.value, b.value), (a.score, b.score))
    alike = all(math.isclose(one, other, rel_tol=CLOSE) for one, other in numbers)
    return "persisting" if alike and (a.rule, a.message) == (b.rule, b.message) else "changed"


def _alone(flag: StoredFlag, other: Version, kind: Kind) -> Kind:
    if flag.dismissed:
        return "dismissed"
    return "unchecked" if flag.category in other.not_checked else kind


def _words(version: Version, flag: StoredFlag) -> str | None:
    """The suspect words; None where the flag points at the whole side."""
    if flag.start is None or flag.end is None:
        return None
    return (version.source if flag.side == "src" else version.hypothesis)[flag.start : flag.end]


Flags = list[StoredFlag]


def _same(pair: Pair) -> tuple[list[tuple[StoredFlag, StoredFlag]], Flags, Flags]:
    waiting: dict[tuple[str, str, str | None], Flags] = defaultdict(list)
    for flag in _in_order(pair.b.flags):
        waiting[flag.category, flag.side, _words(pair.b, flag)].append(flag)
    together, rest = [], []
    for flag in _in_order(pair.a.flags):
        like = waiting[flag.category, flag.side, _words(pair.a, flag)]
        if like:
            together.append((flag, like.pop(0)))
        else:
            rest.append(flag)
    return together, rest, _in_order(flag for like in waiting.values() for flag in like)


def _in_order(flags: Iterable[StoredFlag]) -> Flags:
    return sorted(flags, key=lambda flag: (flag.start or 0, flag.end or 0, flag.category, flag.side, flag.id))


def _moved(pair: Pair, rest_a: Flags, rest_b: Flags) -> tuple[list[tuple[StoredFlag, StoredFlag]], Flags, Flags]:
    """Pairs those that overlap most first."""
    found = sorted(_overlaps(pair, rest_a, rest_b), key=lambda item: (-item[0], item[1], item[2]))
    moved, gone_a, gone_b = [], set(), set()
    for _, one, other in found:
        if one not in gone_a and other not in gone_b:
            moved.append((rest_a[one], rest_b[other]))
            gone_a.add(one)
            gone_b.add(other)
    return moved, _without(rest_a, gone_a), _without(rest_b, gone_b)


def _without(flags: Sequence[StoredFlag], places: set[int]) -> Flags:
    return [flag for place, flag in enumerate(flags) if place not in places]


def _overlaps(pair: Pair, rest_a: Flags, rest_b: Flags) -> Iterator[tuple[int, int, int]]:
    """How much, and the places of both flags."""
    for place, one in enumerate(rest_a):
        for other_place, other in enumerate(rest_b):
            if (one.category, one.side) == (other.category, other.side):
                size = _overlap(pair, one, other)
                if size > 0:
                    yield size, place, other_place


def _overlap(pair: Pair, one: StoredFlag, other: StoredFlag) -> int:
    """Code points in common, or words where the texts are not the same."""
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return 0
    texts = [version.source if one.side == "src" else version.hypothesis for version in (pair.a, pair.b)]
    if texts[0] == texts[1]:
        return min(one.end, other.end) - max(one.start, other.start)
    language = pair.b.src_lang if one.side == "src" else pair.b.tgt_lang
    spans = (texts[0][one.start : one.end], texts[1][other.start : other.end])
    said = [{word.text.casefold() for word in words(span, language) if word.is_lexical} for span in spans]
    return len(said[0] & said[1])
