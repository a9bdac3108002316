"""What people type, checked the same way everywhere: pure functions, no Django.

Each reader gives back the text as it is kept, or raises ``ValueError`` with the
sentence for the person. `Inputs` gathers those sentences by field. `listed` writes
several words as one phrase.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from evaltracker.errors import Invalid, number
from evaltracker.errors import gettext as _

LINE_LIMIT = 150
TEXT_LIMIT = 5_000
LINK_LIMIT = 2_000
REF_LIMIT = 80
# More marks on one letter belong to no script; they smear over other lines.
MARKS_IN_A_ROW = 4
# The categories Cc and Cs, whole; patterns, for thousands of texts come in one call.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DIRECTION = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile(r"[\u2028\u2029]")
_NO_LINK = re.compile(r"[\x00-\x20\\]")
_NEWLINE = re.compile(r"\r\n?|\u2028|\u2029|\x85")


def read_line(text: str, *, limit: int = LINE_LIMIT) -> str:
    """Read a name or another single line; blanks around it are dropped."""
    line = text.strip()
    _refuse_control(line, allowed="")
    if _DIRECTION.search(line):
        raise ValueError(_("It contains an invisible mark that turns the text around."))
    if _LINE_END.search(line):
        raise ValueError(_("It must be a single line."))
    _refuse_shape(line, limit)
    return line


def read_requirement_ref(text: str) -> str:
    """Read the ref of a requirement, which has to be able to stand in an address.

    Vendors call `…/claims/{ref}/` and `…/claims/{ref}/files/`; a ref that reads like
    one of the API's own addresses would hide it, or be hidden by it.
    """
    ref = read_line(text, limit=REF_LIMIT)
    parts = ref.split("/")
    if ref == "batch" or (len(parts) > 1 and parts[-1] == "files"):
        raise ValueError(
            f"“{ref}” reads like an address of the vendor API; name it otherwise."
        )
    if {"", ".", ".."} & set(parts) and ref:
        raise ValueError(
            f"“{ref}” has a part between slashes that addresses drop; name it "
            "otherwise."
        )
    return ref


def read_text(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """Read a longer text; every kind of line end becomes a newline."""
    mixed = "\r" in text or not text.isascii()
    whole = (_NEWLINE.sub("\n", text) if mixed else text).strip()
    _refuse_control(whole, allowed="\n\t")
    _refuse_shape(whole, limit)
    return whole


def read_link(text: str) -> str:
    """Read an http(s) address; it is kept as text and never fetched."""
    link = text.strip(" ")
    if len(link) > LINK_LIMIT:
        sentence = _("The link is longer than %(most)s characters.")
        raise ValueError(sentence % {"most": number(LINK_LIMIT)})
    if _NO_LINK.search(link) or not link.isprintable():
        raise ValueError(_("The link contains a blank, a backslash or a control sign."))
    try:
        parts = urlsplit(link)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        port_is_a_number = False
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(_("The link must start with http:// or https:// and a host."))
    if not port_is_a_number:
        raise ValueError(_("The link names a port that does not exist."))
    if "@" in parts.netloc:
        raise ValueError(_("The link must not carry a user name (the part before @)."))
    return link


def _refuse_control(text: str, *, allowed: str) -> None:
    if text.isprintable():
        return
    for match in _CONTROL.finditer(text):
        char = match[0]
        if char >= "\ud800":
            raise ValueError(_("It contains half a character (a lone surrogate)."))
        if char not in allowed:
            if char in "\r\n":
                raise ValueError(_("It must be a single line."))
            sentence = _("It contains the control character %(code)s; remove it.")
            raise ValueError(sentence % {"code": f"U+{ord(char):04X}"})


def _refuse_shape(text: str, limit: int) -> None:
    if len(text) > limit:
        sentence = _("It has %(count)s characters; at most %(most)s are kept.")
        counts = {"count": number(len(text)), "most": number(limit)}
        raise ValueError(sentence % counts)
    # Without control characters, what ASCII does not show is blank.
    plain = text.isascii()
    if text.isspace() if plain else not any(map(_is_visible, text)):
        raise ValueError(_("It contains nothing that can be seen."))
    if plain:
        return
    row = 0
    for char in text:
        if unicodedata.combining(char):
            row = row + 1
        else:
            row = 0
        if row > MARKS_IN_A_ROW:
            sentence = _("It stacks more than %(most)s accents on one letter.")
            raise ValueError(sentence % {"most": MARKS_IN_A_ROW})


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZ" and not unicodedata.combining(char)


class CallFields:
    """The fields of one call: each is read, all that is wrong is told at once."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def line(
        self, field: str, text: str, *, limit: int = LINE_LIMIT, blank: bool = False
    ) -> str:
        return self._read(
            field, text, lambda typed: read_line(typed, limit=limit), blank
        )

    def ref(self, field: str, text: str) -> str:
        return self._read(field, text, read_requirement_ref, blank=False)

    def text(
        self, field: str, text: str, *, limit: int = TEXT_LIMIT, blank: bool = False
    ) -> str:
        return self._read(
            field, text, lambda typed: read_text(typed, limit=limit), blank
        )

    def link(self, field: str, text: str) -> str:
        return self._read(field, text, read_link, blank=True)

    def lines(
        self, field: str, texts: Iterable[str], *, most: int = 20, limit: int = 60
    ) -> list[str]:
        """A short list of lines, each once, in the order given."""
        listed = list(texts)
        if len(listed) > most:
            self.refuse(field, _("At most %(most)s are kept.") % {"most": most})
            return []
        read = [self.line(field, text, limit=limit) for text in listed]
        return list(dict.fromkeys(read))

    def refuse(self, field: str, sentence: str) -> None:
        self.errors.setdefault(field, []).append(sentence)

    def check(self) -> None:
        if self.errors:
            field, sentences = next(iter(self.errors.items()))
            if field:
                named = f"{field.removeprefix('?')}: "
            else:
                named = ""
            raise Invalid(f"{named}{sentences[0]}", errors=self.errors)

    def _read(
        self, field: str, text: str, read: Callable[[str], str], blank: bool
    ) -> str:
        if not text.strip():
            if not blank:
                self.refuse(field, _("It must not be blank."))
            return ""
        try:
            return read(text)
        except ValueError as error:
            self.refuse(field, str(error))
            return ""


