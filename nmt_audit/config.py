"""What an audit is asked to do, in one frozen record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nmt_audit.errors import InputError

# The rule sets of `relevance.rules`, known here so that a wrong name is refused without loading torch.
RULE_SET_NAMES = ("stable", "signal", "paper", "paper-eps")

# The methods of `relevance.METHODS` that explain a word by words, beside attention and lrp, which every audit has.
FURTHER_METHODS = (
    "gradient", "gradient_x_input", "integrated_gradients", "attention_saliency", "gates", "gate_saliency", "variance",
    "erasure",
)  # fmt: skip

DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")


def check_device(name: str) -> None:
    """Raises InputError for what is no device's name; whether there is such a device, only torch knows."""
    if not DEVICE.fullmatch(name):
        raise InputError(f"--device {name}: auto, cpu, cuda, or one of several GPUs, as in cuda:1")


ENGINES = ("local", "ray")


# What translates: the model's own code, or CTranslate2 in a precision (int8 where none is said).
DECODERS = ("model", "ctranslate2", "ctranslate2:int8", "ctranslate2:float32")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfig:
    """The settings of one audit; what the command's options are, and their defaults.

    `source`, `hypotheses` and `references` are files ("-" is standard input for one of them); instead of `source`,
    `testset` and `langpair` name one of sacrebleu's test sets. `form`: of `source`, where its name does not say it;
    `system`: whose hypotheses are taken from a file that has several. Languages that are not given are those of the
    file. A model or hypotheses are needed; with both, the model is forced through the given hypotheses.

    `decoder`: one of DECODERS; whichever it is, log-probabilities and evidence are the model's own.

    `methods`: what flags are explained with beside attention and relevance; `rules`: the rule set of relevance,
    `also_rules`: further ones, for flags alone. All positions of the `maps` most suspicious segments are explained too,
    and up to `controls` positions of unflagged ones, which flagged positions are compared with. Thresholds are set so
    that each check flags at most `false_alarms` of the references, or of the pairs of the file `clean`; `planted`
    errors of each category are planted to see how many are found, 0 for none. `dismissals`: a file of dismissals or
    verdicts, or a run that has some; flags that were rejected there count no more.

    `device`: where the model computes, "auto" being a GPU where there is one and the CPU elsewhere.

    `as_model` and `as_test_set`: what trends over many runs call the model and the test set, where their names change
    from night to night. `resume`: go on with a run that was stopped. `replace`: put the run in the place of another.
    `no_cache`: thresholds and measurements of the same model and data are not taken from before.

    `engine`: "local", or "ray": the shards are audited by `workers` processes of a Ray cluster (as many as it has room
    for by default), which put them into `storage`, a folder or URL that all its machines can write (within the run by
    default). Neither changes what comes of a run.
    """

    out: Path
    source: str = ""
    src_lang: str = ""
    tgt_lang: str = ""
    testset: str = ""
    langpair: str = ""
    form: str | None = None
    model: str | None = None
    hypotheses: str | None = None
    system: str | None = None
    references: tuple[str, ...] = ()
    beam: int = 5
    decoder: str = "model"
    rules: str = "stable"
    also_rules: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    maps: int = 200
    controls: int = 500
    clean: str | None = None
    false_alarms: float = 0.02
    planted: int = 50
    dismissals: str | None = None
    seed: int = 1
    threads: int | None = None
    device: str = "auto"
    name: str | None = None
    date: str | None = None
    as_model: str | None = None
    as_test_set: str | None = None
    resume: bool = False
    replace: bool = False
    no_cache: bool = False
    engine: str = "local"
    workers: int | None = None
    storage: str | None = None

    @property
    def reads(self) -> str:
        """What is audited: the file, or the test set and its languages."""
        return self.source or f"{self.testset}.{self.langpair}"

    @property
    def rule_sets(self) -> tuple[str, ...]:
        """The rule sets that flags are explained with, the main one first, each once."""
        return tuple(dict.fromkeys((self.rules, *self.also_rules)))

    def __post_init__(self) -> None:
        """Raises InputError for settings that exclude each other or make no sense."""
        if bool(self.source) == bool(self.testset):
            raise InputError("one of --source and --testset is needed: a file, or the name of a test set of sacrebleu")
        if bool(self.testset) != bool(self.langpair):
            raise InputError("--testset and --langpair go together, as in --testset wmt22 --langpair de-en")
        for method in self.methods:
            if method not in FURTHER_METHODS:
                raise InputError(f"--method {method}: there are {', '.join(FURTHER_METHODS)}")
        if not 0 < self.false_alarms < 1:
            raise InputError(f"--false-alarms {self.false_alarms}: a share between 0 and 1, as in 0.02")
        if self.planted < 0:
            raise InputError(f"--planted {self.planted}: a number of errors per category, 0 for none")
        if self.maps < 0:
            raise InputError(f"--maps {self.maps}: a number of segments, 0 for none")
        if self.controls < 0:
            raise InputError(f"--controls {self.controls}: a number of positions, 0 for none")
        if self.engine not in ENGINES:
            raise InputError(f"--engine {self.engine}: there are {', '.join(ENGINES)}")
        if self.engine == "local" and (self.workers is not None or self.storage is not None):
            raise InputError("--workers and --storage are for --engine ray; add it or leave them out")
        if self.workers is not None and self.workers < 1:
            raise InputError(f"--workers {self.workers}: at least one is needed")
        if self.beam < 1:
            raise InputError(f"--beam {self.beam}: a beam has at least one hypothesis")
        if self.decoder not in DECODERS:
            raise InputError(f"--decoder {self.decoder}: there are {', '.join(DECODERS)}")
        if self.decoder != "model" and self.model is None:
            raise InputError(f"--decoder {self.decoder}: it decodes a model's translations; give --model")
        if self.threads is not None and self.threads < 1:
            raise InputError(f"--threads {self.threads}: at least one is needed")
        check_device(self.device)
