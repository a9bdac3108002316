"""The invitations of an evaluation: who was told, who came, who has answered."""

import datetime
from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import is_owner
from evaltracker.kit.clock import database_now
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from vendors.admin.conflict_question import ask_first
from vendors.admin.invitation_rows import (
    STATES,
    invitation_rows,
    offer_tests,
    vendor_rows,
)
from vendors.admin.pages import reader
from vendors.policy import claims_are_closed, may_read_contacts
from vendors.selectors.contact_requests import open_contact_requests
from vendors.selectors.sign_in import sessions_here
from vendors.services.token_mail import WARNED_DAYS

# So far back the owner sees who was in the vendor pages.
SESSIONS_SHOWN = datetime.timedelta(days=30)


@evaluation_page("invitations", "Invitations", order=45, group="Market")
def invitations_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Each invitation with its state; below, the companies, their people and tokens."""
    check_query(request, filters={"state"})
    ask_first(request, evaluation)
    chosen = request.GET.get("state", "")
    if chosen and chosen not in STATES:
        raise Invalid("There is no such state of an invitation.")
    user = reader(request)
    owns = is_owner(user, evaluation)
    rows = invitation_rows(evaluation)
    counts = Counter(row.state for row in rows)
    companies = vendor_rows(evaluation, with_tokens=owns)
    if owns:
        offer_tests(rows, companies, user)
    now = timezone.now()
    in_research = evaluation.is_open and evaluation.stage == Stage.RESEARCH
    return show(
        request,
        evaluation,
        "vendors/invitations.html",
        title="Invitations",
        tab="invitations",
        owns=owns,
        reads_addresses=may_read_contacts(user, evaluation),
        rows=[row for row in rows if chosen in ("", row.state)],
        total=len(rows),
        chosen=chosen,
        filters=[
            (state, label, counts[state])
            for state, (label, _) in STATES.items()
            if counts[state]
        ],
        in_research=in_research,
        may_send=in_research and not claims_are_closed(evaluation, database_now()),
        vendors=companies,
        sessions=sessions_here(evaluation, since=now - SESSIONS_SHOWN) if owns else (),
        contact_requests=open_contact_requests(evaluation) if owns else (),
        yesterday=(now - datetime.timedelta(days=1)).date(),
        now=now,
        ends_soon=now + datetime.timedelta(days=max(WARNED_DAYS)),
        here=request.get_full_path(),
    )
