"""Whatever a table holds, a plan is made or refused with a sentence; twice is once."""

import csv
import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.importing.plan import KnownRequirement
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.toolbox.tabular.cells import Unreadable, Workbook
from evaltracker.toolbox.tabular.open_books import read_table
from tests.tabular.books import xlsx
from tests.vendors.imports.plans import after, known
from vendors.imports import ORIENTATIONS, plan_claims_import

WORDS = (
    "ref,id,text,requirement,criterion,category,section,weight,priority,product,"
    "component,status,notes,evidence,date,Acme ML,Globex,Build,R1,Single sign-on,total,"
)
HEADS = st.sampled_from(WORDS.split(","))
CELLS = st.one_of(
    HEADS,
    st.sampled_from(["must", "P1", "5", "11", "15 %", "yes", "planned 2027-03-31"]),
    st.sampled_from(["planned", "n/a", "Cloud", "http://a.b/c", "[x](http://a.b)"]),
    st.text(max_size=8),
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(HEADS, min_size=width, max_size=width),
        st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=5),
    )
)
WAYS = st.sampled_from(["", *ORIENTATIONS])


def book_of(head: list[str], rows: list[list[str]]) -> Workbook:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    return read_table(file.getvalue().encode("utf-8", "replace"), "t.csv")


@settings(max_examples=300, deadline=None)
@given(table=TABLES, way=st.sampled_from(["", "candidates-as-rows"]))
def test_requirements_are_planned_or_refused_and_then_the_same(
    table: tuple[list[str], list[list[str]]], way: str
) -> None:
    try:
        made = plan_requirements_import(book_of(*table), orientation=way)
    except Unreadable as error:
        assert error.sentence
        return
    if made.problems:
        assert made.refused
        assert all(str(problem) for problem in made.problems)
        return
    having = [KnownRequirement(line.ref, line.values) for line in made.new]
    again = plan_requirements_import(book_of(*table), having, orientation=way)
    assert (again.new, again.changed, again.problems) == ((), (), ())


@settings(max_examples=300, deadline=None)
@given(table=TABLES, way=WAYS, skip=st.booleans())
def test_claims_are_planned_or_refused_and_then_the_same(
    table: tuple[list[str], list[list[str]]], way: str, skip: bool
) -> None:
    options: dict[str, Any] = {"orientation": way, "skip_unknown": skip}
    try:
        book = book_of(*table)
        made = plan_claims_import(book, known(), **options)
    except Unreadable as error:
        assert error.sentence
        return
    if made.problems:
        return
    again = plan_claims_import(book, after(made), **options)
    assert (again.new, again.changed, again.problems) == ((), (), ())
    for line in made.new:
        assert line.words.statement


@settings(max_examples=40, deadline=None)
@given(table=TABLES)
def test_a_workbook_with_formulas_is_planned_or_refused(
    table: tuple[list[str], list[list[str]]],
) -> None:
    head, rows = table
    formulas = [["=A1" if "e" in cell else cell[:1] for cell in row] for row in rows]
    printable = [
        ["".join(mark for mark in cell if mark.isprintable()) for cell in row]
        for row in formulas
    ]
    try:
        book = read_table(xlsx([head, *printable]), "t.xlsx")
        plan_requirements_import(book)
    except Unreadable as error:
        assert error.sentence
