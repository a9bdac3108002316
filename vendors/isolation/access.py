"""The allow-list of the vendor role: every table, column and row that it may touch.

Conditions are SQL over the row. A subquery in one runs with the role's own rights, so
`OWN` means the invitations of the vendor for whom the transaction runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

from vendors.models import Vendor
from vendors.models.candidates import VendorRecord
from vendors.row_visibility import NOTES, READER, TOKEN, VENDOR

ME = f"NULLIF(current_setting('{VENDOR}', true), '')::uuid"
SENT_TOKENS = f"string_to_array(current_setting('{TOKEN}', true), ',')"
NOTED = f"current_setting('{NOTES}', true) = 'on'"
OWN = "candidate_id IN (SELECT id FROM vendors_candidate)"
INVITED = "evaluation_id IN (SELECT evaluation_id FROM vendors_candidate)"
ASKED = "id IN (SELECT question_id FROM vendors_asking)"
OWN_LINK = "link_id IN (SELECT id FROM vendors_invitationlink)"
OWN_CONTACT = "contact_id IN (SELECT id FROM vendors_contact)"
OWN_DRAFT = "draft_id IN (SELECT id FROM vendors_answerdraft)"
OWN_TRIAL = "trial_id IN (SELECT id FROM trials_trial)"
OWN_CRITERION = "criterion_id IN (SELECT id FROM trials_criterion)"
CALLS = "id IN (SELECT vendor_id FROM vendors_vendortoken)"
# The same asked with the rights of who owns the tables; no name is from outside.
OWN_ALONE = f"""candidate_id IN (
    SELECT id FROM vendors_candidate WHERE vendor_id = {ME} AND invited_at IS NOT NULL
)"""  # noqa: S608
# Of a quote: withdrawn, so without prices, or the vendor named who reads.
READABLE = f"""(lines = '[]' OR id IN (
    SELECT quote_id FROM vendors_quotereader
    WHERE email = NULLIF(current_setting('{READER}', true), '')
))"""  # noqa: S608
OWN_PEOPLE = (
    "email IN (SELECT lower(email) FROM vendors_contact WHERE removed_at IS NULL)"
)
OWN_DOCUMENT = "document_id IN (SELECT id FROM vendors_publisheddocument)"
OWN_QUOTE = "quote_id IN (SELECT id FROM vendors_quote)"
# Of a file: what is released names it. The subquery has the rows that the role reads.
RELEASED = """EXISTS (
    SELECT FROM vendors_aboutrevision told
    WHERE told.evaluation_id = evaluations_attachedfile.evaluation_id
    AND told.files ? evaluations_attachedfile.sha256
)"""
ALL: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the role may do with one table; whatever is not named it may not."""

    # Which rows it reads; blank: none.
    rows: str = ""
    # Which columns it reads; a view of the same name shows NULL for the others.
    shown: tuple[str, ...] = ALL
    # Of which more rows it learns that they are there, and by what condition it reads
    # `veiled`, which a view of the owner's shows as NULL otherwise.
    known: str = ""
    readable: str = ""
    veiled: tuple[str, ...] = ()
    # Which rows it may add; blank: none.
    added: str = ""
    # Which columns of its rows it may change.
    changed: tuple[str, ...] = ()
    # Whether it may lock its rows; needs a right to UPDATE that no row ever passes.
    locked: bool = False
    deleted: bool = False


