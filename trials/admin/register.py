"""Everything of floor 4 that registers itself; loaded when Django is ready."""

from trials.admin import buy_in_page as buy_in_page
from trials.admin import candidate_page as candidate_page
from trials.admin import cell_page as cell_page
from trials.admin import demo_pages as demo_pages
from trials.admin import files as files
from trials.admin import importing as importing
from trials.admin import lists as lists
from trials.admin import matrix_page as matrix_page
from trials.admin import notice_subjects as notice_subjects
from trials.admin import promised_page as promised_page
from trials.admin import scores_page as scores_page
from trials.admin import trial_pages as trial_pages
from trials.admin.acts import consensus as consensus
from trials.admin.acts import contracts as contracts
from trials.admin.acts import criteria as criteria
from trials.admin.acts import demo_notes as demo_notes
from trials.admin.acts import demos as demos
from trials.admin.acts import evidence as evidence
from trials.admin.acts import excuses as excuses
from trials.admin.acts import gaps as gaps
from trials.admin.acts import milestones as milestones
from trials.admin.acts import moves as moves
from trials.admin.acts import research as research
from trials.admin.acts import scores as scores
from trials.admin.acts import scripts as scripts
from trials.admin.acts import trials as trials
