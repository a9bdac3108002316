"""Invitations: who was told, who came and answered, and until when."""

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django import forms
from django.db.models import Max, Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState, Stage
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import is_owner, may_start_evaluations
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import (
    LinesField,
    OfferingForm,
    day_field,
    instant_from,
    reason_field,
    text_field,
    time_field,
)
from evaltracker.pages.workspace import OnEvaluation, evaluation_page, show
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.working_days import working_day
from vendors.admin.base import OnCandidate, SharedForm, ask_first, reader
from vendors.choices import CandidateState
from vendors.models import Candidate, Claim, Contact, Submission, Vendor, VendorToken
from vendors.policy import INVITABLE, may_read_contacts
from vendors.selectors import access
from vendors.selectors.candidates import invitation_letters
from vendors.selectors.claims import AnswerCounts, answer_counts
from vendors.selectors.dialogue import (
    ABOUT,
    brief_files,
    proposed_about,
    released_about,
    shown_about,
)
from vendors.services import about, answering
from vendors.services.access import WARNED_DAYS
from vendors.services.contacts import add_contact, invite, send_link


class ContactsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label: str = "Who gets the mail", **kwargs: Any) -> None:
        super().__init__(Contact.objects.none(), label=label, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.email}"


class ContactsForm(forms.Form):
    choice: Any

    def __init__(self, *args: Any, candidate: Candidate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["contacts"]
        choice.queryset = Contact.objects.current().filter(vendor=candidate.vendor_id)
        self.choice = choice


class TellForm(ContactsForm, SharedForm):
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
        data = super().clean() or {}
        name = data.get("new_name")
        email = data.get("new_email")
        if bool(name) != bool(email) and not self.errors:
            self.add_error("new_email" if name else "new_name", "A contact needs both.")
        return data


class Telling(OnCandidate):
    tab = "invitations"
    anchor = "invitation"
    form_about = "candidate"

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"contacts": Contact.objects.current().filter(vendor=target.vendor_id)}

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> Any:
        values = {**data, "contacts": list(data.get("contacts") or [])}
        name = values.pop("new_name", "")
        email = values.pop("new_email", "")
        if name and target.vendor is not None:
            shared = data["shared"]
            new = add_contact(
                vendor=target.vendor, name=name, email=email, by=by, shared=shared
            )
            values["contacts"].append(new)
        return super().run(target, values, by)