ACCESS: dict[str, Access] = {
    # --- The record: what is asked ------------------------------------------------
    "evaluations_evaluation": Access(
        rows="id IN (SELECT evaluation_id FROM vendors_candidate)",
        shown=(
            *("id", "slug", "title", "buyer", "stage", "status", "zone"),
            "vendor_language",
            *("claims_opened_at", "claims_close_at", "claims_closed_at"),
            # In which money quotes are best given, and who reads them when.
            *("currency", "owner_types_prices", "prices_opened_at"),
            # Blank: support is not asked for.
            "support_wanted",
            # Whether each answer says what it costs in days.
            "asks_effort",
            # Whether the list is made up, for it to try; what demos are called.
            *("is_practice", "words"),
        ),
        locked=True,
    ),
    "evaluations_category": Access(
        rows=INVITED, shown=("id", "evaluation_id", "name", "position")
    ),
    "evaluations_requirement": Access(
        rows=INVITED,
        shown=(
            *("id", "evaluation_id", "category_id", "ref", "position", "text"),
            *("priority", "vendor_help", "measure", "revision", "retired_at"),
        ),
    ),
    # Answers are read against all lists of the brief.
    "evaluations_scope": Access(rows=INVITED),
    "evaluations_scopevalue": Access(
        rows="scope_id IN (SELECT id FROM evaluations_scope)"
    ),
    "evaluations_demand": Access(
        rows="requirement_id IN (SELECT id FROM evaluations_requirement)"
    ),
    # Not one of their names: that somebody is there is all that a foreign key asks.
    "evaluations_user": Access(
        rows="id IN (SELECT found_by_id FROM trials_gap) "
        "OR id IN (SELECT lead_id FROM trials_trial)",
        shown=("id",),
    ),
    # Which prices are asked for; of what the owner ruled out, not even the reason.
    "vendors_priceitem": Access(rows=f"{INVITED} AND not_applicable = ''"),
    # What the evaluation is about, once it is released, and files that it names.
    "vendors_aboutrevision": Access(rows=f"{INVITED} AND released_at IS NOT NULL"),
    "evaluations_attachedfile": Access(
        rows=f"topic = 'brief' AND {RELEASED}",
        shown=(
            *("id", "evaluation_id", "topic", "subject_id", "name", "content_type"),
            *("size", "sha256", "stored_as", "uploaded_at", "removed_at"),
        ),
    ),
    # The journal is written and never read; only its head is, to go on from there.
    "evaluations_entry": Access(added=f"actor_id IS NULL AND {INVITED}"),
    "evaluations_journalhead": Access(rows=INVITED, changed=("count", "hash")),
    # --- Vendors: who answers, and what -------------------------------------------
    "vendors_vendortoken": Access(
        # Before the vendor is known, the rows of the tokens that were sent.
        rows=f"digest = ANY({SENT_TOKENS}) OR vendor_id = {ME}",
        # A contact's own; the buyer's are issued by people of the buyer.
        added=f"vendor_id = {ME} AND issued_by_id IS NULL AND {OWN_CONTACT}",
        changed=("last_used_on", "revoked_at", "leaked_at"),
    ),
    "vendors_vendor": Access(
        rows=f"{CALLS} OR id = {ME}", shown=("id", "slug", "name")
    ),
    # The vendor's own people: a code goes to who was invited, and to nobody else.
    "vendors_contact": Access(
        rows=f"vendor_id = {ME}",
        shown=(
            *("id", "vendor_id", "name", "email", "language"),
            *("removed_at", "disowned_at"),
        ),
        changed=("language", "disowned_at"),
    ),
    # Whom it asked to let in, and what became of it.
    "vendors_contactrequest": Access(
        rows=OWN, added=f"{OWN} AND state = 'open' AND ruled_at IS NULL"
    ),
    "vendors_invitationlink": Access(
        # As with tokens: before the vendor is known, the row of the link that was sent.
        rows=f"digest = ANY({SENT_TOKENS}) OR {OWN}",
        # It says that one is to be turned; the house makes links.
        changed=("last_asked_at", "turn_marked_at", "ended_at", "why", "drafts_from"),
    ),
    "vendors_signincode": Access(
        rows=OWN_LINK,
        added=OWN_LINK,
        changed=("wrong_tries", "used_at", "sent_at", "last_asked_at", "mails"),
    ),
    "vendors_vendorsession": Access(
        rows=f"digest = ANY({SENT_TOKENS}) OR {OWN_LINK}",
        added=OWN_LINK,
        changed=("last_visit_on", "ended_at"),
    ),
    "vendors_candidate": Access(
        rows=f"vendor_id = {ME} AND invited_at IS NOT NULL",
        shown=(
            *("id", "evaluation_id", "name", "kind", "vendor_id", "state"),
            *("invited_at", "first_seen_at"),
        ),
        # The right to this column also locks the row.
        changed=("first_seen_at",),
    ),
    "vendors_claim": Access(
        # What the buyer noted is found only while it is numbered and superseded.
        rows=f"{OWN} AND (by_vendor OR {NOTED})",
        added=f"by_vendor AND noted_by_id IS NULL AND {OWN}",
        changed=("superseded_at",),
    ),
    # As with claims: what the buyer noted is found only while it is superseded.
    "vendors_effort": Access(
        rows=f"{OWN} AND (by_vendor OR {NOTED})",
        added=f"by_vendor AND {OWN}",
        changed=("superseded_at",),
    ),
    "vendors_claimfile": Access(
        rows="claim_id IN (SELECT id FROM vendors_claim)",
        added="claim_id IN (SELECT id FROM vendors_claim)",
    ),
    # The vendor's alone until it hands in.
    "vendors_answerdraft": Access(
        rows=OWN, added=OWN, changed=("typed", "version", "saved_at"), deleted=True
    ),
    "vendors_draftfile": Access(rows=OWN_DRAFT, added=OWN_DRAFT, deleted=True),
    "vendors_submission": Access(rows=OWN, added=OWN),
    "vendors_supportstatement": Access(rows=OWN, added=OWN),
    # What the house published to it.
    "vendors_publisheddocument": Access(
        rows=OWN,
        shown=(
            *("id", "candidate_id", "kind", "version", "text", "published_at"),
            *("sha256", "language"),
        ),
    ),
    "vendors_documentreply": Access(rows=OWN, added=f"{OWN} AND {OWN_DOCUMENT}"),
    # Never the number of the entry.
    "vendors_vendorevent": Access(
        rows=OWN, shown=("id", "candidate_id", "type", "at", "subject", "placed_at")
    ),
    # That there is one all learn, and the prices who was named.
    "vendors_quote": Access(
        rows=f"{OWN} AND {READABLE}",
        known=OWN_ALONE,
        readable=READABLE,
        veiled=("salt", "currency", "lines"),
        added=OWN,
    ),
    "vendors_quotereader": Access(rows=OWN, added=f"{OWN} AND {OWN_PEOPLE}"),
    "vendors_quoteread": Access(rows=OWN, added=f"{OWN} AND {OWN_QUOTE}"),
    # What was entered for it from its mail, to be confirmed.
    "vendors_mailedsheet": Access(
        rows=f"{OWN} AND entered_at IS NOT NULL",
        shown=(
            *("id", "candidate_id", "submission_id", "entered_at"),
            *("confirmed_at", "confirmed_by"),
        ),
        changed=("confirmed_at", "confirmed_by"),
    ),
    "vendors_question": Access(
        # A published answer is for all, and its row does not say who asked.
        rows=f"{ASKED} OR (answered_at IS NOT NULL AND {INVITED})",
        added=f"{INVITED} AND answered_at IS NULL AND answer = ''",
    ),
    "vendors_asking": Access(rows=OWN, added=OWN),
    "vendors_proposal": Access(
        rows=OWN, added=f"{OWN} AND state = 'open' AND requirement_id IS NULL"
    ),
    "vendors_idempotencyrecord": Access(
        rows=f"vendor_id = {ME}",
        added=f"vendor_id = {ME} AND token_id IS NULL",
        deleted=True,
    ),
    # Nobody's: whoever was turned away. Written, never read.
    "vendors_refusedcall": Access(added="true"),
    # --- Trials: when the own demo is, and the own trial -------------------------
    "trials_demo": Access(
        rows=OWN,
        shown=(
            *("id", "candidate_id", "scheduled_for", "zone", "minutes", "occurrence"),
            *("called_off_at", "held_at", "meeting_url"),
        ),
    ),
    "trials_trial": Access(
        rows=OWN,
        shown=(
            *("id", "candidate_id", "title", "starts_on", "ends_on", "zone"),
            *("workload", "environment", "data_allowed", "exit_plan"),
            *("agreed_at", "closed_at", "lead_id"),
        ),
    ),
    # Not what it shares with trials of others.
    "trials_criterion": Access(
        rows=OWN_TRIAL,
        shown=(
            *("id", "trial_id", "requirement_id", "position"),
            *("text", "threshold", "method", "named_values", "measure"),
        ),
    ),
    # Its numbers, and not the tests that passed; never file, commit, link or place.
    "trials_run": Access(
        rows=f"number IS NOT NULL AND {OWN_CRITERION}",
        shown=("id", "criterion_id", "number", "unit", "measured_at"),
    ),
    "trials_milestone": Access(
        rows=OWN_TRIAL,
        shown=(
            *("id", "evaluation_id", "trial_id", "title", "state", "settled_at"),
            *("due_on", "due_time", "zone", "due_at", "occurrence"),
        ),
    ),
    "trials_gap": Access(
        rows=OWN_TRIAL,
        changed=(
            "reply",
            "reply_at",
            "reply_noted_by_id",
            "promised_for",
            "workaround",
        ),
    ),
}


