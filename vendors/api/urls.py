"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from vendors.api import views
from vendors.api.schema import DocsView, SchemaView

INVITATION = "invitations/<str:invitation>/"
urlpatterns = [
    path("invitations/", views.InvitationsView.as_view()),
    path(INVITATION, views.InvitationView.as_view()),
    path(f"{INVITATION}requirements/", views.RequirementsView.as_view()),
    path(f"{INVITATION}claims/", views.ClaimsView.as_view()),
    # Last below claims/: a ref is text and may hold a slash.
    path(f"{INVITATION}claims/<path:ref>/", views.ClaimView.as_view()),
    path("schema/", SchemaView.as_view(), name="vendor-schema"),
    path("docs/", DocsView.as_view(), name="vendor-docs"),
]
