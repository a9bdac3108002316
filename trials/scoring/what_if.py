"""What a candidate would have to prove to catch up."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from trials.scoring.facts import Standing
from trials.scoring.fitting import FitRow

# Said or half found: it may still hold. Never, refuted and unanswered may not.
OPEN = (Standing.CLAIMED, Standing.SHOWN, Standing.PARTLY, Standing.SLIPPED)


def proofs_to_lead(
    rows: Iterable[FitRow], behind: Fraction, share: Fraction, held: Decimal
) -> tuple[str, ...] | None:
    """The fewest requirements that would put it ahead if they held in a trial.

    `behind` is how much its total lacks, `share` the evidence's part of a total, `held`
    the credit of what holds in a trial. The most worth come first, equal ones in the
    order of the requirements; as all else stays as it is, no smaller set does it.
    None: not even all that is still open would.
    """
    given = [row for row in rows if row.points is not None and row.credit is not None]
    weight = sum((Fraction(row.weight) for row in given), Fraction(0))
    gains = sorted(
        (
            (Fraction(row.weight) * (Fraction(held) - Fraction(row.credit)), row.key)
            for row in given
            if row.credit is not None and row.standing in OPEN and row.credit < held
        ),
        key=lambda gain: gain[0],
        reverse=True,
    )
    need = behind * weight
    won, keys = Fraction(0), []
    for gain, key in gains:
        if won > need:
            break
        won += share * gain
        keys.append(key)
    return tuple(keys) if won > need else None
