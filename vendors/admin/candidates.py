"""Candidates: adding, changing and moving them, and interests declared in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from evaltracker.errors import Refused, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.importing.grids import PastesImport
from evaltracker.pages import workspace
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import HardenedAdmin, by, check_query
from evaltracker.pages.fields import NamedChoice, mark_needed, text_field
from evaltracker.pages.grid import Grid, GridColumn, OwnAnswers, Saves, register_grid
from evaltracker.pages.search import Search, register_search
from evaltracker.pages.site import register_panel, site
from evaltracker.pages.tabs import waits_on
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import TEXT_LIMIT, listed
from stakeholders.policy import insiders, is_leadership
from vendors import policy
from vendors.admin import base
from vendors.admin.invitations import asked_first, newest_letters
from vendors.candidates import COLUMNS, LISTED
from vendors.choices import CandidateKind, CandidateState
from vendors.models import Candidate, Conflict, Contact, Submission, Vendor
from vendors.selectors.access import visits_of
from vendors.selectors.claims import AnswerCounts, answer_counts, reads_answers
from vendors.selectors.dialogue import count_unseen
from vendors.services.candidates import (
    add_candidate,
    add_vendor,
    change_candidate,
    check_add_candidate,
    check_clear_interest,
    check_declare_interest,
    check_move,
    clear_conflict,
    declare_conflict,
    declare_interests,
    eliminate,
    reinstate,
    shortlist,
)
from vendors.services.contacts import note_contact


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration of interest; the words only for their author, for the owner, and
    the owner's for Leadership."""

    conflict: Conflict
    readable: bool


@dataclass(slots=True)
class CandidateRow:
    candidate: Candidate
    answers: AnswerCounts
    unseen: int = 0
    receipt: Submission | None = None

    @property
    def more(self) -> str:
        """What else is to say of its answers, and how far it is with them."""
        counts = self.answers
        invited_at = self.candidate.invited_at
        more: list[Any] = [
            counts.ours and f"{counts.ours} of them ours",
            counts.partly and f"{counts.partly} more in part",
            counts.noted and f"{counts.noted} only in our notes",
            self.receipt and f"handed in, receipt {self.receipt.number}",
            not self.receipt and invited_at and "invited, not handed in",
            can_be_invited(self.candidate) and "not invited",
        ]
        return "\n".join(filter(None, more))


def can_be_invited(candidate: Candidate) -> bool:
    return (
        candidate.invited_at is None
        and candidate.vendor_id is not None
        and candidate.kind in policy.INVITABLE
        and candidate.state != CandidateState.ELIMINATED
    )


def candidate_rows(
    evaluation: Evaluation, user: User, rows: Iterable[Candidate]
) -> dict[UUID, CandidateRow]:
    candidates = list(rows)
    for candidate in candidates:
        candidate.evaluation = evaluation
    counts = answer_counts(evaluation, candidates)
    lines = {
        candidate.pk: CandidateRow(candidate, counts[candidate.pk])
        for candidate in candidates
    }
    for (_, key), number in count_unseen(user, [evaluation]).items():
        if key in lines:
            lines[key].unseen = number
    handed_in = Submission.objects.filter(candidate__in=lines)
    for submission in handed_in.order_by("submitted_at"):
        lines[submission.candidate_id].receipt = submission
    return lines


@workspace.evaluation_page("candidates", "Candidates", order=40, group="Market")
def candidates_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters={"kind"})
    user = base.ask_first(request, evaluation)
    owns = is_owner(user, evaluation)
    kind = request.GET.get("kind", "")
    known = kind in CandidateKind.values
    candidates = Candidate.objects.filter(evaluation=evaluation)
    candidates = candidates.select_related("vendor").order_by("-state", "name")
    if known:
        candidates = candidates.filter(kind=kind)
    rows = candidate_rows(evaluation, user, candidates).values()
    return workspace.show(
        request,
        evaluation,
        "vendors/candidates.html",
        owns=owns,
        undeclared=base.undeclared_by(user, evaluation),
        kind=kind if known else "",
        kinds=CandidateKind.choices,
        rows=rows,
        edits=owns and evaluation.is_open,
        window=window_of(evaluation),
        in_research=evaluation.is_open and evaluation.stage == Stage.RESEARCH,
        may_add=evaluation.is_open
        and evaluation.stage in (Stage.REQUIREMENTS, Stage.RESEARCH),
        unseen=sum(row.unseen for row in rows),
    )


