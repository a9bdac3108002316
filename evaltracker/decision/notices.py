"""The mails that follow a decision: to its people, to vendors, and months later."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from django.utils.translation import gettext as _

from evaltracker.decision import links
from evaltracker.decision.models import ContractTerm, Letter, PromiseCheck
from evaltracker.decision.selectors import contract_terms, letters, promises
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import letter
from evaltracker.toolbox.days import MORNING, instant_of
from evaltracker.toolbox.languages import speaking
from evaltracker.toolbox.text import listed
from evaltracker.toolbox.working_days import day_in_words
from trials.models import Gap
from vendors.models import Candidate, Contact, PublishedDocument
from vendors.notices import from_owner, way_in


@register
class DecisionMade(About[Evaluation]):
    """Everybody with a part hears that it is decided, and where the memo is. Not what
    was decided: that stands on the page, for whoever may read it."""

    can_wait: ClassVar[bool] = True
    rows: ClassVar = Evaluation.objects.all()

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        if notice.place.status != Status.DECIDED:
            yield "It is not decided."

    def page(self, notice: Notice, row: Evaluation) -> str:
        return links.page(notice.place, "decision")


@register
class DecisionLetter(About[Letter]):
    """What a vendor is told of the decision, in the owner's words. It is never repeated
    by itself: one that may have arrived waits for a person."""

    name: ClassVar[str] = letters.LETTER
    hold: ClassVar[bool] = True
    rows: ClassVar = Letter.objects.select_related("candidate__vendor")
    gone: ClassVar[str] = "Nobody has released this letter."

    def title(self, row: Letter) -> str:
        return f"Letter to {row.candidate}"

    def reasons(self, notice: Notice, row: Letter) -> Iterator[str]:
        if row.released_at is None:
            yield self.gone
        theirs = Contact.objects.current().filter(
            vendor=row.candidate.vendor_id, email=notice.address
        )
        if not theirs.exists():
            yield f"{notice.addressee or notice.address} is no contact of it any more."

    def page(self, notice: Notice, row: Letter) -> str:
        rows = Candidate.objects.filter(pk=row.candidate_id)
        return way_in(rows, notice.address)

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        lead, *paragraphs = row.text.split("\n\n")
        page = self.page(notice, row)
        buyer = {"buyer": notice.place.buyer}
        with speaking(row.language):
            subject = _("Our decision on your bid to %(buyer)s") % buyer
            message = letter(
                notice=notice,
                subject=subject if notice.place.buyer else _("Our decision"),
                lead=lead,
                paragraphs=paragraphs,
                action=_("Read it in your pages") if page else "",
                path=page or "/",
            )
        return from_owner(message, notice.place)


@register
class PromiseCheckDue(About[PromiseCheck]):
    """The chosen one's promises are to be read again: before, on the day, a week on."""

    name: ClassVar[str] = promises.CHECK_NOTICE
    can_wait: ClassVar[bool] = True
    rows: ClassVar = PromiseCheck.objects.all()
    gone: ClassVar[str] = "The promise check is closed."

    def reasons(self, notice: Notice, row: PromiseCheck) -> Iterator[str]:
        if not row.is_open:
            yield self.gone
        if str(row.occurrence) != notice.occurrence:
            yield "The promise check was moved."
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: PromiseCheck) -> str:
        """Its place on the page; whose promises they are, stands there (R10)."""
        return links.page(notice.place, "promise_checks", f"check-{row.pk}")

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        due_at = instant_of(row.due_on, MORNING, notice.place.zone)
        return self.dated(notice, row, due_at)


@register
class GapPromiseDue(About[Gap]):
    """The chosen one was to have mended a gap by that day: the owner looks again."""

    name: ClassVar[str] = promises.GAP_NOTICE
    can_wait: ClassVar[bool] = True
    rows: ClassVar = Gap.objects.all()

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        if row.closed_at is not None or row.promised_for is None:
            yield "Nothing is promised of it any more."
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: Gap) -> str:
        return links.page(notice.place, "promise_checks", "gaps")


@register
class AnnexLineDue(About[PublishedDocument]):
    """What the annex promises for a day, until a check judged it; not whose it is."""

    name: ClassVar[str] = promises.ANNEX_NOTICE
    can_wait: ClassVar[bool] = True
    rows: ClassVar = PublishedDocument.objects.select_related("candidate__evaluation")

    def reasons(self, notice: Notice, row: PublishedDocument) -> Iterator[str]:
        if notice.recipient not in promises.keepers_of(notice.place):
            yield "Somebody else looks after the contract now."
        if not promises.awaited_lines(row, notice.occurrence):
            yield "A check has judged it."

    def page(self, notice: Notice, row: PublishedDocument) -> str:
        return links.page(notice.place, "promise_checks", "annex")

    def values(self, notice: Notice, row: PublishedDocument) -> dict[str, str]:
        return {"lines": listed(promises.awaited_lines(row, notice.occurrence))}

    def compose(self, notice: Notice) -> Message:
        day = date.fromisoformat(notice.occurrence)
        due_at = instant_of(day, MORNING, notice.place.zone)
        return self.dated(notice, self.row(notice), due_at)


@register
class ContractNoticeDue(About[ContractTerm]):
    """A contract can be ended until that day: to its keeper and the owner."""

    name: ClassVar[str] = contract_terms.TERM_NOTICE
    can_wait: ClassVar[bool] = True
    rows: ClassVar = ContractTerm.objects.select_related("looks_after")

    def reasons(self, notice: Notice, row: ContractTerm) -> Iterator[str]:
        if row.is_settled:
            yield "It was decided what happens to the contract."
        if str(row.occurrence) != notice.occurrence or row.deadline is None:
            yield "The contract's dates were changed."
        if notice.recipient_id not in (row.looks_after_id, notice.place.owner_id):
            yield "Somebody else looks after the contract now."

    def page(self, notice: Notice, row: ContractTerm) -> str:
        return links.page(notice.place, "promise_checks", "contract")

    def values(self, notice: Notice, row: ContractTerm) -> dict[str, str]:
        until = row.renewed_until
        ends = row.ends_on
        return {
            "notice": "yes" if row.notice_day else "",
            "ends": day_in_words(ends) if ends else "",
            "renews": day_in_words(until) if until else "",
            "keeper": row.looks_after.name,
        }

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        if row.deadline is None:
            raise LookupError("the contract has no last day any more")
        due_at = instant_of(row.deadline, MORNING, notice.place.zone)
        return self.dated(notice, row, due_at)


@register
class EvaluationHandedOn(About[Evaluation]):
    rows: ClassVar = Evaluation.objects.all()

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        yield ended(notice)
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: Evaluation) -> str:
        return links.page(notice.place, "overview")
