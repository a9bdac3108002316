"""Numbers as people type them, exact: a Decimal, or a sentence."""

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

# What a column of numbers holds: 20 places before the point, and 20 behind it.
PLACES = 20
_TOO_LARGE, _LAST_PLACE = Decimal(10) ** PLACES, Decimal(1).scaleb(-PLACES)
# Sums and quotients are taken more exactly than what is kept of them.
EXACT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
KEPT = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN)
_NUMBER = re.compile(
    r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.A
)
_COMMA = re.compile(r"[+-]?[\d.]*,\d+", re.A)


def read_number(text: object) -> Decimal:
    """The number that a text says: “20”, “0.5” or “1e3”.

    Raises:
        ValueError: with the sentence; also for NaN, infinity and what no column holds.

    """
    try:
        said = str(text).strip()
    except ValueError:  # an integer of thousands of digits
        said = ""
    if len(said) > 60 or not _NUMBER.fullmatch(said):
        if _COMMA.fullmatch(said) and len(said) <= 60:
            raise ValueError("Write the number with a point, such as 12.5.")
        raise ValueError("This is not a number, such as 20 or 0.5.")
    number = Decimal(said)
    if abs(number) >= _TOO_LARGE:
        raise ValueError(f"The number has more than {PLACES} places before the point.")
    if number != round_off(number):
        raise ValueError(f"The number has more than {PLACES} decimal places.")
    return Decimal(written(number))


def round_off(number: Decimal) -> Decimal:
    """A number with as many decimal places as are kept."""
    return number.quantize(_LAST_PLACE, None, EXACT)


def written(number: Decimal) -> str:
    """A number in digits, without exponent and without zeros that say nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def shown(number: Decimal) -> str:
    """A number as a sentence says it: with eight digits that count, at most."""
    return written(Context(prec=8).plus(number))
