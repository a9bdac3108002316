"""Two editors on one cell: one is saved, the other reads what the first wrote."""

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.at_once import at_once
from tests.clients import signed_in
from tests.pages.grids.sending import address_and_body, cell

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_two_editors_on_one_cell_one_is_refused(purchase: Evaluation) -> None:
    row = purchase.requirements.get(ref="R1")
    clients = [signed_in(purchase.owner) for _ in range(2)]

    def edit(number: int) -> int:
        change = cell(row, "weight", row.weight, 8 + number)
        url, body = address_and_body("requirements", purchase, cells=[change])
        answer = clients[number].post(url, body, content_type="application/json")
        return answer.status_code

    assert sorted(map(str, at_once(2, edit))) == ["200", "409"]
    row.refresh_from_db()
    assert row.weight in (8, 9)
    changed = Entry.objects.filter(evaluation=purchase, action="requirement.changed")
    assert changed.count() == 1
