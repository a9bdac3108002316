"""Declarations of interest, and their clearing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import long_text, mark_needed, reason_field
from evaltracker.pages.tabs import waits_on
from evaltracker.pages.workspace import (
    InEvaluation,
    OnEvaluation,
    evaluation_page,
    show,
)
from evaltracker.toolbox.text import TEXT_LIMIT, listed
from stakeholders.policy import insiders, is_leadership
from vendors.admin.base import OnCandidate
from vendors.admin.candidates import Declared
from vendors.admin.conflict_question import ask_first, reader
from vendors.choices import CandidateState
from vendors.models import Candidate, Conflict
from vendors.policy import barring_interest, is_asked, to_declare
from vendors.services.candidate_import import (
    check_clear_interest,
    check_declare_interest,
    check_declare_interests,
    clear_conflict,
    declare_conflict,
    declare_interests,
)

NONE, SOME = "none", "some"


class DeclarationForm(forms.Form):
    """Whether there is an interest, and which."""

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
        """Of whom it asks."""
        return listed([candidate.name for candidate in self.candidates])

    def clean_asked(self) -> set[str]:
        """Ids, as the page wrote them."""
        return set(self.cleaned_data["asked"].split())

    def clean(self) -> dict[str, Any]:
        """Nobody has none in any and writes of one."""
        data: dict[str, Any] = super().clean() or {}
        written = [each for each in self.candidates if data.get(str(each.pk), "")]
        if data.pop("none", False) and written:
            raise forms.ValidationError(
                f"You wrote of {listed([each.name for each in written])}. Choose "
                "Declare, or clear the line first."
            )
        return data


@register_act
class DeclareInterests(OnEvaluation):
    """A person's answer for every candidate, before anything of them is shown."""

    tab = "conflicts"
    name = "declare-interests"
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
    rule = check_declare_interests

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The candidates in question."""
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
            UUID(key): said for key, said in data.items() if key in data["asked"]
        }
        return {"evaluation": target, "interests": interests}


@register_act
class DeclareInterest(OnCandidate):
    """A person's own declaration about one candidate."""

    name = "declare-interest"
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
        """Whether there is an interest, and its words."""
        return {
            "candidate": target,
            "has_interest": data["interest"] == SOME,
            "statement": data["statement"],
        }


class ClearForm(forms.Form):
    """Why it does not matter."""

    reason = reason_field(help_text="Everybody in the evaluation reads it.")


@register_act
class ClearInterest(InEvaluation[Conflict]):
    """Lets a person judge after all."""

    tab = "conflicts"
    name = "clear-interest"
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
    form_class = ClearForm
    template = "vendors/interest.html"

    def heading(self, target: Any) -> str:
        """Whose, and in what."""
        return f"{self.title} of {target.person.name} in {target.candidate}"


# Conflicts of interest: what each person declared about each candidate.


@dataclass(slots=True)
class PersonRow:
    """A person with their declarations; how many candidates are still to answer for."""

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
    """Candidates for which the reader has not answered yet."""
    early = is_owner(user, evaluation) and evaluation.stage == Stage.REQUIREMENTS
    if not evaluation.is_open or early or user.is_superuser:
        return None
    return to_declare(user).filter(evaluation=evaluation)
