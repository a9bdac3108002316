"""The checklist of costs, and lines that contradict themselves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.it_kinds import checklist, it
from vendors.costs import CostLineFacts, LineState

HUNDRED = Decimal(100)
PRICED = CostLineFacts(
    it.licence, LineState.PRICED, HUNDRED, HUNDRED, HUNDRED, currency="USD"
)


def test_building_has_more_to_answer_for_than_buying() -> None:
    built = {it.engineer_time, it.upkeep, it.on_call}
    for kind in ("build", "open_source"):
        assert set(checklist(kind)) - set(checklist("buy")) == built
    assert set(checklist("as_is")) - set(checklist("buy")) == built - {it.engineer_time}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"low": Decimal(200)}, "in that order"),
        ({"low": Decimal(-1)}, "0 or more"),
        ({"high": Decimal("Infinity")}, "0 or more"),
        ({"likely": None}, "needs a low"),
        ({"currency": None}, "its currency"),
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"rate_to_base": Decimal(0)}, "exchange rate"),
        ({"state": LineState.UNSAID}, "carries no amount"),
    ],
)
def test_a_line_that_contradicts_itself_is_refused(
    change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(PRICED, **change)  # type: ignore[arg-type]
