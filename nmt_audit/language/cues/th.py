"""Thai. Written without blanks, so cues are stretches of characters."""

from nmt_audit.language.cues.cue_list import CueList, pattern

CUES = CueList(
    strong=frozenset(),
    unspaced=pattern(
        r"ไม่ (?! ว่า | เพียง | กี่ | นาน | เช่นนั้น ) | มิ (?= ได้ | ใช่ ) | อย่า (?! ง ) | ปราศจาก | "
        r"ไร้ | ห้าม"
    ),
    void=(pattern(r"ไม่ (?: ใช่ )? (?: แค่ | เพียง | เฉพาะ | แต่ ) | ใช่ไหม | ใช่หรือไม่ | หรือไม่ | ไม่น้อย | ไม่เกิน"),),
)
