"""Round numbers for axes."""


def scale(most: float) -> tuple[float, float]:
    """A round step and a round end at or above `most`, in three to six steps."""
    if most <= 0:
        return 1.0, 4.0
    unit = 10.0 ** (len(f"{most:.0f}") - 2)
    step = next(
        unit * factor
        for factor in (0.5, 1, 2, 2.5, 5, 10, 20)
        if unit * factor * 5 >= most
    )
    return step, step * max(1, -(-most // step))
