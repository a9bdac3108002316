"""The matrix as a picture: one mark a cell with its words, and sums by category."""

import datetime
import re

import pytest
from django.utils import timezone

from evaltracker.evaluations.models import Category, Evaluation
from evaltracker.requirements.services.scopes import add_list, demand
from tests.clients import signed_in
from tests.factories import common, trials, vendors
from tests.trials.admin.matrix_pages import EVIL, body_of
from tests.trials.admin.matrix_pages import purchase as purchase
from trials.services.evidence import excuse_knock_out
from vendors.services.candidates import eliminate, shortlist
from vendors.services.claims import note_claim, rule_not_applicable

pytestmark = pytest.mark.django_db


def cell_in(body: str, name: str) -> str:
    """The link whose name begins so, with all that is in it."""
    found = re.search(rf'<a [^>]*aria-label="{name}.*?</a>', body)
    assert found, name
    return found[0]


def panel_of(body: str, cell: str) -> str:
    """The words that open beside a cell."""
    number = re.search(r'data-look="(\d+)"', cell)
    _, _, panels = body.partition('<template id="matrix-panels">')
    assert number and panels
    return panels.partition("</template>")[0].split("<div><p>")[int(number[1]) + 1]


def test_a_cell_is_one_mark_with_its_words_as_its_name(purchase: Evaluation) -> None:
    body = body_of(purchase)
    claimed = cell_in(body, "Acme ML, R1: Claimed. Claimed now, no demo, no trial")
    assert claimed.count("et-glyph--ring") == claimed.count("et-glyph ") == 1
    blank = cell_in(body, "Acme ML, R3: Unanswered. No claim, no demo, no trial")
    assert "et-glyph" not in blank
    words = panel_of(body, claimed)
    for line in ("Claimed</dt>", "now</span>", "no demo</span>", "no trial</span>"):
        assert line in words


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_panel_and_the_name_tell_each_value_it_must_hold_for",
)
def test_shown_and_tested_are_other_marks_and_never_the_same(
    purchase: Evaluation,
) -> None:
    vendors.enter(purchase, "demos")
    acme = purchase.candidates.get(name="Acme ML")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo", "holds")
    shown = cell_in(body_of(purchase), "Acme ML, R1: Shown. Claimed now, demo holds, ")
    assert "et-glyph--half" in shown
    vendors.enter(purchase, "trials")
    running = trials.trial(acme)
    trials.verdict(trials.claim_of(acme), "trial", criterion=running.criteria.get())
    body = body_of(purchase, "?candidates=all")
    proven = cell_in(body, "Acme ML, R1: Proven. Claimed now, demo holds, trial holds")
    assert "et-glyph--full" in proven


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_note_without_a_status_is_no_claim",
)
def test_a_knock_out_fills_its_cell_and_marks_its_candidate(
    purchase: Evaluation,
) -> None:
    acme = purchase.candidates.get(name="Acme ML")
    assert ">blocked<" not in body_of(purchase)
    vendors.enter(purchase, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    body = body_of(purchase)
    refuted = cell_in(body, "Acme ML, R1: Refuted. Claimed now, demo fails, no trial")
    assert "mx-cell--out" in refuted
    assert "no trial. Knocks out" in refuted
    assert ">blocked<" in body
    assert "Blocked by R1" in body
    assert "knocks out" in panel_of(body, refuted)
    excuse_knock_out(
        candidate=acme,
        requirement=purchase.requirements.get(ref="R1"),
        reason="It comes in May.",
        by=purchase.owner,
    )
    body = body_of(purchase)
    assert "mx-cell--out" not in cell_in(body, "Acme ML, R1: Refuted.")
    assert ">blocked<" not in body


def test_a_date_that_slipped_has_a_mark_of_its_own(purchase: Evaluation) -> None:
    vendors.claim(
        purchase.candidates.get(name="Acme ML"),
        purchase.requirements.get(ref="R3"),
        availability="planned",
        available_from=datetime.date(2040, 5, 1),
    )
    day = "?as_of=2040-05-02"
    slipped = cell_in(body_of(purchase, day), "Acme ML, R3: Slipped. Claimed slipped")
    assert "et-glyph--hourglass" in slipped


def test_a_note_without_a_status_is_no_claim(purchase: Evaluation) -> None:
    note_claim(
        candidate=purchase.candidates.get(name="Acme ML"),
        requirement=purchase.requirements.get(ref="R3"),
        statement="They speak of it.",
        by=purchase.owner,
    )
    noted = cell_in(body_of(purchase), "Acme ML, R3: Not stated. Claimed not stated")
    assert "et-glyph--dots" in noted


def test_the_panel_and_the_name_tell_each_value_it_must_hold_for(
    purchase: Evaluation,
) -> None:
    vendors.enter(purchase, "research")
    purchase.refresh_from_db()
    one = purchase.requirements.get(ref="R1")
    places = add_list(
        evaluation=purchase, name="Runs on", values=["AWS", EVIL], by=purchase.owner
    )
    demand(requirement=one, scopes=[places], by=purchase.owner)
    Evaluation.objects.filter(pk=purchase.pk).update(claims_close_at=None)
    acme = purchase.candidates.get(name="Acme ML")
    vendors.claim(acme, one, holds_for={"Runs on": ["AWS"]})
    body = body_of(purchase)
    cell = cell_in(body, "Acme ML, R1: Unanswered.")
    assert "Claimed: AWS" in cell
    assert "mx-cell--more" in cell
    assert "Runs on: AWS</dt>" in panel_of(body, cell)
    assert EVIL not in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_note_without_a_status_is_no_claim",
)
def test_a_category_sums_its_cells_up(purchase: Evaluation) -> None:
    other = Category.objects.create(
        evaluation=purchase, name=f"Other {EVIL}", position=9
    )
    common.requirement(purchase, "R9", "should")
    purchase.requirements.filter(ref="R9").update(category=other)
    rule_not_applicable(
        candidate=purchase.candidates.get(name="Globex ML"),
        requirement=purchase.requirements.get(ref="R9"),
        reason="It has none.",
        by=purchase.owner,
    )
    body = body_of(purchase)
    sums = re.findall(r'class="mx-bar".*? aria-label="([^"]*)"', body)
    assert sums == [
        "Acme ML: 2 claimed, 1 unanswered",
        "Globex ML: 1 claimed, 2 unanswered",
        "Acme ML: 1 unanswered",
        "Globex ML: 1 not applicable",
    ]
    assert EVIL not in body
    filtered = re.findall(
        r'class="mx-bar".*? aria-label="([^"]*)"', body_of(purchase, "?q=R2")
    )
    assert filtered == ["Acme ML: 1 claimed", "Globex ML: 1 unanswered"]