def window_of(evaluation: Evaluation) -> str:
    """Whether vendors may write: `unopened`, `open` or `closed`."""
    now = database_now()
    if evaluation.claims_opened_at is None:
        return "unopened"
    is_open = evaluation.claims_are_open(now) and not policy.claims_are_closed(
        evaluation, now
    )
    return "open" if is_open else "closed"


@admin.register(Candidate, site=site)
class CandidateAdmin(HardenedAdmin):
    empty_text = "Candidates are added on the Candidates page of an evaluation."
    list_display = ("name", "evaluation", "kind", "state", "vendor", "invited_at")
    list_filter = (by("evaluation"), by("state"), by("kind"))
    search_fields = ("name",)
    fields = (
        "evaluation",
        "name",
        "kind",
        "vendor",
        "state",
        "state_reason",
        *(column.name for column in LISTED),
    )

    def page_of(self, row: Candidate) -> str:
        return reverse("admin:candidate", args=[row.pk])


register_search(
    Search(
        kind="candidates",
        title="Candidates",
        order=30,
        icon="category",
        rows=lambda reader: Candidate.objects.visible_to(reader.user).select_related(
            "evaluation__owner", "vendor"
        ),
        columns=("name",),
        closest="name",
        label=str,
        address=lambda row: reverse("admin:candidate", args=[row.pk]),
        beneath=lambda row: f"{row.get_state_display()} · {row.evaluation}",
        evaluation_path="evaluation",
        has_acts=True,
    )
)


def vendors_side(user: User, candidate: Candidate) -> dict[str, Any] | None:
    """What the owner sees of it; nothing of what is typed and not handed in."""
    if candidate.vendor is None or not is_owner(user, candidate.evaluation):
        return None
    evaluation = candidate.evaluation
    return {
        "candidate": candidate,
        "in_research": evaluation.is_open and evaluation.stage == Stage.RESEARCH,
        "letters": newest_letters(candidate).get(candidate.pk, []),
        "visits": visits_of([candidate]).get(candidate.pk),
        "sheets": candidate.mailed_sheets.select_related("submission", "file"),
        "receipt": Submission.objects.filter(candidate=candidate).last(),
    }


register_panel("candidate", 5, "vendors/parts/vendor_panel.html", vendors_side)


NONE = "none"
SOME = "some"


class DeclarationForm(forms.Form):
    interest = forms.ChoiceField(
        label="Do you have a conflict of interest in this candidate?",
        choices=[(NONE, "No, none"), (SOME, "Yes, I have one")],
        widget=forms.RadioSelect,
    )
    statement = text_field(
        "What it is",
        4,
        required=False,
        help_text="Shares, a former employer, a relative. The reviewer will see this.",
    )


mark_needed(DeclarationForm, "needed if you have one", "statement")


class DeclarationsForm(forms.Form):
    # Which candidates the page asked about: one that joins meanwhile is asked later.
    asked = forms.CharField(widget=forms.HiddenInput)
    # The button for all at once, which stands for blank lines.
    none = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, candidates: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        for candidate in candidates:
            self.fields[str(candidate.pk)] = forms.CharField(
                label=candidate.name,
                required=False,
                max_length=TEXT_LIMIT,
                widget=forms.TextInput(attrs={"placeholder": "no conflict"}),
            )

    @property
    def names(self) -> str:
        return listed([candidate.name for candidate in self.candidates])

    def clean_asked(self) -> set[str]:
        return set(self.cleaned_data["asked"].split())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        written = [row for row in self.candidates if data.get(str(row.pk), "")]
        if data.pop("none", False) and written:
            raise forms.ValidationError(
                f"You wrote of {listed([row.name for row in written])}. Choose "
                "Declare, or clear the line first."
            )
        return data


