"""The matrix: three lines a cell, filters, and not one word taken for markup."""

import csv
import datetime
import io
import re

import pytest
from openpyxl import load_workbook

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.scopes import add_list, demand
from evaltracker.toolbox.text import harmless, meant
from tests.clients import program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.imported import plan_of
from tests.trials.admin.matrix_pages import EVIL, body_of
from tests.trials.admin.matrix_pages import purchase as purchase
from trials.admin.matrix import FORMATS
from trials.policy import today_in
from vendors.services.candidates import shortlist
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db


def refs(body: str) -> list[str]:
    _, _, table = body.partition("<tbody")
    table = table.partition("</tbody>")[0]
    return [ref for ref in ("R1", "R2", "R3") if f'dir="auto">{ref}</span>' in table]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_planned_dates_pass_as_of_the_day_that_is_asked_for",
)
def test_each_cell_tells_three_marks_in_words(purchase: Evaluation) -> None:
    acme = purchase.candidates.get(name="Acme ML")
    trials.verdict(trials.claim_of(acme), "research", "holds")
    body = body_of(purchase, "?view=lines")
    said = "Acme ML, R1: claimed now; shown no demo; tested no trial. Standing: Claimed"
    assert said in body
    assert "no claim" in body
    assert f"/admin/cells/{acme.pk}/" in body


def test_a_refuted_must_have_is_told_beside_its_marks(purchase: Evaluation) -> None:
    vendors.enter(purchase, "demos")
    acme = purchase.candidates.get(name="Acme ML")
    item = trials.demo(acme, held=True)
    assert item.held_at
    trials.verdict(trials.claim_of(acme), "demo", "fails")
    body = body_of(purchase, "?view=lines")
    assert "Standing: Refuted. Knocks out" in body
    assert ">blocked<" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_matrix_picture.py"
    "::test_the_panel_and_the_name_tell_each_value_it_must_hold_for",
)
def test_what_does_not_hold_where_we_run_is_found(purchase: Evaluation) -> None:
    assert "Not where we run" not in body_of(purchase)
    vendors.enter(purchase, "research")
    purchase.refresh_from_db()
    one, two, _ = purchase.requirements.order_by("ref")
    places = add_list(
        evaluation=purchase, name="Runs on", values=["AWS", "Azure"], by=purchase.owner
    )
    for requirement in (one, two):
        demand(requirement=requirement, scopes=[places], by=purchase.owner)
    Evaluation.objects.filter(pk=purchase.pk).update(claims_close_at=None)
    for name in ("Acme ML", "Globex ML"):
        candidate = purchase.candidates.get(name=name)
        vendors.claim(candidate, one, holds_for="everywhere")
    acme = purchase.candidates.get(name="Acme ML")
    vendors.claim(acme, two, holds_for={"Runs on": ["AWS"]})
    body = body_of(purchase, "?not_where_we_run=1&view=lines")
    assert "Not where we run" in body
    assert refs(body) == ["R2"]
    assert "Standing: Unanswered. Unanswered: Azure. Claimed: AWS" in body
    ledger = f"/admin/candidates/{acme.pk}/"
    cell = f"/admin/cells/{acme.pk}/{two.pk}/"
    for page, words in (
        (ledger, 'for <span dir="auto">Azure'),
        (cell, "Runs on: Azure"),
    ):
        assert words in signed_in(purchase.owner).get(page).content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_refuted_must_have_is_told_beside_its_marks",
)
def test_filters_leave_what_they_say(purchase: Evaluation) -> None:
    assert refs(body_of(purchase)) == ["R1", "R2", "R3"]
    assert refs(body_of(purchase, "?musts=1")) == ["R1", "R2"]
    assert refs(body_of(purchase, "?differs=1")) == ["R2"]
    assert refs(body_of(purchase, "?unanswered=1&musts=1")) == ["R2"]
    assert "No requirement passes" in body_of(purchase, "?refuted=1")
    assert refs(body_of(purchase, "?q=ASKS+r2")) == ["R2"]
    assert "Clear them" in body_of(purchase, "?q=nothing+like+it")
    group = purchase.categories.get().pk
    assert refs(body_of(purchase, f"?category={group}")) == ["R1", "R2", "R3"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_matrix_picture.py"
    "::test_a_note_without_a_status_is_no_claim",
)
def test_the_short_list_is_what_is_shown_from_demos_on(purchase: Evaluation) -> None:
    acme = purchase.candidates.get(name="Acme ML")
    vendors.enter(purchase, "research")
    shortlist(candidate=acme, by=purchase.owner)
    assert "Globex ML, R1" in body_of(purchase)
    vendors.enter(purchase, "demos")
    assert "Globex ML, R1" not in body_of(purchase)
    assert "Globex ML, R1" in body_of(purchase, "?candidates=all")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_refuted_must_have_is_told_beside_its_marks",
)
def test_candidates_stand_by_number_or_by_fit(purchase: Evaluation) -> None:
    for number in (10, 2):
        vendors.candidate(purchase, f"Z{number} ML")
    vendors.claim(
        vendors.invited(purchase, "Z3 ML"), purchase.requirements.get(ref="R1")
    )

    def heads(query: str) -> list[str]:
        head = body_of(purchase, query).partition("<thead")[2].partition("</thead>")[0]
        return re.findall(r'dir="auto">([^<]+ ML)</a>', head)

    by_name = heads("?candidates=all")
    assert [name for name in by_name if name[0] == "Z"] == ["Z2 ML", "Z3 ML", "Z10 ML"]
    by_fit = heads("?candidates=all&order=fit")
    assert sorted(by_fit) == sorted(by_name)
    assert by_fit.index("Z3 ML") < by_fit.index("Z2 ML") < by_fit.index("Z10 ML")


