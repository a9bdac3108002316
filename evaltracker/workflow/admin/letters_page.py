"""Letters of the decision: what each vendor is told, and what became of it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import register_act
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.workflow import links
from evaltracker.workflow.admin.decision_page import is_decided
from evaltracker.workflow.models import Letter
from evaltracker.workflow.selectors.letters import letter_notices
from evaltracker.workflow.services.letters import (
    check_letter,
    check_write_letter,
    send_letter,
    write_letter,
)
from evaltracker.workflow.services.promise_records import (
    check_publish_promises,
    publish_promises,
    record_of,
)
from vendors.admin.acts.base import AboutCandidate
from vendors.admin.acts.invitations import ContactsField, ContactsForm
from vendors.admin.conflict_question import open_answers
from vendors.choices import DocumentKind
from vendors.models import PublishedDocument
from vendors.policy import may_read_contacts


@dataclass(frozen=True, slots=True)
class Row:
    """A letter and the mails that carry it."""

    letter: Letter
    mails: list[Notice]

    @property
    def record(self) -> PublishedDocument | None:
        """The promise record, once its vendor can read it."""
        documents = self.letter.candidate.documents.all()
        kind = DocumentKind.PROMISES
        return next((each for each in documents if each.kind == kind), None)


@evaluation_page("letters", "Letters", order=112, group="Decision", visible=is_decided)
def letters_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Every letter with its words, its state, and who got it when."""
    check_query(request)
    user: Any = request.user
    open_answers(request, evaluation)
    letters = list(
        Letter.objects.in_evaluation(evaluation)
        .select_related("candidate__vendor", "released_by")
        .prefetch_related("candidate__documents")
        .order_by("candidate__name")
    )
    mails: dict[str, list[Notice]] = defaultdict(list)
    for letter_notice in letter_notices(letters):
        mails[letter_notice.subject_id].append(letter_notice)
    return show(
        request,
        evaluation,
        "workflow/letters.html",
        title="Letters",
        tab="letters",
        rows=[Row(letter, mails[str(letter.pk)]) for letter in letters],
        is_owner=is_owner(user, evaluation),
        reads_addresses=may_read_contacts(user, evaluation),
    )


class OnLetter(AboutCandidate[Letter]):
    """An act of the owner on a letter."""

    tab = "letters"
    model = Letter
    target_name = "letter"
    related = ("candidate__evaluation__owner", "candidate__vendor")

    def heading(self, target: Letter) -> str:
        return f"{self.title}: {target.candidate}"

    def cancel_url(self, target: Letter) -> str:
        return links.page(self.evaluation(target), "letters", f"letter-{target.pk}")


class WordsForm(forms.Form):
    text = forms.CharField(
        label="The letter",
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=(
            "Blank lines between paragraphs. The mail greets each reader by name "
            "above it. Name no other candidate, no price and no score."
        ),
    )


@register_act
class WriteLetter(OnLetter):
    """Goes over a draft."""

    name = "write-letter"
    title = "Go over the letter"
    verb = "Save the draft"
    help = "Nothing is sent by saving. It was drafted from what the ledger says of it."
    success = "The draft is saved; nothing was sent."
    form_class = WordsForm
    service = write_letter
    rule = check_write_letter

    def initial(self, target: Letter, user: User) -> dict[str, Any]:
        """The words that stand."""
        return {"text": target.text}


@register_act
class PublishPromises(OnLetter):
    """Lets the vendor read its own promise record in its pages."""

    name = "publish-promises"
    title = "Publish the promise record"
    verb = "Publish it"
    help = (
        "Its vendor can read this from then on, and nobody can change it or take it "
        "back. Whoever had the letter is told by mail."
    )
    success = "The promise record is published."
    template = "workflow/publish_promises.html"
    dangerous = True
    service = publish_promises
    rule = check_publish_promises

    def context(self, target: Letter, user: User) -> dict[str, Any]:
        """Also the words that are published."""
        return {**super().context(target, user), "record": record_of(target)}


class SendForm(ContactsForm):
    contacts = ContactsField(
        label="Who gets the letter",
        help_text="Each gets a mail of their own and sees nobody else's.",
    )

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, candidate=letter.candidate, **kwargs)
        had = letter_notices([letter]).values("address")
        self.choice.queryset = self.choice.queryset.exclude(email__in=had)


@register_act
class SendLetter(OnLetter):
    """Sends it: the one way in which a vendor hears of the decision from us."""

    name = "send-letter"
    title = "Send the letter"
    verb = "Send it"
    help = (
        "It goes out as it stands below, and its words can no longer be changed. A "
        "mail that may have arrived is never repeated without your word."
    )
    success = "The letter is on its way."
    form_class = SendForm
    template = "workflow/send_letter.html"
    dangerous = True
    service = send_letter
    rule = check_letter

    def form_kwargs(self, target: Letter, user: User) -> dict[str, Any]:
        """Whose contacts may be chosen."""
        return {"letter": target}
