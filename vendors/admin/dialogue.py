"""Questions, proposals and requests of vendors, and reminding them to answer."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.enumerations import Priority
from evaltracker.evaluations.choices import PRIORITY_CHOICES
from evaltracker.evaluations.models import Category, Evaluation, Requirement, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.topic_types import Topic, register_topic
from evaltracker.pages import workspace
from evaltracker.pages.base import HardenedAdmin, by, check_query
from evaltracker.pages.fields import NamedChoice, OfferingForm, reason_field, text_field
from evaltracker.pages.site import site
from evaltracker.pages.tabs import waits_on
from evaltracker.toolbox.days import database_now
from stakeholders.policy import parts
from vendors.admin import base
from vendors.choices import ProposalState
from vendors.models import Candidate, ContactRequest, CostLine, Proposal, Question
from vendors.policy import unbarred, where_unbarred
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.claims import AnswerCounts, answer_counts
from vendors.selectors.costs import kind_name
from vendors.selectors.dialogue import GAP, MOST, Chase, chases, given_away
from vendors.services import contacts, dialogue, reminders


class RulingOnContact(workspace.InEvaluation[ContactRequest]):
    tab = "invitations"
    model = ContactRequest
    target_name = "request"
    related = ("candidate__evaluation__owner", "candidate__vendor")
    beside = "contact-requests"


class AcceptContact(RulingOnContact):
    title = "Let the colleague in"
    verb = "Let in and send the link"
    help = (
        "They become a contact of the vendor and get the invitation with a link of "
        "their own. They read and hand in the vendor's answers."
    )
    success = "The invitation leaves within half a minute."
    form_class = base.SharedForm
    service = contacts.accept_contact
    heading_format = "Let in {target.name}, {target.email}, for {target.candidate}"


class DeclineContactForm(forms.Form):
    reason = reason_field(help_text="The vendor reads it.")


class DeclineContact(RulingOnContact):
    title = "Decline the request"
    verb = "Decline"
    success = "The request is declined; the vendor reads why."
    form_class = DeclineContactForm
    service = contacts.decline_contact
    heading_format = "Decline to let in {target.name}"


class QuestionForm(OfferingForm):
    requirement = NamedChoice(
        Question.objects.none(), required=False, empty_label="None in particular"
    )
    text = text_field("Question", 4)
    offers: ClassVar = {"requirement": asked_requirements}


class AskQuestion(workspace.OnEvaluation):
    tab = "questions"
    title = "Ask a question"
    verb = "Ask"
    help = (
        "Once it is answered, every invited vendor reads question and answer; nobody "
        "reads who asked."
    )
    success = "Question asked."
    form_class = QuestionForm
    prefill = ("requirement",)
    beside = "questions"
    service = dialogue.ask_question


class AnswerForm(forms.Form):
    text = text_field(
        "Question",
        4,
        help_text="As every invited vendor reads it. Take out what tells who asked.",
    )
    answer = text_field("Answer", 6)
    though_named = forms.BooleanField(
        label="These words name the asker, and give it away to nobody", required=False
    )

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            typed = self.data
        else:
            typed = self.initial
        texts = {field: str(typed.get(field, "")) for field in ("text", "answer")}
        # Asked only of who has reason to look twice.
        if not any(given_away(question, **texts)):
            del self.fields["though_named"]


class AnswerQuestion(workspace.InEvaluation[Question]):
    tab = "questions"
    title = "Answer the question"
    verb = "Publish the answer"
    help = (
        "Every invited vendor gets a mail and can read the question and the answer. "
        "Don't reveal the asker in either."
    )
    success = "The answer is published to all invited vendors."
    model = Question
    target_name = "question"
    service = dialogue.answer_question
    related = ("evaluation__owner", "requirement")
    form_class = AnswerForm
    current_fields = ("text", "answer")
    template = "vendors/answer.html"
    beside = "questions"
    heading_format = "{title}"
    form_about = "question"


class RulingOnProposal(workspace.InEvaluation[Proposal]):
    tab = "questions"
    model = Proposal
    target_name = "proposal"
    related = ("candidate__evaluation__owner", "candidate__vendor", "category")
    template = "vendors/proposal.html"
    beside = "proposals"
    heading_format = "{title}"


class AcceptForm(forms.Form):
    ref = forms.CharField(label="Reference", help_text="Such as 4.7; not used before.")
    priority = forms.ChoiceField(
        label="Priority", choices=PRIORITY_CHOICES, initial=Priority.SHOULD
    )
    weight = forms.IntegerField(label="Weight", min_value=0, max_value=10, initial=5)
    category = NamedChoice(Category.objects.none(), required=False)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if proposal.category is not None:
            del self.fields["category"]
            return
        choice: Any = self.fields["category"]
        choice.queryset = proposal.candidate.evaluation.categories.all()
        choice.empty_label = f"Add the proposed category “{proposal.new_category}”"


class AcceptProposal(RulingOnProposal):
    title = "Accept as a requirement"
    verb = "Accept"
    help = "Every candidate has to answer it, including the proposer's rivals."
    success = "Accepted. Every candidate is now asked this requirement."
    form_class = AcceptForm
    service = dialogue.accept_proposal
    form_about = "proposal"


class DeclineForm(forms.Form):
    reason = reason_field(help_text="Its vendor reads it.")


class DeclineProposal(RulingOnProposal):
    title = "Decline the proposal"
    verb = "Decline"
    success = "The proposal is declined; its vendor reads why."
    form_class = DeclineForm
    service = dialogue.decline_proposal


def questions_of(evaluation: Evaluation) -> list[Question]:
    rows: Any = Question.objects.filter(evaluation=evaluation)
    rows = rows.select_related("requirement", "answered_by")
    every = list(rows.prefetch_related("askings__candidate"))
    for item in every:
        item.evaluation = evaluation
    waiting = [item for item in every if item.answered_at is None]
    done = [item for item in every if item.answered_at is not None]
    return [*waiting, *sorted(done, key=lambda item: item.answered_at, reverse=True)]


def proposals_of(evaluation: Evaluation) -> list[Proposal]:
    rows: Any = Proposal.objects.filter(candidate__evaluation=evaluation)
    every = list(rows.select_related("candidate__vendor", "category", "requirement"))
    for item in every:
        item.candidate.evaluation = evaluation
    return sorted(every, key=lambda proposal: proposal.ruled_at is not None)


@workspace.evaluation_page("questions", "Questions", order=48, group="Market")
def questions_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = base.ask_first(request, evaluation)
    questions = questions_of(evaluation)
    proposals = proposals_of(evaluation)
    return workspace.show(
        request,
        evaluation,
        "vendors/questions.html",
        owns=is_owner(user, evaluation),
        part=parts(user, evaluation).exists(),
        questions=questions,
        open_questions=sum(question.answered_at is None for question in questions),
        proposals=proposals,
        open_proposals=sum(proposal.ruled_at is None for proposal in proposals),
    )


@waits_on("questions")
def open_questions(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    rows: QuerySet[Any] = Question.objects.filter(evaluation=evaluation)
    return rows.filter(answered_at__isnull=True)


@waits_on("questions")
def open_proposals(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    rows: QuerySet[Any] = Proposal.objects.filter(candidate__evaluation=evaluation)
    return rows.filter(state=ProposalState.OPEN)


type Told = tuple[Evaluation, str, str]


def candidates_of(user: User) -> QuerySet[Candidate]:
    rows: QuerySet[Candidate] = Candidate.objects.visible_to(user)
    return rows.filter(where_unbarred(user, "evaluation")).select_related(
        "evaluation__owner"
    )


def about_candidate(row: Candidate, part: str) -> Told | None:
    page = reverse("admin:candidate", args=[row.pk])
    if part:
        return None
    return (row.evaluation, row.name, page)


def about_cell(row: Candidate, part: str) -> Told | None:
    try:
        key = UUID(part)
    except ValueError:
        return None
    requirement = Requirement.objects.filter(
        evaluation=row.evaluation_id, pk=key
    ).first()
    if requirement is None or str(key) != part:
        return None
    place = base.CandidateRequirement(row, requirement)
    return row.evaluation, str(place), place.address


def cost_lines_of(user: User) -> QuerySet[CostLine]:
    rows: QuerySet[CostLine] = CostLine.objects.visible_to(user)
    return rows.filter(where_unbarred(user)).select_related(
        "candidate__evaluation__owner"
    )


def about_cost_line(row: CostLine, part: str) -> Told | None:
    evaluation = row.candidate.evaluation
    page = reverse("admin:candidate_costs", args=[row.candidate_id])
    if part:
        return None
    return (evaluation, f"{row.candidate}, {kind_name(row)}", page)


def who_sees_prices(evaluation: Evaluation, people: QuerySet[User]) -> QuerySet[User]:
    """The owner; once prices are open, everybody. Nobody whom an interest bars."""
    if evaluation.prices_opened_at is None:
        people = people.filter(pk=evaluation.owner_id)
    return unbarred(evaluation, people)


for topic in (
    Topic(
        name="candidate",
        noun="a candidate",
        rows=candidates_of,
        people=unbarred,
        describe=about_candidate,
        tab="candidates",
        ask_before=base.open_answers,
        takes_files=True,
    ),
    Topic(
        name="cell",
        noun="an answer",
        rows=candidates_of,
        people=unbarred,
        describe=about_cell,
        tab="matrix",
        ask_before=base.open_answers,
    ),
    Topic(
        name="cost_line",
        noun="a cost line",
        rows=cost_lines_of,
        people=who_sees_prices,
        describe=about_cost_line,
        tab="costs",
        ask_before=base.open_answers,
        takes_files=True,
    ),
):
    register_topic(topic)


LIMITS = (
    f"A vendor is reminded at most every {GAP.days} days, and {MOST} times without an "
    "answer. The mail holds numbers, no words of a requirement or answer."
)


@dataclass(frozen=True, slots=True)
class ChaseLine:
    chase: Chase
    counts: AnswerCounts
    why_not: str


@workspace.evaluation_page("unanswered", "Not answered yet")
def unanswered_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = base.open_answers(request, evaluation)
    now = database_now()
    candidates = list(contacts.invited_candidates(evaluation))
    counts = answer_counts(evaluation, candidates)
    lines = [
        ChaseLine(chase, counts[chase.candidate.pk], chase.why_not(now))
        for chase in chases(evaluation, candidates)
    ]
    is_open = evaluation.claims_are_open(now)
    owns = is_owner(user, evaluation)
    return workspace.show(
        request,
        evaluation,
        "vendors/unanswered.html",
        tab="candidates",
        crumbs=workspace.crumbs_to(
            evaluation, ("Candidates", "candidates"), ("Not answered yet", "")
        ),
        lines=sorted(
            (line for line in lines if not line.chase.waiting.is_done),
            key=lambda item: -len(item.chase.waiting.open_musts),
        ),
        done=[line.chase.candidate for line in lines if line.chase.waiting.is_done],
        is_open=is_open,
        owns=owns,
        may_chase=owns and is_open and any(not line.why_not for line in lines),
        here=request.path,
    )


class ChaseVendor(base.OnCandidate):
    title = "Remind the vendor"
    verb = "Send the reminder"
    help = f"Each of its contacts gets a mail. {LIMITS}"
    success = "{target.vendor} is reminded within half a minute."
    service = reminders.chase

    def cancel_url(self, target: Any) -> str:
        return workspace.page_address(
            target.evaluation, "unanswered", f"candidate-{target.pk}"
        )


class ChaseAll(workspace.OnEvaluation):
    tab = "candidates"
    title = "Remind all"
    verb = "Send the reminders"
    help = f"Each contact of each vendor whose turn it is gets a mail. {LIMITS}"
    success = "The vendors are reminded within half a minute."
    service = reminders.chase_all

    def cancel_url(self, target: Any) -> str:
        return workspace.page_address(target, "unanswered")


@admin.register(Question, site=site)
class QuestionAdmin(HardenedAdmin):
    empty_text = "Nobody has asked anything."
    list_display = ("text", "evaluation", "requirement", "asked_at", "answered_at")
    list_filter = (by("evaluation"),)
    search_fields = ("text", "answer")
    ordering = ("-asked_at",)
    fields = ("evaluation", "requirement", "text", "asked_at", "answer", "answered_at")

    def page_of(self, row: Question) -> str:
        return workspace.page_address(row.evaluation, "questions")


@admin.register(Proposal, site=site)
class ProposalAdmin(base.AboutCandidates):
    empty_text = "No vendor has suggested a requirement."
    list_display = ("text", "candidate", "category", "state", "proposed_at")
    list_filter = (by("state"),)
    search_fields = ("text",)
    ordering = ("-proposed_at",)
    fields = ("candidate", "category", "text", "reason", "state", "state_reason")
