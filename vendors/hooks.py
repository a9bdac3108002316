"""Where vendors hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

import evaltracker.serving.https
import vendors.code_notices
import vendors.contact_notices
import vendors.interest_notices
import vendors.isolation.starting
import vendors.list_uses
import vendors.notices
import vendors.opening_notices
import vendors.published_notices
import vendors.receipt_notices
import vendors.token_notices
import vendors.window_notices
from evaltracker.kit.periodic import register_chore
from evaltracker.requirements.publishing import FOLLOWERS
from vendors.services.code_mail import owe_unsent_codes, tell_of_guesses
from vendors.services.contact_requests import tell_of_contact_requests
from vendors.services.quote_entering import enter_quotes_at_once
from vendors.services.reasking import ask_of_changes, remind_of_closing
from vendors.services.receipt_mail import owe_receipts
from vendors.services.refusals import forget_refused_calls
from vendors.services.token_mail import tell_of_leaks
from vendors.services.window_mail import tell_of_end

# The process that finds a leak may write no notice, so the next tick does.
register_chore(
    name="tell of leaked tokens",
    every=datetime.timedelta(seconds=20),
    work=tell_of_leaks,
)
# The same for codes that the mail server did not take at once.
register_chore(
    name="owe unsent codes",
    every=datetime.timedelta(seconds=20),
    work=owe_unsent_codes,
)
register_chore(
    name="tell of contact requests",
    every=datetime.timedelta(seconds=20),
    work=tell_of_contact_requests,
)
register_chore(
    name="owe receipts",
    every=datetime.timedelta(seconds=20),
    work=owe_receipts,
)
register_chore(
    name="enter quotes that are not sealed",
    every=datetime.timedelta(seconds=20),
    work=enter_quotes_at_once,
)
register_chore(
    name="tell of guessed codes",
    every=datetime.timedelta(minutes=1),
    work=tell_of_guesses,
)
register_chore(
    name="forget refused calls",
    every=datetime.timedelta(hours=1),
    work=forget_refused_calls,
)
register_chore(
    name="remind that claims close",
    every=datetime.timedelta(minutes=5),
    work=remind_of_closing,
)
register_chore(
    name="tell that answering is over",
    every=datetime.timedelta(minutes=1),
    work=tell_of_end,
)
FOLLOWERS.add(ask_of_changes)

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import vendors.admin.acts.candidates
    import vendors.admin.acts.claims
    import vendors.admin.acts.companies
    import vendors.admin.acts.contact_requests
    import vendors.admin.acts.cost_terms
    import vendors.admin.acts.costs
    import vendors.admin.acts.dialogue
    import vendors.admin.acts.interests
    import vendors.admin.acts.invitations
    import vendors.admin.acts.mailed_sheets
    import vendors.admin.acts.mark_seen
    import vendors.admin.acts.opening
    import vendors.admin.acts.quotes
    import vendors.admin.acts.sessions
    import vendors.admin.acts.tokens
    import vendors.admin.acts.windows
    import vendors.admin.answer_sheet
    import vendors.admin.candidates_grid
    import vendors.admin.candidates_page
    import vendors.admin.claim_files
    import vendors.admin.conflicts_page
    import vendors.admin.costs_grid
    import vendors.admin.costs_page
    import vendors.admin.invitations_page
    import vendors.admin.lists
    import vendors.admin.own_answers
    import vendors.admin.questions_page
    import vendors.admin.searches
    import vendors.admin.sent_page
    import vendors.admin.token_page
    import vendors.admin.topics
    import vendors.admin.unanswered_page
    import vendors.admin.vendor_access_page
    import vendors.admin.vendor_panel
    import vendors.importing.candidates
    import vendors.importing.claims
    import vendors.importing.costs
    import vendors.journal_words
    import vendors.portable
