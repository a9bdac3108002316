"""Questions, proposals, what it is about, and the annex of what was promised."""

from copy import copy
from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker.errors import require_row
from evaltracker.toolbox.rest.views import (
    PARAMS,
    StrictCharField,
    StrictSerializer,
    page_of,
)
from evaltracker.toolbox.text import LINE_LIMIT, TEXT_LIMIT
from vendors.api.access import VendorView, lists
from vendors.api.schema import reads, writes
from vendors.choices import EVENTS, ProposalState
from vendors.selectors.annex import annex_for
from vendors.selectors.dialogue import (
    own_proposals,
    questions_for,
    released_about,
    shown_about,
)
from vendors.services.annex import confirm_annex, object_to_annex
from vendors.services.dialogue import ask_question, propose_requirement

UNKNOWN_CATEGORY = (
    "No requirement has a category of that name; use an existing one, or new_category."
)
ONE_CATEGORY = "Send category, or new_category for one that there is not yet."


class QuestionInput(StrictSerializer):
    """Something that is not clear."""

    text = StrictCharField(
        max_length=TEXT_LIMIT, help_text="Do not name yourself: all vendors read it."
    )
    requirement = StrictCharField(
        max_length=80,
        required=False,
        allow_null=True,
        default=None,
        help_text="The ref of the requirement that it is about.",
    )


class QuestionOutput(serializers.Serializer[Any]):
    """A question; whose it is, is told of your own alone."""

    id = serializers.UUIDField()
    requirement = serializers.CharField(
        source="requirement.ref", allow_null=True, default=None
    )
    text = serializers.CharField()
    own = serializers.BooleanField(help_text="Whether you asked it.")
    asked_at = serializers.DateTimeField(
        allow_null=True, help_text="Of your own questions alone."
    )
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class ProposalInput(StrictSerializer):
    """A requirement that the buyer forgot."""

    category = StrictCharField(
        max_length=LINE_LIMIT,
        required=False,
        help_text="A category of the requirements.",
    )
    new_category = StrictCharField(
        max_length=LINE_LIMIT,
        required=False,
        help_text="Instead, the name of a category that there is not yet.",
    )
    text = StrictCharField(max_length=TEXT_LIMIT, help_text="The requirement.")
    reason = StrictCharField(
        max_length=TEXT_LIMIT, required=False, allow_blank=True, default=""
    )


class ProposalOutput(serializers.Serializer[Any]):
    """An own proposal and its fate."""

    id = serializers.UUIDField()
    category = serializers.CharField(source="category_name")
    new_category = serializers.CharField(
        allow_blank=True, help_text="Its name, if you proposed the category, too."
    )
    text = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    proposed_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ProposalState.choices)
    state_reason = serializers.CharField(
        allow_blank=True, help_text="Why it was declined."
    )
    requirement = serializers.CharField(
        source="requirement.ref",
        allow_null=True,
        default=None,
        help_text="The ref that it got, once accepted.",
    )


def show_question(question: Any, *, is_own: bool) -> dict[str, Any]:
    question.own = is_own
    shown = dict(QuestionOutput(question).data)
    if is_own:
        return shown
    return {**shown, "asked_at": None}


show_proposal = ProposalOutput().to_representation


