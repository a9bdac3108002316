"""Small prices are kept as they are said, on both databases, and so are credits."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.commitments import canonical
from evaltracker.evaluations.journal import as_json_value
from tests.factories import common, vendors
from vendors.models import Candidate, CostLine
from vendors.selectors.costs import candidate_cost
from vendors.services.costs import set_cost_line

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]


@pytest.fixture
def acme() -> Candidate:
    return vendors.candidate(common.evaluation())


def priced(of: Candidate, likely: str, **fields: Any) -> CostLine:
    given: dict[str, Any] = {"kind": "licence", "likely": Decimal(likely), **fields}
    line = set_cost_line(candidate=of, by=of.evaluation.owner, **given)
    return CostLine.objects.get(pk=line.pk)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("5", "5.0000"),
        ("1200.50", "1200.5000"),
        ("999999999999.99", "999999999999.9900"),
        ("0.00042", "0.00042"),
        ("0.0000000004", "0.0000000004"),
        ("12345.6789012345", "12345.6789012345"),
        ("-500", "-500.0000"),
        ("-0.00042", "-0.00042"),
    ],
)
def test_an_amount_is_kept_and_committed_to_with_all_its_decimals(
    acme: Candidate, said: str, kept: str
) -> None:
    line = priced(acme, said)
    assert f"{line.likely:f}" == kept
    field: Any = CostLine._meta.get_field("likely")
    assert canonical(field, line.likely) == canonical(field, Decimal(said)) == kept
    call_command("verify_journal")
    assert as_json_value(line.likely) == kept


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("0.00000000001", "at most 10 decimals"),
        ("1234567890.123456", "at most 15 digits"),
    ],
)
def test_an_amount_that_would_be_rounded_is_refused(
    acme: Candidate, said: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        priced(acme, said)


def test_a_credit_lowers_the_total_and_no_rise_lifts_it(acme: Candidate) -> None:
    priced(acme, "100", recurrence="yearly")
    priced(acme, "-30", label="Launch credit", recurrence="yearly")
    priced(acme, "10", kind="renewal_rise", pricing="percent", recurrence="yearly")
    rows = candidate_cost(acme).rows
    by_name = {row.name: row.likely for row in rows}
    assert by_name["licence or usage (Launch credit)"] == Decimal(-90)
    assert by_name["renewal rise"] == Decimal(31)
    assert candidate_cost(acme).likely == Decimal(300 - 90 + 31)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("low", {"low": Decimal(-5), "high": Decimal(5)}),
        ("likely", {"kind": "renewal_rise", "pricing": "percent"}),
    ],
)
def test_what_is_no_credit_is_refused(
    acme: Candidate, field: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        priced(acme, "-1", **fields)
    assert field in refused.value.errors


def test_the_database_refuses_a_range_across_nothing(acme: Candidate) -> None:
    line = priced(acme, "5")
    with pytest.raises(IntegrityError), transaction.atomic():
        CostLine.objects.filter(pk=line.pk).update(low=-1)
