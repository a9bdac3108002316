"""Requirements as a grid: each cell by the service of its form, or refused in place."""

import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Entry, Evaluation, Requirement
from evaltracker.pages.grid import grid_address
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.requirements import change_requirement
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from tests.pages.grids.sending import cell, read, send

pytestmark = pytest.mark.django_db
GRID = "requirements"


@pytest.fixture
def first(purchase: Evaluation) -> Requirement:
    row: Requirement = purchase.requirements.get(ref="R1")
    return row


def last_entry(where: Evaluation) -> Entry:
    found: Entry = Entry.objects.filter(evaluation=where).latest("number")
    return found


def test_a_cell_is_saved_as_by_its_form(
    purchase: Evaluation, first: Requirement
) -> None:
    change = cell(first, "text", first.text, "Trains on GPUs that we own")
    answer = send(purchase.owner, GRID, purchase, cells=[change])
    assert answer.status_code == 200
    [row] = answer.json()["rows"]
    assert row["cells"]["text"] == "Trains on GPUs that we own"
    entry = last_entry(purchase)
    assert entry.action == "requirement.changed"
    assert entry.before == {"text": first.text}
    assert entry.reason == ""


def test_the_number_that_must_be_reached_is_a_cell(
    purchase: Evaluation, first: Requirement
) -> None:
    words = "p95 latency at most 20 ms"
    answer = send(
        purchase.owner, GRID, purchase, cells=[cell(first, "measure", "", words)]
    )
    [row] = answer.json()["rows"]
    assert row["cells"]["measure"] == words
    wrong = cell(first, "measure", words, "fast enough")
    answer = send(purchase.owner, GRID, purchase, cells=[wrong])
    assert answer.json()["refused"][0]["sentence"].startswith("Write a measure as")
    gone = cell(first, "measure", words, "")
    assert send(purchase.owner, GRID, purchase, cells=[gone]).status_code == 200
    first.refresh_from_db()
    assert first.measure == {}


def test_undo_is_the_opposite_change_and_the_journal_says_so(
    purchase: Evaluation, first: Requirement
) -> None:
    send(purchase.owner, GRID, purchase, cells=[cell(first, "weight", 5, 7)])
    back = cell(first, "weight", 7, 5)
    assert send(
        purchase.owner, GRID, purchase, cells=[back], undo=True
    ).status_code == (200)
    assert last_entry(purchase).reason == "Undone by the person who changed it."


def test_a_cell_that_somebody_else_changed_is_refused_with_both_values(
    purchase: Evaluation, first: Requirement
) -> None:
    change_requirement(requirement=first, priority="could", by=purchase.owner)
    change = cell(first, "priority", first.priority, "should")
    answer = send(purchase.owner, GRID, purchase, cells=[change])
    assert answer.status_code == 409
    [refused] = answer.json()["refused"]
    assert refused["stored"] == "could"
    assert "“Could have” meanwhile; you entered “Should have”" in refused["sentence"]
    first.refresh_from_db()
    assert first.priority == "could"


def test_a_refused_cell_is_named_and_nothing_of_the_block_is_kept(
    purchase: Evaluation, first: Requirement
) -> None:
    block = [
        cell(first, "text", first.text, "Other words"),
        cell(first, "weight", first.weight, "11"),
        cell(first, "metric", str(first.metric_id), "No such metric"),
    ]
    answer = send(purchase.owner, GRID, purchase, cells=block)
    assert answer.status_code == 400
    refused = {it["column"]: it["sentence"] for it in answer.json()["refused"]}
    assert refused.keys() == {"weight", "metric"}
    assert "10" in refused["weight"]
    assert answer.json()["sentence"].startswith("Nothing was saved.")
    first.refresh_from_db()
    assert first.text != "Other words"


def test_choices_may_be_pasted_by_their_labels(
    purchase: Evaluation, first: Requirement
) -> None:
    other = add_category(evaluation=purchase, name="Security", by=purchase.owner)
    block = [
        cell(first, "priority", "must", " SHOULD have "),
        cell(first, "category", str(first.category_id), "security"),
    ]
    assert send(purchase.owner, GRID, purchase, cells=block).status_code == 200
    first.refresh_from_db()
    assert (first.priority, first.category) == ("should", other)


def test_rows_are_added_with_what_is_given(purchase: Evaluation) -> None:
    group = str(purchase.categories.get().pk)
    rows: list[dict[str, Any]] = [
        {"text": "Rolls back", "category": group},
        {"text": "Has SSO", "category": "training", "priority": "must", "weight": 9},
    ]
    answer = send(purchase.owner, GRID, purchase, add=rows)
    assert answer.json()["sentence"] == "2 requirements added."
    made = purchase.requirements.get(text="Has SSO")
    assert (made.priority, made.weight, made.ref) == ("must", 9, "R4")
    rows.append({"text": "", "category": group})
    answer = send(purchase.owner, GRID, purchase, add=rows[2:])
    assert answer.json()["refused"][0]["row"] == "new-1"
    assert purchase.requirements.count() == 4


