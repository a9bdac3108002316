"""The addresses of the vendor pages."""

from django.urls import path, re_path

from vendors.portal import answers, quote, start
from vendors.portal import answers as colleagues
from vendors.portal import answers as dialogue
from vendors.portal import answers as documents
from vendors.portal import answers as handing_in
from vendors.portal import answers as mailed_sheets
from vendors.portal import answers as sheets

app_name = "vendor_pages"
INVITATION = "<str:invitation>/"
urlpatterns = [
    path("start/<str:secret>/", start.start, name="start"),
    path("start/<str:secret>/code/", start.code, name="code"),
    path(f"{INVITATION}", answers.answers, name="answers"),
    path(f"{INVITATION}answer/<path:ref>/", answers.answer, name="answer"),
    path(f"{INVITATION}drafts/", answers.drafts, name="drafts"),
    path(f"{INVITATION}hand-in/", handing_in.hand_in, name="hand_in"),
    path(
        f"{INVITATION}confirm-sheet/<str:sheet>/",
        mailed_sheets.confirm,
        name="confirm_sheet",
    ),
    path(f"{INVITATION}receipt/", handing_in.receipt, name="receipt"),
    path(f"{INVITATION}file/<str:file>/", handing_in.file, name="file"),
    path(f"{INVITATION}sheet/", sheets.sheet, name="sheet"),
    path(f"{INVITATION}sheet/file/", sheets.sheet_file, name="sheet_file"),
    path(f"{INVITATION}quote/", quote.quote, name="quote"),
    path(f"{INVITATION}quote/sheet/", quote.sheet, name="quote_sheet"),
    path(f"{INVITATION}questions/", dialogue.questions, name="questions"),
    path(f"{INVITATION}proposals/", dialogue.proposals, name="proposals"),
    path(f"{INVITATION}documents/", documents.documents, name="documents"),
    path(f"{INVITATION}documents/<str:document>/", documents.document, name="document"),
    path(f"{INVITATION}colleagues/", colleagues.colleagues, name="colleagues"),
    path(f"{INVITATION}sign-out/", start.leave, name="sign_out"),
    re_path(r"", start.nothing),
]
