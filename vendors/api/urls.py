"""Addresses below /api/v1/ that a vendor calls."""

from django.urls import path

from vendors.api.access import INVITATION
from vendors.api.claims import (
    AnswerSheetView,
    BatchView,
    ClaimsView,
    ClaimView,
    FilesView,
    FileView,
    InvitationsView,
    InvitationView,
    RequirementsView,
    SubmissionView,
)
from vendors.api.dialogue import ProposalsView, QuestionsView
from vendors.api.quotes import QuoteView
from vendors.api.schema import DocsView, SchemaView

CLAIMS = f"{INVITATION}claims/"
urlpatterns = [
    path("invitations/", InvitationsView.as_view()),
    path(INVITATION, InvitationView.as_view()),
    path(f"{INVITATION}requirements/", RequirementsView.as_view()),
    path(f"{INVITATION}answer-sheet/", AnswerSheetView.as_view()),
    path(f"{INVITATION}submission/", SubmissionView.as_view()),
    path(f"{INVITATION}questions/", QuestionsView.as_view()),
    path(f"{INVITATION}proposals/", ProposalsView.as_view()),
    path(f"{INVITATION}quote/", QuoteView.as_view()),
    path(f"{INVITATION}files/<str:file>/", FileView.as_view()),
    path(CLAIMS, ClaimsView.as_view()),
    path(f"{CLAIMS}batch/", BatchView.as_view()),
    # A ref takes slashes too, so these come last, and the longer one first.
    path(f"{CLAIMS}<path:ref>/files/", FilesView.as_view()),
    path(f"{CLAIMS}<path:ref>/", ClaimView.as_view()),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
