"""The data scripts in words: each script, each field, what it means. The pages show this table, a test holds it whole.

`packed` is base64 text of a little-endian typed array of unsigned (u), signed (i) or floating (f) numbers of so many
bits. Offsets are code points of the texts as they stand here, ends exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `path` leads to it from what the script holds: `[]` each item of a list, `*` each key of a mapping."""

    path: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Script:
    """One kind of data script: its files, what it calls, what it holds."""

    file: str
    call: str
    holds: str
    fields: tuple[Field, ...]


def _fields(*rows: tuple[str, str, str]) -> tuple[Field, ...]:
    return tuple(Field(*row) for row in rows)


INDEX = Script(
    "data/index.js", "index(content)",
    "What filters and order need of every segment and flag, and the words of the run.",
    _fields(
        ("schema", "number", "1, the version of this table"),
        ("run", "text",
         "16 hex digits that name data, model, settings and texts: what a browser remembers belongs to it"),
        ("name", "text", "the name of the run"),
        ("size", "number", "how many segments a chunk has"),
        ("segments", "number", "how many segments there are; they are numbered from 0"),
        ("categories[].code", "text", "a category of flags, as flags name it"),
        ("categories[].slug", "text", "its short name, in addresses and underlines"),
        ("categories[].label", "text", "its name"),
        ("categories[].plural", "text", "the name of several"),
        ("categories[].help", "text", "what it suspects"),
        ("categories[].checked", "true or false", "whether any segment was checked for it"),
        ("categories[].false_alarms", "text or null",
         "the share of right translations that are flagged, where it was measured"),
        ("rules", "list of texts", "the rules that raised flags, sorted"),
        ("statuses", "list of texts", "what can have become of a segment"),
        ("documents", "list of texts", "the documents of the corpus"),
        ("languages", "list of pairs of texts", "languages of source and translation"),
        ("maps", "list of numbers", "the chunks that have a script of maps"),
        ("verdicts", "number", "how many verdicts were imported into the run"),
        ("signature", "text", "what the numbers rest on: model, data, rule set, versions, seed"),
        ("model", "text or null", "the name of the model"),
        ("wording.methods.*.label", "text", "a method, by its name in a run"),
        ("wording.methods.*.prose", "text", "the same within a sentence"),
        ("wording.methods.*.short", "text", "the same where there is little room"),
        ("wording.methods.*.help", "text", "what it measures"),
        ("wording.methods.*.signed", "true or false", "whether numbers below zero mean something"),
        ("wording.methods.*.adds", "true or false", "a word has the sum over its pieces; otherwise their mean"),
        ("wording.methods.*.prefix", "true or false",
         "whether it says something about earlier words of the translation"),
        ("wording.states.*.label", "text", "an explained state, by its name in a run without the layer"),
        ("wording.states.*.prose", "text", "the same within a sentence"),
        ("wording.states.*.short", "text", "the same where there is little room"),
        ("wording.states.*.help", "text", "what relevance for it says"),
        ("wording.contrast.label", "text", "relevance for one word rather than another"),
        ("wording.contrast.prose", "text", "the same within a sentence"),
        ("wording.contrast.short", "text", "the same where there is little room"),
        ("wording.contrast.help", "text", "what it says"),
        ("wording.entries.*.label", "text", "a part of a ledger, by its name in a run"),
        ("wording.entries.*.help", "text", "what it is"),
        ("beliefs[].method", "text", "a method"),
        ("beliefs[].rules", "text or null", "its rule set"),
        ("beliefs[].text", "text", "how far its maps can be believed"),
        ("beliefs[].help", "text", "how that was measured"),
        ("beliefs[].measured", "true or false", "whether it was measured on this run"),
        ("columns.categories", "packed u16",
         "of each segment, the categories of its flags: a bit for each place in categories"),
        ("columns.not_checked", "packed u16", "the categories that it could not be checked for, as bits"),
        ("columns.status", "packed u8", "its place in statuses"),
        ("columns.document", "packed i32", "its place in documents, −1 for none"),
        ("columns.language", "packed u16", "its place in languages"),
        ("columns.suspicion", "packed f32", "the highest score of its flags, 0 without one"),
        ("columns.source_length", "packed u32", "code points of the source"),
        ("columns.translation_length", "packed u32", "code points of the translation"),
        ("columns.flags", "packed u16", "how many flags it has; dismissed ones count in none of these columns"),
        ("columns.chrf", "packed f32", "chrF against the reference, 0 to 100; not a number where there is none"),
        ("columns.bleu", "packed f32", "BLEU against the reference, 0 to 100"),
        ("columns.ter", "packed f32", "edits per word of the reference (TER), in percent"),
        ("columns.logprob", "packed f32", "mean natural logarithm of the probability of a token"),
        ("flags.id", "packed u8", "of each flag, in the order of the corpus, the 8 bytes of its name"),
        ("flags.segment", "packed u32", "its segment"),
        ("flags.category", "packed u8", "its place in categories"),
        ("flags.rule", "packed u16", "its place in rules"),
        ("flags.score", "packed f32", "how far its value is past the threshold, 0 to 1"),
        ("flags.dismissed", "packed u8", "1 where reviewers rejected it before the run"),
    ),
)  # fmt: skip

