"""What people's programs may call, below `/api/v1/staff/`."""

from django.urls import path

from evaltracker.workflow.api import acts, events, reads, schema

EVALUATION = "evaluations/<str:slug>/"
urlpatterns = [
    *schema.urlpatterns,
    path("me/", reads.MeView.as_view()),
    path("acts/", acts.ActsView.as_view()),
    path("acts/<slug:name>/", acts.ActView.as_view()),
    path("acts/<slug:name>/<str:target>/", acts.ActView.as_view()),
    path(f"{EVALUATION}blockers/", reads.BlockersView.as_view()),
    path(f"{EVALUATION}events/", events.EventsView.as_view()),
    path(f"{EVALUATION}matrix/", reads.MatrixView.as_view()),
    path(f"{EVALUATION}inbox/", reads.InboxView.as_view()),
    path("evaluations/", reads.EvaluationsView.as_view()),
]