# Powers by attribute, by membership and by ownership.
POWERS = """
SELECT 'it is a superuser' FROM pg_roles WHERE rolname = %(role)s AND rolsuper
UNION ALL SELECT 'it bypasses row-level security'
FROM pg_roles WHERE rolname = %(role)s AND rolbypassrls
UNION ALL SELECT 'it may make roles'
FROM pg_roles WHERE rolname = %(role)s AND rolcreaterole
UNION ALL SELECT 'it is a member of ' || roleid::regrole
FROM pg_auth_members WHERE member = %(role)s::regrole
UNION ALL SELECT 'it owns ' || count(*) || ' things'
FROM pg_shdepend WHERE refobjid = %(role)s::regrole AND deptype = 'o'
HAVING count(*) > 0
"""


def powers_of(db: BaseDatabaseWrapper, role: str) -> list[str]:
    """Why `role` could walk round the wall; empty if it cannot."""
    with db.cursor() as cursor:
        cursor.execute(POWERS, {"role": role})
        return [str(row[0]) for row in cursor.fetchall()]


OLDEST = 150_000


class Unfit(Exception):
    """The database or the role cannot have the wall; the sentence says why."""


def run(db: BaseDatabaseWrapper, statement: str, *values: Any) -> None:
    with db.cursor() as cursor:
        cursor.execute(statement, values or None)


