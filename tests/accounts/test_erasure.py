"""A person is forgotten everywhere but where their name is part of a proof."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.db import connection
from django.test import Client

from evaltracker.evaluations.models import AccountEntry, Entry, Evaluation, Notice, User
from tests.accounts.conftest import log_in
from tests.accounts.factors import give_app
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db

NAMES = ("Zebulon", "Quillfeather", "zebq", "zq@example.com")
# Where a name is part of what hashes cover; docs/accounts.md says why.
PROOF = {
    "evaluations_entry",
    "stakeholders_signoff",
    "stakeholders_signeddocument",
}


def tables_with(*words: str) -> set[str]:
    """Every table in which one of the words still stands, in whatever column."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(cursor.fetchall()).lower()
            if any(word.lower() in text for word in words):
                found.add(table)
    return found


@pytest.fixture
def where() -> Evaluation:
    """A purchase in which Zebulon signed for IT."""
    made = common.evaluation()
    common.requirement(made)
    stakeholders.stakeholders(made, "it")
    stakeholders.sign_off_rules(made, "requirements", roles=("it",))
    return made


@pytest.fixture
def zebulon(where: Evaluation) -> User:
    """Somebody who left a trace everywhere that one can."""
    person = stakeholders.holder("it")
    person.username, person.email = "zebq", "zq@example.com"
    person.first_name, person.last_name = "Zebulon", "Quillfeather"
    person.is_staff = True
    person.save()
    sign_as(where, "it", by=person)
    log_in(Client(), "zebq")
    log_in(Client(), "zq@example.com", "guess")
    Client().post("/accounts/password/reset/", {"email": "zq@example.com"})
    signed_in(person).get("/accounts/email/")
    give_app(person)
    SocialAccount.objects.create(
        user=person, provider="openid_connect", uid="1", extra_data={"name": NAMES[0]}
    )
    Notice.objects.filter(recipient=person).update(
        last_error="550 no zq@example.com", suppressed_because="Zebulon Quillfeather"
    )
    fresh: User = User.objects.get(pk=person.pk)
    return fresh


def test_nothing_of_a_name_or_address_is_left_but_in_proofs(zebulon: User) -> None:
    assert {"evaluations_user", "account_emailaddress"} <= tables_with(*NAMES)
    assert act("erase-person", zebulon, common.otto()) == 302
    # Sessions are encoded, so their rows are counted instead of read.
    assert not UserSession.objects.filter(user=zebulon).exists()
    assert tables_with(*NAMES) <= PROOF
    erased = User.objects.get(pk=zebulon.pk)
    assert (erased.name, erased.email, erased.is_active) == ("Erased person", "", False)
    assert not EmailAddress.objects.filter(user=erased).exists()
    assert set(
        AccountEntry.objects.filter(person=erased).values_list("address", flat=True)
    ) == {None}


def test_proofs_keep_the_name_and_still_verify(
    zebulon: User, where: Evaluation
) -> None:
    act("erase-person", zebulon, common.otto())
    assert Entry.objects.filter(actor_name="Zebulon Quillfeather").exists()
    call_command("verify_journal", where.slug)
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/stakeholders/")
    assert "Erased person" in page.text
    assert "Quillfeather" not in page.text


def test_an_erased_person_is_out_at_the_next_request_and_stays_out(
    zebulon: User,
) -> None:
    session = signed_in(zebulon)
    assert session.get("/admin/").status_code == 200
    otto = common.otto()
    act("erase-person", zebulon, otto)
    assert session.get("/admin/").status_code == 302
    assert act("allow-login", zebulon, otto) == 403
    assert act("erase-person", zebulon, otto) == 403
    assert log_in(Client(), "zebq").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_mail_that_is_still_owed_does_not_leave(zebulon: User, smtp_sink: Sink) -> None:
    assert Notice.objects.filter(recipient=zebulon, state="pending").exists()
    act("erase-person", zebulon, common.otto())
    call_command("send_notices")
    assert smtp_sink.arrived == []
    owed = Notice.objects.filter(recipient=zebulon)
    assert {notice.state for notice in owed} == {"suppressed"}


def test_who_runs_an_open_purchase_is_not_erased(where: Evaluation) -> None:
    otto = common.otto()
    assert act("erase-person", where.owner, otto) == 409
    assert act("erase-person", otto, otto) == 409
    assert act("erase-person", where.owner, where.owner) == 403


def test_a_person_asks_and_the_operators_are_told(zebulon: User) -> None:
    otto = common.otto()
    client = signed_in(zebulon)
    assert client.post("/admin/act/ask-for-erasure/").status_code == 302
    assert client.post("/admin/act/ask-for-erasure/").status_code == 409
    assert "You asked to be erased" in client.get("/admin/account/").text
    assert Notice.objects.get(recipient=otto).kind == "erasure_asked"
    users = signed_in(otto).get("/admin/evaluations/user/").text
    assert "asked for" in users
