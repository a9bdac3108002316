"""What the guide to imports says of foreign tables is what reading them gives."""

from pathlib import Path

import pytest

from tests.rows.foreign import Person, differences, expected_of_files

GUIDE = Path(__file__).parents[2] / "docs/imports.md"
LEAST_WITHOUT_RED = 43
SENTENCE = (
    "Tried on {files} tables in the shapes of other people's ({rows} rows): {silent} "
    "rows come in wrong without a word, {asked} questions are asked, at most {most} "
    "for one table, {refused} rows are refused; {calm} of {files} first screens show "
    "nothing in red."
)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_second_tables.py"
    "::test_a_note_on_every_row_changes_nothing_unasked",
)
def test_the_guide_says_what_reading_foreign_tables_gives() -> None:
    persons = [Person(*said) for said in expected_of_files().items()]
    firsts = [person.plan() for person in persons]
    ends = [person.ends() for person in persons]
    comes = [person.expected["comes"] for person in persons]
    silent = [
        differences(person.name, end)
        for person, end in zip(persons, ends, strict=True)
        if person.expected["comes"] is not None
    ]
    questions = [sum(line.key != "refused" for line in first.open) for first in firsts]
    calm = sum(not first.refused for first in firsts)
    figures = SENTENCE.format(
        files=len(persons),
        rows=sum(len(rows or ()) for rows in comes),
        silent=sum(map(len, silent)),
        asked=sum(questions),
        refused=sum(len(end.refused) for end in ends),
        calm=calm,
        most=max(questions),
    )
    assert figures in " ".join(GUIDE.read_text(encoding="utf-8").split())
    assert calm >= LEAST_WITHOUT_RED
    assert not any(silent)
