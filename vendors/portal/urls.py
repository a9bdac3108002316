"""The addresses of the vendor pages."""

from django.urls import path, re_path

from vendors.portal import access, claims, quotes

app_name = "vendor_pages"
INVITATION = "<str:invitation>/"
urlpatterns = [
    path("start/<str:secret>/", access.start, name="start"),
    path("start/<str:secret>/code/", access.code, name="code"),
    path("language/", access.language, name="language"),
    path(f"{INVITATION}language/", access.own_language, name="own_language"),
    path(f"{INVITATION}", claims.answers, name="answers"),
    path(f"{INVITATION}about/", claims.about, name="about"),
    path(f"{INVITATION}answer/<path:ref>/", claims.answer, name="answer"),
    path(f"{INVITATION}drafts/", claims.drafts, name="drafts"),
    path(f"{INVITATION}earlier/", claims.earlier, name="earlier"),
    path(f"{INVITATION}hand-in/", claims.hand_in, name="hand_in"),
    path(f"{INVITATION}receipt/", claims.receipt, name="receipt"),
    path(f"{INVITATION}file/<str:file>/", claims.file, name="file"),
    path(f"{INVITATION}sheet/", claims.sheet, name="sheet"),
    path(f"{INVITATION}sheet/file/", claims.sheet_file, name="sheet_file"),
    path(f"{INVITATION}quote/", quotes.quote, name="quote"),
    path(f"{INVITATION}quote/sheet/", quotes.sheet, name="quote_sheet"),
    path(f"{INVITATION}support/", claims.support, name="support"),
    path(f"{INVITATION}questions/", claims.questions, name="questions"),
    path(f"{INVITATION}proposals/", claims.proposals, name="proposals"),
    path(f"{INVITATION}documents/", claims.documents, name="documents"),
    path(f"{INVITATION}documents/<str:document>/", claims.document, name="document"),
    path(f"{INVITATION}annex/", claims.annex, name="annex"),
    path(f"{INVITATION}people/", access.people, name="people"),
    path(f"{INVITATION}colleagues/", claims.colleagues, name="colleagues"),
    path(f"{INVITATION}sign-out/", access.leave, name="sign_out"),
    re_path(r"", access.nothing),
]
