"""Where vendors hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

import evaltracker.serving.https
import vendors.isolation.roles
import vendors.notices
from evaltracker.requirements.plan import FOLLOWERS
from evaltracker.toolbox.processes import register_chore
from vendors.services.access import forget_refused_calls, tell_of_leaks
from vendors.services.contacts import tell_of_contact_requests
from vendors.services.idempotency import owe_unsent_codes, tell_of_guesses
from vendors.services.opening import enter_quotes_at_once
from vendors.services.reasking import (
    ask_of_changes,
    owe_receipts,
    remind_of_closing,
    tell_of_end,
)

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
    import vendors.admin.access
    import vendors.admin.candidates
    import vendors.admin.claims
    import vendors.admin.companies
    import vendors.admin.costs
    import vendors.admin.dialogue
    import vendors.admin.invitations
    import vendors.admin.prices
    import vendors.imports.claims
    import vendors.imports.costs_costs
    import vendors.journal_words
    import vendors.portable
