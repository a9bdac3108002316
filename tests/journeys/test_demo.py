"""The demo as a newcomer finds it: loaded once, whole, and open to each login."""

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.decision.memo import figures as figures_module
from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.figures import figures_of
from evaltracker.decision.memo.inputs import standing_memo
from evaltracker.decision.memo.text import measured_needs
from evaltracker.decision.models import Decision
from evaltracker.decision.services.exports import export_whole
from evaltracker.demo.people import LEAD, LOGINS, OPERATOR, PASSWORD
from evaltracker.demo.purchases import SLUGS
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.verifying import find_break
from evaltracker.notices.kinds import TYPE_OF, TYPES
from evaltracker.workflow.annex import FIRST_DAY, annex_text
from evaltracker.workflow.services.annex import facts_of, promisor
from tests import walking
from tests.factories.demo import purchases
from tests.lock_order import made_once
from tests.notices.test_event_types import NOT_IN_THE_DEMO
from tests.portable.files import document, taken_in, written_again
from tests.portable.ocds_schema import faults
from tests.wiping import wipe
from tests.workflow.comparing import spoken
from vendors.models import Candidate

pytestmark = pytest.mark.django_db

FLOORS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")
TAB = re.compile(r'href="(/admin/e/[^"/]+/(?:[a-z_]+/)?)"')


def load_demo() -> str:
    """Run the command; returns what it printed."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.DEMO", True)
        call_command("load_demo", stdout=said, stderr=io.StringIO())
    return said.getvalue()


@pytest.fixture(scope="module", autouse=True)
def printed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The demo, loaded once for all tests of this file and taken back after them."""
    with made_once(django_db_blocker, purchases, load_demo) as (_, said):
        yield said


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of our tables."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for floor in FLOORS
        for model in apps.get_app_config(floor).get_models()
    }


def signed_in(username: str) -> Client:
    """A client that came in by the login page."""
    client = Client()
    form = {"username": username, "password": PASSWORD}
    assert client.post("/admin/login/", form).status_code == 302
    return client


def read(client: Client, path: str) -> str:
    """A page's HTML, with the characters that people read."""
    # Whoever has not said yet whether they have an interest is asked that first.
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return unescape(answer.content.decode())


@pytest.mark.nightly(
    reason="it builds the demo a second time; each push counts what the first left",
    short="::test_there_is_an_evaluation_in_every_stage",
)
def test_loading_it_again_changes_nothing() -> None:
    before = everything()
    assert len(before["evaluations.Evaluation"]) == len(SLUGS)
    load_demo()
    assert everything() == before


def test_every_row_agrees_with_its_journal() -> None:
    """T55: nothing that the services did passes for tampering."""
    said = io.StringIO()
    call_command("verify_journal", "--tables", stdout=said, stderr=io.StringIO())
    assert "not covered" not in said.getvalue()


def test_it_prints_one_login_per_role(printed: str) -> None:
    assert PASSWORD in printed
    for login in LOGINS:
        assert f"{login.username} " in printed


def test_the_printed_password_lets_a_newcomer_in(printed: str) -> None:
    said = printed.splitlines()
    above = next(line for line in said if "password" in line)
    password = said[said.index(above) + 1].strip()
    assert any("/vendor/start/" in line for line in said)

    client = Client()
    form = {"username": "lead", "password": password}
    page = client.post("/admin/login/", form, follow=True)

    assert "GPU training service" in page.content.decode()


def test_there_is_an_evaluation_in_every_stage() -> None:
    stages = set(Evaluation.objects.values_list("stage", flat=True))
    assert stages == {"requirements", "research", "demos", "trials", "decision"}


