"""Rights as a table: every act, page and list × every role.

The tables below are the promise. An act, a page or a list that is in no table fails, so
a new one cannot come without saying whom it is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from evaltracker.evaluations.admin.acts import ACTS
from evaltracker.evaluations.admin.site import site
from evaltracker.evaluations.models import Entry, Evaluation
from tests.rights.world import MAIN, build, place, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

    from evaltracker.evaluations.models import User

pytestmark = pytest.mark.django_db

ROLES = ("it", "engineering", "devops", "pm", "leadership")
EVERYBODY = ("lead", *ROLES, "operator", "stranger")
OUTSIDE = ("stranger",)

INSIDERS = {"lead", *ROLES}
# Who may do it; every other insider and the operator are refused (403), the stranger
# finds nothing (404). What is not named here is the owner's alone.
ACTS_FOR: dict[str, set[str]] = {
    **dict.fromkeys(
        (
            "add-dazzle",
            "add-script-item",
            "ask-question",
            "change-script-item",
            "draw-up-script",
            "end-demo",
            "excuse-knock-out",
            "hold-demo",
            "judge-criterion",
            "judge-item",
            "note-research",
            "reconfirm-evidence",
            "record-evidence",
            "record-gap",
            "write-demo-note",
        ),
        INSIDERS,
    ),
    "excuse-knock-out": {"lead", "leadership"},
    "waive-gate": {"leadership"},
    "say-role-weights": set(ROLES),
    "agree-contract": set(ROLES),
    "declare-interest": set(ROLES),
    "declare-interests": set(ROLES),
    # The first stakeholder of the main purchase is DevOps', who scores.
    "lend-part": {"devops"},
    "give-scores": {"devops"},
    "lock-scores": {"devops"},
    "close-condition": {"lead", "it"},
    "revoke-lending": {"lead", "it"},
    # A company belongs to no single purchase: who runs one keeps it, and the operator.
    "add-contact": {"lead", "operator"},
    "change-vendor": {"lead", "operator"},
}
# Acts on no row, or on rows that only some may see: the exact answers.
ANSWERS: dict[str, dict[str, int]] = {
    "start-evaluation": {"lead": 200, "operator": 200},
    "add-vendor": {"lead": 200, "operator": 200},
    "add-person": {"operator": 200},
    # Everybody's own account.
    "ask-for-erasure": dict.fromkeys(EVERYBODY, 200),
    "change-details": dict.fromkeys(EVERYBODY, 200),
    "change-my-notices": dict.fromkeys(EVERYBODY, 200),
    "stop-calendar": dict.fromkeys(EVERYBODY, 200),
}
# The row is the lead's own login, who may add people and so sees all logins; for
# everybody else it is not there.
BY_OPERATORS = {"lead": 403, "operator": 200}
# The login works and has a password, so there is no reason for it.
NO_REASON = {"lead": 403, "operator": 403}
ABOUT_PEOPLE = {
    "allow-login": NO_REASON,
    "change-person": BY_OPERATORS,
    "erase-person": BY_OPERATORS,
    "give-roles": {"lead": 200, "operator": 200},
    "invite-again": NO_REASON,
    "reset-factors": BY_OPERATORS,
    "set-password": BY_OPERATORS,
    "stop-login": BY_OPERATORS,
}
SEALED = ("change-cost-line", "remove-cost-line")
ON_PLACE = (
    "excuse-knock-out",
    "note-claim",
    "record-evidence",
    "rule-not-applicable",
    "withdraw-note",
)


def expected(name: str, who: str) -> int:
    """The status with which `who` is answered."""
    if name in ANSWERS:
        return ANSWERS[name].get(who, 403)
    if name in ABOUT_PEOPLE:
        return ABOUT_PEOPLE[name].get(who, 404)
    if who in OUTSIDE:
        return 404
    if name in SEALED:
        return 200 if who == "lead" else 404
    return 200 if who in ACTS_FOR.get(name, {"lead"}) else 403


def clients(people: dict[str, User]) -> dict[str, Client]:
    """Everybody signed in."""
    made = {}
    for name, user in people.items():
        made[name] = Client()
        made[name].force_login(
            user, backend="django.contrib.auth.backends.ModelBackend"
        )
    return made


def address(name: str) -> str:
    if name in ON_PLACE:
        return reverse("admin:act_on", args=[name, place()])
    target = target_of(ACTS[name])
    return (
        reverse("admin:act_on", args=[name, target])
        if target
        else reverse("admin:act", args=[name])
    )


@pytest.fixture(scope="module")
def people(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, User]]:
    """One world for the whole table, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def signed_in(people: dict[str, User]) -> dict[str, Client]:
    """Everybody signed in, each in a client of their own."""
    return clients(people)


