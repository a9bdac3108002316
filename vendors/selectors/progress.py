"""How far a vendor is with what it is asked for; never shown to the buyer."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.template.loader import render_to_string

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox import languages
from evaltracker.toolbox.days import local_day
from evaltracker.toolbox.text import one_line
from vendors.choices import CandidateState
from vendors.models import (
    Asking,
    Candidate,
    PublishedDocument,
    Quote,
    SupportStatement,
    VendorSession,
)
from vendors.selectors import claims
from vendors.selectors.costs import IS_WITHDRAWN, kinds_for


@dataclass(frozen=True, slots=True)
class Progress:
    answered: int
    of: int
    musts_left: int
    # *not_handed_in*, *handed_in* or *withdrawn*; blank where no prices are asked for.
    prices: str
    # When the last ones were handed in, also of those that were withdrawn.
    prices_on: datetime.date | None
    # *stated* or *not_stated*; blank where no support is asked for.
    support: str
    # Its own that have no answer yet.
    questions: int
    # Published since its people were in the pages before.
    documents: int

    @property
    def lacks_prices(self) -> bool:
        return self.prices in ("not_handed_in", "withdrawn")

    @property
    def words(self) -> str:
        """“54 of 57 answers, 1 must-have to go · prices not handed in · …”."""
        text = render_to_string("open/progress.txt", {"progress": self})
        return one_line(text)


def progress_of(
    candidate: Candidate,
    answers: claims.Answers | None = None,
    session: VendorSession | None = None,
) -> Progress:
    """How far it is. Without `answers` (`answers_of`, with drafts that their reader may
    see) what was handed in counts; without `session` anybody's visits do."""
    answers = answers or claims.handed_in_answers(candidate)
    visits = VendorSession.objects.filter(link__candidate=candidate)
    if session is not None:
        visits = visits.filter(link__address=session.link.address)
        visits = visits.exclude(pk=session.pk)
    # One place each: joined, every quote would count with every question.
    candidate_key = OuterRef("pk")
    quotes = Quote.objects.filter(candidate=candidate_key).annotate(gone=IS_WITHDRAWN)
    quotes = quotes.order_by("-revision")
    waiting = Asking.objects.filter(candidate=candidate_key, question__answered_at=None)
    seen = Exists(visits.filter(started_at__gte=OuterRef("published_at")))
    published = PublishedDocument.objects.filter(~seen, candidate=candidate_key)
    counted = Candidate.objects.values(
        gone=Subquery(quotes.values("gone")[:1]),
        at=Subquery(quotes.filter(gone=False).values("handed_in_at")[:1]),
        support=Exists(SupportStatement.objects.filter(candidate=candidate_key)),
        questions=claims.count_of(waiting, "candidate"),
        new=claims.count_of(published, "candidate"),
    )
    counts = counted.get(pk=candidate.pk)
    at = counts["at"]
    if not kinds_for(candidate):
        prices = ""
    elif not at:
        prices = "not_handed_in"
    elif counts["gone"]:
        prices = "withdrawn"
    else:
        prices = "handed_in"
    place = candidate.evaluation
    if not place.support_wanted:
        support = ""
    elif counts["support"]:
        support = "stated"
    else:
        support = "not_stated"
    return Progress(
        answered=answers.answered,
        of=len(answers.rows),
        musts_left=answers.musts_left,
        prices=prices,
        prices_on=local_day(at, place.zone) if at else None,
        support=support,
        questions=counts["questions"],
        documents=counts["new"],
    )


TO_ANSWER = ("confirm", "answers", "not_open")
IN_ORDER = ("gap", *TO_ANSWER[:2], "demo", "trial", "letter", TO_ANSWER[2], "nothing")
# What can be one of these, and what its sentence is made of, in `open/<what>.txt`.
type Open = tuple[str, dict[str, Any]]
# What higher floors know to be open.
SOURCES: list[Callable[[Candidate], Iterable[Open]]] = []


def open_now(candidate: Candidate, now: datetime.datetime) -> list[tuple[str, str]]:
    """What is open to its vendor, the most urgent first; never nothing. Each with a
    sentence without a full stop."""
    open_items = list[Open]()
    here = {"evaluation": candidate.evaluation}
    if candidate.state != CandidateState.ELIMINATED:
        open_items += _answering(candidate, now)
        for source in SOURCES:
            open_items += source(candidate)
    if PublishedDocument.objects.filter(candidate=candidate).exists():
        open_items.append(("letter", {}))
    open_items.sort(key=lambda item: IN_ORDER.index(item[0]))
    return [
        (what, one_line(render_to_string(f"open/{what}.txt", values | here)))
        for what, values in open_items or [("nothing", {})]
    ]


def _answering(candidate: Candidate, now: datetime.datetime) -> Iterator[Open]:
    evaluation = candidate.evaluation
    if evaluation.claims_are_open(now):
        if number := claims.own_claims_to_confirm(candidate).count():
            yield "confirm", {"number": number}
        yield "answers", {"by": last_day(evaluation)}
    elif evaluation.is_open and evaluation.claims_opened_at is None:
        yield "not_open", {}


def last_day(evaluation: Evaluation) -> str:
    """The day on which answering closes; blank: it has no end."""
    if evaluation.claims_close_at is None:
        return ""
    # What closes at midnight closes on the day that it ends.
    last = evaluation.claims_close_at - datetime.timedelta(seconds=1)
    return languages.day(local_day(last, evaluation.zone))
