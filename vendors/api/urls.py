"""Addresses below /api/v1/ that a vendor calls."""

from django.urls import path

from vendors.api import claims, dialogue, quotes
from vendors.api.access import INVITATION
from vendors.api.schema import DocsView, ProblemsView, SchemaView

CLAIMS = f"{INVITATION}claims/"
urlpatterns = [
    path("invitations/", claims.InvitationsView.as_view()),
    path(INVITATION, claims.InvitationView.as_view()),
    path(f"{INVITATION}about/", dialogue.AboutView.as_view()),
    path(f"{INVITATION}events/", dialogue.EventsView.as_view()),
    path(f"{INVITATION}requirements/", claims.RequirementsView.as_view()),
    path(f"{INVITATION}answer-sheet/", claims.AnswerSheetView.as_view()),
    path(f"{INVITATION}submission/", claims.SubmissionView.as_view()),
    path(f"{INVITATION}files/<str:file>/", claims.FileView.as_view()),
    path(f"{INVITATION}questions/", dialogue.QuestionsView.as_view()),
    path(f"{INVITATION}proposals/", dialogue.ProposalsView.as_view()),
    path(f"{INVITATION}quote/", quotes.QuoteView.as_view()),
    path(f"{INVITATION}support/", claims.SupportView.as_view()),
    path(f"{INVITATION}annex/", dialogue.AnnexView.as_view()),
    path(f"{INVITATION}annex/confirmation/", dialogue.ConfirmationView.as_view()),
    path(f"{INVITATION}annex/objections/", dialogue.ObjectionsView.as_view()),
    path(CLAIMS, claims.ClaimsView.as_view()),
    path(f"{CLAIMS}batch/", claims.BatchView.as_view()),
    # A ref takes slashes too, so these come last, and the longer one first.
    path(f"{CLAIMS}<path:ref>/files/", claims.FilesView.as_view()),
    path(f"{CLAIMS}<path:ref>/", claims.ClaimView.as_view()),
    path("problems/", ProblemsView.as_view()),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