def read_field(field: str, text: str) -> str:
    inputs = CallFields()
    text = inputs.text(field, text)
    inputs.check()
    return text


def free_name(stem: str, taken: Container[str], separator: str = "-") -> str:
    """The stem, or the first of it with a number behind it that is not taken."""
    numbered = (f"{stem}{separator}{number}" for number in count(2))
    return next(name for name in chain([stem], numbered) if name not in taken)


def read_reason(reason: str, missing: str) -> str:
    if not reason.strip():
        raise Invalid(missing, field="reason")
    return read_field("reason", reason)


def listed(phrases: Sequence[str], last: str = "and") -> str:
    """“A, B and C”."""
    if len(phrases) < 2:
        return "".join(phrases)
    return f"{', '.join(phrases[:-1])} {last} {phrases[-1]}"


def listed_few(phrases: Sequence[str], most: int = 4) -> str:
    """“A, B, C and 5 more”: in all at most so many pieces."""
    if len(phrases) <= most:
        return listed(phrases)
    return listed([*phrases[: most - 1], f"{len(phrases) - most + 1} more"])


def named_ref(ref: str, text: str) -> str:
    """“R07 Restarts a failed job”: a reference says little without its text."""
    return f"{ref} {shortened(text, 60).rstrip('.')}".rstrip()


def shortened(text: str, most: int = 120) -> str:
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return f"{line[: most - 1]}…"


# The typefaces that are shipped: for the PDF, and for pictures in a Word file.
#
# Source Serif and Source Sans by Adobe under the SIL Open Font License; the files are
# as Adobe released them, and their licences lie beside them.