def test_the_matrix_holds_the_twelve_platforms() -> None:
    asked = Candidate.objects.filter(
        evaluation__slug="ml-platform", vendor__isnull=False
    )
    platforms = asked.values_list("name", flat=True)
    assert len(platforms) == 12
    page = read(signed_in(LEAD), "/admin/e/ml-platform/matrix/?candidates=all")
    head = page[page.index("<thead") : page.index("</thead>")]
    for name in platforms:
        assert f">{name}</a>" in head


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_there_is_an_evaluation_in_every_stage",
)
def test_every_evaluation_says_where_its_data_is_from_and_of_when() -> None:
    lead = signed_in(LEAD)
    for evaluation in Evaluation.objects.all():
        first_line = evaluation.source_note.splitlines()[0]
        assert re.search(r"20\d\d", first_line), evaluation
        assert first_line in read(lead, f"/admin/e/{evaluation.slug}/")


@pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.username)
def test_each_login_lands_on_its_own_work(login: Any) -> None:
    page = read(signed_in(login.username), "/admin/")
    assert ">My work</h1>" in page
    if login.username == OPERATOR:
        assert "Nothing waits on you" in page
    else:
        assert re.search(r"\d+ to do\b", page)


DECIDED = "automated-renewals"
LOOKED_THROUGH = [
    pytest.param(LEAD, DECIDED),
    *(
        pytest.param(
            username,
            slug,
            marks=pytest.mark.nightly(
                reason="each push opens those of the decided purchase as the lead",
                short=f"[{LEAD}-{DECIDED}]",
            ),
        )
        for username in (LEAD, "leadership")
        for slug in SLUGS
        if (username, slug) != (LEAD, DECIDED)
    ),
]


@pytest.mark.parametrize(("username", "slug"), LOOKED_THROUGH)
def test_every_tab_of_every_evaluation_opens(username: str, slug: str) -> None:
    client = signed_in(username)
    tabs = set(TAB.findall(read(client, f"/admin/e/{slug}/")))
    assert len(tabs) > 10
    for path in sorted(tabs):
        read(client, path)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_printed_password_lets_a_newcomer_in",
)
def test_every_purchase_leaves_as_a_file_and_comes_back_the_same() -> None:
    files = [
        export_whole(evaluation=evaluation) for evaluation in Evaluation.objects.all()
    ]
    wipe()
    for content in files:
        again = taken_in(content)
        entries = len(document(content)["journal"])
        told = document(written_again(again, entries=entries))
        for visit in told["visits"]:
            # Whoever had signed a stage that is open is asked once more.
            signed = any(row["visit"] == visit["id"] for row in told["sign_offs"])
            visit["round"] -= signed and visit["left_at"] is None
        assert told == document(content)
        assert find_break(again) is None
    assert Evaluation.objects.count() == len(SLUGS)
    call_command("replay_decision", "automated-renewals", stdout=io.StringIO())


def test_no_first_place_is_sure_while_verdicts_are_owed() -> None:
    client = signed_in(LEAD)
    for tab in ("comparison", "decision"):
        page = read(client, f"/admin/e/gpu-training/{tab}/")
        likely = re.search(r"Likely first: (\d+) of 100", spoken(page))
        assert likely
        assert int(likely[1]) < 100
        assert "1 verdict is taken as the runs propose" in spoken(page)
    assert "What to test next" in read(client, "/admin/e/gpu-training/trials/")


def test_the_decided_purchase_says_what_would_change_the_choice() -> None:
    decided = Decision.objects.get(evaluation__slug="automated-renewals")
    said = weighed(figures_of(decided.memo))
    assert said.untold == ""
    assert said.first == "Northlight Systems"
    assert str(said.roles[1]).startswith(
        "By the evidence and their own weights PM would pick Kodiak Software."
    )
    assert "10 of 40 points of people’s weights" in str(said.roles[1])
    assert str(said.price).endswith("price decides.")


