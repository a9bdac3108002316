"""Sheets, pasted rows and typed numbers are read in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import trees

# All that reads spreadsheets, pasted rows and typed numbers; nothing else may.
READS_ROWS = [
    Path(name)
    for name in (
        *("evaltracker/rows", "evaltracker/importing"),
        *("evaltracker/requirements/imports.py", "evaltracker/toolbox/markup.py"),
        *("evaltracker/pages/grid_paste.py", "vendors/imports", "vendors/sheets.py"),
        *("vendors/services/sheets.py", "vendors/costs/cells.py"),
    )
]
# Whatever opens a table, or takes a number or a day from how it is written.
LIBRARIES = frozenset(
    (
        *("calamine", "python_calamine", "charset_normalizer", "clevercsv", "xlrd"),
        *("tablib", "pandas", "polars", "odf", "dateutil", "dateparser", "ftfy"),
    )
)
CALLS = frozenset(
    (
        *("load_workbook", "DictReader", "Sniffer", "strptime"),
        *("parse_decimal", "parse_number", "parse_date", "sanitize_separators"),
    )
)
NUMBERS = frozenset(("Decimal", "float", "Fraction"))
TYPED = ("request.", ".POST", ".GET", "typed", "pasted", "form[", "form.get")


def reads_rows(path: Path) -> bool:
    return any(path == place or place in path.parents for place in READS_ROWS)


def offences(tree: ast.Module) -> Iterator[str]:
    """What in a module reads tables or typed numbers by itself."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            called = {alias.name for alias in node.names}
            names = [(node.module or "").split(".")[0], *called & CALLS]
            names += ["csv.reader"] * (node.module == "csv" and "reader" in called)
        yield from LIBRARIES.union(CALLS, ["csv.reader"]).intersection(names)
        if isinstance(node, ast.Compare) and "'\\t' in" in ast.unparse(node):
            yield "tabs"
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        name, given = (
            function.rsplit(".", 1)[-1],
            ", ".join(map(ast.unparse, node.args)),
        )
        if name in CALLS or function == "csv.reader":
            yield function
        if name in ("split", "partition") and given == "'\\t'":
            yield "tabs"
        if name in NUMBERS and any(typed in given for typed in TYPED):
            yield f"{function}({given})"


def test_no_module_reads_tables_or_typed_numbers_beside_the_one_reader() -> None:
    found = {
        str(path): sorted(set(offences(tree)))
        for path, tree in trees().items()
        if not reads_rows(path)
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_each_way_to_read_a_table_elsewhere_is_seen() -> None:
    for source in (
        *("import python_calamine", "from openpyxl import load_workbook"),
        *("csv.reader(text)", "from csv import reader", "line.split('\\t')"),
        *("Decimal(request.POST['price'])", "float(form.get('n'))", "'\\t' in text"),
    ):
        assert list(offences(ast.parse(source))), source
    assert not list(offences(ast.parse("import csv\ncsv.writer(file)\nDecimal(1)")))
