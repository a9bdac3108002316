"""T55: a table that was rewritten by SQL, triggers off, does not pass for the record.

With every push in full; the demo's and the purchase's rows are compared in
`tests/journeys`.
"""

import io
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.commitments import (
    canonical,
    committed_models,
    read_commitments,
)
from evaltracker.evaluations.models import Entry
from evaltracker.evaluations.models.evaluation import columns, versions
from tests.keys import without_keys
from tests.lock_order import around_tests, made_once
from tests.workflow.committed import PRICE, world
from tests.workflow.rewriting import REWRITINGS, price
from vendors.models import CostLine

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The rows for all tests of this file, made once."""
    with made_once(django_db_blocker, world):
        yield


def verify(*arguments: str) -> str:
    """What the command says of the tables."""
    said = io.StringIO()
    try:
        call_command(
            "verify_journal", "--tables", *arguments, stdout=said, stderr=io.StringIO()
        )
    except CommandError as error:
        return str(error)
    return said.getvalue()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_promise_checks.py"
    "::test_what_failed_and_an_open_gap_are_followed_up_whatever_they_w"
    "eigh",
)
def test_untouched_tables_agree_and_the_last_sentence_says_so() -> None:
    said = verify()
    assert said.startswith("Verified 3 journals, ")
    assert said.endswith(" rows agree.\n")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[]
            if row % 4 == 0 or name == "a sealed price"
            else pytest.mark.nightly(
                reason="each push does some, and T67 a row of every table",
                short="[a sealed price]",
            ),
        )
        for row, name in enumerate(REWRITINGS)
    ],
)
def test_what_was_rewritten_is_named(name: str) -> None:
    column, rewrite = REWRITINGS[name]
    with around_tests():
        expected = rewrite()
        said = verify()
        transaction.set_rollback(True)
    lines = said.splitlines()
    assert not said.startswith("Verified")
    assert any(expected in line and column in line for line in lines), said
    # Neither what stood there nor what stands there now.
    assert "91500" not in without_keys(said)
    assert verify().startswith("Verified")


def test_every_column_counts_or_says_why_not() -> None:
    for model in committed_models():
        names = {field.name for field in model._meta.concrete_fields}
        counted = {*versions(model)[max(versions(model))], *model.uncommitted}
        assert names - counted == {"id", "salt"} & names, model
        assert not counted - names


def test_a_column_that_joins_later_is_a_new_version() -> None:
    """`joined` names it; what stands in the file was written into journals."""
    file = Path(__file__).parents[1] / "data" / "committed_columns.json"
    pinned = json.loads(file.read_text())
    assert pinned.keys() == {row._meta.label_lower for row in committed_models()}
    for model in committed_models():
        there = {str(it): list(names) for it, names in versions(model).items()}
        assert there == pinned[model._meta.label_lower]


def test_nobody_guesses_a_sealed_price_from_the_journal() -> None:
    """All of 0 to 1,000,000, as the amount of the line and as the line's digest."""
    line = price(opened=False)
    entry = Entry.objects.defer(None).get(action="cost.set", subject_id=str(line.pk))
    told = json.dumps([entry.before, entry.after, entry.reason, entry.subject_label])
    assert str(int(line.likely or 0)) not in told
    (said,) = (
        it for key, it in read_commitments(entry.rows or "") if key[1] == str(line.pk)
    )
    names = [name for name, _ in columns(CostLine, said.version)]
    at = names.index("likely")
    short = said.columns[at * 6 : at * 6 + 6]
    field = dict(columns(CostLine, said.version))["likely"]
    amount = int(line.likely or 0)
    # Whoever knows the salt finds it: so the guesses are made the right way.
    assert amount in guesses(line, field, line.salt or "", short)
    assert amount not in guesses(line, field, "", short)


def guesses(line: CostLine, field: object, salt: str, short: str) -> list[int]:
    """Amounts whose digest begins so."""
    label = f"{line._meta.label_lower}/{max(versions(CostLine))}"
    start = sha256(f"{salt}\n{label}\n{line.pk}\ncolumn\nlikely\n".encode())
    assert canonical(field, PRICE) == f"{PRICE}.0000"  # type: ignore[arg-type]
    found = []
    for amount in range(1_000_001):
        digest = start.copy()
        digest.update(b"%d\n%d.0000\n" % (len(str(amount)) + 5, amount))
        if digest.digest().startswith(bytes.fromhex(short)):
            found.append(amount)
    return found
