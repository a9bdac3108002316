"""Exporting, importing and starting the next one, from the pages."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.decision.memo.inputs import gather_inputs, mark_imported
from evaltracker.decision.memo.text import signed as signed_in_memo
from evaltracker.decision.services.exports import export_as_seen
from evaltracker.decision.services.promise_checks import start_next
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.evaluations.verifying import find_break
from tests.factories import common, stakeholders, trials, vendors
from tests.factories.workflow import ready_to_advance
from tests.keys import without_keys
from tests.portable.files import carried_away, document
from tests.workflow.deciding import decided
from vendors.services.candidates import declare_conflict
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def content_of(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_leadership_takes_home_what_it_may_see_and_the_journal_tells() -> None:
    where = trials.platform()
    option = trials.claimed(where)
    set_cost_line(
        candidate=option, kind="licence", likely=Decimal(91_234), by=where.owner
    )
    elif_ = stakeholders.holder("engineering")
    declare_conflict(
        candidate=option, has_interest=True, statement="My sister's", by=elif_
    )
    vendors.declare_none(where)
    answer = as_user(stakeholders.holder("leadership")).post(
        f"/admin/act/export-evaluation/{where.pk}/", {"form": "json"}
    )
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "91234" not in without_keys(answer.content)
    assert b"My sister's" not in answer.content
    told = content_of(answer)
    assert told["complete"] is False
    # What is said of sealed prices, and files with them, is sealed alike.
    assert told["left_out"] == [
        *("askings", "attached_files", "comments", "conflicts", "cost_lines"),
        *("mentions", "quotes", "scores"),
    ]
    priced = [row for row in told["journal"] if row["subject_type"] == "costline"]
    assert [(row["before"], row["after"]) for row in priced] == [(None, None)]
    last = Entry.objects.filter(evaluation=where).latest("number")
    assert last.action == "evaluation.exported"
    assert last.after["complete"] is False
    own = export_as_seen(evaluation=where, by=where.owner)
    assert document(own)["left_out"] == ["scores"]
    assert "91234" in without_keys(own)


def test_who_was_not_asked_for_their_interest_exports_nothing() -> None:
    where = trials.platform()
    vendors.invited(where, declares=False)
    viktor = as_user(stakeholders.holder("leadership"))
    answer = viktor.post(f"/admin/act/export-evaluation/{where.pk}/", {"form": "json"})
    assert answer.status_code == 409
    assert "conflict" in answer.text


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_who_was_not_asked_for_their_interest_exports_nothing",
)
def test_an_operator_sees_who_is_whom_before_anything_is_written() -> None:
    content = carried_away(ready_to_advance())
    viktor = common.person("viktor")
    operator = as_user(common.otto())
    upload = SimpleUploadedFile("e.json", content, "application/json")
    chosen = operator.post("/admin/act/import-evaluation/", {"file": upload})
    assert chosen.status_code == 302
    assert not Evaluation.objects.exists()
    shown = operator.get(chosen.headers["Location"])
    assert "Choose an ML platform" in shown.text
    assert "(viktor), by address" in shown.text
    assert "comes as a login that is stopped" in shown.text
    assert as_user(viktor).get(chosen.headers["Location"]).status_code == 404
    assert operator.post(chosen.headers["Location"]).status_code == 302
    where = Evaluation.objects.get()
    assert where.imported.imported_by == common.otto()
    page = as_user(viktor).get(f"/admin/e/{where.slug}/").text
    assert "Imported" in page
    signed = as_user(viktor).get(f"/admin/e/{where.slug}/sign-offs/").text
    assert "imported" in signed
    journal = as_user(viktor).get(f"/admin/e/{where.slug}/journal/").text
    assert "imported" in journal
    inputs = gather_inputs(where)
    assert inputs["sign_offs"]
    assert all(sign_off["imported"] for sign_off in inputs["sign_offs"])
    assert "imported with a file: nobody signed it here" in signed_in_memo(inputs)
    here = {**inputs["sign_offs"][0], "signed_at": timezone.now()}
    assert mark_imported(where, [here]) == [here]


def test_a_bad_file_is_told_by_its_place() -> None:
    told = document(carried_away(ready_to_advance()))
    told["requirements"][0]["weight"] = 11
    upload = SimpleUploadedFile("e.json", json.dumps(told).encode())
    operator = as_user(common.otto())
    answer = operator.post("/admin/act/import-evaluation/", {"file": upload})
    assert answer.status_code == 400
    assert "/requirements/0/weight: It has to be at most 10." in answer.text
    assert operator.get("/admin/act/take-in-evaluation/none/").status_code == 404


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_leadership_takes_home_what_it_may_see_and_the_journal_tells",
)
def test_the_next_one_asks_for_the_same_and_knows_nothing_of_answers() -> None:
    where, option = decided()
    lead = as_user(where.owner)
    assert "Start the next one" in lead.get(f"/admin/e/{where.slug}/").text
    form = {"title": "Again", "with_people": "on", "with_candidates": "on"}
    answer = lead.post(f"/admin/act/start-next/{where.pk}/", form)
    following = Evaluation.objects.get(title="Again")
    assert answer.headers["Location"] == f"/admin/e/{following.slug}/brief/"
    assert following.stage == "requirements"
    assert following.must_run_by is None
    assert following.problem == where.problem
    old, new = where.requirements.get(), following.requirements.get()
    for field in ("ref", "text", "weight", "priority", "vendor_help", "scorer_help"):
        assert getattr(old, field) == getattr(new, field)
    assert old.metric
    assert new.metric
    assert new.metric.name == old.metric.name
    assert new.category.weight == old.category.weight
    again = following.candidates.get()
    assert (again.state, again.vendor) == ("longlisted", option.vendor)
    assert not again.claims.exists()
    assert {
        (stakeholder.user_id, stakeholder.role)
        for stakeholder in following.stakeholders.all()
    } == {
        (stakeholder.user_id, stakeholder.role)
        for stakeholder in where.stakeholders.all()
    }
    rules = where.sign_off_rules.values_list("stage", "role", "required")
    assert set(rules) == set(
        following.sign_off_rules.values_list("stage", "role", "required")
    )
    needs = following.entries.get(action="requirements.copied")
    assert needs.after["requirements"][new.ref]["metric"] == new.metric.name
    told = following.entries.latest("number")
    assert (told.action, told.after["origin"]) == (
        "evaluation.follows",
        str(where.pk),
    )
    assert f"/admin/e/{where.slug}/" in lead.get(f"/admin/e/{following.slug}/").text
    assert f"/admin/e/{following.slug}/" in lead.get(f"/admin/e/{where.slug}/").text


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_leadership_takes_home_what_it_may_see_and_the_journal_tells",
)
def test_thirty_requirements_are_copied_in_as_many_statements_as_one() -> None:
    where = trials.platform("must")
    counts = []
    for title, size in (("First", 1), ("Second", 31)):
        for number in range(where.requirements.count() + 1, size + 1):
            common.requirement(where, f"R{number}", "could")
        with CaptureQueriesContext(connection) as seen:
            following = start_next(origin=where, title=title, by=where.owner)
        counts.append(len(seen))
        assert following.requirements.count() == size
        assert find_break(following) is None
    assert counts[1] <= counts[0]


def test_where_it_came_from_is_not_told_to_whom_may_not_see_it() -> None:
    where = common.evaluation(title="The secret one")
    lead = as_user(where.owner)
    lead.post(f"/admin/act/start-next/{where.pk}/", {"title": "The open one"})
    following = Evaluation.objects.get(title="The open one")
    ivan = stakeholders.stakeholders(following, "it")["it"].user
    for page in ("", "journal/"):
        answer = as_user(ivan).get(f"/admin/e/{following.slug}/{page}")
        assert answer.status_code == 200
        assert "The secret one" not in answer.text
    assert ivan.parts.get().evaluation == following
