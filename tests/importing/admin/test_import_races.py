"""Yeses at once: the same one does it once (R50), another is shown anew."""

import time

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, User
from evaltracker.evaluations.verifying import find_break
from evaltracker.importing.services.log import undo_import, work_on_imports
from evaltracker.toolbox.processes import do_long_work
from tests.at_once import at_once
from tests.cast import vendors
from tests.cast.common import evaluation, requirement
from tests.import_pages import Importer
from vendors.models import Claim

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LARGE = "ref,text,note\n" + "".join(
    f"Q{at},What Q{at} asks,{'x' * 30_000}\n" for at in range(60)
)
ANSWERS = "requirement,candidate,status\nR1,Acme ML,yes\nR9,Acme ML,no\n"
FILE = "ref,text\n" + "".join(f"R{at},What R{at} asks\n" for at in range(50))


def test_eight_yeses_at_once_are_one_import_and_eight_undos_are_one() -> None:
    where = evaluation()
    desk = Importer(where, "requirements", where.owner)
    desk.upload(FILE)
    yes = desk.yes()
    answers = at_once(8, lambda _: desk.say(yes).status_code)
    assert answers == [302] * 8
    assert Import.objects.count() == 1
    assert where.requirements.count() == 50
    done, owner = Import.objects.get(), User.objects.get(pk=where.owner_id)
    results = at_once(8, lambda _: undo_import(imported=done, by=owner))
    assert sum(isinstance(result, Refused) for result in results) == 7
    assert where.requirements.count() == 0
    assert find_break(where) is None


def test_yeses_to_a_large_file_at_once_and_its_work_are_one_import() -> None:
    where = evaluation()
    desk = Importer(where, "requirements", where.owner)
    desk.upload(LARGE)
    do_long_work()
    yes = desk.yes()

    def say_or_work(number: int) -> int:
        if number < 6:
            return desk.say(yes).status_code
        for _ in range(20):
            work_on_imports()
            time.sleep(0.02)
        return 302

    assert at_once(8, say_or_work) == [302] * 8
    work_on_imports()
    assert Import.objects.count() == 1
    assert where.requirements.count() == 60
    assert not ImportDraft.objects.exists()
    assert find_break(where) is None


def two_files() -> tuple[Evaluation, Importer, Importer]:
    """A new requirement in one file, and an answer to it in another."""
    where = evaluation()
    requirement(where, "R1")
    vendors.candidate(where)
    vendors.in_research(where)
    needs = Importer(where, "requirements", where.owner)
    needs.upload("ref,text\nR9,What R9 asks\n")
    answers = Importer(where, "claims", where.owner)
    answers.upload(ANSWERS)
    return where, needs, answers


def test_two_files_at_once_do_what_their_pages_show_or_nothing() -> None:
    where, needs, answers = two_files()
    assert "Import 1 new" in answers.read(skip_unknown="on")
    said = [(needs, needs.yes()), (answers, answers.yes())]
    codes = at_once(2, lambda it: said[it][0].say(said[it][1]).status_code)
    assert codes[0] == 302
    assert where.requirements.count() == 2
    claims = Claim.objects.in_evaluation(where)
    assert codes[1] in (302, 409)
    assert claims.count() == (1 if codes[1] == 302 else 0)
    # Once more, after both: what it shows by now is what it does.
    answers.say({"step": "discard"})
    answers.take(ANSWERS)
    assert claims.count() == 2
    assert find_break(where) is None


def test_a_yes_that_waited_for_another_import_is_shown_anew() -> None:
    where, needs, answers = two_files()
    answers.read(skip_unknown="on")
    yes = answers.yes()
    assert needs.say(needs.yes()).status_code == 302
    answer = answers.say(yes)
    assert answer.status_code == 409
    body = answer.content.decode()
    assert "The evaluation changed since this was shown" in body
    assert "Import 2 new" in body
    assert not Claim.objects.exists()
    assert answers.say(answers.yes()).status_code == 302
    assert Claim.objects.in_evaluation(where).count() == 2
