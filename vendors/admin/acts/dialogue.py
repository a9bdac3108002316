from typing import Any

from django import forms

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import NamedChoice, long_text, reason_field
from vendors.models import Proposal, Question
from vendors.selectors import asked_requirements
from vendors.selectors.askers import given_away
from vendors.services.answering import answer_question
from vendors.services.dialogue import ask_question, check_ask_question
from vendors.services.proposals import (
    accept_proposal,
    check_accept_proposal,
    check_decline_proposal,
    decline_proposal,
)


class QuestionForm(forms.Form):
    """What is unclear, and about what."""

    requirement = NamedChoice(
        Question.objects.none(), required=False, empty_label="None in particular"
    )
    text = forms.CharField(label="Question", widget=long_text())

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["requirement"]
        choice.queryset = asked_requirements(evaluation)


@register_act
class AskQuestion(OnEvaluation):
    """Asks for a clarification on the buyer's side."""

    tab = "questions"
    name = "ask-question"
    title = "Ask a question"
    verb = "Ask"
    help = (
        "Once it is answered, every invited vendor reads question and answer; nobody "
        "reads who asked."
    )
    success = "The question is in the list."
    form_class = QuestionForm
    prefill = ("requirement",)
    service = ask_question
    rule = check_ask_question

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def cancel_url(self, target: Any) -> str:
        return self.page(target, "questions")


class AnswerForm(forms.Form):
    """The question as all read it, and the answer."""

    text = forms.CharField(
        label="Question",
        widget=long_text(4),
        help_text="As every invited vendor reads it. Take out what tells who asked.",
    )
    answer = forms.CharField(label="Answer", widget=long_text(6))
    though_named = forms.BooleanField(
        label="These words name the asker, and give it away to nobody",
        required=False,
    )

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.data if self.is_bound else self.initial
        texts = {field: str(words.get(field, "")) for field in ("text", "answer")}
        # Asked only of who has reason to look twice.
        if not any(given_away(question, **texts)):
            del self.fields["though_named"]


@register_act
class AnswerQuestion(InEvaluation[Question]):
    """Answers, or corrects an answer."""

    tab = "questions"
    name = "answer-question"
    title = "Answer the question"
    verb = "Publish the answer"
    help = (
        "Every invited vendor reads the question and the answer, and gets a mail that "
        "there is one. Write both so that they give the asker away to nobody."
    )
    success = "The answer is published to all invited vendors."
    model = Question
    target_name = "question"
    service = answer_question
    related = ("evaluation__owner", "requirement")
    form_class = AnswerForm
    template = "vendors/answer.html"

    def heading(self, target: Any) -> str:
        """Without the row's id."""
        return self.title

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whose names may not stand in it."""
        return {"question": target}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The words that stand."""
        return {"text": target.text, "answer": target.answer}

    def cancel_url(self, target: Any) -> str:
        return self.page(target, "questions")


class RulingOnProposal(InEvaluation[Proposal]):
    """What is done to a vendor's proposal."""

    tab = "questions"
    model = Proposal
    target_name = "proposal"
    related = ("candidate__evaluation__owner", "candidate__vendor", "category")
    template = "vendors/proposal.html"

    def heading(self, target: Any) -> str:
        """Without the row's id."""
        return self.title

    def cancel_url(self, target: Any) -> str:
        return self.page(target, "proposals")


class AcceptForm(forms.Form):
    """What the new requirement is called, and how much it matters."""

    ref = forms.CharField(label="Reference", help_text="Such as 4.7; not used before.")
    priority = forms.ChoiceField(
        label="Priority", choices=Priority.choices, initial=Priority.SHOULD
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


@register_act
class AcceptProposal(RulingOnProposal):
    """Makes a proposal a requirement."""

    name = "accept-proposal"
    title = "Accept as a requirement"
    verb = "Accept"
    help = "Every candidate is asked it, the proposer's rivals too."
    success = "It is a requirement now, and every candidate is asked it."
    form_class = AcceptForm
    service = accept_proposal
    rule = check_accept_proposal

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"proposal": target}


class DeclineForm(forms.Form):
    reason = reason_field(help_text="Its vendor reads it.")


@register_act
class DeclineProposal(RulingOnProposal):
    name = "decline-proposal"
    title = "Decline the proposal"
    verb = "Decline"
    success = "The proposal is declined; its vendor reads why."
    form_class = DeclineForm
    service = decline_proposal
    rule = check_decline_proposal