def test_several_rows_are_retired_at_once_or_none(
    purchase: Evaluation, first: Requirement
) -> None:
    ids = [str(row.pk) for row in purchase.requirements.all()]
    act: dict[str, Any] = {"name": "retire-requirement", "rows": ids, "values": {}}
    assert send(purchase.owner, GRID, purchase, act=act).status_code == 400
    act["values"] = {"reason": "Not needed"}
    answer = send(purchase.owner, GRID, purchase, act=act)
    assert answer.json()["rows"] == []
    assert not purchase.requirements.filter(retired_at=None).exists()
    assert send(purchase.owner, GRID, purchase, act=act).status_code == 404


def test_a_row_is_moved_into_the_category_of_the_row_above(
    purchase: Evaluation, first: Requirement
) -> None:
    group = add_category(evaluation=purchase, name="Security", by=purchase.owner)
    common.requirement(purchase, "S1", category=group)
    second, last = (purchase.requirements.get(ref=ref) for ref in ("1.10", "S1"))
    move = {"rows": [str(first.pk)], "above": str(last.pk), "below": None}
    answer = send(purchase.owner, GRID, purchase, move=move)
    assert [row["name"] for row in answer.json()["rows"]] == ["1.10", "S1", "R1"]
    assert last_entry(purchase).action == "requirement.moved"
    back = {"rows": [str(first.pk)], "above": None, "below": str(second.pk)}
    answer = send(purchase.owner, GRID, purchase, move=back, undo=True)
    assert [row["name"] for row in answer.json()["rows"]] == ["R1", "1.10", "S1"]


def test_words_and_weights_close_with_their_stages(
    purchase: Evaluation, first: Requirement
) -> None:
    vendors.enter(purchase, "research")
    columns = {it["name"]: it for it in read(purchase.owner, GRID, purchase)["columns"]}
    assert columns["text"]["open"]
    assert not columns["weight"]["open"]
    assert "belongs to the requirements stage" in columns["weight"]["closed"]
    answer = send(purchase.owner, GRID, purchase, cells=[cell(first, "weight", 5, 9)])
    assert answer.status_code == 409
    assert answer.json()["refused"][0]["sentence"] == columns["weight"]["closed"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_cell_is_saved_as_by_its_form",
)
def test_only_the_owner_changes_and_a_stranger_finds_nothing(
    purchase: Evaluation, first: Requirement
) -> None:
    stakeholders.stakeholders(purchase, "it")
    change = cell(first, "weight", first.weight, 9)
    it = stakeholders.holder("it")
    assert send(it, GRID, purchase, cells=[change]).status_code == 403
    assert send(common.otto(), GRID, purchase, cells=[change]).status_code == 403
    assert send(common.noor(), GRID, purchase, cells=[change]).status_code == 404
    found = read(it, GRID, purchase)
    assert found["acts"] == []
    assert [row["links"] for row in found["rows"]] == [[], []]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cells": []},
        {"cells": [{"row": "x", "column": "text"}]},
        {"cells": "all"},
        {"cells": [], "add": []},
        {"undo": True},
        {"undo": "yes", "cells": []},
        {"drop": []},
        {"view": {}},
        {"paste": {"text": 1, "answers": {}, "shown": ""}},
        {"into": {"rows": ["x"]}},
        {
            "into": {
                **{"rows": ["x"], "seen": [], "columns": ["x"], "size": [1]},
                "text": "",
            }
        },
        {"cells": [{"row": ["x"], "column": {}, "from": 1, "to": 2}]},
        {"add": ["x"]},
        {"add": [{"revision": 3}]},
        {"move": {"rows": [], "above": None, "below": None}},
        {"act": {"name": "advance", "rows": [str(uuid.uuid4())], "values": {}}},
        {"act": {"name": [], "rows": [str(uuid.uuid4())], "values": {}}},
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[body11]"
)
def test_what_no_table_sends_is_refused(
    purchase: Evaluation, body: dict[str, Any]
) -> None:
    answer = send(purchase.owner, GRID, purchase, **body)
    assert answer.status_code == 400
    assert answer.json()["sentence"]


