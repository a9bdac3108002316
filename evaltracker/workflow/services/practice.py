"""Test invitations: a vendor tries everything against a made-up list.

Each is an evaluation of its own, so nothing of the real one can see it, and all that
an invitation can do is there to be tried. It ends by itself.
"""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.kit.clock import database_now, today_in
from evaltracker.kit.text import shortened
from evaltracker.requirements.services.categories import add_category
from evaltracker.requirements.services.evaluations import (
    create_evaluation,
    require_starter,
)
from evaltracker.requirements.services.requirements import add_requirement
from evaltracker.requirements.services.scopes import add_list
from evaltracker.workflow.services.practice_list import (
    HELP,
    NEEDS,
    PROBLEM,
    ROOM_NAMES,
    ROOMS,
)
from evaltracker.workflow.services.stages import cancel, enter
from vendors.choices import CandidateState
from vendors.models import Candidate, Contact
from vendors.policy import INVITABLE
from vendors.selectors.practice import last_tests
from vendors.services.candidates import add_candidate
from vendors.services.invitations import invite
from vendors.services.windows import open_claims

# So long a vendor may try it.
LASTS = datetime.timedelta(days=14)
TITLE_LIMIT = 150
OVER = "The time of the test is over."


def check_send_test_invitation(candidate: Candidate, by: User) -> None:
    """The owner sends one at a time to who is or may be invited, until demos begin."""
    evaluation, vendor = candidate.evaluation, candidate.vendor
    check_owned(evaluation, by, Stage.REQUIREMENTS, Stage.RESEARCH)
    require_starter(by)
    if evaluation.is_practice:
        raise Refused("This is a test invitation already.")
    if candidate.kind not in INVITABLE or vendor is None:
        raise Refused(
            f"{candidate.name} has nobody to invite: it needs a vendor, and to be "
            "bought or open source."
        )
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{candidate.name} is eliminated; reinstate it first.")
    if not Contact.objects.current().filter(vendor=vendor).exists():
        raise Refused(f"{vendor} has no contact yet; add one first.")
    last = last_tests(by, [vendor.pk]).get(vendor.pk)
    if last is not None and last.is_open:
        raise Refused(
            f"A test invitation of {vendor} is open already. “Open the test” beside "
            "the candidate on the invitations page leads to it."
        )


@transaction.atomic
def send_test_invitation(
    *, candidate: Candidate, contacts: Iterable[Contact], by: User
) -> Evaluation:
    """Invite a candidate's vendor to answer a made-up list for two weeks.

    Returns:
        The evaluation of the test, which `by` owns.

    Raises:
        Forbidden: not the owner, or one who may not start evaluations.
        Refused: demos have begun, nobody to invite, or a test is open.
        Invalid: nobody chosen, or somebody who is no contact of the vendor.

    """
    evaluation = lock(candidate.evaluation)
    candidate = Candidate.objects.select_related("evaluation", "vendor").get(
        pk=candidate.pk
    )
    check_send_test_invitation(candidate, by)
    told = list(contacts)
    if not told:
        sentence = "Say to whom it goes."
        raise Invalid(sentence, errors={"contacts": [sentence]})
    test = _made_up(evaluation, candidate, by)
    tried = add_candidate(
        evaluation=test,
        name=candidate.name,
        kind=candidate.kind,
        vendor=candidate.vendor,
        by=by,
    )
    enter(test, Stage.RESEARCH, VisitEnd.ADVANCED, by)
    open_claims(evaluation=test, close_at=today_in(test.zone) + LASTS, by=by)
    invite(candidate=tried, contacts=told, by=by)
    journal.record(
        evaluation=evaluation,
        action="test_invitation.sent",
        subject=candidate,
        by=by,
        after={
            "candidate": candidate.name,
            "told": [contact.email for contact in told],
            "test": str(test.pk),
        },
    )
    test.refresh_from_db()
    return test


def _made_up(evaluation: Evaluation, candidate: Candidate, by: User) -> Evaluation:
    """An evaluation of the same buyer with the made-up list, and nobody in it."""
    test = create_evaluation(
        title=shortened(f"Test invitation: {candidate.vendor}", TITLE_LIMIT),
        buyer=evaluation.buyer,
        zone=evaluation.zone,
        problem=PROBLEM,
        is_practice=True,
        by=by,
    )
    rooms = add_list(evaluation=test, name=ROOMS, values=ROOM_NAMES, by=by)
    for name, needs in NEEDS.items():
        category = add_category(evaluation=test, name=name, by=by)
        for ref, priority, text, everywhere in needs:
            add_requirement(
                evaluation=test,
                category=category,
                ref=ref,
                text=text,
                priority=priority,
                vendor_help=HELP,
                must_hold_for=[rooms] if everywhere else [],
                by=by,
            )
    return test


def end_tests() -> None:
    """A chore: end each test whose answering is over; its link ends with it."""
    for key in _over().values_list("pk", flat=True):
        with transaction.atomic():
            # Its end may have been moved meanwhile.
            lock(Evaluation(pk=key))
            for test in _over().filter(pk=key):
                cancel(evaluation=test, reason=OVER, by=SYSTEM)


def _over() -> QuerySet[Evaluation]:
    """Open tests in which no answers are taken any more."""
    closed = Q(claims_closed_at__isnull=False) | Q(claims_close_at__lte=database_now())
    rows: QuerySet[Evaluation] = Evaluation.objects.filter(
        closed, is_practice=True, status=Status.OPEN
    )
    return rows
