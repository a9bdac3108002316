"""What people's programs may call, below `/api/v1/staff/`."""

from django.urls import path

import evaltracker.workflow.api.events  # noqa: F401  # it declares a read
from evaltracker.workflow.api import acts, reads, schema

urlpatterns = [
    *schema.urlpatterns,
    path("me/", reads.MeView.as_view()),
    path("acts/", acts.ActsView.as_view()),
    path("acts/<slug:name>/", acts.ActView.as_view()),
    path("acts/<slug:name>/<str:target>/", acts.ActView.as_view()),
    *(
        path(read.path.format(slug="<str:slug>", name=read.name), reads.view_of(read))
        for read in reads.READS.values()
    ),
]
