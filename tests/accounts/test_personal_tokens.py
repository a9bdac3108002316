"""A person's programs call by tokens that open what the person may do now."""

import datetime
import re
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from evaltracker.accounts.services import (
    erase_person,
    reset_factors,
    revoke_personal_token,
    set_active,
)
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import (
    AccountEntry,
    Evaluation,
    Notice,
    PersonalToken,
    User,
)
from evaltracker.pages.acts import ACTS
from stakeholders.services.people import remove_stakeholder
from tests.accounts.factors import give_app
from tests.accounts.test_proof import FIELD, grow_old
from tests.clients import heard, program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from vendors.services.candidates import declare_conflict

pytestmark = pytest.mark.django_db
STAFF = "/api/v1/staff/"
MAKE = "/admin/act/make-token/"
MINE = "/admin/account/tokens/"
SECRET = re.compile(r"evp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
ASKED = {"label": "CI", "scope": "read", "days": 30, "evaluation": "", "seen": ""}


@pytest.fixture
def lina() -> User:
    """Somebody with a second factor."""
    person = common.lina()
    give_app(person)
    return person


@pytest.fixture
def where() -> Evaluation:
    """A purchase in demos, with a claim of Acme's."""
    made = trials.platform("must")
    trials.claimed(made, made.requirements.get(ref="R1"))
    return made


def came_in(person: User) -> Client:
    """In their browser, where they have just shown who they are."""
    client = signed_in(person)
    grow_old(client, 0)
    return client


def make(person: User, **values: Any) -> Any:
    return came_in(person).post(MAKE, {**ASKED, **values})


def secret_of(answer: Any) -> str:
    found: set[str] = set(SECRET.findall(answer.text))
    assert len(found) == 1, answer.text
    return found.pop()


def by(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}"})


def status(client: Client, below: str = "me/") -> int:
    return client.get(f"{STAFF}{below}").status_code


def as_unknown(client: Client) -> bool:
    """Whether a call is answered like one by a token that never was."""
    unknown = by(f"evp_{'0' * 12}_{'a' * 43}").get(f"{STAFF}me/")
    assert unknown.status_code == 401
    return heard(client.get(f"{STAFF}me/")) == heard(unknown)


def test_making_one_needs_a_second_factor() -> None:
    lina = common.lina()
    answer = make(lina)
    assert answer.status_code == 409
    assert "second factor" in answer.text
    assert not PersonalToken.objects.exists()
    page = signed_in(lina).get(MINE)
    assert MAKE not in page.text
    assert "/accounts/2fa/" in page.text


def test_making_one_asks_who_is_there_after_ten_minutes(lina: User) -> None:
    client = came_in(lina)
    grow_old(client)
    assert FIELD in client.get(MAKE).text
    answer = client.post(MAKE, ASKED)
    assert (answer.status_code, FIELD in answer.text) == (400, True)
    assert not PersonalToken.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_in_an_address_it_is_revoked_and_its_person_told[/]",
)
def test_it_lasts_ninety_days_at_most_and_thirty_unless_said(lina: User) -> None:
    form = came_in(lina).get(MAKE)
    assert re.search(r'name="days" value="30"', form.text)
    for days in (0, 91):
        answer = make(lina, days=days)
        assert answer.status_code == 400
        assert [*answer.context["form"].errors] == ["days"]
    assert make(lina, days=90).status_code == 200


def test_five_of_a_person_are_live_at_most(lina: User) -> None:
    for _ in range(5):
        program(lina)
    seen = lina.tokens.order_by("made_at").last()
    assert seen is not None
    answer = make(lina, seen=seen.prefix)
    assert answer.status_code == 409
    assert "revoke one" in answer.text
    revoke_personal_token(token=seen, by=lina)
    assert make(lina, seen=seen.prefix).status_code == 200


