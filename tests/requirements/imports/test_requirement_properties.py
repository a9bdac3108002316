"""Whatever a table holds is read or refused, and what came in comes back as same."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evaltracker.evaluations.choices import PRIORITY_CHOICES
from evaltracker.requirements.imports import Requirements
from evaltracker.rows.guards import Unreadable
from evaltracker.rows.plan import read
from evaltracker.rows.sources import read_table
from evaltracker.rows.subjects import Context, options_of

NAMES = "Ref,id,text,requirement,criterion,Category,section,Weight,Priority,level,notes"
CELLS = (
    *("", "R1", "R2", "A", "A.1", "1.10", "must", "High", "5", "30 %", "x", "- also"),
    *("Total", "The service keeps logs.", "Sign-on", "**Bold**", "=1+1", "a;b"),
)
TABLES = st.lists(
    st.lists(st.sampled_from(CELLS), min_size=1, max_size=5), min_size=1, max_size=8
)
HEADS = st.lists(st.sampled_from(NAMES.split(",")), min_size=1, max_size=5)
CONTEXT = Context(
    options={"priority": options_of(PRIORITY_CHOICES)},
    more={"refs_by_text": {}, "retired": (), "lists": (), "metrics": ()},
)


@settings(max_examples=300, deadline=None)
@given(head=HEADS, rows=TABLES)
@example(  # nothing of a refused row comes in with another row of the same text
    head=["text", "Weight", "Ref", "Category"],
    rows=[["R1"], ["R2"], ["R1", "R1", "", "R1"]],
)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/requirements/imports/test_import_requirements_service.py"
    "::test_a_stranger_imports_nothing",
)
def test_a_table_is_planned_or_refused_and_then_the_same(
    head: list[str], rows: list[list[str]]
) -> None:
    content = "\n".join("\t".join(row) for row in (head, *rows)).encode()
    try:
        book = read_table(content, "r.tsv")
        first = read(Requirements(), book, CONTEXT, {}, {})
    except Unreadable as error:
        assert error.sentence
        return
    ends = first.counts
    assert all(count >= 0 for count in ends.values())
    assert all(refusal.sentence.endswith(".") for refusal in first.refused)
    known = {record.key: record.values for record in first.new}
    texts = {record.values["text"]: record.name for record in first.new}
    context = replace(CONTEXT, refs=[*texts.values()])
    context = replace(context, more={**CONTEXT.more, "refs_by_text": texts})
    again = read(Requirements(), book, context, known, {})
    if len(texts) == len(first.new):
        assert not again.new
        assert not again.changed
