"""Is a relevance map true? Erase the words that it ranks first and see how far the explained word becomes less likely.

found = measure(model, samples(pairs, positions=8, seed=1), probes())
found.row(Probe("lrp", "stable"), "source", "zero").share
"""

from nmt_audit.relevance.faithfulness.measuring import measure
from nmt_audit.relevance.faithfulness.probes import BEST, RANDOM, Probe, probes
from nmt_audit.relevance.faithfulness.results import Estimate, Faithfulness, Row, Sizes
from nmt_audit.relevance.faithfulness.samples import Sample, samples

__all__ = [
    "BEST", "RANDOM", "Estimate", "Faithfulness", "Probe", "Row", "Sample", "Sizes", "measure", "probes", "samples",
]  # fmt: skip
