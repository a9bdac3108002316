"""From an empty evaluation and three spreadsheets to a decision and its pack.

The stages between are walked in `test_purchase.py`; here services take them.
"""

import zipfile

import pytest
from playwright.sync_api import expect

from evaltracker.evaluations.models import Evaluation, User
from stakeholders.services.people import add_stakeholder, set_sign_off_rule
from tests.factories import trials, vendors
from tests.factories.vendors import invite
from tests.journeys import steps_decision
from tests.journeys.people import TITLE, Person, Walk
from tests.journeys.steps_requirements import sign
from tests.journeys.steps_research import FAVOURITE
from trials.services.scores import close_scores, open_consensus
from vendors.services.candidates import shortlist
from vendors.services.quotes import ask_to_open_prices, confirm_price_opening

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REQUIREMENTS = (
    "Nr;Was;Prio\nR1;Serves in real time;must\nR2;Explains predictions;could\n"
)
PACKING = 60_000  # ms; every page, letter and file of it is drawn
CANDIDATES = f"name,kind,vendor\n{FAVOURITE},buy,Databricks Inc.\nStay,as is,\n"
COSTS = f"candidate,kind,price,due\n{FAVOURITE},licence,$120000 per year,\n"


def test_three_spreadsheets_become_a_signed_decision_and_its_pack(
    from_nothing: Walk,
) -> None:
    walk = from_nothing
    lead = walk.person("lead")
    lead.page.goto(f"{walk.home}/admin/act/start-evaluation/")
    lead.fill(title=TITLE, buyer="Example Foods")
    lead.press("Start")
    lead.press("Back to the page")  # The brief opens by itself; not now.
    take(lead, "Requirements", REQUIREMENTS, "2", **{"role::text": "1"})
    lead.reads("Serves in real time")
    take(lead, "Candidates", CANDIDATES, "2")
    take(lead, "Costs", COSTS, "1")
    lead.reads(FAVOURITE)

    go_on_to_the_decision(Evaluation.objects.get(title=TITLE))
    steps_decision.draft(walk)
    sign(walk.person("leadership"), "decision")
    steps_decision.decide(walk)
    take_the_pack(lead)


def take(person: Person, tab: str, table: str, many: str, **answers: str) -> None:
    """Upload a table, choose what it leaves open, and say yes."""
    person.go(tab)
    person.follow(f"Import {tab.lower()}")
    person.page.set_input_files(
        "input[type=file]",
        {"name": f"{tab}.csv", "mimeType": "text/csv", "buffer": table.encode()},
    )
    person.press("See what it would do")
    for key, choice in answers.items():
        person.page.locator(f'select[name="{key}"]').first.select_option(choice)
    yes = person.page.get_by_role("button", name=f"Import {many}", exact=True)
    expect(yes).to_be_enabled()
    person.fits()
    person.see(f"import-{tab}")
    person.press(f"Import {many}")
    person.reads("as they were.")


def go_on_to_the_decision(where: Evaluation) -> None:
    """Everything between, by services: answered, tried, scored."""
    owner = where.owner
    for role in ("engineering", "leadership"):
        who = User.objects.get(username=role)
        add_stakeholder(evaluation=where, user=who, role=role, by=owner)
    for role in ("it", "devops", "pm"):
        set_sign_off_rule(
            evaluation=where, stage="decision", role=role, required=0, by=owner
        )
    vendors.declare_none(where)
    vendors.in_research(where)
    option = where.candidates.get(name=FAVOURITE)
    invite(candidate=option, by=owner)
    option.refresh_from_db()
    for requirement in where.requirements.all():
        vendors.claim(option, requirement)
    shortlist(candidate=option, by=owner)
    vendors.enter(where, "trials")
    option.evaluation.refresh_from_db()
    running = trials.trial(option, lead=User.objects.get(username="engineering"))
    trials.verdict(
        trials.claim_of(option),
        "trial",
        criterion=running.criteria.get(),
        by=owner,
    )
    where = vendors.enter(where, "decision")
    opening = ask_to_open_prices(evaluation=where, by=owner)
    boss = User.objects.get(username="leadership")
    confirm_price_opening(opening=opening, by=boss)
    open_consensus(evaluation=where, by=owner)
    close_scores(evaluation=where, outcome="Agreed", by=owner)


def take_the_pack(lead: Person) -> None:
    """The lead takes the evidence pack: a zip with the memo and the journal."""
    lead.go("Decision")
    lead.follow("Evidence pack")
    make = lead.page.get_by_role("button", name="Make the pack")
    with lead.page.expect_download(timeout=PACKING) as download:
        make.click(timeout=PACKING)
    with zipfile.ZipFile(download.value.path()) as pack:
        assert pack.testzip() is None
        assert any("memo" in name for name in pack.namelist())
        assert any("journal" in name for name in pack.namelist())
