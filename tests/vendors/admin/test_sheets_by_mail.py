"""A vendor that answers by mail: the sheet is handed out; nobody speaks for it."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.vendors.isolation.world import mailed_sheet
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    where = common.evaluation()
    common.requirement(where, "R1")
    acme = vendors.invited(vendors.in_research(where))
    vendors.claim(acme, where.requirements.get())
    return acme


def test_the_owner_alone_downloads_the_sheet_and_finds_what_was_entered_before(
    acme: Candidate,
) -> None:
    where: Evaluation = acme.evaluation
    sheet = mailed_sheet(acme, where)
    owner = signed_in(where.owner)
    out = owner.get(f"/admin/candidates/{acme.pk}/answer-sheet/")
    assert out["Content-Disposition"] == 'attachment; filename="answers.xlsx"'
    page = owner.get(f"/admin/candidates/{acme.pk}/").content.decode()
    assert sheet.submission.number in page
    assert "not confirmed by the" in page
    assert "take-sheet" not in page
    reader = stakeholders.stakeholders(where, "it")["it"].user
    vendors.declare_none(where)
    sealed = signed_in(reader).get(f"/admin/candidates/{acme.pk}/answer-sheet/")
    assert sealed.status_code == 403
