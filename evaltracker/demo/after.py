"""What follows a demo's decision: a letter, a contract, and a promise read again."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topics import TOPICS
from evaltracker.files.services.files import attach_files
from evaltracker.kit.clock import today_in
from evaltracker.kit.days import months_after
from evaltracker.workflow.models import Letter, PromiseCheck
from evaltracker.workflow.services.contract_terms import set_contract_term
from evaltracker.workflow.services.letters import send_letter
from evaltracker.workflow.services.metric_values import record_metric_values
from evaltracker.workflow.services.promise_checks import record_promises
from vendors.choices import CandidateState
from vendors.services.contacts import add_contact


def follow_up(evaluation: Evaluation, people: dict[str, User]) -> Evaluation:
    """The winner has its letter, the others still are drafts; the contract's dates
    are entered, and one check has begun."""
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
            "QAP-1": ("holds", "Coverage report of the first sprint: 93%."),
            "QAP-2": ("partly", "Two contrast errors on the new form; a fix is due."),
        },
        by=people["devops"],
    )
    metric = evaluation.metrics.get()
    record_metric_values(
        check=first,
        values={metric.pk: ("78%", "Weekly report of the eligibility office.")},
        by=people["pm"],
    )
    enter_contract(evaluation, people)
    attach_contract(evaluation, lead)
    return evaluation


CONTRACT = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >> endobj
trailer << /Root 1 0 R >>
%%EOF
"""


def attach_contract(evaluation: Evaluation, lead: User) -> None:
    """The signed contract, on the decision."""
    subject = TOPICS["decision"].find(lead, evaluation.pk)
    if subject is not None:
        file = SimpleUploadedFile("signed-contract.pdf", CONTRACT)
        attach_files(subject=subject, files=[file], by=lead)


def enter_contract(evaluation: Evaluation, people: dict[str, User]) -> None:
    """Two years that renew by a year, with three months' notice."""
    starts = today_in(evaluation.zone) + datetime.timedelta(days=14)
    set_contract_term(
        evaluation=evaluation,
        starts_on=starts,
        ends_on=months_after(starts, 24) - datetime.timedelta(days=1),
        notice_months=3,
        renewal_months=12,
        looks_after=people["it"],
        by=people["lead"],
    )
