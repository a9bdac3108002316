"""What rows of answers become; pure, from rows that are read."""

import datetime
from typing import Any

import pytest

from evaltracker.rows.cells import StatedAvailability
from evaltracker.rows.subjects import Context, ParsedRecord, ReadRow, Refusal
from evaltracker.toolbox.measures import kept_measure, read_measure
from vendors.claims import ClaimWords
from vendors.imports.answers import Claims

SITES = {"Sites": ["Rome", "Bern"]}
THEIRS = ClaimWords("now", statement="Yes.")


def context(**claims: Any) -> Context:
    measure = kept_measure(read_measure("p95 latency at most 20 ms"))
    return Context(
        candidates={"alder": "Alder", "birch": "Birch", "oldtool": "Old tool"},
        choices={"text": {"signsinonce": "R1", "log1year": "1.1"}},
        more={
            "refs": {"r1": "R1", "1.1": "1.1", "11": "11"},
            "texts": {"signs in once": "R1"},
            "wordings": ["Signs in once", "Log (1 year)"],
            "revisions": {"R1": 1, "1.1": 2, "11": 1},
            "measures": {"R1": measure},
            "lists": SITES,
            "as_is": frozenset({"Old tool"}),
            "stands": {},
            "claims": {("Alder", "R1"): claims["alder"]} if claims else {},
        },
    )


def read(*rows: ReadRow, known: Context | None = None) -> list[ParsedRecord | Refusal]:
    return list(Claims().records(rows, known or context()))


def row(number: int = 2, /, **values: Any) -> ReadRow:
    said = {
        "ref": "R1",
        "candidate": "alder",
        "availability": StatedAvailability("now"),
    } | values
    texts = {"availability": str(said.pop("kept"))} if "kept" in said else {}
    held = {name: value for name, value in said.items() if value}
    return ReadRow("S", number, held, texts)


def words(known: Context | None = None, /, **values: Any) -> dict[str, Any]:
    (one,) = read(row(**values), known=known)
    assert isinstance(one, ParsedRecord), one
    return dict(one.values)


def refusal(known: Context | None = None, /, **values: Any) -> tuple[str, str]:
    (one,) = read(row(**values), known=known)
    assert isinstance(one, Refusal), one
    return one.role, one.sentence


@pytest.mark.parametrize(
    ("named", "ref"),
    [
        ({"ref": "r1"}, "R1"),
        ({"ref": "1.1"}, "1.1"),
        ({"ref": "11"}, "11"),
        ({"ref": "", "text": "Signs  in once"}, "R1"),
        ({"ref": "", "name": "Signs-in once."}, "R1"),
        ({"ref": "7", "text": "Log (1 year)"}, "1.1"),
    ],
)
def test_a_requirement_is_found_by_ref_then_by_its_whole_text(
    named: dict[str, str], ref: str
) -> None:
    (one,) = read(row(**named))
    assert isinstance(one, ParsedRecord)
    assert one.key == ("Alder", ref)


def test_what_is_not_there_is_refused_with_what_is_nearly_called_so() -> None:
    role, why = refusal(ref="", text="Sign in once")
    assert role == "text"
    assert "Did you mean “Signs in once”?" in why
    assert refusal(candidate="Aldr")[0] == "candidate"


def test_one_candidate_a_column_gives_a_claim_each() -> None:
    across = {
        "Alder": StatedAvailability("now", "Native"),
        "Birch": StatedAvailability("never"),
    }
    made = read(
        ReadRow("S", 2, {"ref": "R1"}, across=across, across_texts={"Old tool": "?!"})
    )
    said = {
        one.key[0]: (one.values["availability"], one.values["statement"])
        for one in made
        if isinstance(one, ParsedRecord)
    }
    assert said == {
        "Alder": ("now", "Native"),
        "Birch": ("never", ""),
        "Old tool": ("unstated", "?!"),
    }


def test_what_is_no_availability_is_kept_as_the_statement() -> None:
    kept = words(kept="✅ No", availability=None, statement="See below.")
    assert kept["availability"] == "unstated"
    assert kept["statement"] == "✅ No\nSee below."
    stated = words(availability=StatedAvailability("not_stated", "❓"))
    assert (stated["availability"], stated["statement"]) == ("unstated", "❓")


def test_links_are_evidence_and_a_day_needs_an_answer_that_has_one() -> None:
    one = "https://a.example/1"
    said = words(
        availability=StatedAvailability("now", evidence=one),
        evidence="https://a.example/2",
    )
    assert said["evidence_url"] == one
    assert said["statement"] == "More evidence: https://a.example/2"
    assert words(evidence="on paper")["statement"] == "Evidence: on paper"
    day = datetime.date(2027, 3, 31)
    assert words(available_from=day)["statement"] == "(Date in the file: 2027-03-31)"
    planned = words(availability=StatedAvailability("planned"), available_from=day)
    assert planned["available_from"] == day
    assert words(availability=StatedAvailability("planned"))["available_from"] is None


def test_values_and_a_number_are_read_as_their_forms_do() -> None:
    said = words(holds_for="Sites: Rome", number="12 ms")
    assert said["holds_for"]["said"] == {"Sites": ["Rome"]}
    assert said["number"] == {"value": "12", "unit": "ms"}
    assert words(candidate="Old tool")["holds_for"]["means"]["Sites"]
    assert refusal(holds_for="Sites: Paris")[0] == "holds_for"
    assert refusal(number="12 GB")[0] == "number"


def test_a_vendors_own_words_are_never_replaced() -> None:
    theirs = context(alder=(THEIRS, True, True))
    role, why = refusal(theirs, availability=StatedAvailability("never"))
    assert role == "availability"
    assert "has answered R1 itself" in why
    assert words(theirs, statement="Yes.")["statement"] == "Yes."
    assert refusal(context(alder=(THEIRS, True, False)), statement="Yes.")


def test_the_same_words_keep_what_the_file_says_nothing_of() -> None:
    held = {"said": {"Sites": ["Bern"]}, "means": {}}
    number = {"value": "9", "unit": "ms"}
    mine = ClaimWords("now", statement="Yes.", holds_for=held, number=number)
    known = context(alder=(mine, False, True))
    for statement in ("Yes.", ""):
        same = words(known, statement=statement)
        assert (same["holds_for"], same["number"]) == (held, number)
        assert same["statement"] == "Yes."
    nothing = words(known, availability=StatedAvailability("not_stated"))
    assert nothing["availability"] == "now"
    other = words(known, statement="No more.")
    assert (other["holds_for"], other["number"]) == (None, {})


def test_two_answers_of_one_cell_are_both_refused() -> None:
    both = read(row(2), row(3, availability=StatedAvailability("never")))
    assert [one.row for one in both if isinstance(one, Refusal)] == [2, 3]


def test_a_row_without_an_answer_says_nothing() -> None:
    assert not read(row(availability=None))
    assert not list(Claims().lacks(row(availability=None, candidate=""), context()))
    assert list(Claims().lacks(row(candidate=""), context())) == ["candidate"]
