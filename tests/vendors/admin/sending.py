"""A purchase that Acme answers, and what its readers see of that."""

from evaltracker.evaluations.models import Evaluation, User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, vendors
from vendors.models import Candidate
from vendors.selectors.dialogue import sent_by_vendors


def answered_by_acme() -> Evaluation:
    """In research, with R1 to R3 and Acme invited."""
    where = common.evaluation()
    for ref in ("R1", "R2", "R3"):
        common.requirement(where, ref)
    vendors.in_research(where)
    vendors.invited(where)
    return where


def say(where: Evaluation, ref: str, availability: str = "now", **words: str) -> None:
    acme = Candidate.objects.get(name="Acme ML")
    vendors.claim(acme, where.requirements.get(ref=ref), availability, **words)


def page(where: Evaluation, user: User, query: str = "") -> str:
    answer = signed_in(user).get(f"/admin/e/{where.slug}/sent/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def look(where: Evaluation, user: User) -> None:
    """Press the button of the page as it is now."""
    until = [
        f"{sent_by_vendor.candidate.pk} {sent_by_vendor.newest.isoformat()}"
        for sent_by_vendor in sent_by_vendors(user, where)
        if sent_by_vendor.newest
    ]
    assert act("mark-seen", where, user, until=until) == 302
