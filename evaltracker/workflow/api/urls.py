"""What people's programs may call, below `/api/v1/staff/`."""

from django.urls import path

from evaltracker.workflow.api import events, reads
from evaltracker.workflow.api.schema import StaffDocsView, StaffSchemaView

EVALUATION = "evaluations/<str:slug>/"
urlpatterns = [
    path("schema/", StaffSchemaView.as_view(), name="staff-schema"),
    path("docs/", StaffDocsView.as_view(), name="staff-docs"),
    path(f"{EVALUATION}blockers/", reads.BlockersView.as_view()),
    path(f"{EVALUATION}events/", events.EventsView.as_view()),
    path(f"{EVALUATION}matrix/", reads.MatrixView.as_view()),
    path(f"{EVALUATION}inbox/", reads.InboxView.as_view()),
    path("evaluations/", reads.EvaluationsView.as_view()),
]