def test_the_annex_lists_what_mattered_and_names_no_rival() -> None:
    facts = facts_of(promisor(Evaluation.objects.get(slug="automated-renewals")))
    due = {line["key"]: line["due"] for line in facts["lines"]}
    assert list(due) == ["QAP-1", "QAP-2", "QAP-3", "QAP-6", "QAP-7"]
    text, mended = annex_text(facts), due.pop("QAP-6")
    assert f"Promised for: {mended}.\nDue: {mended}." in text
    # All else is due on the contract's first day.
    (day,) = set(due.values())
    assert text.count(f"Due: {day or FIRST_DAY}.") == len(due)
    for mark in ("Kodiak", "88", "72%", "Priya", "weight"):
        assert mark not in text, mark


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.nightly(
    reason="5 values; each push has the first of them",
    short="[automated-renewals]",
)
def test_the_release_of_each_passes_the_check_of_the_standard(slug: str) -> None:
    where = Evaluation.objects.get(slug=slug)
    assert faults(json.loads(export_whole(evaluation=where, form="ocds"))) == []


# Counts of things to do, days and files: no figures of the comparison.
TO_DO = (
    *("gates-of-stage", "gates", "plan", "visits", "brief", "next", "rules", "draft"),
    *("files", "take", "since", "source_note", "et-note", "et-steps", "et-memo__next"),
    *("et-off", "ch--scatter", "unseen"),
)
TABS = ("", "comparison/", "decision/")
NAMED = re.compile(r"^    ((?:[a-z_.<>]+(?:, )?)+)(?:  |$)", re.MULTILINE)


def typed_in(where: Evaluation) -> set[str]:
    """Every text that people or a file put into an evaluation."""
    texts = {f"{metric.baseline} → {metric.target}" for metric in where.metrics.all()}
    stack: list[Any] = [json.loads(export_whole(evaluation=where))]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            texts.add(f"{value.get('value')} {value.get('unit')}")
            stack += value.values()
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, str) and not value.isdecimal():
            texts |= {value, value[:117].rstrip()}
    return texts


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("slug", ["gpu-training", "automated-renewals"])
@pytest.mark.nightly(
    reason="six pages; each push reads that with most figures",
    short="[gpu-training-comparison/]",
)
def test_every_digit_is_a_figure_that_has_an_id(slug: str, tab: str) -> None:
    where = Evaluation.objects.get(slug=slug)
    page = walking.read(signed_in(LEAD).get(f"/admin/e/{slug}/{tab}").text, TO_DO)
    assert page.figures
    bounds = {need.bound for need in measured_needs(standing_memo(where).memo)}
    assert walking.stray_digits(page, typed_in(where) | bounds) == []
    listed = ", ".join(NAMED.findall(figures_module.__doc__ or "")).split(", ")
    known = [
        re.compile(re.sub(r"<\w+>", ".+", name.replace(".", "\\."))) for name in listed
    ]
    for name, value, shown in page.figures:
        assert any(one.fullmatch(name) for one in known), name
        assert value
        assert shown
    # What a picture writes stands beside it as a figure, or is an end of its axis.
    beside = {text.removesuffix(" of 100") for _, _, text in page.figures}
    drawn = [text.removesuffix(" of 100") for text in page.drawn]
    assert [text for text in drawn if text.endswith("%") and text not in beside] == []


@pytest.mark.parametrize(
    ("planted", "strays"),
    [
        ("<p>Azure leads with 87.</p>", ["Azure leads with 87."]),
        ("<p>On 9 May 2027 at 14:30, T8 fails.</p>", []),
        ('<p><data value="0.5" data-figure="fit.A">50%</data> of 100</p>', []),
    ],
)
def test_a_digit_that_is_planted_is_found(planted: str, strays: list[str]) -> None:
    page = walking.read(f"<main>{planted}</main>")
    assert walking.stray_digits(page, ["T8"]) == strays


def test_it_writes_every_type_of_event_but_those_that_services_are_seen_to_write() -> (
    None
):
    written = {TYPE_OF.get(entry.action) for entry in Entry.objects.all()}
    assert TYPES.keys() - written == NOT_IN_THE_DEMO
