"""A vendor reads its own trial in a browser, and replies to what was found missing."""

import pytest
from django.core.cache import cache, caches

from evaltracker.evaluations.models import Entry
from tests.factories import trials, vendors
from tests.vendors.portal.visitor import ADDRESS, Visitor
from trials.models import Gap
from trials.services.trials import close_gap, record_gap
from vendors.models import Candidate
from vendors.services.contacts import add_contact, give_link

pytestmark = pytest.mark.django_db
FOUND = "Runners stop after 50 jobs."


def tried(candidate: Candidate, text: str = FOUND) -> Gap:
    """A trial under way, with a gap."""
    under_way = trials.trial(candidate)
    return record_gap(
        trial=under_way, severity="challenge", text=text, by=under_way.lead
    )


def contact_of(candidate: Candidate, email: str = ADDRESS) -> Visitor:
    assert candidate.vendor is not None
    owner = candidate.evaluation.owner
    person = add_contact(vendor=candidate.vendor, name="Ada", email=email, by=owner)
    return Visitor(give_link(candidate=candidate, contact=person)).sign_in()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_until_a_trial_is_agreed_there_is_none",
)
def test_the_own_trial_is_read_and_a_gap_is_replied_to() -> None:
    cache.clear()
    caches["process"].clear()
    where = trials.platform()
    acme = trials.claimed(where, name="Acme ML")
    globex = trials.claimed(where, name="Globex ML")
    vendors.enter(where, "trials")
    acme.evaluation = globex.evaluation = where
    gap, theirs = tried(acme), tried(globex, "A secret of Globex.")
    ada = contact_of(acme)
    assert f"{ada.home}trial/" in ada.get().content.decode()
    page = ada.get(f"{ada.home}trial/").content.decode()
    assert FOUND in page
    assert "A secret of Globex." not in page
    address = f"{ada.home}gaps/{gap.pk}/reply/"
    past = ada.post(address, reply="Soon.", promised_for="2020-01-01", workaround="")
    assert past.status_code == 400
    assert "Choose a future date." in past.content.decode()
    said = {"reply": "Fixed in 9.1.", "promised_for": "2040-04-15", "workaround": ""}
    assert ada.post(address, **said).headers["Location"] == f"{ada.home}trial/"
    gap.refresh_from_db()
    assert (gap.reply, str(gap.promised_for)) == ("Fixed in 9.1.", "2040-04-15")
    assert gap.reply_noted_by is None
    entry = Entry.objects.order_by("number").filter(action__startswith="gap.").last()
    assert entry is not None
    assert entry.actor_name == "Acme (Ada)"
    assert "Fixed in 9.1." in ada.get(f"{ada.home}trial/").content.decode()
    assert ada.get(f"{ada.home}gaps/{theirs.pk}/reply/").status_code == 404
    close_gap(gap=gap, note="It is fixed.", by=where.owner)
    assert ada.post(address, ada.home, **said).status_code == 409


def test_until_a_trial_is_agreed_there_is_none() -> None:
    cache.clear()
    caches["process"].clear()
    ada = contact_of(trials.claimed(trials.platform(), name="Acme ML"))
    assert ada.get(f"{ada.home}trial/").status_code == 404
    assert "/trial/" not in ada.get().content.decode()
