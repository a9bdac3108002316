"""Addresses below /api/v1/ that a vendor calls."""

from django.urls import path

from vendors.api import batch, dialogue, files, sheets, submissions, views
from vendors.api.schema import DocsView, SchemaView

INVITATION = "invitations/<str:invitation>/"
CLAIMS = f"{INVITATION}claims/"
urlpatterns = [
    path("invitations/", views.InvitationsView.as_view()),
    path(INVITATION, views.InvitationView.as_view()),
    path(f"{INVITATION}requirements/", views.RequirementsView.as_view()),
    path(f"{INVITATION}answer-sheet/", sheets.AnswerSheetView.as_view()),
    path(f"{INVITATION}questions/", dialogue.QuestionsView.as_view()),
    path(f"{INVITATION}proposals/", dialogue.ProposalsView.as_view()),
    path(f"{INVITATION}submission/", submissions.SubmissionView.as_view()),
    path(f"{INVITATION}files/<str:file>/", files.FileView.as_view()),
    path(CLAIMS, views.ClaimsView.as_view()),
    path(f"{CLAIMS}batch/", batch.BatchView.as_view()),
    # Last below claims/: a ref is text and may hold a slash.
    path(f"{CLAIMS}<path:ref>/files/", files.FilesView.as_view()),
    path(f"{CLAIMS}<path:ref>/", views.ClaimView.as_view()),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
