"""The addresses of a process that serves vendors alone: API, pages and probes.

Probes are answered before any address is looked up (`HealthMiddleware`). With
`ROOT_URLCONF` set to this module nothing of the admin can be reached.
"""

from django.urls import include, path, re_path

from evaltracker.toolbox.rest.problems import not_there, problem_page

urlpatterns = [
    path("api/v1/", include("vendors.api.urls")),
    path("api/v1/", include("trials.api")),
    path("vendor/", include("trials.portal")),
    path("vendor/", include("vendors.portal.urls")),
    re_path(r"", not_there),
]
handler400 = problem_page(400)
handler403 = problem_page(403)
handler404 = problem_page(404)
handler500 = problem_page(500)
