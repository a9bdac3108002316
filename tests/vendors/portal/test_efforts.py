"""What an answer takes, in the vendor's pages: three fields, drafted and handed in."""

from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.vendors.portal.visitor import Visitor
from vendors.models import Effort

ANSWER = {"availability": "now", "statement": "Yes.", "version": "0", "then": "stay"}


@pytest.fixture
def inside(ada: Visitor, where: Evaluation) -> Visitor:
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=True)
    return ada.sign_in()


def page_of(visitor: Visitor) -> str:
    page: str = visitor.get(f"{visitor.home}answer/R1/").content.decode()
    return page


def drafted(visitor: Visitor, **fields: Any) -> str:
    sent = visitor.post(f"{visitor.home}answer/R1/", **{**ANSWER, **fields})
    assert sent.status_code == 302, sent.content
    return page_of(visitor)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_wrong_is_said_beside_the_fields_and_nothing_is_handed_in",
)
def test_it_is_drafted_handed_in_and_shown_as_it_stands(
    inside: Visitor, where: Evaluation
) -> None:
    page = drafted(inside, how="customise", days="5/10/20,5", by="buyer")
    assert 'value="5/10/20,5"' in page and "effort-wrong" not in page
    assert inside.post(f"{inside.home}hand-in/").status_code == 302
    row = Effort.objects.get()
    assert row.said == {
        "how": "customise",
        "days": {"low": "5", "likely": "10", "high": "20.5"},
        "by": "buyer",
    }
    assert row.by_vendor and row.submitted_by == "Acme (Ada Park)"
    assert 'value="5/10/20.5"' in page_of(inside)
    assert "This is what you handed in." in page_of(inside)
    assert 'name="how"' in page_of(inside)
    Evaluation.objects.filter(pk=where.pk).update(asks_effort=False)
    assert 'name="how"' not in page_of(inside)


def test_what_is_wrong_is_said_beside_the_fields_and_nothing_is_handed_in(
    inside: Visitor,
) -> None:
    page = drafted(inside, how="out_of_box", days="3")
    assert "Out of the box takes no days; choose configure." in page
    assert page.count("autofocus") == 1
    refused = inside.post(f"{inside.home}hand-in/")
    assert refused.status_code == 400
    assert "Out of the box takes no days" in refused.content.decode()
    assert not Effort.objects.exists()
