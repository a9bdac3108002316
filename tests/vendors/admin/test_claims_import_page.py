"""A spreadsheet of claims: words are asked about, remembered, and taken back."""

import pytest

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Import
from evaltracker.importing.services.log import undo_import
from tests.cast import stakeholders
from tests.cast.common import evaluation, requirement
from tests.cast.vendors import candidate, claim, enter, in_research, invited
from tests.clients import signed_in
from tests.import_pages import Importer
from trials.selectors.ledger import ledger
from vendors.models import Claim, StatusWord
from vendors.services.claims import note_claim, withdraw_claim

pytestmark = pytest.mark.django_db
MATRIX = "Feature,Acme ML,Globex\nR1,yes,Roadmap Q3\nR2,Roadmap Q3,Bespoke\n"


@pytest.fixture
def where() -> Evaluation:
    place = evaluation()
    for ref in ("R1", "R2"):
        requirement(place, ref)
    for name in ("Acme ML", "Globex"):
        candidate(place, name)
    return enter(place, "research")


@pytest.fixture
def desk(where: Evaluation) -> Importer:
    return Importer(where, "claims", where.owner)


def stand(where: Evaluation) -> dict[tuple[str, str], str]:
    rows = Claim.objects.in_evaluation(where).filter(superseded_at=None)
    return {(row.candidate.name, row.requirement.ref): row.availability for row in rows}


def explain(desk: Importer, **meanings: tuple[str, str]) -> int:
    said = {"step": "explain", "word": [], "meaning": [], "day": []}
    for key, (meaning, day) in meanings.items():
        said["word"].append(key.replace("_", " "))  # type: ignore[attr-defined]
        said["meaning"].append(meaning)  # type: ignore[attr-defined]
        said["day"].append(day)  # type: ignore[attr-defined]
    return desk.say(said).status_code


def test_words_are_asked_about_remembered_and_never_guessed(
    where: Evaluation, desk: Importer
) -> None:
    body = desk.upload(MATRIX)
    assert "What “Roadmap Q3” means" in body
    assert "What “Bespoke” means" in body
    assert (
        explain(desk, roadmap_q3=("planned", "2027-09-30"), bespoke=("unstated", ""))
        == 302
    )
    assert 'name="word"' not in desk.see()
    desk.say(desk.yes())
    assert stand(where) == {
        ("Acme ML", "R1"): "now",
        ("Acme ML", "R2"): "planned",
        ("Globex", "R1"): "planned",
        ("Globex", "R2"): "unstated",
    }
    assert StatusWord.objects.count() == 2
    assert Entry.objects.filter(action="claims.words_explained").count() == 1
    # The next file is read with them at once.
    assert 'name="word"' not in desk.upload(MATRIX.replace("Bespoke", "roadmap q3"))


def test_what_a_source_says_in_part_is_kept_as_that_and_still_owed(
    where: Evaluation, desk: Importer
) -> None:
    body = desk.upload("Feature,Acme ML,Globex\nR1,yes,Partial\n")
    assert "in part, as the source says" in body
    assert explain(desk, partial=("partial", "")) == 302
    desk.say(desk.yes())
    assert stand(where) == {("Acme ML", "R1"): "now", ("Globex", "R1"): "partial"}
    globex, need = where.candidates.get(name="Globex"), where.requirements.get(ref="R1")
    state = ledger(where).cell(globex, need).state
    assert (str(state.credit), state.answered, state.is_stated) == ("0.3", False, False)


def test_a_vendor_says_now_beta_planned_on_request_or_never_and_not_in_part() -> None:
    place = evaluation()
    need = requirement(place, "R1")
    acme = invited(in_research(place))
    with pytest.raises(Invalid, match="is not one of: now, beta"):
        claim(acme, need, "partial")
    with pytest.raises(Invalid, match="vendor can state an availability"):
        note_claim(
            candidate=acme,
            requirement=need,
            availability="partial",
            statement="Some of it.",
            by=place.owner,
        )


@pytest.mark.parametrize(
    ("word", "meaning", "day"),
    [
        ("yes", "never", ""),
        ("roadmap_q3", "withdrawn", ""),
        ("roadmap_q3", "now", "2027-01-01"),
        ("roadmap_q3", "planned", "soon"),
    ],
)
def test_a_meaning_that_is_none_is_refused(
    desk: Importer, word: str, meaning: str, day: str
) -> None:
    desk.upload(MATRIX)
    assert explain(desk, **{word: (meaning, day)}) == 400
    assert not StatusWord.objects.exists()


def test_a_filled_in_questionnaire_is_asked_whose_it_is_and_taken_back(
    where: Evaluation, desk: Importer
) -> None:
    body = desk.upload("ID,Question,Answer\nR1,Batch?,Yes\nR2,Sign-on?,No\n")
    assert "Whose answers are these? They come in as noted by you." in body
    assert "Nobody has said whose answers these are." in body
    desk.say({"step": "answer", "whose:": "Globex"})
    desk.say(desk.yes())
    assert stand(where) == {("Globex", "R1"): "now", ("Globex", "R2"): "never"}
    assert not Claim.objects.filter(by_vendor=True).exists()
    undo_import(imported=Import.objects.get(), by=where.owner)
    assert set(stand(where).values()) == {"withdrawn"}


def test_unknown_names_are_left_out_when_asked(desk: Importer) -> None:
    assert "no candidate “Initech”" in desk.upload(
        "Feature,Acme ML,Initech\nR1,yes,no\n"
    )
    assert "Import 1 new" in desk.read(skip_unknown="on")


def test_undoing_withdraws_what_is_new_and_says_again_what_stood(
    where: Evaluation, desk: Importer
) -> None:
    desk.take("Feature,Acme ML\nR1,no\n")
    desk.take("Feature,Acme ML\nR1,yes\nR2,yes\n")
    undo_import(imported=Import.objects.order_by("-at")[0], by=where.owner)
    assert stand(where) == {("Acme ML", "R1"): "never", ("Acme ML", "R2"): "withdrawn"}
    # Once more brings it back: nothing is in the way.
    desk.take("Feature,Acme ML\nR1,yes\nR2,yes\n")
    assert stand(where)["Acme ML", "R2"] == "now"


def test_a_claim_that_moved_on_stops_it(where: Evaluation, desk: Importer) -> None:
    desk.take("Feature,Acme ML\nR1,yes\nR2,yes\n")
    option, asked = (
        where.candidates.get(name="Acme ML"),
        where.requirements.get(ref="R1"),
    )
    withdraw_claim(candidate=option, requirement=asked, by=where.owner)
    note_claim(candidate=option, requirement=asked, statement="x", by=where.owner)
    with pytest.raises(Refused, match="since: Acme ML / R1"):
        undo_import(imported=Import.objects.get(), by=where.owner)


def test_only_the_owner_imports(where: Evaluation, desk: Importer) -> None:
    stakeholders.stakeholders(where, "it")
    client = signed_in(stakeholders.holder("it"))
    assert client.get(desk.url).status_code == 403
    assert client.get(desk.url + "sheet.xlsx").status_code == 403
