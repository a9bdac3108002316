"""Where vendors hangs itself into lower floors; loaded when Django is ready."""

import datetime

from django.apps import apps

import evaltracker.serving.https
import vendors.isolation.roles
import vendors.notices
from evaltracker.requirements.plan import requirements_changed
from evaltracker.toolbox.processes import register_chore
from vendors.services import about, access, contacts, dialogue, reminders
from vendors.services.quotes import enter_quotes_at_once

# The process of vendors writes no notice, so the next tick does: for a leak that it
# found, and for a code that the mail server did not take at once.
for name, seconds, work in (
    ("tell of leaked tokens", 20, access.tell_of_leaks),
    ("owe unsent codes", 20, access.owe_unsent_codes),
    ("tell of contact requests", 20, contacts.tell_of_contact_requests),
    ("tell of new keys", 20, contacts.tell_of_keys),
    ("owe receipts", 20, reminders.schedule_receipts),
    ("enter quotes that are not sealed", 20, enter_quotes_at_once),
    ("name owners", 60, about.name_owners),
    ("turn marked links", 20, contacts.turn_marked_links),
    ("forget refused calls", 3600, access.forget_refused_calls),
    ("remind that claims close", 300, reminders.remind_of_closing),
    ("tell that answering is over", 60, reminders.tell_of_end),
):
    register_chore(name=name, every=datetime.timedelta(seconds=seconds), work=work)
requirements_changed.connect(reminders.ask_of_changes)

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
    import vendors.admin.schedule
    import vendors.imports.answers
    import vendors.imports.candidates
    import vendors.imports.costs
    import vendors.journal_words
    import vendors.portable
