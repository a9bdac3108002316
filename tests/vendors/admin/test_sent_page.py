"""What vendors sent since the reader last looked, beside what they had seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import cancel
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.vendors.admin.sending import answered_by_acme, look, page, say
from vendors.models import Candidate
from vendors.selectors.dialogue import count_unseen
from vendors.services.claims import note_claim, withdraw_claim
from vendors.services.dialogue import ask_question
from vendors.services.drafts import hand_in

pytestmark = pytest.mark.django_db
ACME = Actor(name="Acme by API")


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """R1 to R3, asked of Acme."""
    return answered_by_acme()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_nothing_is_new_on_the_overview_once_it_has_ended",
)
def test_an_empty_page_says_how_it_is_filled(purchase: Evaluation) -> None:
    assert "Nothing is new to you" in page(purchase, purchase.owner)
    assert "No answers yet" in page(purchase, purchase.owner, "?all=1")
    other = vendors.enter(common.evaluation(title="Other"), "research")
    assert "No vendor is invited" in page(other, other.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_holds_for_on_pages.py"
    "::test_what_a_vendor_sent_says_for_which_values_it_holds",
)
def test_a_change_stands_beside_the_words_that_were_seen(purchase: Evaluation) -> None:
    say(purchase, "R1", statement="Up to 64 nodes.")
    assert "Before" not in page(purchase, purchase.owner)
    look(purchase, purchase.owner)
    say(purchase, "R1", "beta", statement="Up to 16 <b>nodes</b>.")
    say(purchase, "R1", "beta", statement="Up to 32 <b>nodes</b>.")
    body = page(purchase, purchase.owner)
    assert "<del>64 </del>" in body
    assert "<ins>32 &lt;b&gt;</ins>" in body
    assert "Downgraded" in body
    # What came and went in between is on the ledger.
    assert "1 more revision before it" in body
    assert ">16" not in body


def test_questions_receipts_and_withdrawals_are_told_too(purchase: Evaluation) -> None:
    acme = Candidate.objects.get()
    note_claim(
        candidate=acme,
        requirement=purchase.requirements.get(ref="R2"),
        statement="A blog says so.",
        by=purchase.owner,
    )
    say(purchase, "R1")
    look(purchase, purchase.owner)
    say(purchase, "R2", statement="We do.")
    receipt = hand_in(candidate=acme, by=ACME)
    ask_question(evaluation=purchase, candidate=acme, text="Which R?", by=ACME)
    withdraw_claim(
        candidate=acme, requirement=purchase.requirements.get(ref="R1"), by=ACME
    )
    body = page(purchase, purchase.owner)
    assert "1 question" in body
    assert receipt.number in body
    assert "Withdrawn" in page(purchase, purchase.owner, "?show=withdrawn")
    # The buyer's own note is no news; beside the vendor's first words it is.
    new = page(purchase, purchase.owner, "?show=new")
    assert "A blog says so." in new
    assert "noted by" in new


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_holds_for_on_pages.py"
    "::test_what_a_vendor_sent_says_for_which_values_it_holds",
)
def test_what_is_no_filter_is_refused_and_strangers_find_nothing(
    purchase: Evaluation,
) -> None:
    url = f"/admin/e/{purchase.slug}/sent/"
    client = signed_in(purchase.owner)
    for query in ("?show=x", f"?candidate={purchase.pk}", "?all=2", "?x=1"):
        assert client.get(url + query).status_code == 400, query
    assert signed_in(common.noor()).get(url).status_code == 404
    assert client.post(url).status_code == 405


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_nothing_is_new_on_the_overview_once_it_has_ended",
)
def test_counts_stand_on_the_pages_that_lead_here(purchase: Evaluation) -> None:
    client = signed_in(purchase.owner)

    def read(path: str) -> str:
        return client.get(path).content.decode()

    base = f"/admin/e/{purchase.slug}/"
    assert "new to you" not in read(base) + read(f"{base}candidates/")
    say(purchase, "R1")
    say(purchase, "R2")
    assert "2 answers new to you" in read(base)
    assert "2 new to you" in read(f"{base}candidates/")
    assert "Read 2 new or changed answers" in read("/admin/")
    look(purchase, purchase.owner)
    assert "Read 2 new or changed answers" not in read("/admin/")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_interests_are_asked_first.py"
    "::test_the_owner_is_asked_nothing_while_there_is_nothing_to_read",
)
def test_the_page_asks_as_much_for_one_vendor_as_for_eight(
    purchase: Evaluation,
) -> None:
    def queries() -> int:
        client = signed_in(purchase.owner)
        client.get("/admin/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/admin/e/{purchase.slug}/sent/")
        return len(seen)

    say(purchase, "R1")
    look(purchase, purchase.owner)
    say(purchase, "R1", "beta")
    few = queries()
    for number in range(7):
        one = vendors.invited(purchase, f"V{number} ML")
        for requirement in purchase.requirements.all():
            vendors.claim(one, requirement)
            vendors.claim(one, requirement, "beta")
    assert queries() == few
    assert few <= 24


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_holds_for_on_pages.py"
    "::test_what_a_vendor_sent_says_for_which_values_it_holds",
)
def test_each_claim_is_a_line_and_can_be_narrowed_by_what_it_says(
    purchase: Evaluation,
) -> None:
    say(purchase, "R1", statement="Up to 64 nodes.")
    say(purchase, "R2", "beta", statement="In preview.")
    body = page(purchase, purchase.owner, "?availability=beta")
    assert body.count('class="se-line"') == 1
    assert "In preview." in body
    assert "Up to 64 nodes." not in body
    assert "No answer fits the filter" in page(
        purchase, purchase.owner, "?availability=never"
    )
    url = f"/admin/e/{purchase.slug}/sent/?availability=x"
    assert signed_in(purchase.owner).get(url).status_code == 400


def test_nothing_is_new_on_the_overview_once_it_has_ended(
    purchase: Evaluation,
) -> None:
    say(purchase, "R1")
    cancel(evaluation=purchase, reason="Enough", by=purchase.owner)
    body = signed_in(purchase.owner).get(f"/admin/e/{purchase.slug}/").content.decode()
    assert "new to you" not in body


def test_nothing_is_new_once_it_is_decided(purchase: Evaluation) -> None:
    say(purchase, "R1")
    assert sum(count_unseen(purchase.owner, [purchase]).values()) == 1
    Evaluation.objects.filter(pk=purchase.pk).update(status="decided")
    assert not count_unseen(purchase.owner, [purchase])
