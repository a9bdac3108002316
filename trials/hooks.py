"""Where trials hangs itself into lower floors; loaded when Django is ready."""

from django.apps import apps

import trials.notices
import trials.portal
import trials.services.contracts
import trials.services.demos
import trials.services.events
import trials.services.mails
import trials.services.scores
import trials.services.scripts
import trials.services.trials

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import trials.admin.contracts
    import trials.admin.criteria
    import trials.admin.demos
    import trials.admin.evidence
    import trials.admin.ledger
    import trials.admin.matrix
    import trials.admin.milestones
    import trials.admin.runs
    import trials.admin.score_sheets
    import trials.admin.scores
    import trials.admin.trials
    import trials.journal_words
    import trials.portable
