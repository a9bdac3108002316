"""Which address leads where."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from evaltracker.evaluations.admin.site import site

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="start"),
    path("admin/", site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("vendors.api.urls")),
]