SEGMENTS = Script(
    "data/segments-0001.js", "chunk(number, content)",
    "The texts and flags of the segments of a chunk. Chunks are numbered from 1; control characters stand as signs.",
    _fields(
        ("id", "list of texts", "the identifiers of the segments, as the corpus has them"),
        ("source", "list of texts", "their sources"),
        ("hypothesis", "list of texts", "their translations"),
        ("reference", "list of texts or null", "their references"),
        ("further_references.*", "list of texts",
         "the others of a segment that has several, by the place of the segment in the chunk"),
        ("continuation.*", "text",
         "what the model says next where it must not end, by the place of the segment in the chunk"),
        ("pronunciation.*.source", "list of [start, end, reading]", "how the words of a flagged source are read"),
        ("pronunciation.*.hypothesis", "list of [start, end, reading]", "the same of the translation"),
        ("pronunciation.*.reference", "list of [start, end, reading]", "the same of the reference"),
        ("flags[].segment", "number", "the place of the flag's segment in the chunk, from 0"),
        ("flags[].id", "text",
         "its name: a hash of source, category, side and words, so that it survives another audit"),
        ("flags[].category", "text", "what it suspects"),
        ("flags[].side", "“src” or “tgt”", "the side that it points at: source or translation"),
        ("flags[].start", "number or null", "where its words begin; null: it points at the whole side"),
        ("flags[].end", "number or null", "where they end"),
        ("flags[].score", "number", "how far its value is past the threshold, 0 to 1"),
        ("flags[].rule", "text", "the rule that raised it"),
        ("flags[].threshold", "number", "from which value on the rule speaks up"),
        ("flags[].value", "number", "what the rule measured"),
        ("flags[].message", "text", "what it saw, in words"),
        ("flags[].positions", "list of numbers", "the tokens of the translation that were explained for it"),
        ("flags[].counterpart.side", "“src” or “tgt”",
         "the other place that it is about; counterpart is null where there is none"),
        ("flags[].counterpart.start", "number or null", "where that begins"),
        ("flags[].counterpart.end", "number or null", "where that ends"),
        ("flags[].dismissed", "text or null", "who rejected it before the run; null: it stands"),
    ),
)  # fmt: skip

MAPS = Script(
    "data/maps-0001.js", "maps(number, content)",
    "What the model computed for the segments of a chunk with flags or explanations, by their place in the chunk.",
    _fields(
        *(
            row
            for side in ("source", "target")
            for row in (
                (f"*.{side}.pieces", "list of texts", f"the tokens of the {side}, the end mark last"),
                (f"*.{side}.starts", "list of numbers", "where each begins in the text"),
                (f"*.{side}.ends", "list of numbers", "where it ends; a special token has no width"),
                (f"*.{side}.word", "list of numbers", "which word it is part of, from 0; the end mark is its own"),
            )
        ),
        ("*.attention", "packed u16 or null",
         "a weight for each token of the translation and each of the source, × 65535"),
        ("*.logprobs", "packed f32", "the natural logarithm of the probability of each token of the translation"),
        ("*.rows[].position", "number", "the explained token of the translation"),
        ("*.rows[].state", "text", "what of it was explained, as in output or context.3"),
        ("*.rows[].method", "text", "how"),
        ("*.rows[].rules", "text or null", "with which rule set"),
        ("*.rows[].epsilon", "number or null", "its stabiliser against divisions by zero"),
        ("*.rows[].against", "text or null", "the token that it was preferred to, in a contrast"),
        ("*.rows[].scale", "number or null",
         "the largest |R| of the row; null: some number is not finite, and there are none"),
        ("*.rows[].source", "packed i16 or null", "the relevance of each source token: R = number / 32767 × scale"),
        ("*.rows[].target", "packed i16 or null", "the relevance of each earlier token of the translation"),
        ("*.rows[].value", "number or null", "what was explained; null with a ledger: not finite"),
        *(
            (f"*.rows[].ledger.{name}", "number or null", meaning)
            for name, meaning in (
                ("source", "the part of the value that goes to source tokens; null: not finite (ledger null: none)"),
                ("target", "to earlier tokens of the translation"), ("initial", "to the initial state of the decoder"),
                ("bias", "to constants of the network"), ("offset", "to parts of the network that belong to no word"),
                ("stabiliser", "to the avoidance of divisions by zero"),
            )
        ),
        ("*.rows[].offsets.*", "number or null", "the parts of the offset by name"),
        ("*.rows[].details.*.shape", "list of numbers",
         "further arrays by name (heads, gates, dimensions): their shape"),
        ("*.rows[].details.*.scale", "number or null", "their largest number"),
        ("*.rows[].details.*.values", "packed i16 or null", "their numbers, as those of source"),
    ),
)  # fmt: skip

NAMES = Script(
    "data/names.js", "names(content)", "Finds a segment by its identifier.",
    _fields(("[]", "text", "the identifiers of all segments, in order")),
)  # fmt: skip

VERDICTS = Script(
    "data/verdicts.js", "verdicts(content)", "What reviewers said before, where verdicts were imported into the run.",
    _fields(
        ("[].flag_id", "text or null", "the flag; null: a mistake that no check saw"),
        ("[].segment_id", "text", "the identifier of its segment"),
        ("[].verdict", "text", "confirm, reject or unsure"),
        ("[].category", "text or null", "the category, where it was corrected or marked"),
        ("[].severity", "text or null", "minor, major or critical"),
        ("[].span.side", "“src” or “tgt”", "where the reviewer saw it; span is null where nobody marked words"),
        ("[].span.start", "number or null", "where the words begin; null: the whole side"),
        ("[].span.end", "number or null", "where they end"),
        ("[].comment", "text or null", "what the reviewer added"),
        ("[].reviewer", "text", "who"),
        ("[].at", "text", "when, as ISO 8601 writes it"),
    ),
)  # fmt: skip

SCHEMA: tuple[Script, ...] = (INDEX, SEGMENTS, MAPS, NAMES, VERDICTS)
