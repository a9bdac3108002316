"""How far each invitation of an evaluation has got, in a constant number of queries."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Max, Prefetch

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState, Stage
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import may_start_evaluations
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import reason_field
from vendors.admin.base import OnCandidate
from vendors.admin.conflict_question import SharedForm
from vendors.choices import CandidateState
from vendors.models import Candidate, Claim, Contact, Submission, Vendor, VendorToken
from vendors.policy import INVITABLE
from vendors.selectors import invitation_letters
from vendors.selectors.access import Visits, visits_of
from vendors.selectors.answer_counts import AnswerCounts, answer_counts
from vendors.selectors.rivals import last_tests
from vendors.services.access import (
    check_invite,
    check_send_invitation,
    invite,
    send_invitation,
)
from vendors.services.contacts import add_contact

# Inviting a candidate's vendor, and telling its contacts (again).


class ContactsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of a vendor's contacts, each told by name and address."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label: str = "Who gets the mail", **kwargs: Any) -> None:
        super().__init__(Contact.objects.none(), label=label, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Who it is and where the mail goes."""
        return f"{obj.name}, {obj.email}"


class ContactsForm(forms.Form):
    """A form whose `contacts` are some of those of the candidate's vendor."""

    choice: Any

    def __init__(self, *args: Any, candidate: Candidate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["contacts"]
        choice.queryset = Contact.objects.current().filter(vendor=candidate.vendor_id)
        self.choice = choice


class TellForm(ContactsForm, SharedForm):
    """Who gets the mail."""

    contacts = ContactsField(
        required=False,
        help_text="Each gets a mail of their own and sees nobody else's.",
    )
    new_name = forms.CharField(label="Or somebody new: name", required=False)
    new_email = forms.EmailField(label="Their e-mail address", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.choice.queryset.exists():
            del self.fields["contacts"]
            self.fields["new_name"].label = "Who gets the mail: name"

    def clean(self) -> dict[str, Any]:
        """A new contact has a name and an address, or is none."""
        data = super().clean() or {}
        name, email = data.get("new_name"), data.get("new_email")
        if bool(name) != bool(email) and not self.errors:
            self.add_error("new_email" if name else "new_name", "A contact needs both.")
        return data


class SendForm(TellForm):
    """Who gets it, and why now."""

    reason = reason_field(help_text="The journal keeps it; the vendor does not see it.")


class Telling(OnCandidate):
    """What inviting and telling again share."""

    tab = "invitations"

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whose contacts may be chosen."""
        return {"candidate": target}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Everybody whom the vendor named."""
        return {"contacts": Contact.objects.current().filter(vendor=target.vendor_id)}

    def cancel_url(self, target: Any) -> str:
        return self.page(target, f"invitation-{target.pk}")

    def chosen(self, target: Any, data: Mapping[str, Any], by: User) -> list[Contact]:
        """The contacts of the form; a new one is kept first."""
        told = list(data.get("contacts") or [])
        if data["new_name"] and target.vendor is not None:
            told.append(
                add_contact(
                    vendor=target.vendor,
                    name=data["new_name"],
                    email=data["new_email"],
                    by=by,
                    shared=data["shared"],
                )
            )
        return told


@register_act
class Invite(Telling):
    """Lets a candidate's vendor read and answer the requirements."""

    name = "invite"
    title = "Invite the vendor"
    verb = "Invite"
    rule = check_invite
    help = (
        "The vendor may then read the requirements and answer them while answering is "
        "open. Each contact gets a link to answer in a browser; for the API they ask "
        "you for a token. The vendor learns of no other. Afterwards another vendor "
        "needs a candidate of its own."
    )
    success = "The vendor is invited. Issue a token if it answers by program."
    form_class = TellForm

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        told, shared = self.chosen(target, data, by), data["shared"]
        invite(candidate=target, contacts=told, shared=shared, by=by)


@register_act
class SendInvitation(Telling):
    """Sends the mail of an invitation once more, or to somebody else."""

    name = "send-invitation"
    title = "Send the invitation"
    verb = "Send"
    rule = check_send_invitation
    help = (
        "It has the link to answer in a browser, and says that a token is to be had "
        "from you. The same person gets it once a day at most, and five times in all."
    )
    success = "The mail leaves within half a minute."
    form_class = SendForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Nobody: whoever presses them all, presses those who answer, too."""
        return {}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        told, shared = self.chosen(target, data, by), data["shared"]
        send_invitation(
            candidate=target,
            contacts=told,
            reason=data["reason"],
            shared=shared,
            by=by,
        )


# The furthest that an invitation has got: its code, what people read, its tone.
STATES: dict[str, tuple[str, str]] = {
    "uninvited": ("Not invited", ""),
    "untold": ("Nobody notified", "bad"),
    "unsent": ("Mail not sent", "bad"),
    "leaving": ("Mail on its way", "info"),
    "sent": ("Sent, not seen", "warn"),
    "seen": ("Seen", "info"),
    "answering": ("Answering", "info"),
    "handed_in": ("Handed in", "good"),
    "eliminated": ("Eliminated", ""),
}
BEFORE_DEMOS = (Stage.REQUIREMENTS, Stage.RESEARCH)
# How a mail is told on a page, by the state of its notice.
MAIL_WORDS: dict[str, tuple[str, str]] = {
    NoticeState.SENT: ("sent", "good"),
    NoticeState.UNCERTAIN: ("may have arrived", "warn"),
    NoticeState.DEAD: ("refused by the mail server", "bad"),
    NoticeState.SUPPRESSED: ("not sent", "bad"),
    **dict.fromkeys(NOTICE_OPEN, ("on its way", "info")),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """The newest mail of an invitation to one address."""

    notice: Notice
    # How many there were to this address.
    number: int

    @property
    def words(self) -> str:
        return MAIL_WORDS[self.notice.state][0]

    @property
    def tone(self) -> str:
        """Whether that is good."""
        return MAIL_WORDS[self.notice.state][1]

    @property
    def because(self) -> str:
        """Why it was not sent, if it was not."""
        return self.notice.suppressed_because or self.notice.last_error


@dataclass(slots=True)
class InvitationRow:
    """One candidate that somebody can answer for."""

    candidate: Candidate
    answers: AnswerCounts
    letters: list[Letter] = field(default_factory=list)
    receipt: Submission | None = None
    last_word_at: datetime.datetime | None = None
    visits: Visits | None = None
    # The last test invitation, and whether one may be sent.
    test: Evaluation | None = None
    may_test: bool = False

    @property
    def state(self) -> str:
        """The furthest that it has got; a key of `STATES`."""
        one = self.candidate
        if one.state == CandidateState.ELIMINATED:
            return "eliminated"
        if one.invited_at is None:
            return "uninvited"
        if self.receipt:
            return "handed_in"
        if self.answers.answered or self.answers.partly:
            return "answering"
        return "seen" if one.first_seen_at else self._mail_state()

    def _mail_state(self) -> str:
        """How far its mails have got: the best of them counts."""
        states = {letter.notice.state for letter in self.letters}
        if states & {NoticeState.SENT, NoticeState.UNCERTAIN}:
            return "sent"
        if states & {*NOTICE_OPEN}:
            return "leaving"
        return "unsent" if states else "untold"

    @property
    def label(self) -> str:
        """What people read of the state."""
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        """Whether that is good."""
        return STATES[self.state][1]

    @property
    def changed_since(self) -> bool:
        """Whether the vendor said something after it handed in."""
        return (
            self.receipt is not None
            and self.last_word_at is not None
            and self.last_word_at > self.receipt.submitted_at
        )


def invitation_rows(evaluation: Evaluation) -> list[InvitationRow]:
    """Every candidate that a vendor could answer for."""
    rows: Any = Candidate.objects.filter(evaluation=evaluation, kind__in=INVITABLE)
    candidates = list(rows.select_related("vendor"))
    counts = answer_counts(evaluation, candidates)
    letters = newest_letters(*candidates)
    visits = visits_of(candidates)
    receipts = {
        submission.candidate_id: submission
        for submission in Submission.objects.filter(
            candidate__evaluation=evaluation
        ).order_by("submitted_at")
    }
    words: dict[Any, Any] = dict(
        Claim.objects.filter(candidate__evaluation=evaluation, by_vendor=True)
        .order_by()
        .values_list("candidate_id")
        .annotate(last=Max("submitted_at"))
    )
    found = []
    for candidate in candidates:
        candidate.evaluation = evaluation
        found.append(
            InvitationRow(
                candidate,
                counts[candidate.pk],
                letters.get(candidate.pk, []),
                receipts.get(candidate.pk),
                words.get(candidate.pk),
                visits.get(candidate.pk),
            )
        )
    return found


def offer_tests(
    rows: Iterable[InvitationRow], companies: Iterable["VendorRow"], owner: User
) -> None:
    """Tell each row of its vendor's last test, and whether one may be sent."""
    told = {company.vendor.pk for company in companies if company.contacts}
    tests = last_tests(owner, told)
    starts = may_start_evaluations(owner)
    for row in rows:
        evaluation, vendor = row.candidate.evaluation, row.candidate.vendor_id
        if evaluation.is_practice or vendor not in told:
            continue
        row.test = tests.get(vendor)
        row.may_test = (
            starts
            and not (row.test and row.test.is_open)
            and evaluation.is_open
            and evaluation.stage in BEFORE_DEMOS
        )


def newest_letters(*candidates: Candidate) -> dict[uuid.UUID, list[Letter]]:
    """By candidate, the newest mail to each address."""
    by_place: dict[tuple[str, str], list[Notice]] = defaultdict(list)
    for notice in invitation_letters(*candidates):
        by_place[notice.subject_id, notice.address].append(notice)
    ids = {str(candidate.pk): candidate.pk for candidate in candidates}
    found: dict[uuid.UUID, list[Letter]] = defaultdict(list)
    for (subject, _), notices in by_place.items():
        found[ids[subject]].append(Letter(notices[-1], len(notices)))
    return found


@dataclass(frozen=True, slots=True)
class VendorRow:
    """A company of this evaluation with its people and, for owners, its tokens."""

    vendor: Vendor
    contacts: list[Contact]
    tokens: list[VendorToken]


def vendor_rows(evaluation: Evaluation, *, with_tokens: bool) -> list[VendorRow]:
    """The companies behind the candidates."""
    vendors: Any = Vendor.objects.filter(candidates__evaluation=evaluation).distinct()
    people = Contact.objects.current()
    vendors = vendors.prefetch_related(Prefetch("contacts", queryset=people))
    if with_tokens:
        tokens = VendorToken.objects.select_related("issued_by").defer("digest")
        vendors = vendors.prefetch_related(Prefetch("tokens", queryset=tokens))
    return [
        VendorRow(
            vendor,
            list(vendor.contacts.all()),
            list(vendor.tokens.all()) if with_tokens else [],
        )
        for vendor in vendors
    ]