class AboutForm(OfferingForm):
    offers: ClassVar = {
        "files": lambda about: list(brief_files(about).values_list("sha256", "name"))
    }

    purpose = text_field(
        "What it is for",
        rows=6,
        max_length=5000,
        error_messages={"required": "Say what it is for before vendors read it."},
        help_text="What must become possible, and for whom. Never budget or weights.",
    )
    people = LinesField(
        label="Who asks",
        required=True,
        help_text="A line each, you first: name, role, e-mail, telephone. At most 3.",
    )
    timetable = LinesField(
        label="Timetable",
        help_text="A line each, as in “2040-05-31 Demos”. At most 12. The deadline for "
        "answers stands there by itself.",
    )
    judged = text_field("How answers are judged", required=False, max_length=5000)
    files: Any = forms.MultipleChoiceField(
        label="Files of the brief that vendors may read",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class ReleaseForm(AboutForm, SharedForm):
    pass


class WriteAbout(OnEvaluation):
    tab = "about"
    title = "Write what this is about"
    verb = "Save draft"
    help = "No vendor reads the draft until you release it."
    success = "The draft is saved. This is how vendors would read it."
    form_class: ClassVar = AboutForm
    service = about.write_about

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return proposed_about(target)


class ReleaseAbout(WriteAbout):
    title = "Release what this is about"
    verb = "Release"
    help = "All invited vendors read it, and get a mail that says what has changed."
    success = "It is released."
    form_class: ClassVar = ReleaseForm
    service = about.release_about


@evaluation_page("about", "What this is about", order=44, group="Market")
def about_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    ask_first(request, evaluation)
    last = evaluation.about_revisions.last()
    return show(
        request,
        evaluation,
        "vendors/about.html",
        owns=is_owner(reader(request), evaluation),
        released=shown_about(released_about(evaluation)),
        draft=shown_about(last) if last and not last.released_at else None,
    )


class InviteVendorsForm(ReleaseForm, TellForm):
    """While nothing is released, also what every vendor reads first."""

    def __init__(self, *args: Any, candidate: Candidate, **kwargs: Any) -> None:
        evaluation = candidate.evaluation
        super().__init__(*args, candidate=candidate, about=evaluation, **kwargs)
        if released_about(evaluation).revision:
            for name in ABOUT:
                del self.fields[name]


RELEASES = "Release and invite"


def asked_first(evaluation: Evaluation) -> tuple[str, dict[str, forms.Field]]:
    """What inviting many asks once: the words of its button, and fields."""
    if released_about(evaluation).revision:
        return Invite.verb, {}
    proposal = proposed_about(evaluation)
    fields = {name: copy(InviteVendorsForm.base_fields[name]) for name in ABOUT[:-1]}
    for name, form_field in fields.items():
        form_field.initial = form_field.prepare_value(proposal[name])
    return RELEASES, fields


class Invite(Telling):
    title = "Invite the vendor"
    verb = "Invite"
    service = invite
    help = (
        "The vendor may then read the requirements and answer them while answering is "
        "open. Each contact gets a link to answer in a browser. To answer by "
        "program, they ask you for a token. The vendor learns of no other. "
        "Afterwards another vendor "
        "needs a candidate of its own."
    )
    success = "The vendor is invited. Issue a token if it answers by program."
    form_class = InviteVendorsForm

    def worded(self, target: Any) -> Self:
        act = copy(super().worded(target))
        if not released_about(target.evaluation).revision:
            vars(act)["verb"] = RELEASES
        return act

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return proposed_about(target.evaluation) | super().initial(target, user)

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> Any:
        """Both or none."""
        rest = dict(data)
        if about_values := {name: rest.pop(name) for name in ABOUT if name in data}:
            about.release_about(
                evaluation=target.evaluation,
                shared=data["shared"],
                by=by,
                **about_values,
            )
        return super().run(target, rest, by)


class SendLink(Telling):
    title = "Send the link"
    verb = "Send the link"
    service = send_link
    help = (
        "The mail says what is open now, and its link leads into the vendor pages. The "
        "same person gets it once a day at most, and five times in all."
    )
    success = "The mail leaves within half a minute."
    form_class = TellForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {}


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
class SentMail:
    notice: Notice
    # How many there were to this address.
    number: int

    @property
    def words(self) -> str:
        return MAIL_WORDS[self.notice.state][0]

    @property
    def tone(self) -> str:
        return MAIL_WORDS[self.notice.state][1]

    @property
    def because(self) -> str:
        return self.notice.suppressed_because or self.notice.last_error


@dataclass(slots=True)
class InvitationRow:
    candidate: Candidate
    answers: AnswerCounts
    letters: list[SentMail] = field(default_factory=list)
    receipt: Submission | None = None
    last_word_at: datetime.datetime | None = None
    visits: access.Visits | None = None
    # The last test invitation, and whether one may be sent.
    test: Evaluation | None = None
    may_test: bool = False

    @property
    def state(self) -> str:
        """The furthest that it has got; a key of `STATES`."""
        candidate = self.candidate
        if candidate.state == CandidateState.ELIMINATED:
            return "eliminated"
        if candidate.invited_at is None:
            return "uninvited"
        if self.receipt:
            return "handed_in"
        if self.answers.is_begun:
            return "answering"
        if candidate.first_seen_at:
            return "seen"
        return self._mail_state()

    def _mail_state(self) -> str:
        states = {letter.notice.state for letter in self.letters}
        if states & {NoticeState.SENT, NoticeState.UNCERTAIN}:
            return "sent"
        if states & {*NOTICE_OPEN}:
            return "leaving"
        return "unsent" if states else "untold"

    @property
    def label(self) -> str:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def changed_since(self) -> bool:
        return (
            self.receipt is not None
            and self.last_word_at is not None
            and self.last_word_at > self.receipt.submitted_at
        )


def invitation_rows(evaluation: Evaluation) -> list[InvitationRow]:
    rows: Any = Candidate.objects.filter(evaluation=evaluation, kind__in=INVITABLE)
    candidates = list(rows.select_related("vendor"))
    counts = answer_counts(evaluation, candidates)
    letters = newest_letters(*candidates)
    visits = access.visits_of(candidates)
    handed_in = Submission.objects.filter(candidate__evaluation=evaluation)
    receipts = {row.candidate_id: row for row in handed_in.order_by("submitted_at")}
    last_claims: dict[Any, Any] = dict(
        Claim.objects.filter(candidate__evaluation=evaluation, by_vendor=True)
        .order_by()
        .values_list("candidate_id")
        .annotate(last=Max("submitted_at"))
    )
    for candidate in candidates:
        candidate.evaluation = evaluation
    return [
        InvitationRow(
            candidate,
            counts[candidate.pk],
            letters.get(candidate.pk, []),
            receipts.get(candidate.pk),
            last_claims.get(candidate.pk),
            visits.get(candidate.pk),
        )
        for candidate in candidates
    ]


def offer_tests(
    rows: Iterable[InvitationRow], companies: Iterable["VendorRow"], owner: User
) -> None:
    """Tell each row of its vendor's last test, and whether one may be sent."""
    vendors = {company.vendor.pk for company in companies if company.contacts}
    tests = access.last_tests(owner, vendors)
    starts = may_start_evaluations(owner)
    for row in rows:
        evaluation = row.candidate.evaluation
        vendor = row.candidate.vendor_id
        if evaluation.is_practice or vendor not in vendors:
            continue
        row.test = tests.get(vendor)
        row.may_test = (
            starts
            and not (row.test and row.test.is_open)
            and evaluation.is_open
            and evaluation.stage in BEFORE_DEMOS
        )


def newest_letters(*candidates: Candidate) -> dict[uuid.UUID, list[SentMail]]:
    by_place: dict[tuple[str, str], list[Notice]] = defaultdict(list)
    for notice in invitation_letters(*candidates):
        by_place[notice.subject_id, notice.address].append(notice)
    ids = {str(candidate.pk): candidate.pk for candidate in candidates}
    letters: dict[uuid.UUID, list[SentMail]] = defaultdict(list)
    for (subject, _), notices in by_place.items():
        letters[ids[subject]].append(SentMail(notices[-1], len(notices)))
    return letters


@dataclass(frozen=True, slots=True)
class VendorRow:
    vendor: Vendor
    contacts: list[Contact]
    tokens: list[VendorToken]


def vendor_rows(evaluation: Evaluation, *, with_tokens: bool) -> list[VendorRow]:
    vendors: Any = Vendor.objects.filter(candidates__evaluation=evaluation).distinct()
    people = Contact.objects.current()
    vendors = vendors.prefetch_related(Prefetch("contacts", queryset=people))
    if with_tokens:
        tokens = VendorToken.objects.select_related("contact").defer("digest")
        vendors = vendors.prefetch_related(Prefetch("tokens", queryset=tokens))
    return [
        VendorRow(
            vendor,
            list(vendor.contacts.all()),
            list(vendor.tokens.all()) if with_tokens else [],
        )
        for vendor in vendors
    ]


USUAL_DAYS = 14


class ClosingForm(forms.Form):
    """A day and a time by the clocks of `zone`; cleaned, the day is what both mean."""

    close_at = day_field("Last day")
    close_time = time_field(
        "Closing time",
        required=False,
        help_text="Blank is the end of the day, midnight.",
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["close_at"].help_text = (
            f"By the clocks of {zone}, the evaluation's time zone. The server's clock "
            "decides to the millisecond."
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        instant = instant_from(self, "close_at", "close_time", self.zone)
        data.pop("close_time", None)
        if instant is None:
            return data
        return {**data, "close_at": instant}


class ReopenForm(ClosingForm):
    reason = reason_field(help_text="All readers of the journal see it.")


class WindowAct(OnEvaluation):
    tab = "candidates"
    form_class = ClosingForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"zone": target.zone}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        now = timezone.now()
        end = target.claims_close_at
        if end is not None and end > now:
            wall = wall_of(end, target.zone)
            return {"close_at": wall.date(), "close_time": wall.time()}
        day = wall_of(now, target.zone).date() + datetime.timedelta(days=USUAL_DAYS)
        return {"close_at": working_day(day), "close_time": datetime.time(17)}


class OpenClaims(WindowAct):
    title = "Open answering"
    verb = "Open answering"
    help = "Invited vendors may answer the requirements from now until this end."
    success = "Vendors can answer now."
    service = answering.open_claims


class MoveClaimsClose(WindowAct):
    title = "Move the deadline for answers"
    verb = "Move"
    success = "Deadline moved."
    form_class = ReopenForm
    service = answering.move_claims_close


class CloseClaims(OnEvaluation):
    tab = "candidates"
    title = "Close answering now"
    verb = "Close answering"
    help = (
        "No vendor can write from this moment on, not even one that is half-way. "
        "Reopening takes a reason."
    )
    success = "Answering is closed."
    dangerous = True
    service = answering.close_claims


class ReopenClaims(WindowAct):
    title = "Reopen answering"
    verb = "Reopen"
    help = "For all invited vendors alike."
    success = "Vendors can answer again."
    form_class = ReopenForm
    service = answering.reopen_claims


# So far back the owner sees who was in the vendor pages.
SESSIONS_SHOWN = datetime.timedelta(days=30)


@evaluation_page("invitations", "Invitations", order=45, group="Market")
def invitations_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
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
        vendors=companies,
        sessions=access.sessions_here(evaluation, since=now - SESSIONS_SHOWN)
        if owns
        else (),
        contact_requests=access.open_contact_requests(evaluation) if owns else (),
        yesterday=(now - datetime.timedelta(days=1)).date(),
        now=now,
        ends_soon=now + datetime.timedelta(days=max(WARNED_DAYS)),
        here=request.get_full_path(),
    )
