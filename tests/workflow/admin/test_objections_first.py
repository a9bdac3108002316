"""The next signer reads objections first, and who has approved, by name."""

import datetime
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from evaltracker.decision.memo.figures import approved_said
from evaltracker.decision.memo.printing import approved_of_frozen, counted_signatures
from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import change_requirement
from stakeholders.services.people import delegate
from stakeholders.services.sign_offs import ConditionAsked, close_condition
from tests.clients import signed_in
from tests.factories import stakeholders
from tests.factories.workflow import sign_as, to_be_signed
from tests.workflow.admin.signing import sign_page
from tests.workflow.deciding import decided
from tests.workflow.half_tried import half_tried
from tests.workflow.notices.asking import later, mail_to

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "cases" / "approvals_cases.json"
OPEN = {case["id"]: case for case in json.loads(CASES.read_text())["still_open"]}
ROLES = {"PM": "pm", "Leadership": "leadership"}
COUNT = "2 of 4 roles, 1 person · Priya (PM; DevOps for Dana)"
NAMES = {"Priya Nair": "Priya", "Viktor Lund": "Viktor"}


@pytest.fixture
def where(db: None) -> Evaluation:
    return to_be_signed()


def read(where: Evaluation, page: str = "", who: str = "devops") -> str:
    client = signed_in(stakeholders.holder(who))
    body = client.get(page or sign_page(where, who)).content.decode()
    body = re.sub(r"</?data\b[^>]*>", "", body)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split()).replace("&quot;", '"')


def asked(text: str) -> ConditionAsked:
    due = timezone.localdate() + datetime.timedelta(days=30)
    return ConditionAsked(text, stakeholders.holder("pm"), due)


def expected(case: str) -> list[str]:
    lines: list[str] = OPEN[case]["expect"]
    for name, short in NAMES.items():
        lines = [line.replace(name, short) for line in lines]
    return lines


def sign_given(where: Evaluation, case: dict[str, Any]) -> None:
    for name, role, day, words in case["conditions"]:
        assert name
        with time_machine.travel(f"{day}T12:00:00Z"):
            sign_as(
                where,
                ROLES[role],
                "conditions",
                reason="Mostly.",
                conditions=[asked(words)],
                **case.get("more", {}),
            )
    if case.get("returned"):
        _, role, day, words = case["returned"]
        with time_machine.travel(f"{day}T12:00:00Z"):
            sign_as(where, ROLES[role], "return", reason=words)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_weights_before_signing.py"
    "::test_w3_a_return_needs_no_weights",
)
def test_o1_returned_and_conditional_stand_first_by_name_and_words(
    where: Evaluation,
) -> None:
    sign_given(where, OPEN["O1"]["given"])
    body = read(where)
    returned, condition = expected("O1")
    assert f"Still open {returned} {condition}" in body
    assert "Nothing is open." not in body
    assert "1 of 4 roles, 1 person · Viktor (Leadership, on conditions)." in body


def test_o2_nothing_is_open(where: Evaluation) -> None:
    assert f"Still open {expected('O2')[0]}" in read(where)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_kept_draws.py"
    "::test_leadership_reads_the_figure_in_the_words_that_it_signs",
)
def test_o3_conditions_stand_before_what_is_not_judged_and_gaps() -> None:
    where = half_tried()
    given = OPEN["O3"]["given"] | {"more": {"accepts_unjudged": True}}
    sign_given(where, given)
    condition, unjudged, gap = expected("O3")
    unjudged = unjudged.replace("17 of 30", "3 of 4")
    gap = gap.replace("Paperspace", "Globex ML")
    assert f"Still open {condition} {unjudged} {gap} " in read(where, who="it")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_o2_nothing_is_open",
)
def test_a_verdict_on_earlier_words_stays_until_its_signer_signs_again(
    where: Evaluation,
) -> None:
    sign_as(where, "pm", "return", reason="The weight of lineage is too low.")
    need = where.requirements.get()
    change_requirement(requirement=need, text="Other words", by=where.owner)
    said = "on earlier words: “The weight of lineage is too low.”"
    assert said in read(where)
    sign_as(where, "pm")
    assert f"Still open {expected('O2')[0]}" in read(where)


