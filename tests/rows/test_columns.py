"""What columns hold is proposed by the first that says something, case by case."""

from typing import Any

import pytest

from evaltracker.rows.cells import key
from evaltracker.rows.columns import Columns, propose
from evaltracker.rows.subjects import Context
from tests.rows.lists import SUBJECTS, cases_of, rows_of


def context_of(hints: dict[str, Any]) -> Context:
    names = hints.get("candidates", ())
    return Context(
        candidates={key(name): name for name in names},
        remembered={
            key(name): role for name, role in hints.get("remembered", {}).items()
        },
    )


def told(columns: Columns, place: int) -> str:
    """A column as the cases write it."""
    proposal = columns.proposals[place]
    if proposal.state == "open":
        return "cross:question"
    if columns.open_roles and proposal.role in ("", "left"):
        return "question"
    role = proposal.role
    if role.startswith("cross:"):
        role = f"cross:{role.rpartition(':')[2]}"
    return f"{role}{'?' * proposal.is_unsure}"


@pytest.mark.parametrize("case", cases_of("header"))
def test_a_name_of_a_column_says_its_role(case: dict[str, Any]) -> None:
    subject = SUBJECTS[case["hints"]["subject"]]
    (expected,) = case["expect"]

    columns = propose(subject, rows_of([case["cells"], ["A4"], ["A5"]]), Context(), {})

    assert told(columns, 0) == (expected.get("value") or "question")


@pytest.mark.parametrize("case", cases_of("columns"))
def test_columns_are_proposed_as_the_cases_say(case: dict[str, Any]) -> None:
    hints = case["hints"]
    chosen = hints.get("names_row")

    columns = propose(
        SUBJECTS[hints["subject"]],
        rows_of(case["table"]),
        context_of(hints),
        {int(place): role for place, role in hints.get("screen", {}).items()},
        chosen and chosen - 1,
    )

    assert [told(columns, place) for place in range(len(case["expect"]))] == (
        case["expect"]
    )


def roles_of(
    table: list[list[str]], subject: str = "requirements", **hints: Any
) -> tuple[list[str], Columns]:
    columns = propose(SUBJECTS[subject], rows_of(table), Context(**hints), {})
    return [proposal.role for proposal in columns.proposals], columns


SAYS = ["Users sign in once, everywhere.", "Sessions end after an hour of rest."]


def test_refs_under_the_name_of_the_text_are_the_refs() -> None:
    roles, _ = roles_of(
        [["Requirement", "What we need"], ["R1", SAYS[0]], ["R2", SAYS[1]]]
    )
    assert roles == ["ref", "text"]


def test_of_two_columns_full_of_texts_somebody_chooses() -> None:
    table = [["ID", "Title", "Description"], ["1", *SAYS], ["2", *reversed(SAYS)]]
    roles, columns = roles_of(table)
    assert roles == ["ref", "left", "left"]
    assert columns.open_roles == ("text",)


def test_addresses_and_codes_are_no_texts() -> None:
    links = [[f"https://acme.example/needs/{at}", f"AB-{at}"] for at in range(5)]
    roles, columns = roles_of([["Zzz", "Yyy"], *links])
    assert roles == ["left", "left"]
    assert columns.open_roles == ("text",)


def test_a_closed_list_that_knows_no_word_comes_after_other_roles() -> None:
    choices = {"kind": {"licence": "licence"}}
    table = [["Typ", "Preis"], ["Starter", "CHF 20"], ["Pro", "CHF 90"]]
    assert roles_of(table, "costs", choices=choices)[0] == ["label", "amount"]


def test_a_category_that_repeats_how_refs_begin_is_left() -> None:
    table = [["Area", "#", "Text"], ["V1", "V1.1", SAYS[0]], ["V2", "V2.1", SAYS[1]]]
    assert roles_of(table)[0] == ["left", "ref", "text"]


def test_what_another_evaluation_chose_is_proposed_and_says_where() -> None:
    table = [["Wortlaut", "Zzz"], *([text, "a"] for text in SAYS)]
    _, columns = roles_of(table, elsewhere={"zzz": ("help", "ML platform")})
    proposal = columns.proposals[1]
    assert (proposal.role, proposal.state, proposal.why) == (
        *("help", "proposed"),
        "as in ML platform",
    )


def test_pasted_rows_without_names_have_the_order_of_the_grid() -> None:
    order = {"order": ("ref", "text", "priority")}
    roles, columns = roles_of(
        [["R1", SAYS[0], "must"], ["R2", SAYS[1], "could"]], more=order
    )
    assert (columns.names_at, roles) == (-1, ["ref", "text", "priority"])
    assert all(proposal.state == "proposed" for proposal in columns.proposals)
    roles, _ = roles_of([[SAYS[0], "must"], [SAYS[1], "could"]], more=order)
    assert roles == ["text", "priority"]


def test_a_row_that_only_says_a_known_word_is_no_row_of_names() -> None:
    table = [["Nr", "Wortlaut"], ["A-1", "Level"], ["A-2", SAYS[0]], ["A-3", SAYS[1]]]
    assert roles_of(table)[1].names_at == 0
