"""Candidates and what people declared about them; the lists of vendors, read-only.

No amount and no digest is a column of a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import HardenedAdmin, by, check_query
from evaltracker.pages.fields import long_text, mark_needed
from evaltracker.pages.search import Reader, Search, register_search
from evaltracker.pages.site import register_panel, site
from evaltracker.pages.tabs import waits_on
from evaltracker.pages.workspace import (
    InEvaluation,
    OnEvaluation,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import TEXT_LIMIT, listed, shortened
from stakeholders.policy import insiders, is_leadership, parts
from vendors.admin.base import (
    AboutCandidates,
    OnCandidate,
    OpenReasonForm,
    ask_first,
    cell_address,
    reader,
    undeclared_by,
)
from vendors.admin.invitations import newest_letters
from vendors.candidates import LISTED
from vendors.choices import CandidateKind, CandidateState
from vendors.models import (
    Candidate,
    Claim,
    ClaimFile,
    Conflict,
    Contact,
    CostLine,
    Proposal,
    Question,
    Submission,
    Vendor,
    VendorToken,
)
from vendors.policy import (
    INVITABLE,
    barring_interest,
    claims_are_closed,
    is_asked,
    may_keep_vendors,
    to_declare,
)
from vendors.selectors.access import count_unseen, visits_of
from vendors.selectors.answer_counts import AnswerCounts, answer_counts, readable
from vendors.selectors.vendor_answers import sheets_of
from vendors.services.candidate_import import (
    check_clear_interest,
    check_declare_interest,
    clear_conflict,
    declare_conflict,
    declare_interests,
)

GROUPS = (
    (CandidateState.CHOSEN, "Chosen", ""),
    (
        CandidateState.SHORTLISTED,
        "Short list",
        "The closer choice: each answers every must-have, and is seen and tried.",
    ),
    (
        CandidateState.LONGLISTED,
        "Long list",
        "Everything under consideration. Shortlist what you want to look at closely.",
    ),
    (CandidateState.ELIMINATED, "Eliminated", "Out of the choice, each with a reason."),
)


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
    declared: list[Declared] = field(default_factory=list)
    mine: Conflict | None = None

    @property
    def can_be_invited(self) -> bool:
        one = self.candidate
        return (
            one.invited_at is None
            and one.vendor_id is not None
            and one.kind in INVITABLE
            and one.state != CandidateState.ELIMINATED
        )

    @property
    def interests(self) -> list[Declared]:
        return [
            interest for interest in self.declared if interest.conflict.has_interest
        ]


@dataclass(frozen=True, slots=True)
class Group:
    state: str
    label: str
    lead: str
    rows: list[CandidateRow]


def candidate_groups(
    evaluation: Evaluation, user: User, *, filters: dict[str, str]
) -> list[Group]:
    rows: Any = Candidate.objects.filter(evaluation=evaluation)
    rows = rows.select_related("vendor").filter(**filters)
    candidates = list(rows)
    for candidate in candidates:
        candidate.evaluation = evaluation
    counts = answer_counts(evaluation, candidates)
    lines = {one.pk: CandidateRow(one, counts[one.pk]) for one in candidates}
    for (_, key), number in count_unseen(user, [evaluation]).items():
        if key in lines:
            lines[key].unseen = number
    handed_in = Submission.objects.filter(candidate__evaluation=evaluation)
    for submission in handed_in.order_by("submitted_at"):
        if submission.candidate_id in lines:
            lines[submission.candidate_id].receipt = submission
    _add_interests(evaluation, user, lines)
    return [
        Group(
            state,
            label,
            lead,
            [row for row in lines.values() if row.candidate.state == state],
        )
        for state, label, lead in GROUPS
    ]


def _add_interests(
    evaluation: Evaluation, user: User, lines: dict[UUID, CandidateRow]
) -> None:
    """What people declared; the words stay between them and the owner."""
    owns, leads = is_owner(user, evaluation), is_leadership(user, evaluation)
    declared = Conflict.objects.standing().filter(candidate__evaluation=evaluation)
    for conflict in declared.select_related("person", "cleared_by"):
        line = lines.get(conflict.candidate_id)
        if line is None:
            continue
        own = conflict.person_id == user.pk
        conflict.candidate = line.candidate
        of_owner = conflict.person_id == evaluation.owner_id
        readable = own or owns or (leads and of_owner)
        line.declared.append(Declared(conflict, readable))
        if own:
            line.mine = conflict


@evaluation_page("candidates", "Candidates", order=40, group="Market")
def candidates_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters={"kind"})
    user = reader(request)
    ask_first(request, evaluation)
    owns = is_owner(user, evaluation)
    kind = request.GET.get("kind", "")
    known = kind in CandidateKind.values
    groups = candidate_groups(evaluation, user, filters={"kind": kind} if known else {})
    return show(
        request,
        evaluation,
        "vendors/candidates.html",
        title="Candidates",
        tab="candidates",
        owns=owns,
        undeclared=undeclared_by(user, evaluation),
        part=parts(user, evaluation).exists(),
        kind=kind if known else "",
        kinds=CandidateKind.choices,
        groups=groups,
        total=sum(len(group.rows) for group in groups),
        window=window_of(evaluation),
        in_research=evaluation.is_open and evaluation.stage == Stage.RESEARCH,
        may_add=evaluation.is_open
        and evaluation.stage in (Stage.REQUIREMENTS, Stage.RESEARCH),
        unseen=sum(row.unseen for group in groups for row in group.rows),
    )


def window_of(evaluation: Evaluation) -> str:
    """Whether vendors may write: `unopened`, `open` or `closed`."""
    now = database_now()
    if evaluation.claims_opened_at is None:
        return "unopened"
    is_open = evaluation.claims_are_open(now) and not claims_are_closed(evaluation, now)
    return "open" if is_open else "closed"


@admin.register(Vendor, site=site)
class VendorAdmin(HardenedAdmin):
    empty_text = "A company is entered when a candidate is added in an evaluation."
    list_display = ("name", "website", "slug")
    search_fields = ("name",)
    fields = ("name", "slug", "aliases", "website")


@admin.register(Contact, site=site)
class ContactAdmin(HardenedAdmin):
    empty_text = "Contacts are added on the Candidates page of an evaluation."
    list_display = ("name", "vendor", "email", "phone")
    list_filter = (by("vendor"),)
    search_fields = ("name", "email")
    fields = ("vendor", "name", "email", "phone")

    def audience(self, user: User) -> bool:
        return may_keep_vendors(user)


@admin.register(VendorToken, site=site)
class VendorTokenAdmin(HardenedAdmin):
    empty_text = "Tokens are issued on the Candidates page of an evaluation."
    life = ("issued_at", "expires_at", "revoked_at", "last_used_on")
    list_display = ("prefix", "vendor", "label", *life)
    list_filter = (by("vendor"),)
    fields = ("vendor", "prefix", "label", *life)

    def audience(self, user: User) -> bool:
        return may_keep_vendors(user)


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


@admin.register(Claim, site=site)
class ClaimAdmin(AboutCandidates):
    empty_text = "No vendor has answered yet. Invite them and open answering."
    list_display = (
        "requirement",
        "candidate",
        "availability",
        "revision",
        "by_vendor",
        "submitted_at",
    )
    list_filter = (by("availability"), by("candidate"), by("by_vendor", "by vendor"))
    search_fields = ("statement",)
    ordering = ("-submitted_at",)
    fields = (
        "candidate",
        "requirement",
        "revision",
        "availability",
        "available_from",
        "environments",
        "number_words",
        "statement",
        "submitted_at",
        "superseded_at",
    )

    @admin.display(description="number")
    def number_words(self, row: Claim) -> str:
        return row.number_words

    def page_of(self, row: Claim) -> str:
        return cell_address(row)


@admin.register(Submission, site=site)
class SubmissionAdmin(AboutCandidates):
    empty_text = "A vendor hands its answer in through the API and gets a receipt."
    list_display = ("number", "candidate", "claims", "submitted_at", "submitted_by")
    list_filter = (by("candidate"),)
    ordering = ("-submitted_at",)
    fields = ("candidate", "number", "submitted_at", "submitted_by", "claims", "sha256")


@admin.register(Question, site=site)
class QuestionAdmin(HardenedAdmin):
    empty_text = "Nobody has asked anything."
    list_display = ("text", "evaluation", "requirement", "asked_at", "answered_at")
    list_filter = (by("evaluation"),)
    search_fields = ("text", "answer")
    ordering = ("-asked_at",)
    fields = ("evaluation", "requirement", "text", "asked_at", "answer", "answered_at")

    def page_of(self, row: Question) -> str:
        return page_address(row.evaluation, "questions")


@admin.register(Proposal, site=site)
class ProposalAdmin(AboutCandidates):
    empty_text = "No vendor has suggested a requirement."
    list_display = ("text", "candidate", "category", "state", "proposed_at")
    list_filter = (by("state"),)
    search_fields = ("text",)
    ordering = ("-proposed_at",)
    fields = ("candidate", "category", "text", "reason", "state", "state_reason")


@admin.register(CostLine, site=site)
class CostLineAdmin(AboutCandidates):
    empty_text = (
        "Costs are written on the Costs page of an evaluation, and shown here once "
        "prices are open to you."
    )
    list_display = ("kind", "label", "candidate", "state", "currency", "quoted_on")
    list_select_related = ("candidate__evaluation",)
    ordering = ("candidate_id", "kind", "label")
    list_filter = (by("state"), by("candidate"))
    fields = ("candidate", "kind", "label", "state", "recurrence", "quoted_on")

    def page_of(self, row: CostLine) -> str:
        return reverse("admin:candidate_costs", args=[row.candidate_id])


def answers(reader: Reader) -> QuerySet[Claim]:
    """The answers that stand, of candidates whose words the reader may read."""
    rows: QuerySet[Claim] = Claim.objects.visible_to(reader.user)
    current = rows.filter(superseded_at__isnull=True)
    return readable(current, reader.user, "candidate").select_related(
        "candidate__evaluation", "requirement"
    )


def files(reader: Reader) -> QuerySet[ClaimFile]:
    rows: QuerySet[ClaimFile] = ClaimFile.objects.visible_to(reader.user)
    return readable(rows, reader.user, "claim__candidate").select_related(
        "claim__candidate__evaluation", "claim__requirement"
    )


def cell_name(claim: Any) -> str:
    return f"{claim.candidate}, {claim.requirement.ref}"


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
register_search(
    Search(
        kind="answers",
        title="Answers",
        order=60,
        icon="campaign",
        rows=answers,
        columns=("statement",),
        closest="statement",
        label=lambda row: f"{cell_name(row)}: {shortened(row.statement, 70)}",
        address=cell_address,
        beneath=lambda row: (
            f"{row.get_availability_display()} · {row.candidate.evaluation}"
        ),
        evaluation_path="candidate__evaluation",
    )
)
register_search(
    Search(
        kind="files",
        title="Files from vendors",
        order=70,
        icon="attach_file",
        rows=files,
        columns=("name",),
        closest="name",
        label=lambda row: row.name,
        address=lambda row: cell_address(row.claim),
        beneath=lambda row: (
            f"With the answer of {cell_name(row.claim)} · "
            f"{row.claim.candidate.evaluation}"
        ),
        evaluation_path="claim__candidate__evaluation",
    )
)
register_search(
    Search(
        kind="companies",
        title="Companies",
        order=90,
        icon="storefront",
        rows=lambda reader: Vendor.objects.visible_to(reader.user),
        columns=("name",),
        closest="name",
        label=str,
        address=site.address_of,
        beneath=lambda row: row.website,
    )
)


def vendors_side(user: User, candidate: Candidate) -> dict[str, Any] | None:
    """What the owner sees of it; nothing of what is typed and not handed in."""
    if candidate.vendor is None or not is_owner(user, candidate.evaluation):
        return None
    where = candidate.evaluation
    return {
        "candidate": candidate,
        "in_research": where.is_open and where.stage == Stage.RESEARCH,
        "letters": newest_letters(candidate).get(candidate.pk, []),
        "visits": visits_of([candidate]).get(candidate.pk),
        "sheets": sheets_of(candidate),
        "receipt": Submission.objects.filter(candidate=candidate).last(),
    }


register_panel("candidate", 5, "vendors/parts/vendor_panel.html", vendors_side)


NONE, SOME = "none", "some"


class DeclarationForm(forms.Form):
    interest = forms.ChoiceField(
        label="Do you have a conflict of interest in this candidate?",
        choices=[(NONE, "No, none"), (SOME, "Yes, I have one")],
        widget=forms.RadioSelect,
    )
    statement = forms.CharField(
        label="What it is",
        required=False,
        widget=long_text(),
        help_text="Shares, a former employer, a relative. Whoever clears it reads it.",
    )


mark_needed(DeclarationForm, "needed if you have one", "statement")


class DeclarationsForm(forms.Form):
    """A line for each candidate that the person was not asked about yet."""

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


@register_act
class DeclareInterests(OnEvaluation):
    tab = "conflicts"
    title = "Declare conflicts of interest"
    verb = "Declare"
    help = (
        "Shares, a former employer, a relative, a gift. Whoever clears it reads what "
        "you write. Until then you read no answers, scores or prices in this "
        "evaluation, and neither score nor sign."
    )
    success = "Your declaration is recorded. You are asked again when somebody joins."
    form_class = DeclarationsForm
    template = "vendors/interests.html"
    service = declare_interests

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        asked = to_declare(user).filter(evaluation=target)
        return {"candidates": list(asked.order_by("name"))}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        asked = to_declare(user).filter(evaluation=target)
        return {
            "asked": " ".join(str(key) for key in asked.values_list("pk", flat=True))
        }

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was said of each candidate that the page asked about."""
        interests = {
            UUID(key): text for key, text in data.items() if key in data["asked"]
        }
        return {"evaluation": target, "interests": interests}


