"""Tables that nobody had in mind come in whole as well, and nothing else is asked."""

from dataclasses import dataclass

import pytest

from evaltracker.rows.plan import Plan, read
from evaltracker.rows.sources import Workbook, read_table
from tests.rows.foreign import Person, context_of, differences, kind_of
from tests.rows.second_tables import Table, tables

TABLES = dict(tables(range(29, 32)))


@dataclass
class Reader(Person):
    """A person with a book in hand, who answers what the table says may be asked."""

    book: Workbook | None = None

    def plan(self) -> Plan:
        subject = self.expected["subject"]
        context = context_of(subject, self.expected["given"])
        assert self.book is not None
        return read(kind_of(subject), self.book, context, {}, self.answers)


def read_by_a_person(table: Table, book: Workbook) -> Plan:
    return Reader(table.name, table.expected, book=book).ends()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_stranger_comes_in_as_it_is_meant(name: str) -> None:
    table = TABLES[name]
    plan = read_by_a_person(table, read_table(table.content, table.name))
    assert [(line.key, line.title) for line in plan.open] == []
    assert differences(table.name, plan, table.expected) == []
