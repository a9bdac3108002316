"""Which of several tables is the list of candidates."""

from evaltracker.importing.plan import Findings
from evaltracker.importing.rows import Table


def more_than_names(tables: list[Table], findings: Findings) -> list[Table]:
    """The tables, without those of names alone where another one says more."""
    tables = named_once(tables, findings)
    full = [table for table in tables if len(table.columns) > 1]
    for table in tables:
        if full and table not in full:
            findings.remark(
                f"Sheet “{table.sheet.name}” has names alone, and another sheet says "
                "more, so it was not read."
            )
    return full or tables


def named_once(tables: list[Table], findings: Findings) -> list[Table]:
    """The tables, without those that name the candidates of others again and again."""
    names = {
        table.sheet.name: [
            cell for row in table.body if (cell := table.cell(row, "name"))
        ]
        for table in tables
    }
    listed = {
        it for found in names.values() if len(set(found)) == len(found) for it in found
    }
    kept = []
    for table in tables:
        found = names[table.sheet.name]
        if len(set(found)) < len(found) and set(found) <= listed:
            findings.remark(
                f"Sheet “{table.sheet.name}” names the candidates of another sheet "
                "again and again, so it was not read."
            )
        else:
            kept.append(table)
    return kept
