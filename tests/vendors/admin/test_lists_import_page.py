"""Candidates and costs from spreadsheets: taken in, sealed, and taken back."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Entry, Evaluation, Import
from evaltracker.importing.services.log import undo_import
from tests.cast import stakeholders
from tests.cast.common import evaluation
from tests.clients import signed_in
from tests.import_pages import Importer
from vendors.models import Vendor
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db
OPTIONS = (
    "name,kind,vendor,summary\nAcme ML,buy,Acme,Trains\nMlflow,open source,,Free\n"
)


@pytest.fixture
def where() -> Evaluation:
    return evaluation()


def undo(where: Evaluation) -> None:
    last = Import.objects.filter(undone_at=None).order_by("-at")[0]
    undo_import(imported=last, by=where.owner)


def test_candidates_come_in_with_their_companies_and_go_again(
    where: Evaluation,
) -> None:
    desk = Importer(where, "candidates", where.owner)
    desk.take(OPTIONS)
    acme = where.candidates.get(name="Acme ML")
    assert (str(acme.vendor), acme.summary) == ("Acme", "Trains")
    desk.take("name,summary\nAcme ML,Trains and serves\n")
    undo(where)
    acme.refresh_from_db()
    assert acme.summary == "Trains"
    undo(where)
    assert not where.candidates.exists()
    assert not Vendor.objects.exists()
    assert set(
        Entry.objects.filter(evaluation=where).values_list("action", flat=True)
    ) >= {
        "candidates.imported",
        "candidates.put_back",
        "import.undone",
    }


def test_a_candidate_that_moved_on_or_has_a_price_stays(where: Evaluation) -> None:
    desk = Importer(where, "candidates", where.owner)
    desk.take(OPTIONS)
    acme = where.candidates.get(name="Acme ML")
    set_cost_line(candidate=acme, kind="exit", state="unsaid", by=where.owner)
    with pytest.raises(Refused, match="used since: Acme ML"):
        undo(where)
    shortlist(candidate=where.candidates.get(name="Mlflow"), by=where.owner)
    with pytest.raises(Refused, match="used since: Mlflow"):
        undo(where)
    assert where.candidates.count() == 2


def test_a_vendor_for_what_is_built_here_is_refused_whole(where: Evaluation) -> None:
    desk = Importer(where, "candidates", where.owner)
    desk.upload("name,kind,vendor\nOurs,build,Acme\n")
    assert desk.say(desk.yes()).status_code == 400
    assert not Vendor.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize("kind", ["candidates", "costs"])
def test_only_the_owner_imports(where: Evaluation, kind: str) -> None:
    stakeholders.stakeholders(where, "it")
    desk = Importer(where, kind, where.owner)
    for url in (desk.url, desk.url + "sheet.xlsx"):
        assert desk.client.get(url).status_code == 200
        assert signed_in(stakeholders.holder("it")).get(url).status_code == 403
