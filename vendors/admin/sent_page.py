"""What vendors sent since the reader last looked, side by side with what was."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.evaluation_menu import waits_on
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.admin.sent_rows import LABELS, sent_rows
from vendors.changes import Change
from vendors.choices import Availability
from vendors.selectors.sent import (
    SentBy,
    SentClaim,
    sent_by_vendors,
    unseen_claims,
)

SHOWN = 60
FILTERS = ("show", "candidate", "availability", "all")


def has_begun(user: User, evaluation: Evaluation) -> bool:
    """Vendors send nothing before claims are opened."""
    return (
        evaluation.stage != Stage.REQUIREMENTS
        or evaluation.claims_opened_at is not None
    )


@evaluation_page(
    "sent", "What vendors sent", order=47, group="Market", visible=has_begun
)
def sent_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """New and changed answers beside what they replace; reading it marks nothing."""
    check_query(request, filters={*FILTERS, "page"})
    user = reader(request)
    open_answers(request, evaluation)
    everything = request.GET.get("all") == "1"
    parties = sent_by_vendors(user, evaluation, everything=everything)
    change, of = _chosen(request.GET, parties)
    availability = request.GET.get("availability", "")
    theirs = [party for party in parties if of is None or party is of]
    claims = [claim for sender in theirs for claim in sender.claims]
    counts = Counter(change for sender in theirs for change in sender.counts.elements())
    shown = _filtered(claims, change, availability)
    page = Paginator(shown, SHOWN).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        evaluation,
        "vendors/sent.html",
        title="What vendors sent",
        tab="sent",
        parties=parties,
        news=[party for party in parties if party.newest],
        quiet=[party for party in parties if not party.newest],
        of=of,
        change=change,
        everything=everything,
        total=len(claims),
        kinds=[
            (kind, LABELS[kind][0], counts[kind]) for kind in Change if counts[kind]
        ],
        availability=availability,
        availabilities=_availabilities(claims),
        page=page,
        rows=sent_rows(page.object_list),
        query=query.urlencode(),
        begun=has_begun(user, evaluation),
        here=request.get_full_path(),
    )


def _chosen(given: QueryDict, parties: list[SentBy]) -> tuple[str, SentBy | None]:
    """What the reader narrows the page to.

    Raises:
        Invalid: there is no such change, or no such candidate here.

    """
    change, key = given.get("show", ""), given.get("candidate", "")
    by_key: dict[str, Any] = {str(party.candidate.pk): party for party in parties}
    availability = given.get("availability", "")
    if (
        (change and change not in LABELS)
        or (key and key not in by_key)
        or (availability and availability not in Availability)
    ):
        raise Invalid("There is no such filter here.")
    if given.get("all", "1") != "1":
        raise Invalid("“all” is 1 or left out.")
    return change, by_key.get(key)


def _availabilities(claims: Iterable[SentClaim]) -> list[tuple[str, str, int]]:
    """What these claims say, each with how many do."""
    counts = Counter(claim.newer.availability for claim in claims)
    return [
        (key, name, counts[key]) for key, name in Availability.choices if counts[key]
    ]


def _filtered(
    claims: Iterable[SentClaim], change: str, availability: str
) -> list[SentClaim]:
    return [
        claim
        for claim in claims
        if (not change or change in claim.changes)
        and (not availability or claim.newer.availability == availability)
    ]


@waits_on("sent")
def unseen(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Claims that are new to whoever runs the evaluation."""
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    return unseen_claims(user, [evaluation])
