"""Everything of floor 3 that registers itself; loaded when Django is ready."""

from vendors.admin import candidates_page as candidates_page
from vendors.admin import claim_files as claim_files
from vendors.admin import costs_page as costs_page
from vendors.admin import importing as importing
from vendors.admin import invitations_page as invitations_page
from vendors.admin import lists as lists
from vendors.admin import notice_subjects as notice_subjects
from vendors.admin import sent_page as sent_page
from vendors.admin import token_page as token_page
from vendors.admin import unanswered_page as unanswered_page
from vendors.admin import way_in_page as way_in_page
from vendors.admin.acts import candidates as candidates
from vendors.admin.acts import claims as claims
from vendors.admin.acts import companies as companies
from vendors.admin.acts import cost_terms as cost_terms
from vendors.admin.acts import costs as costs
from vendors.admin.acts import dialogue as dialogue
from vendors.admin.acts import interests as interests
from vendors.admin.acts import invitations as invitations
from vendors.admin.acts import opening as opening
from vendors.admin.acts import seen as seen
from vendors.admin.acts import tokens as tokens
from vendors.admin.acts import windows as windows
