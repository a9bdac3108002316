"""`harden_database` makes a role that gets nothing by itself, or says why it cannot."""

from contextlib import closing

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import common, vendors
from tests.served import database
from tests.vendors.isolation.conftest import require_superuser
from vendors.isolation.access import ACCESS


@pytest.mark.postgres
def test_the_role_alone_gets_nothing_out_of_the_database(login: str) -> None:
    where = vendors.in_research(common.evaluation())
    asked = common.requirement(where)
    vendors.claim(vendors.invited(where), asked)
    with closing(psycopg.connect(login, autocommit=True)) as outsider:
        for table, access in ACCESS.items():
            if access.rows:
                found = outsider.execute(f"SELECT count(*) FROM {table}").fetchone()
                assert found == (0,), table
        for statement in (
            "SELECT 1 FROM trials_score",
            "SELECT 1 FROM workflow_decision",
            "SELECT budget FROM public.evaluations_evaluation",
            "SELECT 1 FROM evaluations_entry",
            "SELECT password FROM public.evaluations_user",
            "DELETE FROM vendors_claim",
            "TRUNCATE vendors_claim",
            "UPDATE vendors_claim SET statement = ''",
            "UPDATE evaluations_evaluation SET stage = 'decision'",
            "CREATE TABLE shadow (id int)",
            f'SET ROLE "{connection.settings_dict["USER"]}"',
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                outsider.execute(statement)


@pytest.mark.postgres
def test_roles_that_are_there_and_shut_out_are_let_in(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As who restores or mends by hand leaves them."""
    require_superuser()
    name = connection.settings_dict["NAME"]
    roles = [f"shut_app_of_{name}", f"shut_vendor_of_{name}"]
    for role, variable in zip(
        roles, ("DATABASE_URL", "VENDOR_DATABASE_URL"), strict=True
    ):
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{role}" NOLOGIN')
        monkeypatch.setenv(variable, f"postgresql://{role}:secret@localhost/{name}")
    monkeypatch.setenv("OWNER_DATABASE_URL", database())
    call_command("harden_database")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolpassword LIKE 'SCRAM-%%' FROM pg_authid "
            "WHERE rolname = ANY(%s)",
            [roles],
        )
        assert cursor.fetchall() == [(True, True), (True, True)]


@pytest.mark.postgres
def test_the_products_own_role_is_refused(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = connection.settings_dict["USER"]
    monkeypatch.setenv("VENDOR_DATABASE_URL", f"postgresql://{user}:x@localhost/x")
    with pytest.raises(CommandError, match="own role"):
        call_command("harden_database")


@pytest.mark.postgres
def test_a_role_with_powers_is_refused(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_superuser()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE mighty_of_tests LOGIN BYPASSRLS")
    url = "postgresql://mighty_of_tests:x@localhost/x"
    monkeypatch.setenv("VENDOR_DATABASE_URL", url)
    with pytest.raises(CommandError, match="bypasses row-level security"):
        call_command("harden_database")


def test_without_a_role_the_command_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("VENDOR_DATABASE_URL", raising=False)
    with pytest.raises(CommandError, match="VENDOR_DATABASE_URL"):
        call_command("harden_database")
