"""Whoever adds something and forgets a duty reads here which one, and where it is done.

docs/developers/adding.md has the steps.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.importing.books import empty_sheet
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.rows.plan import read
from evaltracker.rows.sources import read_table
from evaltracker.toolbox.rest.views import StrictView
from tests.architecture.test_hooks import subclasses
from tests.pages.conftest import purchase as purchase
from vendors.candidates import COLUMNS
from vendors.models import Candidate

# Columns of a candidate that nobody types as a word of it, each with its place.
ELSEWHERE = {
    "id": "the key",
    "evaluation": "where it stands",
    "name": "asked first of all in its form and found by in imports",
    "kind": "stays; asked when it is added",
    "vendor": "chosen in a list, or made new",
    "state": "moved by shortlist, eliminate, reinstate and decide",
    "state_reason": "said with the move",
    "invited_at": "written by the invitation",
    "first_seen_at": "written by the first call",
    "quote_entered": "written when a quote is entered among the costs",
    "payments": "an act of its own on the page of costs",
}


def test_every_column_of_a_candidate_is_declared_or_stands_elsewhere() -> None:
    named = {column.name for column in COLUMNS} | ELSEWHERE.keys()
    forgotten = {field.name for field in Candidate._meta.concrete_fields} - named
    assert not forgotten, (
        f"{', '.join(sorted(forgotten))}: declare it in COLUMNS of "
        "vendors/candidates.py, so that form, list, import and following evaluations "
        "have it, show it in trials/templates/trials/parts/about_candidate.html, "
        "or say here why not"
    )


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_that_is_imported_says_what_the_empty_sheet_needs(
    column: object,
) -> None:
    said = column
    if getattr(said, "heads", ()):
        missing = [
            duty
            for duty in ("head", "sheet_help", "example")
            if not getattr(said, duty)
        ]
        assert not missing, f"{said}: say {', '.join(missing)} in vendors/candidates.py"


def test_every_kind_of_import_is_registered() -> None:
    named = {
        kind
        for kind in subclasses(ImportKind)
        if vars(kind).get("slug") and not kind.__module__.startswith("tests.")
    }
    forgotten = named - {type(kind) for kind in KINDS.values()}
    assert not forgotten, f"{forgotten}: decorate it with register_import"


def views_of(module: ModuleType) -> set[type[Any]]:
    return {
        view
        for view in vars(module).values()
        if isinstance(view, type)
        and issubclass(view, StrictView)
        and view.__module__ == module.__name__
        and set(vars(view)) & {"get", "post", "put", "patch", "delete"}
    }


@pytest.mark.parametrize(
    "api", ["vendors.api", "trials.api", "trials.run_api", "evaltracker.workflow.api"]
)
def test_every_call_has_an_address(api: str) -> None:
    package = import_module(api)
    urls = import_module(f"{api}.urls") if hasattr(package, "__path__") else package
    names = [
        each.name for each in iter_modules(getattr(package, "__path__", []), f"{api}.")
    ]
    modules = [package, *map(import_module, names)]
    patterns = [p for m in modules for p in getattr(m, "urlpatterns", ())]
    served = {base for pattern in patterns for base in pattern.callback.cls.__mro__}
    forgotten = set().union(*map(views_of, modules)) - served
    assert not forgotten, (
        f"{forgotten}: give it its address in `urlpatterns` of {urls.__name__}"
    )


@pytest.mark.parametrize("slug", KINDS)
def test_the_empty_sheet_of_a_kind_is_read_by_the_kind(
    slug: str, purchase: Evaluation
) -> None:
    kind = KINDS[slug]
    context = kind.context(purchase, purchase.owner)
    book = read_table(empty_sheet(kind, context), "sheet.xlsx")
    plan = read(kind, book, context, {}, {})
    heads = {role.heads[0] for role in kind.roles if role.heads}
    (sheet,) = plan.sheets
    certain = {line.title for line in sheet.columns if line.state == "certain"}
    assert heads <= certain, f"{slug} does not know its own {heads - certain}"