class QuestionsView(VendorView):
    """Questions and their answers."""

    params: ClassVar = {"GET": PARAMS}

    @lists("questions_list", "Answered questions, and your own", QuestionOutput)
    def get(self, request: Request, invitation: str) -> Response:
        """List what was answered, whoever asked it, and what you asked."""
        candidate = self.invitation(request, invitation)
        return Response(
            page_of(
                request,
                questions_for(candidate),
                key=("told_at", "pk"),
                show=lambda question: show_question(question, is_own=question.own),
            )
        )

    @writes(
        *(QuestionInput, QuestionOutput, "question_answer", "question"),
        operation_id="questions_ask",
        summary="Ask something",
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Ask something while claims are open; all invited vendors read the answer.

        200: you asked it in the same words already, and it waits for its answer.
        """
        candidate = self.invitation(request, invitation)
        values = self.read_body(request, QuestionInput)
        if values["requirement"] is not None:
            values["requirement"] = self.meant(candidate, values["requirement"])
        values |= {"evaluation": candidate.evaluation, "by": self.caller(request).actor}
        ask = partial(ask_question, candidate=candidate, **values)
        return self.made(request, ask, partial(show_question, is_own=True))


class ProposalsView(VendorView):
    """Requirements that the vendor suggests."""

    params: ClassVar = {"GET": PARAMS}

    @lists("proposals_list", "Your proposals and their state", ProposalOutput)
    def get(self, request: Request, invitation: str) -> Response:
        """List what you proposed, and what became of it."""
        candidate = self.invitation(request, invitation)
        rows = own_proposals(candidate)
        key = ("proposed_at", "pk")
        return Response(page_of(request, rows, key=key, show=show_proposal))

    @writes(
        *(ProposalInput, ProposalOutput, "proposal_answer", "proposal"),
        operation_id="proposals_make",
        summary="Propose a requirement",
    )
    def post(self, request: Request, invitation: str) -> HttpResponse:
        """Propose a requirement that the buyer forgot, while claims are open.

        If the buyer accepts it, every invited vendor is asked. 200: you proposed the
        same already, and it is open.
        """
        candidate = self.invitation(request, invitation)
        values = self.read_body(request, ProposalInput)
        if len({"category", "new_category"} & values.keys()) != 1:
            raise ValidationError({"category": [ONE_CATEGORY]})
        if name := values.pop("category", None):
            named = candidate.evaluation.categories.filter(name=name)
            if not (category := named.first()):
                raise ValidationError({"category": [UNKNOWN_CATEGORY]})
            values["category"] = category
        values |= {"candidate": candidate, "by": self.caller(request).actor}
        propose = partial(propose_requirement, **values)
        return self.made(request, propose, show_proposal)


def texts(*names: str, **others: Any) -> dict[str, Any]:
    return {name: serializers.CharField(allow_blank=True) for name in names} | others


WHEN = serializers.DateTimeField(allow_null=True)
FILE = texts("name", "content_type", "sha256", size=serializers.IntegerField())
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "people": ("Person", texts("name", "role", "email", "phone")),
    "timetable": ("TimetableLine", texts("what", day=serializers.DateField())),
    "files": ("AboutFile", FILE | {"id": serializers.UUIDField()}),
}
ABOUT: Any = inline_serializer(
    "About",
    texts("purpose", "judged", revision=serializers.IntegerField())
    | {name: inline_serializer(*of, many=True) for name, of in LISTS.items()}
    | {"released_at": WHEN, "claims_close_at": copy(WHEN)},
)


class AboutView(VendorView):
    """What this is about, as it is released now."""

    @reads("about_read", "What this is about", ABOUT, "about")
    def get(self, request: Request, invitation: str) -> Response:
        """Read what the purchase is for, who asks, and what happens when.

        The call that downloads files takes the ids of these, too.
        """
        about = released_about(self.invitation(request, invitation).evaluation)
        return Response(ABOUT.to_representation(shown_about(about)))


class InvitationEventOutput(serializers.Serializer[Any]):
    """Something to look at again."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=list(EVENTS))
    at = serializers.DateTimeField()
    subject = inline_serializer(
        "InvitationEventSubject", texts("kind", "id"), allow_null=True
    )
    text = serializers.CharField()


class EventsView(VendorView):
    """What happened, the oldest first, within a minute of it."""

    params: ClassVar = {"GET": PARAMS}

    @lists("events_list", "What happened since you were invited", InvitationEventOutput)
    def get(self, request: Request, invitation: str) -> Response:
        """To go on, read the last page again: what is new stands at its end."""
        rows = self.invitation(request, invitation).events.all()
        show = InvitationEventOutput().to_representation
        return Response(page_of(request, rows, key=("placed_at",), show=show))


class ConfirmationInput(StrictSerializer):
    """That a version of the annex is right, word for word."""

    sha256 = StrictCharField(
        max_length=64, help_text="Of the version that you have read."
    )
    name = StrictCharField(max_length=LINE_LIMIT, help_text="Who confirms it.")


class ObjectionInput(StrictSerializer):
    """What is not right in a line of the annex."""

    line = StrictCharField(max_length=10, help_text="Its number, such as P4.")
    words = StrictCharField(max_length=TEXT_LIMIT)


WITHHELD = serializers.BooleanField(
    help_text="True: the costs are left out of `text`, not of `sha256`. This token may "
    "not read your prices; none that the buyer issued may."
)
MADE = texts("made_by", made_at=serializers.DateTimeField())
OF_DOCUMENT: dict[str, Any] = {
    "version": serializers.IntegerField(source="document.version"),
    "sha256": serializers.CharField(source="document.sha256"),
    "name": serializers.CharField(source="words"),
}
RECEIPT: Any = inline_serializer("Receipt", OF_DOCUMENT | MADE)
OBJECTION: Any = inline_serializer("Objection", texts("line", "words") | MADE)
ANNEX: Any = inline_serializer(
    "Annex",
    {"version": serializers.IntegerField()}
    | texts("sha256", "text", withheld=WITHHELD)
    | {"published_at": serializers.DateTimeField()}
    | {"receipt": type(RECEIPT)(allow_null=True)}
    | {"objections": type(OBJECTION)(many=True)},
)


class AnnexView(VendorView):
    """What you promised, as it is to stand in the contract."""

    @reads("annex_read", "The annex of promises", ANNEX, "annex")
    def get(self, request: Request, invitation: str) -> Response:
        """Read the newest version, once the buyer has put one forward."""
        candidate = self.invitation(request, invitation)
        annex = require_row(annex_for(candidate, self.caller(request).reader))
        return Response(ANNEX.to_representation(annex))


def says(
    body: type[StrictSerializer], shows: Any, service: Any, name: str, **more: Any
) -> type[VendorView]:
    """A call that says something to the newest version."""

    class SaysView(VendorView):
        @writes(body, shows, f"{name}_answer", name, 403, **more)
        def post(self, request: Request, invitation: str) -> HttpResponse:
            candidate = self.invitation(request, invitation)
            caller = self.caller(request)
            values = {"reader": caller.reader, "by": caller.actor}
            values |= self.read_body(request, body)
            say = partial(service, candidate=candidate, **values)
            return self.made(request, say, shows.to_representation)

    return SaysView


ConfirmationView = says(
    *(ConfirmationInput, RECEIPT, confirm_annex, "confirmation"),
    operation_id="annex_confirm",
    summary="Confirm the annex",
    description="Confirm the version of that SHA-256, with a token of your own. "
    "200: it is confirmed already. 409: there is a newer version; `errors` holds the "
    "lines that differ.",
)
ObjectionsView = says(
    *(ObjectionInput, OBJECTION, object_to_annex, "objection"),
    operation_id="annex_object",
    summary="Object to a line of the annex",
    description="Say what is not right in a line of the newest version, until it is "
    "confirmed. Send it with a token of your own. 200: you have said the same already.",
)