FOLDER = Path(__file__).parent / "fonts"
# Family, weight and file of each.
FACES = (
    ("Source Serif", 400, "SourceSerifPro-Regular.ttf"),
    ("Source Serif", 600, "SourceSerifPro-Semibold.ttf"),
    ("Source Sans", 400, "SourceSansPro-Regular.ttf"),
    ("Source Sans", 600, "SourceSansPro-Semibold.ttf"),
)
SANS = FOLDER / FACES[2][2]
SANS_BOLD = FOLDER / FACES[3][2]
FILES = frozenset(file for _, _, file in FACES)


# What spreadsheets take for a formula or a command, in full width too.
LIVE = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n")
# What some of them skip in front.
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
ESCAPE = "'"
# What a workbook's readers take for the code of a character.
DIGITS = re.compile(r"(\d+)")
CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def harmless(value: object) -> str:
    """`value` as text that no spreadsheet runs; `meant` takes it back exactly."""
    text = "" if value is None else str(value)
    text = "".join(char for char in text if char >= " " or char in BREAKS)
    if is_live(text):
        return f"{ESCAPE}{text}"
    return text


def meant(text: str) -> str:
    escaped = text.startswith(ESCAPE) and is_live(text)
    if escaped:
        return text.removeprefix(ESCAPE)
    return text


def is_live(text: str) -> bool:
    text = text.lstrip(ESCAPE)
    shown = text.lstrip().lstrip(UNSEEN).lstrip()
    return text.startswith(BREAKS) or shown.startswith(LIVE)


def spelled(text: str) -> str:
    """`text` so that a workbook's reader finds it unchanged."""
    return CODED.sub("_x005F_", text)


def text_cells(
    sheet: WriteOnlyWorksheet, values: Iterable[object]
) -> list[WriteOnlyCell]:
    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value=spelled(harmless(value)))
        cell.data_type = "s"
        cells.append(cell)
    return cells


# Control, direction and half characters.
_UNPRINTED = ("Cc", "Cf", "Cs")


def one_line(text: str) -> str:
    """`text` on one line, without characters that are not printed (R11)."""
    if not text.isprintable():
        spaced = "".join(" " if char.isspace() else char for char in text)
        text = "".join(
            char for char in spaced if unicodedata.category(char) not in _UNPRINTED
        )
    return " ".join(text.split())


# What is wrong with a JSON document, and where, by its schema.

_JSON_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def pointer_to(path: Iterable[Any]) -> str:
    return "".join(
        "/" + str(step).replace("~", "~0").replace("/", "~1") for step in path
    )


def schema_error_words(error: Any) -> Iterator[tuple[str, str]]:
    path = list(error.absolute_path)
    wanted = error.validator_value
    value = error.instance
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in value]
            for name in missing:
                yield pointer_to([*path, name]), "It is missing."
        case "additionalProperties":
            known = error.schema.get("properties", {})
            for name in value:
                if name not in known:
                    yield pointer_to([*path, str(name)[:60]]), "It is not known here."
        case "type":
            if isinstance(wanted, str):
                names = [wanted]
            else:
                names = wanted
            expected = " or ".join(_JSON_KINDS[name] for name in names)
            yield pointer_to(path), f"It has to be {expected}."
        case "enum":
            expected = ", ".join(str(value) or "blank" for value in wanted)
            yield pointer_to(path), f"“{str(value)[:60]}” is none of: {expected}."
        case "contains" | "maxContains" if "$comment" in error.schema:
            yield pointer_to(path), error.schema["$comment"]
        case "maxLength":
            yield pointer_to(path), f"It is longer than {wanted} characters."
        case "minimum" | "maximum":
            if error.validator == "minimum":
                limit = "least"
            else:
                limit = "most"
            yield pointer_to(path), f"It has to be at {limit} {wanted}."
        case _:
            yield pointer_to(path), f"“{str(value)[:60]}” is not written as it has to."


def natural_key(name: str) -> list[tuple[int, str]]:
    """Sorts names as people do: 2 before 10."""
    parts = DIGITS.split(name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
