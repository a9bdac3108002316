"""The allow-list of the application role: every table that web, worker and beat use.

The role owns nothing and makes nothing. A table that is not on the list is closed to
it, also one that a later migration makes.
"""

from enum import StrEnum


class Rights(StrEnum):
    """What the role may do with the rows of a table."""

    READS = "SELECT"
    # Rows that nobody changes: the journal, signatures, verdicts, waivers, contracts.
    ADDS = "SELECT, INSERT"
    # Rows that are amended and never taken away.
    KEEPS = "SELECT, INSERT, UPDATE"
    USES = "SELECT, INSERT, UPDATE, DELETE"


# Columns that may change of rows that otherwise only grow.
AMENDED: dict[str, tuple[str, ...]] = {
    # Whose data is erased leaves their address in no log.
    "evaluations_accountentry": ("address",),
}
ADDS = """
evaluations_accountentry evaluations_entry evaluations_importedhistory
stakeholders_signoff
trials_agreement trials_contractchange trials_evidence trials_measurement
trials_runreport
vendors_publisheddocument
vendors_quote
workflow_waiver
"""
KEEPS = """
evaluations_evaluation evaluations_journalhead evaluations_visit
stakeholders_signeddocument
trials_run
vendors_claim vendors_priceopening
workflow_decision
"""
USES = """
account_emailaddress account_emailconfirmation
auth_group auth_group_permissions auth_permission
axes_accessattempt axes_accessattemptexpiration axes_accessfailurelog axes_accesslog
django_admin_log django_content_type django_session
evaluations_attachedfile evaluations_brieffield evaluations_cachedvalue
evaluations_category evaluations_chatwebhook
evaluations_choredone evaluations_comment
evaluations_columnmemory evaluations_demand evaluations_evaluation_readers
evaluations_evaluationtemplate
evaluations_import evaluations_importdraft evaluations_mention evaluations_metric
evaluations_notice
evaluations_requirement evaluations_scope evaluations_scopevalue
evaluations_user evaluations_user_groups
evaluations_user_user_permissions
mfa_authenticator
socialaccount_socialaccount socialaccount_socialapp socialaccount_socialtoken
stakeholders_condition stakeholders_delegation stakeholders_roleweight
stakeholders_signoffrule stakeholders_stakeholder
trials_consensus trials_criterion trials_demo trials_demoguest trials_demonote
trials_excuse trials_gap
trials_milestone trials_researchnote trials_runtoken trials_score trials_scoresheet
trials_scriptitem
trials_settlement trials_trial
usersessions_usersession
vendors_answerdraft
vendors_asking vendors_candidate vendors_claimfile vendors_conflict vendors_contact
vendors_contactrequest vendors_draftfile
vendors_costline vendors_exchangerate vendors_idempotencyrecord
vendors_invitationlink vendors_lastseen vendors_mailedsheet
vendors_proposal vendors_question vendors_refusedcall vendors_ruling vendors_signincode
vendors_statusword vendors_submission vendors_vendor vendors_vendorsession
vendors_vendortoken
workflow_belllook workflow_checkverdict workflow_contractterm workflow_keptdraws
workflow_letter workflow_metricvalue workflow_outlook workflow_promisecheck
workflow_snooze workflow_succession workflow_waiverrequest
"""
HOUSE: dict[str, Rights] = {
    # Which migrations ran.
    "django_migrations": Rights.READS,
    **dict.fromkeys(ADDS.split(), Rights.ADDS),
    **dict.fromkeys(KEEPS.split(), Rights.KEEPS),
    **dict.fromkeys(USES.split(), Rights.USES),
}