class DeclareInterests(workspace.OnEvaluation):
    tab = "conflicts"
    title = "Declare conflicts of interest"
    verb = "Declare"
    help = (
        "Shares, a former employer, a relative, a gift. The reviewer will see this. "
        "Answers, scores and prices stay closed to you until it is cleared."
    )
    success = "Your declaration is recorded. You are asked again when somebody joins."
    form_class = DeclarationsForm
    template = "vendors/interests.html"
    service = declare_interests

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        rows = policy.to_declare(user).filter(evaluation=target)
        return {"candidates": list(rows.order_by("name"))}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        rows = policy.to_declare(user).filter(evaluation=target)
        return {
            "asked": " ".join(str(key) for key in rows.values_list("pk", flat=True))
        }

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        interests = {
            UUID(key): text for key, text in data.items() if key in data["asked"]
        }
        return {"evaluation": target, "interests": interests}


class DeclareInterest(base.OnCandidate):
    title = "Declare a conflict of interest"
    verb = "Declare"
    help = (
        "Answers, scores and prices stay closed to you until the reviewer clears "
        "your conflict of interest. You can't withdraw it yourself."
    )
    success = "Your declaration is recorded."
    form_class = DeclarationForm
    service = declare_conflict
    rule = check_declare_interest

    def arguments(self, target: Candidate, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "candidate": target,
            "has_interest": data["interest"] == SOME,
            "statement": data["statement"],
        }


class ClearInterest(workspace.InEvaluation[Conflict]):
    tab = "conflicts"
    title = "Clear the conflict of interest"
    verb = "Clear"
    help = (
        "The person then reads answers, scores and signs again. The memo prints your "
        "reason."
    )
    success = "The conflict of interest is cleared."
    model = Conflict
    target_name = "conflict"
    service = clear_conflict
    rule = check_clear_interest
    related = ("candidate__evaluation__owner", "person")
    form_class = base.OpenReasonForm
    template = "vendors/interest.html"
    heading_format = "{title} of {target.person.name} in {target.candidate}"


@dataclass(slots=True)
class PersonRow:
    person: User
    is_reader: bool
    interests: list[Declared] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0


@workspace.evaluation_page("conflicts", "Conflicts", order=35, group="People")
def conflicts_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = base.ask_first(request, evaluation)
    candidates = Candidate.objects.filter(evaluation=evaluation)
    remaining = candidates.exclude(state=CandidateState.ELIMINATED)
    return workspace.show(
        request,
        evaluation,
        "vendors/conflicts.html",
        title="Conflicts of interest",
        rows=person_rows(evaluation, user, list(remaining)),
        asks=evaluation.is_open and policy.is_asked(user, evaluation),
        unanswered=policy.to_declare(user).filter(evaluation=evaluation).exists(),
        barred=policy.barring_interest(user, evaluation),
        own=list(remaining),
    )


def person_rows(
    evaluation: Evaluation, user: User, candidates: list[Candidate]
) -> list[PersonRow]:
    """Everybody who judges, and whoever has declared; a fixed number of queries."""
    owns = is_owner(user, evaluation)
    leads = is_leadership(user, evaluation)
    people = insiders(evaluation)
    rows = {
        person.pk: PersonRow(person, person.pk == user.pk, unanswered=len(candidates))
        for person in people
    }
    still_asked = {candidate.pk for candidate in candidates}
    declared: Any = Conflict.objects.standing().filter(candidate__evaluation=evaluation)
    declared = declared.select_related("person", "candidate", "cleared_by")
    for conflict in declared.order_by("candidate__name"):
        conflict.candidate.evaluation = evaluation
        row = rows.setdefault(
            conflict.person_id,
            PersonRow(conflict.person, conflict.person_id == user.pk),
        )
        row.answered += 1
        if conflict.candidate_id in still_asked and row.unanswered:
            row.unanswered -= 1
        if conflict.has_interest:
            of_owner = conflict.person_id == evaluation.owner_id
            readable = row.is_reader or owns or (leads and of_owner)
            row.interests.append(Declared(conflict, readable))
    return list(rows.values())


