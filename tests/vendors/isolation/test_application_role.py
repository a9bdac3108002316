"""T17 and T49: what the application role may do is its allow-list, and no more.

With every push, a few seconds: catalogue queries and refused statements.
"""

from contextlib import closing

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from tests.factories import common, vendors
from tests.served import app_login
from tests.vendors.isolation.conftest import require_superuser
from tests.vendors.isolation.rights import Right, rights_of
from vendors.isolation.access import powers_of
from vendors.isolation.roles import AMENDED, Rights, build_house, build_wall
from vendors.isolation.roles import HOUSE_RIGHTS as HOUSE

pytestmark = pytest.mark.postgres
# Every right that somebody other than an owner has on what is in our schemas.
GRANTED = """
SELECT coalesce(grantee::regrole::text, 'PUBLIC'), what, privilege_type FROM (
    SELECT nullif((a).grantee, 0) AS grantee, what, owner, (a).privilege_type FROM (
        SELECT oid::regclass::text AS what, relowner AS owner, aclexplode(relacl) AS a
        FROM pg_class
        WHERE relnamespace::regnamespace::text IN ('public', 'vendor_sees')
        UNION ALL SELECT oid::regprocedure::text, proowner,
        aclexplode(coalesce(proacl, acldefault('f', proowner)))
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT nspname, nspowner, aclexplode(nspacl)
        FROM pg_namespace WHERE nspname IN ('public', 'vendor_sees')
        UNION ALL SELECT 'the database', datdba, aclexplode(datacl)
        FROM pg_database WHERE datname = current_database()
    ) AS exploded WHERE (a).grantee <> owner
) AS granted WHERE coalesce(grantee::regrole::text, '') NOT IN (%s, %s)
"""
REFUSED = (
    *(f"TRUNCATE {table}" for table in ("evaluations_entry", "evaluations_notice")),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in ("evaluations_entry",)),
    "SET session_replication_role = replica",
    "COPY evaluations_user TO PROGRAM 'cat'",
    "COPY evaluations_user TO '/tmp/users'",
    "COPY evaluations_entry FROM PROGRAM 'true'",
    "UPDATE evaluations_entry SET reason = 'x'",
    "DELETE FROM evaluations_entry",
    "UPDATE stakeholders_signoff SET verdict = 'x'",
    "DELETE FROM trials_evidence",
    "DELETE FROM workflow_waiver",
    "UPDATE evaluations_accountentry SET action = 'x'",
    "DELETE FROM evaluations_evaluation",
    "DELETE FROM evaluations_personaltoken",
    "DELETE FROM django_migrations",
    "DROP TABLE evaluations_entry",
    "DROP POLICY house_sees_all ON vendors_claim",
    "ALTER TABLE vendors_claim DISABLE ROW LEVEL SECURITY",
    "CREATE TABLE shadow (id int)",
    "CREATE TEMPORARY TABLE shadow (id int)",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE another",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_export(0, '/tmp/x')",
)


@pytest.fixture
def app(role: str) -> str:
    """The application role beside the vendor's; gone with the test's transaction."""
    name = f"house_of_{connection.settings_dict['NAME']}"
    build_house(connection, role=name)
    build_wall(connection, role=role, house=[name])
    return name


def allowed() -> set[Right]:
    """The rights that the list gives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public'"
        )
        columns = cursor.fetchall()
    rights = {
        (f"public.{table}", verb, column)
        for table, column in columns
        for verb in HOUSE[table].split(", ")
        if verb != "DELETE"
    }
    rights |= {
        (f"public.{table}", "UPDATE", column)
        for table, changed in AMENDED.items()
        for column in changed
    }
    return rights | {
        (f"public.{table}", "DELETE", "*")
        for table, right in HOUSE.items()
        if right == Rights.USES
    }


def test_the_role_may_do_what_the_list_says_and_nothing_else(app: str) -> None:
    assert rights_of(app) == allowed()
    assert powers_of(connection, app) == []
    build_house(connection, role=app)
    assert rights_of(app) == allowed()


def test_nobody_but_the_three_roles_has_a_right(role: str, app: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GRANTED, [role, app])
        granted = set(cursor.fetchall())
    assert granted == {
        ("PUBLIC", "public", "USAGE"),
        ("PUBLIC", "the database", "CONNECT"),
    }


def test_a_table_made_later_is_closed(role: str, app: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id int)")
    for name in (role, app):
        assert not {right for right in rights_of(name) if "made_later" in right[0]}


def test_every_table_has_its_line_in_the_list() -> None:
    tables = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
    }
    assert tables | {"django_migrations"} == HOUSE.keys(), (
        "Add the table to ADDS, KEEPS or USES in vendors/isolation/house_rights.txt."
    )


def test_the_role_is_refused_whatever_an_owner_may_do(transactional_db: None) -> None:
    require_superuser()
    where = vendors.in_research(common.evaluation())
    vendors.claim(vendors.invited(where), common.requirement(where))
    owner = connection.settings_dict["USER"]
    with (
        app_login() as url,
        closing(psycopg.connect(url, autocommit=True)) as application,
    ):
        seen = application.execute("SELECT count(*) FROM vendors_claim").fetchone()
        assert seen == (1,)
        for statement in (*REFUSED, f'SET ROLE "{owner}"'):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)


@pytest.mark.parametrize(
    "table",
    [*(t for t, right in HOUSE.items() if right in (Rights.ADDS, Rights.KEEPS))],
)
def test_not_even_the_owner_empties_what_grows(db: None, table: str) -> None:
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")
