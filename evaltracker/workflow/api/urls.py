from django.urls import path

from evaltracker.workflow.api import views

EVALUATION = "evaluations/<str:slug>/"
urlpatterns = [
    path("evaluations/", views.EvaluationsView.as_view()),
    path(f"{EVALUATION}matrix/", views.MatrixView.as_view()),
    path(f"{EVALUATION}blockers/", views.BlockersView.as_view()),
    path(f"{EVALUATION}inbox/", views.InboxView.as_view()),
]
