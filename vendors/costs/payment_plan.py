"""A price split into payments."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from vendors.costs.lines import check_shares, read_decimal

MOST_PAYMENTS = 20


def split(amount: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Split an amount in whole cents by its shares; the parts sum to it exactly.

    Each part is the share rounded down, and the cents that are left go one by one to
    the largest remainders, the earlier payment first. Refuses what `check_shares` does.
    """
    check_shares(shares)
    exact = [Fraction(amount) * Fraction(share) for share in shares]  # in cents
    parts = [int(share) for share in exact]
    left = int(amount * 100) - sum(parts)
    by_remainder = sorted(
        range(len(parts)), key=lambda place: (parts[place] - exact[place], place)
    )
    for place in by_remainder[:left]:
        parts[place] += 1
    return tuple(Decimal(part).scaleb(-2) for part in parts)


def read_payments(text: str) -> tuple[tuple[Decimal, str], ...]:
    """Read a plan as people type it, one payment a line: “45.55 on delivery”.

    Anything else, and shares that do not sum to 100%, raise ``ValueError`` with the
    sentence for the person. No line at all is no plan.
    """
    parts = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        share, _, when = line.strip().partition(" ")
        try:
            parts.append((read_decimal(share.removesuffix("%")), when.strip(" %")))
        except ValueError:
            raise ValueError(
                f"Payment line {number}: begin it with the share in percent, such as "
                "“45.55 on delivery”."
            ) from None
        if not parts[-1][1]:
            raise ValueError(f"Payment line {number}: say when it is paid.")
    if len(parts) > MOST_PAYMENTS:
        raise ValueError(f"At most {MOST_PAYMENTS} payments are kept.")
    if parts:
        check_shares(share for share, _ in parts)
    return tuple(parts)
