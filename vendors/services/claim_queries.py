"""The statements of one claim's transaction, as SQL."""

from vendors.row_visibility import NOTES

# --- First trip: what stands --------------------------------------------------------
OWN = """
id = %(candidate)s AND (%(noting)s OR vendor_id = %(vendor)s AND invited_at IS NOT NULL)
"""


PLACE = f"(SELECT evaluation_id FROM vendors_candidate WHERE {OWN})"  # noqa: S608


# The row that every service locks before any other of the evaluation.
EVALUATION = f"""
SELECT id, owner_id, zone, stage, status,
    claims_opened_at, claims_close_at, claims_closed_at, asks_effort
FROM evaluations_evaluation WHERE id = {PLACE} FOR NO KEY UPDATE
"""  # noqa: S608


CANDIDATE = f"""
SELECT id, name, kind, evaluation_id, vendor_id, first_seen_at
FROM vendors_candidate WHERE {OWN} FOR NO KEY UPDATE
"""  # noqa: S608


MEANT = f"""
FROM evaluations_requirement
WHERE evaluation_id = {PLACE} AND ref = ANY((%(refs)s)) AND retired_at IS NULL
"""


ASKED = f"SELECT id, ref, revision, measure {MEANT}"


LISTS = f"""
SELECT s.name AS name, v.name AS value FROM evaluations_scope s
LEFT JOIN evaluations_scopevalue v ON v.scope_id = s.id AND v.retired_at IS NULL
WHERE s.evaluation_id = {PLACE} ORDER BY s.position, s.name, v.position, v.name
"""  # noqa: S608


# An array and no join: the index of current claims is then used whatever the planner
# believes of a table that it has not looked at yet.
STANDING = f"""
SELECT id, requirement_id, revision, requirement_revision, by_vendor, availability,
    available_from, environments, holds_for, number, statement, evidence_url,
    submitted_at, superseded_at
FROM vendors_claim
WHERE candidate_id = %(candidate)s AND superseded_at IS NULL
AND (%(noting)s OR availability <> 'withdrawn' AND by_vendor)
AND requirement_id = ANY(ARRAY(SELECT id {MEANT}))
"""  # noqa: S608


# Of one side: the vendor's, or the buyer's notes.
EFFORTS = f"""
SELECT id, requirement_id, revision, how, low, likely, high, "by", superseded_at
FROM vendors_effort
WHERE candidate_id = %(candidate)s AND by_vendor <> %(noting)s
AND requirement_id = ANY(ARRAY(SELECT id {MEANT})) ORDER BY revision
"""  # noqa: S608


# From here on what the buyer noted is found, to be counted past and superseded.
FIND_NOTES = f"SELECT set_config('{NOTES}', 'on', true)"


COUNTS = f"""
SELECT requirement_id, max(revision) AS last, count(*) FILTER (WHERE by_vendor) AS own
FROM vendors_claim
WHERE candidate_id = %(candidate)s
AND requirement_id = ANY(ARRAY(SELECT id {MEANT}))
GROUP BY requirement_id
"""  # noqa: S608


# Whoever waited for a lock beyond the deadline is late, so the clock is read last.
HEAD = f"""
SELECT evaluation_id, count, hash, clock_timestamp() AS now
FROM evaluations_journalhead WHERE evaluation_id = {PLACE} FOR NO KEY UPDATE
"""  # noqa: S608


# --- Second trip: all that is written -----------------------------------------------
SUPERSEDE = """
UPDATE vendors_claim SET superseded_at = %(now)s
WHERE candidate_id = %(candidate)s AND superseded_at IS NULL
AND requirement_id = ANY((%(requirements)s))
"""


# Those that are said anew, and of the other side those to what is answered.
SUPERSEDE_EFFORTS = """
UPDATE vendors_effort SET superseded_at = %(now)s
WHERE candidate_id = %(candidate)s AND superseded_at IS NULL
AND (requirement_id = ANY((%(said)s))
    OR by_vendor <> %(by_vendor)s AND requirement_id = ANY((%(requirements)s)))
"""


LEAVE_NOTES = f"SELECT set_config('{NOTES}', '', true)"


MOVE_HEAD = """
UPDATE evaluations_journalhead SET count = %(count)s, hash = %(hash)s
WHERE evaluation_id = %(evaluation)s
"""