@waits_on("conflicts")
def undeclared(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    early = is_owner(user, evaluation) and evaluation.stage == Stage.REQUIREMENTS
    if not evaluation.is_open or early or user.is_superuser:
        return None
    return policy.to_declare(user).filter(evaluation=evaluation)


class ChangeCandidateForm(forms.Form):
    name = forms.CharField(
        label="Name", help_text="What people call it; it is printed in the memo."
    )
    vendor = NamedChoice(
        Vendor.objects.none(),
        label="Vendor",
        required=False,
        empty_label="Nobody yet",
        help_text="Who answers for it. Nobody for build and stay as is.",
    )
    new_vendor = forms.CharField(
        label="Or a new vendor",
        required=False,
        max_length=150,
        help_text="The company's name, if it is not in the list.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["vendor"]
        choice.queryset = Vendor.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("vendor") and data.get("new_vendor"):
            self.add_error("new_vendor", "Choose one in the list, or name a new one.")
        return data


ChangeCandidateForm.base_fields.update(
    {column.name: column.form_field() for column in COLUMNS}
)


class CandidateForm(ChangeCandidateForm):
    kind = forms.ChoiceField(label="How the need is met", choices=CandidateKind.choices)

    field_order = ("name", "kind")


def vendor_from(data: Mapping[str, Any], by: User) -> dict[str, Any]:
    values = dict(data)
    name = values.pop("new_vendor", "")
    if name:
        values["vendor"] = add_vendor(name=name, by=by)
    return values


class AddCandidate(workspace.OnEvaluation):
    tab = "candidates"
    title = "Add a candidate"
    verb = "Add"
    again_verb = "Add and start another"
    rule = check_add_candidate
    help = "Something to buy, open source, to build, or staying as is: on equal terms."
    success = "Added to the longlist."
    form_class = CandidateForm
    prefill = ("kind",)

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"user": user}

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> Candidate:
        return add_candidate(evaluation=target, by=by, **vendor_from(data, by))

    def destination(self, target: Any, made: Candidate) -> str:
        return self.page(target, f"candidate-{made.pk}")


class ChangeCandidate(base.OnCandidate):
    title = "Change candidate"
    verb = "Save"
    success = "Saved."
    form_class = ChangeCandidateForm
    current_fields = tuple(ChangeCandidateForm.base_fields.keys() - {"new_vendor"})

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"user": user}

    def run(self, target: Any, data: Mapping[str, Any], by: User) -> Candidate:
        return change_candidate(candidate=target, by=by, **vendor_from(data, by))


class Shortlist(base.OnCandidate):
    title = "Shortlist"
    verb = "Shortlist"
    help = (
        "Shortlisted candidates answer every must-have and go through a demo and a "
        "trial."
    )
    success = "Shortlisted."
    service = shortlist
    rule = partial(check_move, state=CandidateState.SHORTLISTED)


class Eliminate(base.OnCandidate):
    title = "Eliminate"
    verb = "Eliminate"
    help = "It leaves the choice. Nothing is deleted, and you can bring it back."
    success = "Eliminated. The reason stays on record."
    form_class = base.OpenReasonForm
    dangerous = True
    service = eliminate
    rule = partial(check_move, state=CandidateState.ELIMINATED)


class Reinstate(base.OnCandidate):
    title = "Reinstate"
    verb = "Bring back"
    done_verb = "Brought back"
    help = "It goes back to the long list."
    success = "Back on the longlist."
    form_class = base.OpenReasonForm
    service = reinstate
    rule = partial(check_move, state=CandidateState.LONGLISTED)


SAVES = Saves(change_candidate, "candidate")


def everybody_known(candidate: Candidate) -> dict[str, Any]:
    contacts = Contact.objects.current().filter(vendor=candidate.vendor_id)
    keys = [str(key) for key in contacts.values_list("pk", flat=True)]
    if not keys:
        raise Refused(
            f"{candidate.vendor} has no contact yet. Invite {candidate.name} from its "
            "own line, where you can name one."
        )
    return {"contacts": keys}


def first_contact(candidate: Candidate) -> str:
    if candidate.vendor:
        known = list(candidate.vendor.contacts.all())
    else:
        known = []
    if known:
        return f"{known[0].name} <{known[0].email}>"
    return ""


