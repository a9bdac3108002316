"""The candidates page: who is in the choice, and every act on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.requirements.services.scopes import add_list
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.admin.candidates import candidate_rows
from vendors.models import Candidate, Vendor
from vendors.selectors.claims import answer_counts
from vendors.services.candidates import eliminate, shortlist
from vendors.services.claims import note_claim, rule_not_applicable
from vendors.services.drafts import hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """In research, with R1 and R2, and Ivan from IT."""
    where = common.evaluation()
    common.requirement(where, "R1")
    common.requirement(where, "R2", "should")
    stakeholders.stakeholders(where, "it")
    return vendors.in_research(where)


def page(where: Evaluation, user: User, query: str = "") -> str:
    answer = signed_in(user).get(f"/admin/e/{where.slug}/candidates/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_page_says_what_to_put_up(purchase: Evaluation) -> None:
    assert "No candidates yet" in page(purchase, purchase.owner)
    assert "Add a candidate" in page(purchase, purchase.owner)
    assert "Add a candidate" not in page(purchase, stakeholders.holder("it"))


def test_strangers_find_nothing_and_nothing_is_posted_here(
    purchase: Evaluation,
) -> None:
    url = f"/admin/e/{purchase.slug}/candidates/"
    assert signed_in(common.noor()).get(url).status_code == 404
    assert signed_in(purchase.owner).post(url).status_code == 405
    assert signed_in(purchase.owner).get(f"{url}?owner=1").status_code == 400


def test_each_line_tells_answers_receipt_and_reason(purchase: Evaluation) -> None:
    acme = vendors.invited(purchase)
    vendors.claim(acme, purchase.requirements.get(ref="R1"))
    number = hand_in(candidate=acme, by=Actor(name="Acme by API")).number
    shortlist(candidate=acme, by=purchase.owner)
    globex = vendors.candidate(purchase, "Globex ML")
    eliminate(candidate=globex, reason="Gone <b>bust</b>", by=purchase.owner)
    body = page(purchase, stakeholders.holder("it"))
    assert "1 of 2" in body
    assert number in body
    assert "Gone &lt;b&gt;bust&lt;/b&gt;" in body
    only = page(purchase, purchase.owner, "?kind=build")
    assert "No candidate of this kind." in only


def test_what_the_buyer_notes_of_a_vendor_is_no_answer_of_it(
    purchase: Evaluation,
) -> None:
    acme = vendors.candidate(purchase)
    own = vendors.candidate(purchase, "Our own", kind="build")
    for candidate, availability in ((acme, "unstated"), (own, "now")):
        note_claim(
            candidate=candidate,
            requirement=purchase.requirements.get(ref="R1"),
            statement="It says so.",
            availability=availability,
            by=purchase.owner,
        )
    found = {
        row.candidate: (row.answers.answered, row.answers.ours, row.answers.noted)
        for row in candidate_rows(purchase, purchase.owner, (acme, own)).values()
    }
    assert found == {acme: (0, 0, 1), own: (1, 1, 0)}
    body = page(purchase, purchase.owner)
    assert "1 only in our notes" in body
    assert body.count("1 of them ours") == 1


def test_the_owner_adds_a_candidate_with_a_new_vendor(purchase: Evaluation) -> None:
    form = {"name": "Acme ML", "kind": "buy", "new_vendor": "Acme"}
    assert act("add-candidate", purchase, purchase.owner, **form) == 302
    assert Candidate.objects.get(name="Acme ML").vendor == Vendor.objects.get()
    both = {**form, "name": "Other", "vendor": Vendor.objects.get().pk}
    assert act("add-candidate", purchase, purchase.owner, **both) == 400
    assert act("add-candidate", purchase, stakeholders.holder("it"), **form) == 403
    assert act("add-candidate", purchase, common.noor(), **form) == 404


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_holds_for_on_pages.py"
    "::test_lists_and_marks_are_written_on_their_pages",
)
def test_a_candidate_is_shortlisted_dropped_and_brought_back(
    purchase: Evaluation,
) -> None:
    acme = vendors.candidate(purchase)
    owner = purchase.owner
    assert act("shortlist", acme, owner) == 302
    assert act("shortlist", acme, owner) == 409
    assert act("eliminate", acme, owner, reason=" ") == 400
    assert act("eliminate", acme, owner, reason="Too dear") == 302
    acme.refresh_from_db()
    assert acme.state == "eliminated"
    assert act("reinstate", acme, stakeholders.holder("it"), reason="x") == 403
    assert act("reinstate", acme, owner, reason="New price") == 302


def test_a_candidate_is_changed_and_invited_once(purchase: Evaluation) -> None:
    acme = vendors.candidate(purchase)
    form = {"name": "Acme ML 2", "vendor": acme.vendor_id, "hours_saved": "0.5"}
    assert act("change-candidate", acme, purchase.owner, **form) == 302
    vendors.released(purchase)
    assert act("invite", acme, purchase.owner) == 302
    assert act("invite", acme, purchase.owner) == 409
    acme.refresh_from_db()
    assert (acme.name, bool(acme.invited_at)) == ("Acme ML 2", True)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_the_buyer_notes_of_a_vendor_is_no_answer_of_it",
)
def test_the_page_asks_as_much_for_two_candidates_as_for_ten(
    purchase: Evaluation,
) -> None:
    def queries() -> int:
        client = signed_in(purchase.owner)
        client.get(f"/admin/e/{purchase.slug}/candidates/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(f"/admin/e/{purchase.slug}/candidates/")
        return len(seen)

    vendors.invited(purchase, "Acme ML")
    vendors.invited(purchase, "Globex ML")
    few = queries()
    for number in range(8):
        vendors.invited(purchase, f"V{number} ML")
    assert queries() == few
    assert few <= 22


def test_an_answer_for_some_values_is_one_in_part(purchase: Evaluation) -> None:
    runs_on = add_list(
        evaluation=purchase,
        name="Runs on",
        values=["AWS", "on premises"],
        by=purchase.owner,
    )
    row = purchase.requirements.get(ref="R1")
    change_requirement(requirement=row, must_hold_for=[runs_on], by=purchase.owner)
    acme = vendors.invited(purchase)
    vendors.claim(acme, row, holds_for={"Runs on": ["AWS"]})
    [counts] = answer_counts(purchase, [acme]).values()
    assert (counts.answered, counts.partly) == (0, 1)
    assert "1 more in part" in page(purchase, purchase.owner)
    rule_not_applicable(
        candidate=acme,
        requirement=row,
        named_values={"Runs on": ["on premises"]},
        reason="Nobody runs it there.",
        by=purchase.owner,
    )
    [counts] = answer_counts(purchase, [acme]).values()
    assert (counts.answered, counts.partly) == (1, 0)