def test_planned_dates_pass_as_of_the_day_that_is_asked_for(
    purchase: Evaluation,
) -> None:
    acme = purchase.candidates.get(name="Acme ML")
    vendors.claim(
        acme,
        purchase.requirements.get(ref="R3"),
        availability="planned",
        available_from=datetime.date(2040, 5, 1),
    )
    assert refs(body_of(purchase, "?slipped=1&as_of=2040-05-01")) == []
    body = body_of(purchase, "?slipped=1&as_of=2040-05-02")
    assert refs(body) == ["R3"]
    assert "Acme ML, R3: Slipped. Claimed slipped" in body
    assert refs(body_of(purchase, "?as_of=&q=&category=")) == ["R1", "R2", "R3"]


@pytest.mark.parametrize(
    "query",
    [
        "?musts=yes",
        "?category=1",
        "?candidates=none",
        "?owner__password=x",
        "?musts=",
        "?as_of=2030-W01-1",
        "?as_of=tomorrow",
        "?view=picture",
        "?q=a&q=b",
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[?as_of=tomorrow]",
)
def test_an_address_that_no_form_made_is_refused(
    purchase: Evaluation, query: str
) -> None:
    url = f"/admin/e/{purchase.slug}/matrix/{query}"
    assert signed_in(purchase.owner).get(url).status_code == 400


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_matrix_picture.py"
    "::test_a_note_without_a_status_is_no_claim",
)
def test_strangers_find_nothing(purchase: Evaluation) -> None:
    for path in ("matrix/", "matrix/file/?format=csv"):
        url = f"/admin/e/{purchase.slug}/{path}"
        assert signed_in(common.noor()).get(url).status_code == 404
    assert "R1" in body_of(purchase, user=stakeholders.holder("it"))


def test_no_word_of_anybody_becomes_markup(purchase: Evaluation) -> None:
    common.requirement(purchase, EVIL, "should", text=f'{EVIL}" onclick="x')
    bad = vendors.candidate(purchase, f'{EVIL}" x', vendor=vendors.vendor("Bad"))
    rule_not_applicable(
        candidate=bad,
        requirement=purchase.requirements.get(ref="R1"),
        reason=EVIL,
        by=purchase.owner,
    )
    body = body_of(purchase, "?candidates=all")
    assert "<script>alert" not in body
    assert 'onclick="x' not in body
    assert "not applicable" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_saved_answers.py"
    "::test_one_cell_that_is_changed_changes_that_alone",
)
def test_files_hold_what_the_filters_leave_and_run_nothing(
    purchase: Evaluation,
) -> None:
    common.requirement(purchase, "=1+1", "should", text="@SUM(A1), _x003D_ and ünï")
    acme = purchase.candidates.get(name="Acme ML")
    trials.verdict(trials.claim_of(acme), "research", "holds")
    client = signed_in(purchase.owner)
    url = f"/admin/e/{purchase.slug}/matrix/file/"
    day = today_in(purchase.zone)
    files = {
        kind: client.get(f"{url}?format={kind}&candidates=all") for kind in FORMATS
    }
    for kind, answer in files.items():
        named = f'attachment; filename="{purchase.slug}-matrix-{day}.{kind}"'
        assert answer.headers["Content-Disposition"] == named
    text = files["csv"].content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    book = load_workbook(io.BytesIO(files["xlsx"].content))
    cells = [[item.value or "" for item in row] for row in book.active.iter_rows()]
    assert all(c.data_type != "f" for row in book.active.iter_rows() for c in row)
    # openpyxl leaves the escape of what looks like a coded character.
    assert [[str(c).replace("_x005F_", "_") for c in row] for row in cells] == lines
    sheet = book.active
    assert sheet["E2"].data_type == "n"
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "D2"
    assert sheet.column_dimensions["C"].width > sheet.column_dimensions["A"].width > 10
    told = files["json"].json()
    api = f"/api/v1/staff/evaluations/{purchase.slug}/matrix/"
    assert told == program(purchase.owner).get(api).json()
    assert [meant(line[0]) for line in lines[1:-2]] == [
        row["ref"] for row in told["requirements"]
    ]
    counts = "2 of 4 answered · 0 of 2 shown · 0 of 2 tested (1 backed by research)"
    assert lines[-1][5] == counts
    assert meant(lines[-3][2]) == "@SUM(A1), _x003D_ and ünï"
    assert lines[1][5:9] == ["now", "", "", "Claimed"]
    for kind in ("csv", "xlsx"):
        # What was saved comes back equal.
        name = f"matrix.{kind}"
        rows = plan_of("requirements", purchase, files[kind].content, name=name)
        assert (rows.open, rows.refused, rows.new, rows.changed) == ((), (), (), ())
        assert len(rows.same) == 4
    few = client.get(f"{url}?format=json&musts=1&q=R2").json()
    assert [row["ref"] for row in few["requirements"]] == ["R2"]
    assert client.get(f"{url}?format=pdf").status_code == 400


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\u3000=1"])
def test_what_a_spreadsheet_would_run_is_marked_as_text(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless("plain") == "plain"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_no_word_of_anybody_becomes_markup",
)
def test_who_answered_nothing_has_no_fit_and_not_one_of_zero(
    purchase: Evaluation,
) -> None:
    vendors.enter(purchase, "research")
    silent = vendors.candidate_late(purchase, "Silent ML")
    shortlist(candidate=silent, by=purchase.owner)
    for view in ("", "?view=lines"):
        assert "fit</span> 0%" not in body_of(purchase, view)
        assert "fit 0%" not in body_of(purchase, view)
    body = signed_in(purchase.owner).get(f"/admin/candidates/{silent.pk}/").content
    assert '<p class="tr-big et-num">–</p>' in body.decode()