@register_grid
class CandidatesGrid(PastesImport, Grid[Evaluation, Candidate]):
    name = imports = "candidates"
    title = "Candidates"
    related = ("owner",)
    anchor = noun = "candidate"
    first_column = "name"
    adding = check_add_candidate
    own_answers: ClassVar[Mapping[str, OwnAnswers]] = {
        "invite": OwnAnswers(
            everybody_known,
            "Each vendor can then read the requirements. All its contacts get a mail. "
            "No vendor learns of another.",
            asked_first,
        )
    }

    def columns(self, subject: Evaluation, user: User) -> Sequence[GridColumn]:
        """As in the form of a candidate; its kind stays, and acts change its state."""
        closed = str(why_not(check_owned, subject, user) or "")
        fields = CandidateForm(user=user).fields
        rows_by_pk = cache(
            lambda: candidate_rows(subject, user, self.rows(subject, user))
        )

        contact = GridColumn(
            *("contact", "Contact", forms.CharField(required=False, max_length=400)),
            Saves(note_contact, "candidate"),
            read=first_contact,
            closed=closed,
            width=24,
        )

        def made(name: str, label: str, **more: Any) -> GridColumn:
            return GridColumn(name, label, fields[name], SAVES, closed=closed, **more)

        def counted(row: Candidate) -> str:
            line = rows_by_pk()[row.pk]
            if line.unseen:
                new = f", {line.unseen} new"
            else:
                new = ""
            return f"{line.answers.answered} of {line.answers.asked}{new}"

        stated = GridColumn(
            *("support_stated", "Support, stated by the vendor"),
            read=lambda row: getattr(row.support_stated, "kind", "").replace("_", " "),
            spare=True,
        )
        return (
            made("name", "Name", width=16),
            GridColumn("kind", "Kind", fields["kind"], width=8),
            made("vendor", "Vendor", named=lambda row: str(row.vendor or ""), width=12),
            GridColumn(
                *("state", "State"),
                read=lambda row: row.get_state_display(),
                aside=lambda row: row.state_reason,
                width=14,
            ),
            GridColumn(
                *("answers", "Answers"),
                read=counted,
                aside=lambda row: rows_by_pk()[row.pk].more,
                width=18,
            ),
            *([contact] if is_owner(user, subject) else []),
            made("summary", "Summary", width=18, spare=True),
            made("website", "Website", width=12, spare=True),
            made(
                *("aliases", "Other names"),
                read=lambda row: "\n".join(row.aliases),
                width=12,
                spare=True,
            ),
            made("months_to_live", "Months until live", width=12, spare=True),
            *([stated] if reads_answers(user, subject) else []),
            made("support_offered", "Support", for_many=True, width=12, spare=True),
            made("hours_saved", "Hours saved", width=12, spare=True),
            made("builders", "Builders", spare=True),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Candidate]:
        if not is_owner(user, subject) and policy.has_to_declare(user, subject):
            return Candidate.objects.none()
        rows: QuerySet[Candidate] = Candidate.objects.visible_to(user).filter(
            evaluation=subject
        )
        known = Prefetch("vendor__contacts", Contact.objects.current().order_by("name"))
        rows = rows.select_related("vendor", "evaluation__owner")
        return rows.prefetch_related(known, "support_statements").order_by(
            "-state", "name"
        )

    def filtered(
        self, rows: QuerySet[Candidate], subject: Evaluation, filters: QueryDict
    ) -> QuerySet[Candidate]:
        kind = filters.get("kind", "")
        if kind in CandidateKind.values:
            return rows.filter(kind=kind)
        return rows

    def links(self, row: Candidate, user: User) -> Iterable[tuple[str, str]]:
        yield "Open", reverse("admin:candidate", args=[row.pk])
        evaluation = row.evaluation
        if not (evaluation.is_open and is_owner(user, evaluation)):
            return
        if row.state == CandidateState.LONGLISTED:
            yield "Shortlist", address_of("shortlist", row)
        if evaluation.stage == Stage.RESEARCH and can_be_invited(row):
            yield "Invite", address_of("invite", row)

    def acts(self, subject: Evaluation, user: User) -> Sequence[str]:
        if why_not(check_owned, subject, user):
            return ()
        may_invite = why_not(check_owned, subject, user, Stage.RESEARCH) is None
        invite = ("invite",) if may_invite else ()
        return ("shortlist", *invite, "eliminate", "reinstate")

    def add(
        self, subject: Evaluation, values: Mapping[str, Any], by: User
    ) -> Candidate:
        """A row needs its name; without a kind it is something to buy."""
        filled = {name: value for name, value in values.items() if value is not None}
        contact = filled.pop("contact", "")
        made = add_candidate(evaluation=subject, by=by, **{"name": "", **filled})
        if contact:
            note_contact(candidate=made, contact=contact, by=by)
        return made
