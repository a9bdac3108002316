"""What the intake asks PostgreSQL, in the order in which it asks.

The conditions are those of the selectors: a live token, the own invitation, what is
asked and not retired, what the vendor itself says. `tests/vendors/intake` holds both to
the same answers.
"""

from vendors.wall import NOTES, TOKEN, VENDOR

# --- First trip: BEGIN, and who calls ---------------------------------------------
# Only the token's own row can be seen (docs/isolation.md) ...
SHOW_TOKEN = f"""
SELECT set_config('{TOKEN}', %(digest)s, true), set_config('{VENDOR}', '', true)
"""
# ... and when it has been read, only its vendor's rows.
WHO = f"""
WITH caller AS MATERIALIZED (
    SELECT token.id, token.prefix, token.last_used_on, token.vendor_id, vendor.name
    FROM vendors_vendortoken token
    JOIN vendors_vendor vendor ON vendor.id = token.vendor_id
    WHERE token.digest = %(digest)s AND token.revoked_at IS NULL
    AND (token.expires_at IS NULL OR token.expires_at > %(now)s)
)
SELECT *, set_config('{TOKEN}', '', true),
    set_config('{VENDOR}', vendor_id::text, true)
FROM caller
"""  # noqa: S608

# --- Second trip: whether it is the first call, and what stands ------------------
# Whoever does not get the turn lets the ordinary way wait for it. Should the first
# call end in between, the unique key of the answers refuses this one.
TURN = """
SELECT pg_try_advisory_xact_lock(%(turn)s) AS mine, EXISTS (
    SELECT FROM vendors_idempotencyrecord
    WHERE vendor_id = %(vendor)s AND route = %(route)s AND key = %(key)s
) AS known, EXISTS (
    SELECT FROM vendors_idempotencyrecord
    WHERE vendor_id = %(vendor)s AND created_at <= %(oldest)s
) AS outdated
"""
OWN = "id = %(invitation)s AND vendor_id = %(vendor)s AND invited_at IS NOT NULL"
PLACE = f"(SELECT evaluation_id FROM vendors_candidate WHERE {OWN})"  # noqa: S608
# The row that every service locks before any other of the evaluation.
EVALUATION = f"""
SELECT id, zone, stage, status, claims_opened_at, claims_close_at, claims_closed_at
FROM evaluations_evaluation WHERE id = {PLACE} FOR NO KEY UPDATE
"""  # noqa: S608
# That an invitation is seen for the first time is the ordinary way's to note.
CANDIDATE = f"""
SELECT id, name, evaluation_id, vendor_id FROM vendors_candidate
WHERE {OWN} AND first_seen_at IS NOT NULL FOR NO KEY UPDATE
"""  # noqa: S608
MEANT = f"""
FROM evaluations_requirement
WHERE evaluation_id = {PLACE} AND ref = ANY(%(refs)s) AND retired_at IS NULL
"""
ASKED = f"SELECT id, ref, revision {MEANT}"
# An array and no join: the index of current claims is then used whatever the planner
# believes of a table that it has not looked at yet.
STANDING = f"""
SELECT id, requirement_id, revision, requirement_revision, by_vendor, availability,
    available_from, environments, statement, evidence_url, submitted_at
FROM vendors_claim
WHERE candidate_id = %(invitation)s AND by_vendor AND superseded_at IS NULL
AND availability <> 'withdrawn' AND requirement_id = ANY(ARRAY(SELECT id {MEANT}))
"""  # noqa: S608
# From here on what the buyer noted is found, to be counted past and superseded.
FIND_NOTES = f"SELECT set_config('{NOTES}', 'on', true)"
COUNTS = f"""
SELECT requirement_id, max(revision) AS last, count(*) FILTER (WHERE by_vendor) AS own
FROM vendors_claim
WHERE candidate_id = %(invitation)s
AND requirement_id = ANY(ARRAY(SELECT id {MEANT}))
GROUP BY requirement_id
"""  # noqa: S608
# Whoever waited for a lock beyond the deadline is late, so the clock is read last.
HEAD = f"""
SELECT evaluation_id, count, hash, clock_timestamp() AS now
FROM evaluations_journalhead WHERE evaluation_id = {PLACE} FOR NO KEY UPDATE
"""  # noqa: S608

# --- Third trip: all that is written, and the commit -----------------------------
SUPERSEDE = """
UPDATE vendors_claim SET superseded_at = %(now)s
WHERE candidate_id = %(invitation)s AND superseded_at IS NULL
AND requirement_id = ANY(%(requirements)s)
"""
LEAVE_NOTES = f"SELECT set_config('{NOTES}', '', true)"
MOVE_HEAD = """
UPDATE evaluations_journalhead SET count = %(count)s, hash = %(hash)s
WHERE evaluation_id = %(evaluation)s
"""
NOTE_USE = """
UPDATE vendors_vendortoken SET last_used_on = %(today)s WHERE id = %(token)s
"""
FORGET = """
DELETE FROM vendors_idempotencyrecord
WHERE vendor_id = %(vendor)s AND created_at <= %(oldest)s
"""
