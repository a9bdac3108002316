"""From bytes to text: which encoding a text file is written in."""

import codecs
import re

from charset_normalizer import from_bytes

from evaltracker.tabular.shapes import Unreadable

BOMS: tuple[tuple[bytes, str], ...] = (
    # The UTF-32 mark starts like the UTF-16 one, so it is asked first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHER_SCRIPTS = re.compile(
    r"Cyrillic|Greek and Coptic|Hebrew|Arabic|CJK|Hiragana|Katakana|Hangul|Thai"
)
# A sign between two letters is what Western European reading makes of another
# alphabet: “Za¿ó³æ” for “Zażółć”.
BROKEN_WORD = re.compile(r"[^\W\d_][¿¡¹²³¼½¾¶×÷¦¨¸¯¬¢¥¤±†‡ˆ‰‹›][^\W\d_]")
SAVE_AS_UTF8 = "In Excel, save it as “CSV UTF-8” and import that file."


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of `content`, and what the user should know about its encoding.

    Raises:
        Unreadable: it is no text, or its text is damaged.

    """
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return by_mark(content, encoding), []
    if b"\x00" in content:
        return without_mark(content), [
            "The file is UTF-16 without a mark at its start; it was read as that."
        ]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return by_guess(content)


def by_mark(content: bytes, encoding: str) -> str:
    """The text of a file that names its encoding at its start."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise Unreadable(
            f"The file says that it is {name} text, but it is damaged at byte "
            f"{error.start:,}. {SAVE_AS_UTF8}"
        ) from error
    return refuse_binary(text)


def without_mark(content: bytes) -> str:
    """UTF-16 text without a mark, if every other byte is nearly always zero."""
    sample = content[:4000]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[start::2]
        if len(content) % 2 == 0 and half and half.count(0) > len(half) * 0.7:
            try:
                return refuse_binary(content.decode(encoding))
            except UnicodeDecodeError:
                continue
    return refuse_binary("\x00")


def refuse_binary(text: str) -> str:
    """`text`, unless it holds what no text file holds."""
    if "\x00" in text:
        raise Unreadable(
            "The file is not a text file or a spreadsheet that can be read here; it "
            "holds binary data. Save the table as CSV or .xlsx and import that file."
        )
    return text


def by_guess(content: bytes) -> tuple[str, list[str]]:
    """The text of a file that is neither UTF-8 nor marked, with a remark."""
    encoding, words = "cp1252", "Windows-1252 (Western European)"
    western = content.decode("cp1252", errors="replace")
    best = from_bytes(content[:200_000]).best()
    # The guess of a Western file is often a neighbour such as cp1250, so it is
    # believed only about other alphabets and where Western reading breaks words.
    if best is not None and (
        OTHER_SCRIPTS.search(" ".join(best.alphabets))
        or BROKEN_WORD.search(western)
        or "\ufffd" in western
    ):
        encoding = words = best.encoding
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable(
            "The encoding of the file cannot be told: its accented letters are "
            f"written in no way that is known here. {SAVE_AS_UTF8}"
        ) from error
    return refuse_binary(text), [
        f"The file is not UTF-8; it was read as {words}. If accented letters look "
        f"wrong, save it as “CSV UTF-8” and import it again."
    ]
