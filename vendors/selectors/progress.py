"""How far a vendor is with what it is asked for; never shown to the buyer."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox import languages
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.text import one_line
from vendors.choices import CandidateState
from vendors.models import Candidate, PublishedDocument, VendorSession
from vendors.selectors.claims import (
    Answers,
    handed_in_answers,
    own_claims_to_confirm,
)
from vendors.selectors.costs import kinds_for, own_quotes
from vendors.selectors.dialogue import questions_for

NOT_HANDED_IN, HANDED_IN, WITHDRAWN = "not_handed_in", "handed_in", "withdrawn"
STATED, NOT_STATED = "stated", "not_stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    answered: int
    of: int
    musts_left: int
    # *not_handed_in*, *handed_in* or *withdrawn*; blank where no prices are asked for.
    prices: str = ""
    # When the last ones were handed in, also of those that were withdrawn.
    prices_on: datetime.date | None = None
    # *stated* or *not_stated*; blank where no support is asked for.
    support: str = ""
    # Its own questions that have no answer yet.
    questions: int = 0
    # Published since its people were in the pages before.
    documents: int = 0

    @property
    def lacks_prices(self) -> bool:
        return self.prices in (NOT_HANDED_IN, WITHDRAWN)

    @property
    def parts(self) -> list[str]:
        """What is said of each, to be shown side by side with “ · ” between."""
        values = {"answered": self.answered, "of": self.of, "n": self.musts_left}
        answers = _("%(answered)s of %(of)s answers")
        if self.musts_left:
            answers = ngettext(
                "%(answered)s of %(of)s answers, %(n)s must-have to go",
                "%(answered)s of %(of)s answers, %(n)s must-haves to go",
                self.musts_left,
            )
        parts = [answers % values, self.prices_words]
        words = {STATED: _("support stated"), NOT_STATED: _("support not stated")}
        parts.append(words.get(self.support, ""))
        if self.questions:
            waits = ngettext(
                "%(n)s question waits", "%(n)s questions wait", self.questions
            )
            parts.append(waits % {"n": self.questions})
        if self.documents:
            new = ngettext("%(n)s new document", "%(n)s new documents", self.documents)
            parts.append(new % {"n": self.documents})
        return [part for part in parts if part]

    @property
    def prices_words(self) -> str:
        day = {"day": date_format(self.prices_on, "j F Y") if self.prices_on else ""}
        if self.prices == WITHDRAWN:
            words = _("prices not handed in (handed in %(day)s, withdrawn)")
            return words % day
        if self.prices == HANDED_IN:
            return _("prices handed in %(day)s") % day
        return _("prices not handed in") if self.prices else ""


def progress_of(
    candidate: Candidate,
    answers: Answers | None = None,
    session: VendorSession | None = None,
) -> Progress:
    """How far it is. Without `answers` (`answers_of`, with drafts that their reader may
    see) what was handed in counts; without `session` anybody's visits do."""
    answers = answers or handed_in_answers(candidate)
    last, quoted = "", own_quotes(candidate, "")
    if kinds_for(candidate):
        last = HANDED_IN if quoted else NOT_HANDED_IN
        last = WITHDRAWN if quoted and quoted[0].is_withdrawn else last
    days = (quote.handed_in_at for quote in quoted if not quote.is_withdrawn)
    on = next(days, None)
    visits = VendorSession.objects.filter(link__candidate=candidate)
    if session is not None:
        own = visits.filter(link__address=session.link.address)
        visits = own.exclude(pk=session.pk)
    since = visits.aggregate(since=Max("started_at"))["since"]
    documents = PublishedDocument.objects.filter(candidate=candidate)
    if since is not None:
        documents = documents.filter(published_at__gt=since)
    waiting = questions_for(candidate).filter(own=True, answered_at__isnull=True)
    support = ""
    if candidate.evaluation.support_wanted:
        support = STATED if candidate.support_stated else NOT_STATED
    return Progress(
        answered=answers.answered,
        of=len(answers.rows),
        musts_left=answers.musts_left,
        prices=last,
        prices_on=wall_of(on, candidate.evaluation.zone).date() if on else None,
        support=support,
        questions=waiting.count(),
        documents=documents.count(),
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
    found, here = list[Open](), {"evaluation": candidate.evaluation}
    if candidate.state != CandidateState.ELIMINATED:
        found += _answering(candidate, now)
        found += [one for source in SOURCES for one in source(candidate)]
    if PublishedDocument.objects.filter(candidate=candidate).exists():
        found.append(("letter", {}))
    found.sort(key=lambda one: IN_ORDER.index(one[0]))
    return [
        (what, one_line(render_to_string(f"open/{what}.txt", values | here)))
        for what, values in found or [("nothing", {})]
    ]


def _answering(candidate: Candidate, now: datetime.datetime) -> Iterator[Open]:
    evaluation = candidate.evaluation
    if evaluation.claims_are_open(now):
        if number := own_claims_to_confirm(candidate).count():
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
    return languages.day(wall_of(last, evaluation.zone).date())
