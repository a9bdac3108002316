"""Where trials hangs itself into lower floors; loaded when Django is ready."""

from django.apps import apps

import trials.calendar_dates
import trials.demo_notices
import trials.gap_notices
import trials.list_uses
import trials.notices
import trials.part_uses
import trials.portal.demos
import trials.portal.trial
import trials.run_notices
import trials.services.demo_invitations
import trials.services.milestone_owners
import trials.services.overdue
import trials.services.scale
import trials.services.slips
import trials.services.template_parts
import trials.services.trial_mails
import trials.trial_notices

# A process that serves vendors alone has no pages, and no whole evaluation
# comes or leaves through it.
if apps.is_installed("django.contrib.admin"):
    import trials.admin.acts.confirming
    import trials.admin.acts.consensus
    import trials.admin.acts.contracts
    import trials.admin.acts.criteria
    import trials.admin.acts.demo_notes
    import trials.admin.acts.demos
    import trials.admin.acts.drawing_up
    import trials.admin.acts.evidence
    import trials.admin.acts.excuses
    import trials.admin.acts.gaps
    import trials.admin.acts.milestones
    import trials.admin.acts.moves
    import trials.admin.acts.priors
    import trials.admin.acts.research
    import trials.admin.acts.runs
    import trials.admin.acts.scale
    import trials.admin.acts.score_cell
    import trials.admin.acts.scores
    import trials.admin.acts.scripts
    import trials.admin.acts.template_acts
    import trials.admin.acts.trials
    import trials.admin.buy_in_page
    import trials.admin.candidate_page
    import trials.admin.cell_page
    import trials.admin.criteria_grid
    import trials.admin.demo_pages
    import trials.admin.files
    import trials.admin.files_page
    import trials.admin.lists
    import trials.admin.matrix_page
    import trials.admin.milestones_grid
    import trials.admin.promised_page
    import trials.admin.run_token_page
    import trials.admin.runs_page
    import trials.admin.scores_page
    import trials.admin.searches
    import trials.admin.topics
    import trials.admin.trial_pages
    import trials.admin.waiting
    import trials.journal_words
    import trials.portable
