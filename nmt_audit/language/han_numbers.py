"""Numbers in Han numerals: 五万五千 is 55000, 3万 is 30000, 二〇一五 is 2015."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

NUMERALS = ("零〇", "一", "二两兩", "三", "四", "五", "六", "七", "八", "九")
DIGITS = {char: str(value) for value, chars in enumerate(NUMERALS) for char in chars}
SIZES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
HAN = f"[{''.join([*DIGITS, *SIZES, *MYRIADS])}]"
NUMBER = re.compile(rf"(?:[0-9][0-9.,]*)?{HAN}+(?:[0-9]+{HAN}+)*")


def han_numbers(text: str) -> Iterator[str]:
    """The value of every number that has a Han numeral in it, in digits; a part of a word may look like one."""
    for match in NUMBER.finditer(text):
        yield _value(match.group())


def _value(number: str) -> str:
    if all(char in DIGITS for char in number):
        return "".join(DIGITS[char] for char in number)
    total, section, digits = Fraction(0), Fraction(0), ""
    for char in number:
        if char in MYRIADS:
            total += (section + _read(digits) if digits or section else 1) * MYRIADS[char]
            section, digits = Fraction(0), ""
        elif char in SIZES:
            section += (_read(digits) if digits else 1) * SIZES[char]
            digits = ""
        else:
            digits += DIGITS.get(char, char)
    value = total + section + _read(digits)
    return str(int(value)) if value.denominator == 1 else str(float(value))


def _read(digits: str) -> Fraction:
    plain = digits.replace(",", "").rstrip(".")
    return Fraction(plain) if plain.count(".") < 2 and plain.strip(".") else Fraction(0)
