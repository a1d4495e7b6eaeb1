"""Vietnamese."""

from nmt_audit.language.cues.cue_list import CueList, lexicon, pattern

CUES = CueList(
    strong=lexicon("không chẳng chả chưa đừng"),
    affixed=pattern(r"(?: vô | phi | bất )"),
    implied=pattern(r"(?: thiếu | chỉ | trừ | từ | cấm | ngừng | tránh | hiếm | ngăn )"),
    void=(
        pattern(
            r"\b không \s+ (?: chỉ | những | ngừng | gian | khí | quân | trung | phận | tặc | vận | kích ) \b | \b "
            r"(?: hàng | phòng | trên | bầu ) \s+ không \b"
        ),
        pattern(r"\b (?: không | chưa ) \s* \? | \b (?: phải | đúng | được | hay | có ) \s+ không \b (?= [^.!]* \? )"),
        pattern(
            r"\b (?: bất \s+ (?: k[ỳì] | cứ | ngờ | động | chấp ) | vô \s+ (?: cùng | tuyến | địch | số ) | chẳng \s+ "
            r"hạn | nếu \s+ không ) \b"
        ),
        pattern(
            r"\b phi \s+ (?: công | cơ | hành | đội | châu | thường | trường ) \b | \b không \s+ (?: ai | gì ) \s+ "
            r"khác \b"
        ),
    ),
    joined=(pattern(r"\b không \b .{1,40}? \b (?: cũng \s+ )? không (?! \w )"),),
)
