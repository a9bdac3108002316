"""What the memo says of whose words it rests on: sheets sent by mail, and prices."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from evaltracker.kit.text import listed
from evaltracker.workflow.memo.markdown import bullets, day, inline
from evaltracker.workflow.memo.options import pursued
from vendors.choices import PriceSource

PRICES = {
    PriceSource.VENDOR: "quoted by the vendor",
    PriceSource.FILE: "imported from a spreadsheet",
    PriceSource.OWNER: "entered by the procurement lead",
}


def said_by(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """Of each option that is compared, who entered its answers and said its prices.

    Blank in memos from before that was kept.
    """
    return bullets(
        f"{inline(candidate['name'])}: {'; '.join(said)}."
        for candidate in inputs["candidates"]
        if pursued(candidate, results[candidate["id"]])
        and (said := [*sheets(candidate), *prices(candidate)])
    )


def sheets(candidate: dict[str, Any]) -> Iterator[str]:
    """Each answer sheet that came by mail, and whether the vendor confirmed it."""
    for sheet in candidate.get("mailed_sheets", ()):
        confirmed = (
            f"confirmed by the vendor on {day(sheet['confirmed_at'])}"
            if sheet["confirmed_at"]
            else "not confirmed by the vendor"
        )
        number = sheet["submission__claims"]
        yield (
            f"{number} answer{'' if number == 1 else 's'} of "
            f"{inline(sheet['submission__submitted_by'])}, which arrived on "
            f"{day(sheet['arrived_at'])}, {confirmed}"
        )


def prices(candidate: dict[str, Any]) -> Iterator[str]:
    """How many of its prices each source said."""
    counts = Counter(row.get("said_by") for row in candidate["cost_lines"])
    said = [
        f"{counts[source]} {words}"
        for source, words in PRICES.items()
        if counts[source]
    ]
    if said:
        yield f"prices: {listed(said)}"
