"""The mails that ask vendors for something: to answer, to confirm, to read, in time.

None holds a word of a question, a claim or a requirement, and none says who asked:
the vendor reads that through the API, where it is its own (R10).
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import Message, register
from evaltracker.requirements.services.scopes import USES, Used
from vendors.answered_values import answered
from vendors.models import Candidate, Claim, Ruling
from vendors.notices import ToVendor, from_owner, reached_by
from vendors.selectors import last_submission, own_claims
from vendors.selectors.answer_counts import KIND, Waiting, waiting_for
from vendors.selectors.candidates import lists_of

# Which values of the brief's lists answers and rulings speak of.


@USES.add
def uses_in_answers(evaluation: Evaluation) -> Used:
    """Every revision counts: older ones are still read, and were judged."""
    lists = lists_of(evaluation)
    claims = Claim.objects.in_evaluation(evaluation).order_by("candidate__name")
    rows = claims.values_list(
        *("candidate__name", "requirement__ref", "holds_for"),
        *("environments", "availability"),
    )
    used: Used = {}
    for candidate, ref, held, environments, availability in rows:
        for key in sorted(answered(held, environments, availability, lists)):
            place = f"{ref} of {candidate}"
            if place not in used.setdefault(key, []):
                used[key].append(place)
    return used


@USES.add
def uses_in_rulings(evaluation: Evaluation) -> Used:
    """Rulings that name values."""
    rows = Ruling.objects.in_evaluation(evaluation).values_list(
        "candidate__name", "requirement__ref", "named_values"
    )
    return named_in(
        (f"the ruling on {ref} of {candidate}", named) for candidate, ref, named in rows
    )


def named_in(rows: Iterator[tuple[str, Any]]) -> Used:
    """By list and value, the places that name it."""
    used: Used = {}
    for place, named in rows:
        for name, values in named.items():
            for value in values:
                used.setdefault((name, value), []).append(place)
    return used


class ToAnswer[Row](ToVendor[Row]):
    """A mail that only makes sense while claims can be written."""

    def reasons(self, notice: Notice, row: Row) -> Iterator[str]:
        """As for all, and unless claims are open."""
        yield from super().reasons(notice, row)
        if not notice.place.claims_are_open(timezone.now()):
            yield "Answering is closed."


class OfOneCandidate(ToAnswer[Candidate]):
    """A mail about what waits on one candidate's vendor."""

    rows: ClassVar = Candidate.objects.all()

    def waiting(self, notice: Notice, row: Candidate) -> Waiting:
        """What waits at this moment."""
        return waiting_for(notice.place, [row])[0]

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        yield from super().reasons(notice, row)
        if self.waiting(notice, row).is_done:
            yield "Nothing waits any more."

    def values(self, notice: Notice, row: Candidate) -> dict[str, str]:
        """How much is missing."""
        counted = waiting_words(self.waiting(notice, row))
        return {**super().values(notice, row), "counted": counted}

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        return self.on(notice, row, notice.place.claims_close_at)


@register
class ClaimsClosing(ToAnswer[Evaluation]):
    """A reminder, some days before claims close and on the last day."""

    name: ClassVar[str] = "claims_closing"
    rows: ClassVar = Evaluation.objects.all()

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        """Unless that is the end, and the answer is not handed in as it stands."""
        yield from super().reasons(notice, row)
        end = notice.place.claims_close_at
        if end is None or end.isoformat() != notice.occurrence:
            yield "The end was moved."
        theirs = self.candidates(notice, row).filter(reached_by(notice.address))
        if all(_is_handed_in(candidate) for candidate in theirs):
            yield "The answer is handed in."

    def compose(self, notice: Notice) -> Message:
        """When, and that handing in takes a call of its own.

        Raises:
            LookupError: there is no end; `holds` is asked first.

        """
        end = notice.place.claims_close_at
        if end is None:
            raise LookupError("claims have no end")
        return from_owner(self.dated(notice, self.row(notice), end), notice.place)


@register
class NotAnswered(OfOneCandidate):
    """The buyer asks for what is still missing."""

    name: ClassVar[str] = KIND


@register
class RequirementChanged(OfOneCandidate):
    """What is asked has changed: answers to confirm, or requirements that are new."""

    name: ClassVar[str] = "requirement_changed"


@register
class QuestionAnswered(ToVendor[Evaluation]):
    """Answers were published; every invited vendor reads the same."""

    name: ClassVar[str] = "question_answered"
    rows: ClassVar = Evaluation.objects.all()


def waiting_words(waiting: Waiting) -> str:
    """What waits, in one or two sentences."""
    parts = []
    if number := len(waiting.unanswered):
        have = "requirements has" if number == 1 else "requirements have"
        musts = sum(requirement.is_must for requirement in waiting.unanswered)
        these = "1 of them is a must-have" if musts == 1 else f"{musts} are must-haves"
        whole = f"{number} of {waiting.asked}"
        parts.append(f"{whole} {have} no answer of yours yet; {these}.")
    if number := len(waiting.to_confirm):
        are = "answer is" if number == 1 else "answers are"
        parts.append(
            f"{number} {are} to be confirmed, because the words that were asked have "
            "changed."
        )
    if number := len(waiting.partly):
        holds = "answer does not say yet whether it holds"
        hold = "answers do not say yet whether they hold"
        parts.append(
            f"{number} {holds if number == 1 else hold} for every value that is asked."
        )
    return " ".join(parts)


def _is_handed_in(candidate: Candidate) -> bool:
    """Whether the last receipt is of the claims that stand."""
    receipt = last_submission(candidate)
    newest = own_claims(candidate).order_by("submitted_at").last()
    return (
        receipt is not None
        and newest is not None
        and newest.submitted_at <= receipt.submitted_at
    )
