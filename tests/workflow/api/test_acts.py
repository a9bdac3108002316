"""People's programs do what their pages do, by JSON."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Category, Entry, Evaluation, Requirement
from evaltracker.pages.acts import ACTS as REGISTERED
from tests.clients import program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from vendors.models import Candidate

ACTS = "/api/v1/staff/acts/"


@pytest.fixture
def probe(db: None) -> Evaluation:
    """A purchase of Lina's in its first stage, with one category."""
    made = common.evaluation(title="Probe")
    common.category(made)
    stakeholders.stakeholders(made, "it", "engineering")
    return made


@pytest.fixture
def lead(probe: Evaluation) -> Client:
    return program(probe.owner, "write")


def body_of(probe: Evaluation, **more: Any) -> dict[str, Any]:
    training = str(Category.objects.get(evaluation=probe).pk)
    usual = {"ref": "R1", "category": training, "text": "Restarts a job"}
    return {**usual, "priority": "must", "weight": 8, **more}


def post(
    client: Client, act: str, target: object, body: Any = None, **headers: str
) -> Any:
    return client.post(
        f"{ACTS}{act}/{target}/",
        {} if body is None else body,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def form(client: Client, act: str, target: object) -> Any:
    return client.get(f"{ACTS}{act}/{target}/")


def refused(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    assert code in ("", told["code"])
    return told


@pytest.fixture
def r1(lead: Client, probe: Evaluation) -> Requirement:
    assert post(lead, "add-requirement", probe.pk, body_of(probe)).status_code == 201
    return probe.requirements.get()


def test_a_program_adds_a_requirement(lead: Client, probe: Evaluation) -> None:
    answer = post(lead, "add-requirement", probe.pk, body_of(probe))
    assert answer.status_code == 201, answer.content
    made = probe.requirements.get()
    newest = Entry.objects.filter(evaluation=probe).latest("number")
    assert answer.json() == {
        "said": "The requirement is added.",
        "made": {"kind": "requirement", "id": str(made.pk)},
        "entry": newest.number,
    }
    assert answer["Location"].endswith(f"#requirement-{made.pk}")
    assert (newest.actor, newest.actor_name) == (
        probe.owner,
        "Lina Lead by token “CI”",
    )


def test_a_call_has_one_name_in_its_answer_the_journal_and_the_log(
    lead: Client, probe: Evaluation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    its_own = {"X_Request_ID": "of-the-caller"}
    answer = post(lead, "add-requirement", probe.pk, body_of(probe), **its_own)
    named = answer["X-Request-ID"]
    entry = Entry.objects.filter(evaluation=probe).latest("number")
    assert entry.request_id == named != "of-the-caller"
    lines: list[Any] = [record.msg for record in caplog.records]
    assert {
        line["event"]: line["request_id"] for line in lines if "request_id" in line
    } == {"request_started": named, "request_finished": named}


def test_an_unknown_field_is_refused(lead: Client, probe: Evaluation) -> None:
    body = body_of(probe, colour="red")
    told = refused(post(lead, "add-requirement", probe.pk, body), 400, "invalid")
    assert told["errors"] == [
        {"pointer": "#/colour", "detail": "Unknown field; remove it."}
    ]


def test_a_required_field_has_to_be_there(lead: Client, probe: Evaluation) -> None:
    body = body_of(probe)
    del body["category"]
    told = refused(post(lead, "add-requirement", probe.pk, body), 400)
    assert told["errors"] == [
        {"pointer": "#/category", "detail": "This field is required."}
    ]


def test_a_category_of_another_purchase_is_none(
    lead: Client, probe: Evaluation
) -> None:
    other = common.category(common.evaluation(title="Another"))
    body = body_of(probe, category=str(other.pk))
    told = refused(post(lead, "add-requirement", probe.pk, body), 400)
    assert [error["pointer"] for error in told["errors"]] == ["#/category"]


@pytest.mark.parametrize("weight", ["8", 8])
def test_a_whole_number_may_be_text(
    lead: Client, probe: Evaluation, weight: object
) -> None:
    body = body_of(probe, weight=weight)
    assert post(lead, "add-requirement", probe.pk, body).status_code == 201
    assert probe.requirements.get().weight == 8


@pytest.mark.parametrize("weight", [8.5, 8.0, True, [8], {"a": 8}, "8.5"])
def test_other_weights_are_refused_at_their_place(
    lead: Client, probe: Evaluation, weight: object
) -> None:
    body = body_of(probe, weight=weight)
    told = refused(post(lead, "add-requirement", probe.pk, body), 400)
    assert [error["pointer"] for error in told["errors"]] == ["#/weight"]


@pytest.mark.parametrize("value", [{}, ["AWS"], None, True])
def test_an_array_of_texts_holds_nothing_else(
    lead: Client, probe: Evaluation, value: object
) -> None:
    body = {"name": "Runs on", "values": ["on premises", value]}
    told = refused(post(lead, "add-list", probe.pk, body), 400, "invalid")
    assert [error["pointer"] for error in told["errors"]] == ["#/values"]


def test_a_number_is_no_text(lead: Client, probe: Evaluation) -> None:
    vendor = vendors.vendor("Acme")
    told = refused(post(lead, "change-vendor", vendor.pk, {"name": 5}), 400, "invalid")
    assert told["errors"] == [{"pointer": "#/name", "detail": "It must be a string."}]


@pytest.mark.parametrize("days", [30, "30", "90, 30"])
def test_one_value_is_no_array(lead: Client, probe: Evaluation, days: object) -> None:
    told = refused(post(lead, "change-reminder-days", probe.pk, {"days": days}), 400)
    assert [error["pointer"] for error in told["errors"]] == ["#/days"]


def test_in_a_form_one_value_is_an_array_of_it(lead: Client, probe: Evaluation) -> None:
    body = {"days": [90, 30]}
    assert post(lead, "change-reminder-days", probe.pk, body).status_code == 200
    address = f"{ACTS}change-reminder-days/{probe.pk}/"
    assert lead.post(address, {"days": "30"}).status_code == 200


def test_a_measure_is_an_object(lead: Client, probe: Evaluation) -> None:
    measure = {"quantity": "latency", "statistic": "p95", "direction": "at_most"}
    measure |= {"bound": "20", "unit": "ms"}
    answer = post(lead, "add-requirement", probe.pk, body_of(probe, measure=measure))
    assert answer.status_code == 201, answer.content
    kept = probe.requirements.get().measure
    assert measure.items() <= kept.items()
    made = answer.json()["made"]["id"]
    assert form(lead, "change-requirement", made).json()["now"]["measure"] == kept


def test_a_change_sends_only_what_changes(lead: Client, r1: Requirement) -> None:
    answer = post(lead, "change-requirement", r1.pk, {"weight": 9})
    assert answer.status_code == 200, answer.content
    assert "Location" not in answer
    r1.refresh_from_db()
    assert (r1.weight, r1.text, r1.priority) == (9, "Restarts a job", "must")


def test_one_question_of_the_brief_is_answered(lead: Client, probe: Evaluation) -> None:
    seen = (probe.must_run_by, probe.currency, probe.budget)
    answer = post(lead, "edit-brief", probe.pk, {"problem": "We want to train models"})
    assert answer.status_code == 200, answer.content
    probe.refresh_from_db()
    assert probe.problem == "We want to train models"
    assert (probe.must_run_by, probe.currency, probe.budget) == seen


def test_who_has_no_part_finds_nothing(probe: Evaluation) -> None:
    noor = program(common.noor(), "write")
    refused(post(noor, "add-requirement", probe.pk, body_of(probe)), 404)


def test_who_is_inside_may_not_do_what_is_not_theirs(r1: Requirement) -> None:
    it = program(stakeholders.holder("it"), "write")
    refused(post(it, "change-requirement", r1.pk, {"weight": 9}), 403, "forbidden")


def test_a_persons_word_stays_theirs(lead: Client, probe: Evaluation) -> None:
    told = refused(post(lead, "cancel-evaluation", probe.pk), 403, "person_only")
    assert told["detail"] == "Only a person in the browser does this."
    refused(form(lead, "cancel-evaluation", probe.pk), 403, "person_only")


def test_a_token_that_reads_does_nothing(probe: Evaluation) -> None:
    reads = program(probe.owner)
    refused(
        post(reads, "add-requirement", probe.pk, body_of(probe)), 403, "scope_too_small"
    )
    assert form(reads, "add-requirement", probe.pk).status_code == 200


def test_the_wrong_moment_is_said(lead: Client, probe: Evaluation) -> None:
    acme = vendors.candidate(probe, "Acme ML")
    refused(post(lead, "invite", acme.pk, {}), 409)


def test_what_is_dangerous_needs_its_tag(lead: Client, r1: Requirement) -> None:
    body = {"reason": "Not needed."}
    answer = post(lead, "retire-requirement", r1.pk, body)
    refused(answer, 428, "if_match_needed")
    tag = form(lead, "retire-requirement", r1.pk)["ETag"]
    assert (
        post(lead, "retire-requirement", r1.pk, body, If_Match=tag).status_code == 200
    )


@pytest.mark.parametrize("tag", ["*", "abc", 'W/"' + "a" * 32 + '"', "a" * 32])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short='[W/"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]',
)
def test_a_star_and_what_is_no_tag_are_refused(
    lead: Client, r1: Requirement, tag: str
) -> None:
    refused(post(lead, "change-requirement", r1.pk, {"weight": 9}, If_Match=tag), 400)


def test_an_old_tag_is_told(lead: Client, r1: Requirement) -> None:
    tag = form(lead, "change-requirement", r1.pk)["ETag"]
    assert len(tag) == 34
    done = post(lead, "change-requirement", r1.pk, {"weight": 9}, If_Match=tag)
    assert done.status_code == 200
    again = post(lead, "change-requirement", r1.pk, {"weight": 7}, If_Match=tag)
    refused(again, 412, "changed_since")


def test_a_repeated_key_gets_the_first_answer(lead: Client, probe: Evaluation) -> None:
    first, again = (
        post(lead, "add-requirement", probe.pk, body_of(probe), Idempotency_Key="r1")
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert probe.requirements.count() == 1
    other = body_of(probe, ref="R2")
    answer = post(lead, "add-requirement", probe.pk, other, Idempotency_Key="r1")
    refused(answer, 422, "idempotency_key_reused")


def test_a_key_of_another_token_is_its_own(lead: Client, probe: Evaluation) -> None:
    assert (
        post(
            lead, "add-requirement", probe.pk, body_of(probe), Idempotency_Key="r1"
        ).status_code
        == 201
    )
    other = program(probe.owner, "write")
    body = body_of(probe, ref="R2")
    answer = post(other, "add-requirement", probe.pk, body, Idempotency_Key="r1")
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer


def test_a_refused_call_is_not_kept(lead: Client, probe: Evaluation) -> None:
    wrong = body_of(probe, priority="perhaps")
    answer = post(lead, "add-requirement", probe.pk, wrong, Idempotency_Key="r1")
    refused(answer, 400)
    right = post(
        lead, "add-requirement", probe.pk, body_of(probe), Idempotency_Key="r1"
    )
    assert right.status_code == 201


def test_acts_on_a_thing_are_listed(lead: Client, r1: Requirement) -> None:
    listed = lead.get(f"{ACTS}?on=requirement:{r1.pk}").json()["results"]
    by_name = {row["name"]: row for row in listed}
    assert by_name["change-requirement"] == {
        "name": "change-requirement",
        "title": "Change requirement",
        "program": "do",
        "allowed": True,
        "why_not": None,
    }
    assert "decide" not in by_name
    on_nothing = lead.get(ACTS).json()["results"]
    assert "start-evaluation" in {row["name"] for row in on_nothing}
    refused(lead.get(f"{ACTS}?on=nothing:1"), 400)
    refused(lead.get(f"{ACTS}?on=requirement:{r1.evaluation_id}"), 404)


def test_a_token_for_one_purchase_starts_no_other(probe: Evaluation) -> None:
    bound = program(probe.owner, "write", evaluation=probe)
    answer = bound.post(f"{ACTS}start-evaluation/", {}, content_type="application/json")
    refused(answer, 403)
    assert post(bound, "add-requirement", probe.pk, body_of(probe)).status_code == 201


def test_files_come_as_a_form(lead: Client, probe: Evaluation) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("policy.txt", b"Words.", "text/plain")
    answer = lead.post(f"{ACTS}attach-files/brief.{probe.pk}/", {"files": [file]})
    assert answer.status_code == 201, answer.content
    assert probe.attached_files.get().name == "policy.txt"


def test_a_question_about_conflicts_is_answered_first(db: None) -> None:
    where = trials.platform("must")
    acme = Candidate.objects.create(evaluation=where, name="Acme ML")
    it = program(stakeholders.holder("it"), "write")
    told = refused(post(it, "discuss", f"candidate.{acme.pk}", {}), 409, "answer_first")
    assert "declare-interests" in told["detail"]


def test_each_open_act_is_described_once(db: None) -> None:
    described = Client().get("/api/v1/staff/schema/?format=json").json()
    posts = {
        call["operationId"]: call
        for path, calls in described["paths"].items()
        for method, call in calls.items()
        if method == "post" and path.startswith(ACTS)
    }
    opened = {name for name, act in REGISTERED.items() if act.program != "closed"}
    assert {name.replace("-", "_") for name in opened} == {
        name.removeprefix("staff_") for name in posts
    }
    content = posts["staff_add_requirement"]["requestBody"]["content"]
    weight = content["application/json"]["schema"]["properties"]["weight"]
    assert weight["type"] == "integer"


def test_a_token_that_asks_keeps_what_it_would_do(probe: Evaluation) -> None:
    asks = program(probe.owner, "ask")
    answer = post(asks, "add-requirement", probe.pk, body_of(probe))
    assert answer.status_code == 202, answer.content
    asked = answer.json()["asked"]
    assert asked.keys() == {"id", "link", "lapses_at"}
    assert probe.requirements.count() == 0
    refused(post(asks, "add-requirement", probe.pk, {}), 400)


@pytest.mark.parametrize(
    "more", [{"quote": "x"}, {"own_words": 1}, {"quote": {"file": 1}}]
)
def test_a_quote_of_another_kind_is_refused(
    probe: Evaluation, more: dict[str, Any]
) -> None:
    asks = program(probe.owner, "ask")
    told = refused(post(asks, "add-requirement", probe.pk, body_of(probe, **more)), 400)
    assert [error["pointer"] for error in told["errors"]] == [f"#/{next(iter(more))}"]


def test_an_act_asks_no_more_of_the_database_than_its_page(probe: Evaluation) -> None:
    body = body_of(probe)
    with CaptureQueriesContext(connection) as paged:
        page = signed_in(probe.owner).post(
            f"/admin/act/add-requirement/{probe.pk}/", {**body, "ref": "R2"}
        )
    assert page.status_code == 302, page.content
    with CaptureQueriesContext(connection) as called:
        answer = post(program(probe.owner, "write"), "add-requirement", probe.pk, body)
    assert answer.status_code == 201
    assert len(called) <= 1.5 * len(paged), [query["sql"] for query in called]