def test_rows_of_others_are_not_there_and_a_huge_block_is_refused(
    purchase: Evaluation, first: Requirement
) -> None:
    other = common.evaluation(title="Another")
    strange = common.requirement(other, "R1", category=common.category(other))
    change = cell(strange, "text", strange.text, "x")
    assert send(purchase.owner, GRID, purchase, cells=[change]).status_code == 404
    unknown = cell(first, "revision", 1, 2)
    assert send(purchase.owner, GRID, purchase, cells=[unknown]).status_code == 400
    rows = [{"text": "x", "category": "Training"}] * 501
    answer = send(purchase.owner, GRID, purchase, add=rows)
    assert answer.status_code == 400
    assert "At most 500 rows" in answer.json()["sentence"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_cell_is_saved_as_by_its_form",
)
def test_it_is_read_in_as_many_statements_however_many_rows(
    purchase: Evaluation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    group = purchase.categories.get()
    Requirement.objects.bulk_create(
        Requirement(evaluation=purchase, category=group, ref=f"X{number}", text="Bulk")
        for number in range(500)
    )
    client, address = signed_in(purchase.owner), grid_address(GRID, purchase)
    with django_assert_max_num_queries(16):
        found = client.get(address).json()
    assert len(found["rows"]) == 502
    assert len(read(purchase.owner, GRID, purchase, "?priority=must")["rows"]) == 1


def pasted(where: Evaluation, text: str, shown: str = "", **answers: str) -> Any:
    paste = {"text": text, "answers": answers, "shown": shown}
    return send(where.owner, GRID, where, paste=paste).json()


def test_pasted_rows_bring_their_categories_and_choices(db: None) -> None:
    where = common.evaluation()
    text = "Requirement\tCategory\nSigns by hand\tSigning\nCosts little\tPrice"
    said = pasted(where, text)
    said = pasted(where, text, said["shown"]) if "html" in said else said
    [category] = [it for it in said["columns"] if it["name"] == "category"]
    names = dict(category["choices"])
    rows = said["rows"]
    assert [names[row["cells"]["category"]] for row in rows] == ["Signing", "Price"]
    undone = send(where.owner, GRID, where, unpaste=said["undo"], undo=True).json()
    assert undone["rows"] == []
    assert not where.categories.exists()


def test_rows_that_are_there_change_nothing_when_they_are_pasted_again(
    db: None,
) -> None:
    where = common.evaluation()
    text = "Ref\tRequirement\nQ1\tSigns by hand"
    assert pasted(where, text)["sentence"] == "1 added."
    again = pasted(where, text)
    assert (again["sentence"], "undo" in again) == (
        *("0 added: all of it is there.", False),
    )
    assert len(again["rows"]) == where.imports.count() == 1


def test_what_is_not_certain_is_asked_and_nothing_is_kept(
    purchase: Evaluation,
) -> None:
    text = "No.\tRequirement\tPriority\nX1\tCosts little\tHigh"
    said = pasted(purchase, text)
    assert not said["can_apply"]
    assert "High" in said["html"]
    assert pasted(purchase, text, said["shown"])["html"]
    assert not purchase.requirements.filter(ref="X1").exists()
    chosen = {"words:priority:high": "could"}
    said = pasted(purchase, text, **chosen)
    assert pasted(purchase, text, said["shown"], **chosen)["sentence"] == "1 added."
    assert purchase.requirements.get(ref="X1").priority == "could"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_cell_is_saved_as_by_its_form",
)
def test_of_a_paste_into_cells_what_can_be_read_is_saved(
    purchase: Evaluation, first: Requirement
) -> None:
    second = purchase.requirements.get(ref="1.10")
    ids = [str(first.pk), str(second.pk)]
    seen = [row["cells"] for row in read(purchase.owner, GRID, purchase)["rows"]]
    into = {
        "text": "must\t8\ncould\tmany\tnowhere",
        "rows": ids,
        "seen": seen,
        "columns": ["priority", "weight", "ref"],
        "size": [1, 1],
    }
    said = send(purchase.owner, GRID, purchase, into=into).json()
    assert [(it["column"], it["typed"]) for it in said["refused"]] == [
        ("ref", None),
        ("weight", "many"),
    ]
    assert sorted(said["changed"]) == sorted([[ids[0], "weight"], [ids[1], "priority"]])
    assert said["sentence"].startswith("2 cells saved. 2 not: ")
    second.refresh_from_db()
    assert (second.priority, second.weight) == ("could", 5)
    into |= {"text": "3", "columns": ["weight"], "size": [2, 1]}
    into["seen"] = [
        row["cells"] for row in read(purchase.owner, GRID, purchase)["rows"]
    ]
    assert send(purchase.owner, GRID, purchase, into=into).status_code == 200
    assert set(purchase.requirements.values_list("weight", flat=True)) == {3}
