"""Which single verdicts decide a draw: without them somebody else would be first."""

from collections.abc import Iterator, Sequence

from trials.scoring.draws import LEAST, STEPS
from trials.scoring.verdict_draws import VerdictDraws

HEAVIEST = LEAST + STEPS - 1


def deciding(
    sides: Sequence[VerdictDraws], firsts: Sequence[int], drawn: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Candidate and cell, by place, of each verdict that decides this draw.

    Only one verdict changes at a time, so only its own candidate moves: in again, up to
    the best, or down to the second.
    """
    for place, side in enumerate(sides):
        if not side.cells:
            continue
        if side.knocks:
            cells = _back_in(side, sides, firsts, drawn)
        elif place not in firsts:
            need = _points_behind(side, sides[firsts[0]])
            cells = _reaching(side, need, drawn, 1)
        elif len(firsts) > 1:
            cells = _moving(side)
        else:
            cells = _reaching(side, _lead(side, sides), drawn, -1)
        for cell in cells:
            yield place, cell


def _back_in(
    side: VerdictDraws,
    sides: Sequence[VerdictDraws],
    firsts: Sequence[int],
    drawn: Sequence[int],
) -> list[int]:
    """The one cell that knocks it out, if it came first or level without it."""
    cell = side.knocked_by
    if side.knocks > 1 or side.always_out:
        return []
    if not firsts:
        return [cell]
    need = _points_behind(side, sides[firsts[0]])
    gained = side.swings[cell] * drawn[side.columns[cell]] if side.unit else 0
    return [cell] if need is not None and gained >= need else []


def _reaching(
    side: VerdictDraws, need: int | None, drawn: Sequence[int], sign: int
) -> list[int]:
    """Cells that move it by `need` points or more, up or down by `sign`."""
    extreme = max(side.swings) if sign > 0 else -min(side.swings)
    if need is None or extreme * HEAVIEST < need:
        return []
    return [
        cell
        for cell, (swing, column) in enumerate(
            zip(side.swings, side.columns, strict=True)
        )
        if sign * swing * drawn[column] >= need
    ]


def _moving(side: VerdictDraws) -> list[int]:
    """Cells that move its total at all."""
    if not side.unit:
        return []
    return [cell for cell, swing in enumerate(side.swings) if swing]


def _points_behind(side: VerdictDraws, best: VerdictDraws) -> int | None:
    """The fewest points of evidence by which it reaches `best`; None if none would."""
    gap = best.value * side.whole - side.value * best.whole
    return _fewest(gap, side.unit * best.whole)


def _lead(side: VerdictDraws, sides: Sequence[VerdictDraws]) -> int | None:
    """The fewest points of evidence without which somebody is level with it; None:
    without rivals it is first whatever it loses."""
    needs = (
        _fewest(
            side.value * rival.whole - rival.value * side.whole,
            side.unit * rival.whole,
        )
        for rival in sides
        if rival is not side and not rival.knocks
    )
    return min((need for need in needs if need is not None), default=None)


def _fewest(gap: int, worth: int) -> int | None:
    """The least whole number that times `worth` reaches `gap`; None if none does."""
    if worth:
        return -(-gap // worth)
    return 0 if gap <= 0 else None
