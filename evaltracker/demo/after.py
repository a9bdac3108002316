"""What follows a demo's decision: a letter that is sent, and a promise read again."""

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.models import Letter, PromiseCheck
from evaltracker.workflow.services.letters import send_letter
from evaltracker.workflow.services.promise_checks import record_promises
from vendors.choices import CandidateState
from vendors.services.contacts import add_contact


def follow_up(evaluation: Evaluation, people: dict[str, User]) -> Evaluation:
    """The winner has its letter, the others still are drafts; one check has begun."""
    lead = people["lead"]
    winner = evaluation.candidates.select_related("vendor").get(
        state=CandidateState.CHOSEN
    )
    if winner.vendor is None:
        return evaluation
    contact = add_contact(
        vendor=winner.vendor, name="Noa Berg", email="bids@northlight.example", by=lead
    )
    letter = Letter.objects.get(candidate=winner)
    send_letter(letter=letter, contacts=[contact], by=lead)
    first = PromiseCheck.objects.filter(candidate=winner).order_by("due_on")[0]
    record_promises(
        check=first,
        found={
            "QAP-1": ("holds", "Coverage report of the first sprint: 93 %."),
            "QAP-2": ("partly", "Two contrast errors on the new form; a fix is due."),
        },
        by=people["devops"],
    )
    return evaluation
