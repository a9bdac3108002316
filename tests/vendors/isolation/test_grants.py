"""T17: what the vendor role may do, asked of the catalogue, is the allow-list."""

import pytest
from django.apps import apps
from django.db import connection

from tests.vendors.isolation.rights import allowed, rights_of
from vendors.isolation.access import ACCESS, powers_of, walled_tables
from vendors.isolation.roles import SCHEMA, build_wall, lift_wall

pytestmark = pytest.mark.postgres


def test_the_role_may_do_what_the_list_says_and_nothing_else(role: str) -> None:
    assert rights_of(role) == allowed()


def test_no_score_signature_decision_or_secret_is_on_the_list() -> None:
    forbidden = (
        *("score", "signoff", "decision", "evidence", "conflict", "costline", "waiver"),
        *("condition", "consensus", "contact", "notice", "session", "stakeholder"),
    )
    # Its own people, to send them a code, who of them is in its pages, and whom it
    # asked to let in.
    own = {"vendors_contact", "vendors_contactrequest", "vendors_vendorsession"}
    others = ACCESS.keys() - own
    assert not [table for table in others for word in forbidden if word in table]
    of_contact = {"id", "vendor_id", "name", "email", "language"}
    of_contact |= {"removed_at", "disowned_at"}
    assert set(ACCESS["vendors_contact"].shown) == of_contact
    assert ACCESS["evaluations_user"].shown == ("id",)
    hidden = {"budget", "problem", "weight", "scorer_help", "state_reason"}
    for table in ("evaluation", "category", "requirement"):
        shown = ACCESS[f"evaluations_{table}"].shown
        assert shown and not hidden & set(shown)


def test_the_role_has_no_power_of_its_own(role: str) -> None:
    assert powers_of(connection, role) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, "
            "rolreplication FROM pg_roles WHERE rolname = %s",
            [role],
        )
        assert cursor.fetchone() == (True, False, False, False, False, False)
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_t%%' "
            "AND has_schema_privilege(%s, oid, 'CREATE')",
            [role],
        )
        assert cursor.fetchall() == []


def test_every_table_that_leads_to_a_vendor_forces_its_policies(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE n.nspname = 'public' AND relrowsecurity AND relforcerowsecurity"
        )
        forced = {row[0] for row in cursor.fetchall()}
        # By the catalogue, not by our own list: whatever has such a column.
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name IN "
            "('vendor_id', 'candidate_id', 'claim_id', 'trial_id', 'demo_id')"
        )
        leading = {row[0] for row in cursor.fetchall()}
    assert forced == set(walled_tables())
    assert leading <= forced


def test_every_view_asks_with_the_callers_rights_or_says_whose_rows(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname, c.reloptions FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('v', 'm') "
            "AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        )
        views = cursor.fetchall()
    assert {name for _, name, _ in views} == {
        table for table, access in ACCESS.items() if access.shown or access.veiled
    }
    for schema, name, options in views:
        # With the owner's rights, and so with a condition of its own.
        veiled = ACCESS[name].veiled and ACCESS[name].known
        option = "security_barrier" if veiled else "security_invoker"
        assert (schema, options) == (SCHEMA, [f"{option}=true"]), name
    assert [name for name, access in ACCESS.items() if access.veiled] == [
        "vendors_quote"
    ]


def test_no_function_runs_with_the_rights_of_its_maker(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace "
            "WHERE prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        )
        assert cursor.fetchall() == []


def test_a_unique_value_of_a_rival_cannot_be_probed(role: str) -> None:
    """A constraint sees past policies, so each on what vendors add names the vendor."""
    own = {"candidate", "vendor", "claim", "id"}
    # What the server makes up at random, and the journal of all.
    told = {
        ("vendors_claimfile", "stored_as"),
        ("vendors_signincode", "browser_digest"),
        ("vendors_vendorsession", "digest"),
        ("vendors_vendortoken", "digest"),
        # Of a person's token; a policy lets vendors add rows without one alone.
        ("vendors_idempotencyrecord", "token"),
        ("evaluations_entry", "evaluation"),
    }
    for model in apps.get_models():
        table = model._meta.db_table
        if table not in ACCESS or not ACCESS[table].added:
            continue
        for field in model._meta.concrete_fields:
            if field.unique and field.name not in own:
                assert (table, field.name) in told
        for total_unique_constraint in model._meta.total_unique_constraints:
            fields = set(total_unique_constraint.fields)
            assert fields & own or {(table, name) for name in fields} & told, (
                total_unique_constraint
            )


def test_building_it_again_changes_nothing(role: str) -> None:
    build_wall(connection, role=role)
    assert rights_of(role) == allowed()


def test_lifted_the_role_may_do_nothing_and_tables_can_change(role: str) -> None:
    lift_wall(connection, role=role)
    assert rights_of(role) == set()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE vendors_candidate ALTER invited_at TYPE timestamp(3)"
        )
    lift_wall(connection, role=role)
    build_wall(connection, role=role)
    assert rights_of(role) == allowed()
