"""Every page of an evaluation reads as often for many rows as for few."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.site import site
from tests.clients import signed_in
from tests.factories import stakeholders, trials, vendors
from vendors.services.candidates import shortlist

pytestmark = pytest.mark.django_db
FEW, MANY = (2, 2), (3, 4)
TABS = [
    name
    for name, (route, _) in site._pages.items()
    if route.startswith("e/<slug:slug>/") and route.count("<") == 1
]
# Files and what is written of a decision; sums of one candidate are no page of a tab.
NOT_ASKED = ("matrix_file", "memo", "memo_pdf", "memo_md", "memo_docx", "memo_xlsx")
PAGES = [name for name in TABS if name not in NOT_ASKED]
# One page of how many is read, and how many open at least.
SHARES = [
    pytest.param(8, 2, id="every eighth"),
    pytest.param(
        1,
        16,
        id="all",
        marks=pytest.mark.nightly(
            reason="each push reads every eighth page at both sizes",
            short="[every eighth]",
        ),
    ),
]


def purchase(across: int, down: int) -> Evaluation:
    """In trials; everybody was claimed of, shown, tried and judged."""
    where = trials.platform(*("must",) * down)
    for number in range(across):
        option = trials.claimed(where, name=f"Acme{number} ML")
        shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "demos")
    for option in where.candidates.all():
        trials.demo(option, held=True)
    vendors.enter(where, "trials")
    stakeholders.sign_off_rules(where, "trials")
    refs = list(where.requirements.values_list("ref", flat=True))
    for option in where.candidates.all():
        trial = trials.trial(option, *refs)
        for ref, criterion in zip(refs, trial.criteria.all(), strict=True):
            claim = trials.claim_of(option, ref)
            trials.verdict(claim, "trial", "fails", criterion=criterion)
    return where


def queries(where: Evaluation, names: list[str]) -> dict[str, int]:
    """How often each page reads, once everything is loaded that is loaded once."""
    lina = signed_in(where.owner)
    found = {}
    for name in names:
        route = site._pages[name][0].replace("<slug:slug>", where.slug)
        lina.get(f"/admin/{route}")
        with CaptureQueriesContext(connection) as caught:
            answer = lina.get(f"/admin/{route}")
        if answer.status_code == 200:
            found[name] = len(caught)
    return found


@pytest.mark.parametrize(("every", "at_least"), SHARES)
def test_no_page_reads_more_often_for_more(
    figure: Callable[[str], None], every: int, at_least: int
) -> None:
    names = PAGES[::every]
    few = queries(purchase(*FEW), names)
    many = queries(purchase(*MANY), names)
    assert len(few) >= at_least
    assert few.keys() == many.keys()
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert grown == {}
    figure(f"{len(few)} pages, at most {max(many.values())} queries at both sizes")