def test_every_act_answers_each_role_as_the_table_says(
    signed_in: dict[str, Client],
) -> None:
    before = Entry.objects.count()
    wrong = []
    for name in sorted(ACTS):
        url = address(name)
        for who, client in signed_in.items():
            right = expected(name, who)
            if (got := client.get(url).status_code) != right:
                wrong.append(f"GET {name} as {who}: {got}, not {right}")
            # Whoever may not, may not by POST either, and leaves no trace.
            if right != 200 and (got := client.post(url).status_code) != right:
                wrong.append(f"POST {name} as {who}: {got}, not {right}")
        if (got := Client().get(url).status_code) != 302:
            wrong.append(f"GET {name} signed out: {got}")
    assert wrong == []
    assert Entry.objects.count() == before


def test_every_named_act_exists() -> None:
    named = {*ACTS_FOR, *ANSWERS, *ABOUT_PEOPLE, *SEALED, *ON_PLACE}
    assert named <= set(ACTS)


def page_addresses() -> dict[str, str]:
    """Every page of the site by name, at something that is there."""
    main = Evaluation.objects.get(slug=MAIN)
    trial = Evaluation.objects.get(slug="gpu-training")
    decided = Evaluation.objects.get(slug="automated-renewals")
    candidate = main.candidates.get(name="Databricks")
    finalist = trial.candidates.get(name="Azure Machine Learning")
    given = decided.visits.exclude(sign_offs=None)[0].sign_offs.all()[0]
    details: dict[str, list[object]] = {
        "candidate": [candidate.pk],
        "cell": [candidate.pk, main.requirements.get(ref="R06.2").pk],
        "demo": [finalist.demos.get().pk],
        "demo_script": [finalist.demos.get().pk],
        "trial": [finalist.trials.get().pk],
        "sign": [main.sign_off_rules.get(stage="trials", role="it").pk],
        "receipt": [given.pk],
        "document": [given.document_id],
        "issue_token": [candidate.vendor_id],
        "my_notices": [],
        "my_calendar": [],
        "memo": [decided.slug],
        "memo_md": [decided.slug],
        "memo_pdf": [decided.slug],
        "my_account": [],
    }
    return {
        name: reverse(f"admin:{name}", args=details.get(name, [MAIN]))
        for name in site._pages
        if name not in ("act", "act_on", "claim_file", "evidence_file")
    }


# About the reader alone, so there for everybody.
OWN_PAGES = {"my_account", "my_calendar", "my_notices"}
OWNERS_PAGES = {
    "evaluation_import_requirements": {"lead"},
    "issue_token": {"lead"},
}


def test_every_page_is_there_for_insiders_and_absent_for_others(
    signed_in: dict[str, Client],
) -> None:
    wrong = []
    for name, url in page_addresses().items():
        for who, client in signed_in.items():
            right = 404 if who in OUTSIDE and name not in OWN_PAGES else 200
            if right == 200 and who not in OWNERS_PAGES.get(name, EVERYBODY):
                right = 403
            if (got := client.get(url).status_code) != right:
                wrong.append(f"{name} as {who}: {got}, not {right}")
        if (got := Client().get(url).status_code) != 302:
            wrong.append(f"{name} signed out: {got}")
    assert wrong == []


def test_hidden_and_absent_read_alike(signed_in: dict[str, Client]) -> None:
    stranger = signed_in["stranger"]
    there = stranger.get(reverse("admin:evaluation_overview", args=[MAIN]))
    absent = stranger.get(reverse("admin:evaluation_overview", args=["no-such"]))
    assert there.status_code == absent.status_code == 404
    assert strip(there.content, MAIN) == strip(absent.content, "no-such")


def strip(page: bytes, slug: str) -> bytes:
    """The page without what differs by design: the address and one-time tokens."""
    lines = page.replace(slug.encode(), b"").splitlines()
    return b"\n".join(
        line for line in lines if b"csrf" not in line and b"nonce" not in line
    )


LISTS_FOR = {
    "accountentry": {"operator"},
    "user": {"lead", "operator"},
    "vendortoken": {"lead", "operator"},
}


def test_every_list_shows_a_stranger_nothing_and_insiders_their_rows(
    signed_in: dict[str, Client],
) -> None:
    wrong = []
    for model in site._registry:
        meta = model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        for who, client in signed_in.items():
            answer = client.get(url)
            right = 200 if who in LISTS_FOR.get(meta.model_name, EVERYBODY) else 403
            if answer.status_code != right:
                wrong.append(f"{meta.model_name} as {who}: {answer.status_code}")
            elif who in OUTSIDE and b"Databricks" in answer.content:
                wrong.append(f"{meta.model_name} shows a stranger a candidate")
    assert wrong == []


def test_no_page_changes_anything_when_it_is_only_read(
    signed_in: dict[str, Client],
) -> None:
    before = Entry.objects.count()
    for url in page_addresses().values():
        for method in ("get", "head"):
            getattr(signed_in["lead"], method)(url)
    assert Entry.objects.count() == before
