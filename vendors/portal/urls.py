"""The addresses of the vendor pages."""

from django.urls import path, re_path

from vendors.portal import answers, start

app_name = "vendor_pages"
INVITATION = "<str:invitation>/"
urlpatterns = [
    path("start/<str:secret>/", start.start, name="start"),
    path("start/<str:secret>/code/", start.code, name="code"),
    path(f"{INVITATION}", answers.answers, name="answers"),
    path(f"{INVITATION}sign-out/", start.leave, name="sign_out"),
    re_path(r"", start.nothing),
]
