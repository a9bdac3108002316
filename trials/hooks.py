"""Where trials hangs itself into lower floors; loaded when Django is ready."""

from django.apps import apps

import trials.demo_notices
import trials.notices
import trials.portal.pages
import trials.services.agreements
import trials.services.demos
import trials.services.gaps
import trials.services.template_parts
import trials.services.trial_mails
import trials.services.trials

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import trials.admin.candidate
    import trials.admin.cell_page
    import trials.admin.contracts
    import trials.admin.criteria
    import trials.admin.demo_pages
    import trials.admin.demos
    import trials.admin.drawing_up_forms
    import trials.admin.matrix_page
    import trials.admin.milestones
    import trials.admin.run_token_page
    import trials.admin.scores
    import trials.admin.scores_page
    import trials.admin.trials
    import trials.journal_words
    import trials.portable