def test_long_words_are_cut_and_stand_whole_behind_more(where: Evaluation) -> None:
    words = "Too dear. " * 60
    sign_as(where, "pm", "decline", reason=words)
    body = read(where)
    assert "Declined by Priya (PM)" in body
    cut, _, whole = body[body.index("Declined by") :].partition("more")
    assert len(cut) < 400
    assert words.strip() in whole


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_o2_nothing_is_open",
)
def test_a_closed_condition_is_not_open(where: Evaluation) -> None:
    signed = sign_as(
        where, "pm", "conditions", reason="x", conditions=[asked("Name a date.")]
    )
    assert "Condition of Priya (PM)" in read(where)
    close_condition(
        condition=signed.conditions.get(), note="Named", by=stakeholders.holder("pm")
    )
    assert f"Still open {expected('O2')[0]}" in read(where)


def lent_to_priya(where: Evaluation) -> None:
    """Priya signs as PM, and as DevOps for Dana."""
    priya, part = stakeholders.holder("pm"), where.stakeholders.get(role="devops")
    today = timezone.localdate()
    delegate(
        stakeholder=part, substitute=priya, starts_on=today, ends_on=today, by=part.user
    )
    sign_as(where, "pm")
    sign_as(where, "devops", by=priya)


def test_one_person_in_two_roles_is_one_person_on_every_page(
    where: Evaluation,
) -> None:
    lent_to_priya(where)
    here = f"/admin/e/{where.slug}/"
    for page in ("", here, f"{here}sign-offs/", "/admin/"):
        assert COUNT in read(where, page, who="it"), page


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
def test_a_mail_counts_and_holds_no_words(where: Evaluation) -> None:
    lent_to_priya(where)
    sign_as(
        where,
        "leadership",
        "conditions",
        reason="x",
        conditions=[asked("Name an exit date."), asked("And a price.")],
    )
    with later(minutes=11):
        text = " ".join(mail_to(stakeholders.holder("it")).text.split())
    assert (
        "It's your turn; so far 3 of 4 roles, 2 people · Priya (PM; DevOps for Dana), "
        "Viktor (Leadership, on conditions). Still open: 2 conditions." in text
    )
    assert "exit date" not in text


def test_a_mail_counts_an_objection_beside_a_condition(where: Evaluation) -> None:
    sign_as(where, "pm", "return", reason="The weight of lineage is too low.")
    sign_as(
        where, "leadership", "conditions", reason="x", conditions=[asked("A date.")]
    )
    with later(minutes=11):
        text = " ".join(mail_to(stakeholders.holder("it")).text.split())
    assert "Still open: 1 objection, 1 condition." in text
    assert "lineage" not in text


def frozen(name: str, role: str, verdict: str, **more: Any) -> Any:
    row = {"printed_name": name, "role": role, "verdict": verdict, "reason": ""}
    signed = {"visit__number": 1, "signed_at": "", "document__sha256": "a"}
    return row | signed | more


def test_a_memo_counts_the_last_round_and_names_whom_somebody_stood_in_for() -> None:
    decided()
    (row,) = Decision.objects.get().memo["seal"]["sign_offs"]
    assert (row["seat"], row["round"]) == ("", 1)
    rows = [
        frozen("Priya", "pm", "decline", round=1, seat=""),
        frozen("Paul", "pm", "approve", round=2, seat=""),
        frozen("Paul", "devops", "approve", round=2, seat="Dana"),
    ]
    memo: Any = {"seal": {"sign_offs": rows}}
    said = str(approved_said(approved_of_frozen(counted_signatures(memo))))
    assert said == "2 of 2 roles, 1 person · Paul (PM; DevOps for Dana)"


def test_of_a_memo_of_before_the_words_that_were_decided_count() -> None:
    words = hashlib.sha256(b"words").hexdigest()
    rows = [
        frozen("Priya", "pm", "return"),
        frozen("Paul", "pm", "approve", document__sha256=words),
    ]
    memo: Any = {"seal": {"sign_offs": rows}, "text": "words"}
    said = str(approved_said(approved_of_frozen(counted_signatures(memo))))
    assert said == "1 of 1 role, 1 person · Paul (PM)"