@register_act
class DeclareInterest(OnCandidate):
    title = "Declare a conflict of interest"
    verb = "Declare"
    help = (
        "A declared conflict closes answers, scores and prices of this evaluation to "
        "you until it is cleared; you cannot take it back alone."
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


@register_act
class ClearInterest(InEvaluation[Conflict]):
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
    form_class = OpenReasonForm
    template = "vendors/interest.html"

    def heading(self, target: Any) -> str:
        return f"{self.title} of {target.person.name} in {target.candidate}"


@dataclass(slots=True)
class PersonRow:
    person: User
    is_reader: bool
    interests: list[Declared] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0


@evaluation_page("conflicts", "Conflicts", order=35, group="People")
def conflicts_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Who declared what; the words stay between their author and the owner."""
    check_query(request)
    user = reader(request)
    ask_first(request, evaluation)
    candidates = Candidate.objects.filter(evaluation=evaluation)
    asked = candidates.exclude(state=CandidateState.ELIMINATED)
    return show(
        request,
        evaluation,
        "vendors/conflicts.html",
        title="Conflicts of interest",
        tab="conflicts",
        rows=person_rows(evaluation, user, list(asked)),
        candidates=len(asked),
        asks=evaluation.is_open and is_asked(user, evaluation),
        unanswered=to_declare(user).filter(evaluation=evaluation).exists(),
        barred=barring_interest(user, evaluation),
        own=list(asked),
    )


def person_rows(
    evaluation: Evaluation, user: User, asked: list[Candidate]
) -> list[PersonRow]:
    """Everybody who judges, and whoever has declared; a fixed number of queries."""
    owns, leads = is_owner(user, evaluation), is_leadership(user, evaluation)
    people = insiders(evaluation)
    rows = {
        person.pk: PersonRow(person, person.pk == user.pk, unanswered=len(asked))
        for person in people
    }
    still_asked = {candidate.pk for candidate in asked}
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
    return to_declare(user).filter(evaluation=evaluation)
