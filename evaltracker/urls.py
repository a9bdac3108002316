"""Which address leads where."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from evaltracker.accounts.forms import start_sign_on
from evaltracker.environment import SERVE_VENDOR_API
from evaltracker.notices.admin import calendar_feed
from evaltracker.pages.site import site
from evaltracker.toolbox.rest.problems import not_there, problem_page
from vendors.api.schema import ProblemsView

vendor_api = [
    path("api/v1/", include("vendors.api.urls")),
    path("api/v1/", include("trials.api")),
    path("vendor/", include("trials.portal")),
    path("vendor/", include("vendors.portal.urls")),
]
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="start"),
    # Where signatures were asked for in mails of before.
    path(
        "admin/sign/<uuid:target_id>/",
        RedirectView.as_view(pattern_name="admin:act_on"),
        {"name": "sign"},
    ),
    path("admin/", site.urls),
    path("accounts/oidc/<str:provider_id>/login/", start_sign_on),
    # Addresses are changed by an act of ours, which knows that each is given once.
    path("accounts/email/", RedirectView.as_view(pattern_name="admin:my_account")),
    path("calendar/<str:secret>.ics", calendar_feed, name="calendar_feed"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/staff/", include("evaltracker.workflow.api.urls")),
    path("api/v1/mcp/", include("evaltracker.workflow.api.assistant")),
    path("api/v1/trials/", include("trials.run_api")),
    path("api/v1/problems/", ProblemsView.as_view()),
    *(vendor_api if SERVE_VENDOR_API else ()),
    # Other APIs go above: here ends whatever nobody serves, as a problem, not a page.
    re_path(r"^api/", not_there),
]
handler400 = problem_page(400, below="/api/")
handler403 = problem_page(403, below="/api/")
handler404 = problem_page(404, below="/api/")
handler500 = problem_page(500, below="/api/")
