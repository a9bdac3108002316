"""The table of credits: how much each degree of proof is worth, 0 to 1."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Self


@dataclass(frozen=True, slots=True)
class Credits:
    """The defaults of the house; an evaluation may replace any of them."""

    claim_now: Decimal = Decimal("0.5")
    claim_beta: Decimal = Decimal("0.3")
    claim_planned: Decimal = Decimal("0.2")
    claim_slipped: Decimal = Decimal("0")
    claim_on_request: Decimal = Decimal("0.2")
    claim_never: Decimal = Decimal("0")
    claim_unstated: Decimal = Decimal("0")
    research_holds: Decimal = Decimal("0.6")
    research_partly: Decimal = Decimal("0.3")
    research_fails: Decimal = Decimal("0")
    demo_holds: Decimal = Decimal("0.75")
    demo_partly: Decimal = Decimal("0.4")
    demo_fails: Decimal = Decimal("0")
    demo_not_shown: Decimal = Decimal("0.25")
    trial_holds: Decimal = Decimal("1")
    trial_partly: Decimal = Decimal("0.5")
    trial_fails: Decimal = Decimal("0")

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            exact = isinstance(value, Decimal) and value.is_finite()
            if not exact or not 0 <= value <= 1:
                raise ValueError(
                    f"Credit “{field.name}” must be a decimal from 0 to 1, "
                    f"not {value!r}."
                )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Self:
        """Read stored credits; what is not named keeps its default.

        Values are decimals, whole numbers or decimal text. A float is refused:
        0.1 as a float is not a tenth, and totals must be exact. An unknown name
        is refused, because a misspelt credit would silently change nothing.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(mapping) - known)
        if unknown:
            raise ValueError(f"There is no credit called “{unknown[0]}”.")
        return cls(**{name: _exact(name, value) for name, value in mapping.items()})

    def as_mapping(self) -> dict[str, str]:
        """Return every credit as text, fit for JSON and exact on the way back."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


def _exact(name: str, value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    plain = isinstance(value, int | str) and not isinstance(value, bool)
    # Decimal() would read full-width digits and underscores; stored text is ASCII.
    if plain and str(value).isascii() and "_" not in str(value):
        try:
            return Decimal(str(value))
        except InvalidOperation:
            pass
    raise ValueError(f"Credit “{name}” must be a decimal such as 0.75, not {value!r}.")


DEFAULT_CREDITS = Credits()