def rows(
    db: BaseDatabaseWrapper, statement: str, *values: Any
) -> list[tuple[Any, ...]]:
    with db.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def single_value(db: BaseDatabaseWrapper, statement: str, *values: Any) -> Any:
    return rows(db, statement, *values)[0][0]


def require_fit(db: BaseDatabaseWrapper) -> None:
    if db.vendor != "postgresql":
        raise Unfit("SQLite has neither roles nor row-level security.")
    if int(single_value(db, "SHOW server_version_num")) < OLDEST:
        raise Unfit("The vendor role needs PostgreSQL 15 or newer.")


def walled_tables() -> list[str]:
    """Tables where, without a policy, the vendor role sees no row even if granted.

    Every table of vendors, every other one that points to a vendor's row (scores,
    verdicts and the decision among them), and those that the role may touch at all.
    """
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label == "vendors"
        or any(_is_a_vendors(field.related_model) for field in _links(model))
    }
    return sorted(tables | ACCESS.keys())


def _links(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _is_a_vendors(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, Vendor | VendorRecord)


WEAK = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION NOINHERIT"
THERE = "SELECT count(*) > 0 FROM pg_roles WHERE rolname = %s"
OWNERS = """
SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)
"""
MAY_MAKE_ROLES = """
SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user
"""


def ready_role(
    db: BaseDatabaseWrapper,
    role: str,
    password: str,
    *,
    variable: str,
    others: Iterable[str] = (),
) -> None:
    """Make the role unless it is there, and let it in; refuse one that has any power
    or is ours."""
    if role in {*owner_roles(db), *others}:
        raise Unfit(
            f"{role} is the product's own role. Name another one in {variable}; this "
            "command makes it."
        )
    quoted = db.ops.quote_name(role)
    if not single_value(db, THERE, role):
        if not single_value(db, MAY_MAKE_ROLES):
            raise Unfit(
                f"The role {role} is not there and this one may not make it. Run as "
                f"a superuser: CREATE ROLE {quoted} LOGIN PASSWORD '...';"
            )
        run(db, f"CREATE ROLE {quoted} LOGIN {WEAK}")
    if powers := powers_of(db, role):
        raise Unfit(f"{role} could walk round the wall: {'; '.join(powers)}.")
    if password and single_value(db, MAY_MAKE_ROLES):
        run(db, f"ALTER ROLE {quoted} LOGIN PASSWORD %s", password)


def owner_roles(db: BaseDatabaseWrapper) -> list[str]:
    owners = {str(row[0]) for row in rows(db, OWNERS, walled_tables())}
    return sorted(owners | {str(single_value(db, "SELECT current_user"))})