def test_the_view_stays_in_every_address_of_the_page(purchase: Evaluation) -> None:
    picture = body_of(purchase, "?musts=1")
    assert "mx--picture" in picture
    assert 'href="?musts=1&amp;candidates=all&amp;view=lines"' in picture
    lines = body_of(purchase, "?musts=1&view=lines")
    assert "mx--picture" not in lines
    assert "no demo</span>" in lines
    assert 'href="?musts=1&amp;candidates=all" ' in lines
    assert '<input type="hidden" name="view" value="lines">' in lines
    assert 'href="?candidates=all&amp;view=lines">Clear the filters' in lines
    file = re.search(r'href="([^"]*format=csv)"', lines)
    assert file
    answer = signed_in(purchase.owner).get(file[1].replace("&amp;", "&"))
    assert answer.status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_note_without_a_status_is_no_claim",
)
def test_what_is_left_out_is_named_below(purchase: Evaluation) -> None:
    assert "Not in this matrix" not in body_of(purchase)
    acme, globex = purchase.candidates.order_by("name")
    initech = trials.claimed(
        purchase, purchase.requirements.get(ref="R1"), name="Initech"
    )
    shortlist(candidate=acme, by=purchase.owner)
    eliminate(candidate=globex, reason="Too dear.", by=purchase.owner)
    purchase.requirements.filter(ref="R3").update(retired_at=timezone.now())
    vendors.enter(purchase, "demos")
    below = body_of(purchase, "?musts=1&q=R1").partition("Not in this matrix")[2]
    assert "1 of 2 requirements, by the filters above" in below
    assert f'/admin/candidates/{globex.pk}/" dir="auto">Globex ML</a>' in " ".join(
        below.partition("Eliminated:")[2].split()
    )
    assert f"/admin/candidates/{initech.pk}/" in below.partition("Eliminated:")[0]
    assert 'dir="auto">R3</span>' in below