def test_it_is_shown_once_and_a_digest_kept(lina: User) -> None:
    client = came_in(lina)
    answer = client.post(MAKE, {**ASKED, "scope": "write"})
    secret = secret_of(answer)
    assert "no-store" in answer["Cache-Control"]
    kept = PersonalToken.objects.get()
    assert (kept.person, kept.scope, kept.label) == (lina, "write", "CI")
    assert kept.digest == sha256(secret.encode()).hexdigest()
    assert kept.prefix == secret[:16]
    assert secret not in str(PersonalToken.objects.values().get())
    for address in (MAKE, MINE, "/admin/account/"):
        assert secret not in client.get(address).text
    assert by(secret).get(f"{STAFF}me/").json()["token"]["scope"] == "write"
    line = AccountEntry.objects.get(action=AccountAction.TOKEN_MADE)
    assert (line.person, line.by, line.detail) == (lina, lina, kept.prefix)


def test_a_page_sent_twice_makes_no_second_one(lina: User) -> None:
    client = came_in(lina)
    assert client.post(MAKE, ASKED).status_code == 200
    again = client.post(MAKE, ASKED)
    assert again.status_code == 409
    assert "a moment ago" in again.text
    assert PersonalToken.objects.count() == 1


def test_it_ends_with_its_last_day_where_its_person_is(lina: User) -> None:
    lina.time_zone = "Pacific/Auckland"
    lina.save(update_fields=["time_zone"])
    secret = secret_of(make(lina, days=1))
    kept = PersonalToken.objects.get()
    wall = kept.ends_at.astimezone(ZoneInfo(lina.time_zone))
    today = timezone.now().astimezone(wall.tzinfo).date()
    assert (wall.date() - today).days == 2
    assert wall.time() == datetime.time()
    second = datetime.timedelta(seconds=1)
    with time_machine.travel(kept.ends_at - second, tick=False):
        assert status(by(secret)) == 200
    with time_machine.travel(kept.ends_at + second, tick=False):
        assert as_unknown(by(secret))
        assert "None yet" in signed_in(lina).get(MINE).text


