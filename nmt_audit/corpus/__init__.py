"""Corpora: one file per form (text, TSV, JSONL, TMX, XLIFF, WMT XML), sacrebleu's test sets, and a table of the forms.

Everything ends in a `Corpus` or in one InputError that names the file, the line and the remedy.
"""

from nmt_audit.corpus.forms import FORMS, has_sources_alone
from nmt_audit.corpus.reading import Corpus, read_corpus
from nmt_audit.corpus.test_sets import read_test_set

__all__ = ["FORMS", "Corpus", "has_sources_alone", "read_corpus", "read_test_set"]
