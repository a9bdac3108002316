"""One yes that arrives many times at once does it once (R50)."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Import, User
from evaltracker.evaluations.verifying import find_break
from evaltracker.importing.services.import_log import undo_import
from tests.at_once import at_once
from tests.cast.common import evaluation
from tests.import_pages import Importer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
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