@pytest.mark.parametrize("below", [f"{STAFF}evaluations/", "/", "/admin/", "/no/"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[/]"
)
def test_in_an_address_it_is_revoked_and_its_person_told(
    lina: User, below: str
) -> None:
    secret = secret_of(make(lina))
    hidden = secret.replace("evp", "%65vp")
    answer = Client().get(f"{below}?token={hidden}")
    assert answer.status_code == 400
    assert "was revoked" in answer.json()["detail"]
    assert as_unknown(by(secret))
    kept = PersonalToken.objects.get()
    assert kept.revoked_at
    assert kept.leaked_at
    told = Notice.objects.filter(kind="personal_token_leaked")
    assert [notice.recipient for notice in told] == [lina]
    assert Client().get(f"{below}?token={secret}").status_code == 400
    assert told.count() == 1
    line = AccountEntry.objects.get(action=AccountAction.TOKEN_ENDED)
    assert (line.person, line.by, line.detail) == (lina, None, kept.prefix)


def test_a_session_alone_opens_nothing(where: Evaluation) -> None:
    assert status(signed_in(where.owner), "evaluations/") == 401


def test_a_part_that_ends_closes_it_at_once(where: Evaluation) -> None:
    it = stakeholders.holder("it")
    everything, bound = program(it), program(it, evaluation=where)
    home = f"evaluations/{where.slug}/blockers/"
    assert status(everything, home) == status(bound, home) == 200
    part = where.stakeholders.get(user=it)
    remove_stakeholder(stakeholder=part, reason="Left us.", by=where.owner)
    assert status(everything, home) == 404
    assert status(everything) == 200
    assert as_unknown(bound)


def test_a_conflict_declared_afterwards_closes_the_answers(where: Evaluation) -> None:
    it = stakeholders.holder("it")
    client = program(it)
    matrix = f"evaluations/{where.slug}/matrix/"
    assert status(client, matrix) == 200
    declare_conflict(
        candidate=where.candidates.all()[0],
        has_interest=True,
        statement="I own shares.",
        by=it,
    )
    assert status(client, matrix) == 403


def test_an_operators_opens_only_what_they_have_a_part_in(where: Evaluation) -> None:
    client = program(common.otto())
    listed = client.get(f"{STAFF}evaluations/")
    assert (listed.status_code, listed.json()["results"]) == (200, [])
    assert status(client, f"evaluations/{where.slug}/blockers/") == 404
    form = came_in(common.otto()).get(MAKE)
    assert where.title not in form.text


def test_one_bound_to_a_purchase_opens_no_other(where: Evaluation) -> None:
    other = common.evaluation(owner=where.owner, title="Choose a queue")
    give_app(where.owner)
    secret = secret_of(make(where.owner, evaluation=str(where.pk)))
    client = by(secret)
    assert status(client, f"evaluations/{where.slug}/blockers/") == 200
    assert status(client, f"evaluations/{other.slug}/blockers/") == 404
    listed = client.get(f"{STAFF}evaluations/").json()["results"]
    assert [row["slug"] for row in listed] == [where.slug]


def test_without_a_part_in_it_none_is_bound_to_a_purchase(where: Evaluation) -> None:
    noor = common.noor()
    give_app(noor)
    answer = make(noor, evaluation=str(where.pk))
    assert answer.status_code == 400
    assert [*answer.context["form"].errors] == ["evaluation"]


def test_a_stopped_login_ends_them(lina: User) -> None:
    client, operator = program(lina), common.otto()
    set_active(person=lina, active=False, by=operator)
    assert as_unknown(client)
    set_active(person=lina, active=True, by=operator)
    assert as_unknown(client)


def test_without_its_second_factor_it_opens_nothing(lina: User) -> None:
    client = program(lina)
    reset_factors(person=lina, by=common.otto())
    assert as_unknown(client)


def test_an_erased_persons_are_over_and_without_a_label(lina: User) -> None:
    client = program(lina, label="Lina's laptop")
    erase_person(person=lina, by=common.otto())
    assert as_unknown(client)
    kept = PersonalToken.objects.get()
    assert "Lina" not in kept.label
    assert kept.revoked_at


def test_its_person_or_an_operator_revokes_it(lina: User) -> None:
    clients = [program(lina), program(lina)]
    revoked = zip(
        clients, lina.tokens.order_by("made_at"), (lina, common.otto()), strict=True
    )
    for client, token, who in revoked:
        address = f"/admin/act/revoke-personal-token/{token.pk}/"
        assert signed_in(common.noor()).post(address).status_code == 404
        assert status(client) == 200
        assert signed_in(who).post(address).status_code == 302
        assert as_unknown(client)
        assert signed_in(who).post(address).status_code == 409


def test_ones_own_are_listed_and_operators_see_all(
    lina: User, where: Evaluation
) -> None:
    client = signed_in(lina)
    assert "None yet" in client.get(MINE).text
    ends = timezone.now() + datetime.timedelta(days=30, hours=1)
    used = program(lina, evaluation=where, ends_at=ends)
    assert "never" in client.get(MINE).text
    assert status(used) == 200
    page, token = client.get(MINE).text, lina.tokens.get()
    for words in (token.prefix, "CI", "Read", where.title, "in 30 days", "Revoke"):
        assert words in page
    assert "never" not in page
    assert token.prefix in signed_in(common.otto()).get(MINE).text
    assert token.prefix not in signed_in(common.noor()).get(MINE).text


def test_no_program_makes_or_ends_one() -> None:
    for name in ("make-token", "revoke-personal-token"):
        assert getattr(ACTS[name], "program", "closed") == "closed"


def test_tokens_of_another_kind_open_nothing(where: Evaluation) -> None:
    secret = secret_of(make(with_app(where.owner)))
    assert by(secret).get("/api/v1/invitations/").status_code == 401
    assert by(secret).post("/api/v1/trials/x/runs/").status_code == 401
    ours = by(vendors.token(vendors.vendor("Acme")))
    assert status(ours) == 401
    assert status(by(f"evr_{'0' * 12}_{'a' * 43}")) == 404


def with_app(person: User) -> User:
    give_app(person)
    return person


def test_the_person_of_a_call_is_never_saved(lina: User) -> None:
    with pytest.raises(TypeError):
        lina.as_program().save(update_fields=["first_name"])
    lina.save()
