"""Addresses below /api/v1/ about a vendor's own trial.

They live here and not among the vendor calls, because floors look down only.
"""

from django.urls import path

from trials.api import views

INVITATION = "invitations/<str:invitation>/"
urlpatterns = [
    path(f"{INVITATION}trial/", views.TrialView.as_view()),
    path(f"{INVITATION}gaps/<str:gap>/reply/", views.ReplyView.as_view()),
]
