"""Khmer. Written without blanks, so cues are stretches of characters."""

from nmt_audit.language.cues.cue_list import CueList, pattern

CUES = CueList(
    strong=frozenset(),
    unspaced=pattern(
        r"មិន (?! ត្រឹមតែ | តែ | គ្រាន់តែ | ថា ) | ពុំ | គ្មាន | កុំ (?! ព្យូទ័រ | រ៉ូណា | មុយ ) | ឥត (?! គិត ) | អត់ "
        r"(?! ធ្មត់ | ធន់ )"
    ),
    void=(pattern(r"មិន (?: ត្រឹមតែ | តែប៉ុណ្ណោះ | គ្រាន់តែ )"),),
)
