"""Long replies in parts that WhatsApp takes: whole sentences where possible, whole words else, never half an emoji.

Twilio refuses bodies over 1,600 "characters" (error 21617). An emoji is one code point to Python and two UTF-16 code
units to others; parts are measured in UTF-16 units, which are never fewer, so no way of counting finds a part too long.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 1600
MAX_STEPS_BACK = 64  # a cluster longer than this is no character anyone reads

# A sentence ends at its mark, with the quotes and spaces that follow; "EFB. 31207463" is no end of one.
SENTENCE = re.compile(r"[.!?…]+[\"'»”’)\]]*[ \t]*\n\s*|[.!?…]+[\"'»”’)\]]*[ \t]++(?!\d)|\n\s*")
# Between words, but beside no digits ("50 000 FCFA", "EFB 31207463") unless nothing else is left.
WORD = re.compile(r"(?<!\d)[ \t\r\n]++(?!\d)")
SPACE = re.compile(r"[ \t\r\n]+")
ZERO_WIDTH_JOINER = "\u200d"


def split(text: str, limit: int = LIMIT) -> list[str]:
    """The parts of ``text``, none over ``limit`` UTF-16 code units (at least 2) and none empty; joined, they are
    ``text`` again. Takes time linear in the text.
    """
    parts: list[str] = []
    start, last_word_end = 0, len(text.rstrip())
    while start < len(text):
        window = _window(text, start, limit)
        end = start + len(window)
        if end < len(text):
            end = start + _cut(window, _reach(start, end, last_word_end), text, start)
        parts.append(text[start:end])
        start = end
    return parts


def utf16_length(text: str) -> int:
    """How many UTF-16 code units ``text`` takes."""
    return len(text) + sum(each > "\uffff" for each in text)


def _window(text: str, start: int, limit: int) -> str:
    """As much of ``text`` from ``start`` as the limit allows."""
    window = text[start : start + limit]
    excess = utf16_length(window) - limit
    end = len(window)
    while excess > 0:
        end -= 1
        excess -= 2 if window[end] > "\uffff" else 1
    return window[:end]


def _reach(start: int, end: int, last_word_end: int) -> int:
    """How much of the window may be taken. Something to read must be left for the last part: a body of nothing but
    spaces is refused.
    """
    return last_word_end - start - 1 if end >= last_word_end > start + 1 else end - start


def _cut(window: str, reach: int, text: str, start: int) -> int:
    """Where the part ends: after a sentence, else after a word, else between two characters."""
    ends = (_last(boundary, window, reach) for boundary in (SENTENCE, WORD, SPACE))
    return next(filter(None, ends), 0) or _hard(reach, text, start)


def _last(boundary: re.Pattern[str], window: str, reach: int) -> int:
    """Where the last ``boundary`` that ends within ``reach`` ends; 0 without one."""
    return max((match.end() for match in boundary.finditer(window) if match.end() <= reach), default=0)


def _hard(reach: int, text: str, start: int) -> int:
    """The last place between two characters as people see them; within an endless one, anywhere."""
    for cut in range(reach, max(reach - MAX_STEPS_BACK, 0), -1):
        if not _joined(text, start + cut):
            return cut
    return reach


def _joined(text: str, cut: int) -> bool:
    """Whether the characters before and after ``cut`` are shown as one (combining marks, emoji sequences, flags)."""
    before, after = text[cut - 1], text[cut]
    if ZERO_WIDTH_JOINER in (before, after) or _extends(after):
        return True
    if before == "\r" and after == "\n":
        return True
    return _is_flag_letter(before) and _is_flag_letter(after) and _flag_letters_before(text, cut) % 2 == 1


def _extends(character: str) -> bool:
    """Marks, variation selectors, skin tones and flag tags belong to what stands before them."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, cut: int) -> int:
    count = 0
    while count < min(cut, MAX_STEPS_BACK) and _is_flag_letter(text[cut - 1 - count]):
        count += 1
    return count
