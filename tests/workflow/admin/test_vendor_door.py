"""The last steps of a vendor's way in: who serves the API, and whether it answers."""

import socket
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from evaltracker.workflow.admin import overview as vendor_access_api
from evaltracker.workflow.admin.overview import DOOR, knock
from tests.factories import common, vendors
from tests.vendors.isolation.conftest import role as role
from vendors.admin.access import AccessDiagnosis
from vendors.isolation.roles import faults_of, lift_wall


@pytest.mark.postgres
def test_a_whole_wall_has_no_faults_and_a_lifted_or_old_one_is_told(role: str) -> None:
    assert faults_of(connection, role) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vendors_candidate ADD COLUMN later int")
    assert "vendors_candidate" in faults_of(connection, role)[0]
    lift_wall(connection, role=role)
    assert "lacks its rights" in faults_of(connection, role)[0]
    assert faults_of(connection, "nobody_of_that_name") == [
        "The role nobody_of_that_name is not there."
    ]


@pytest.mark.postgres
def test_a_process_of_its_own_is_judged_by_its_role(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_access_api, "SERVE_VENDOR_API", False)
    look = AccessDiagnosis(
        vendors.candidate(common.evaluation()), tries=False, here="/"
    )
    monkeypatch.delenv("VENDOR_DATABASE_URL", raising=False)
    assert [step.tone for step in vendor_access_api.is_served(look)] == ["warn"]
    monkeypatch.setenv("VENDOR_DATABASE_URL", f"postgresql://{role}:x@db/x")
    assert [step.tone for step in vendor_access_api.is_served(look)] == ["good"]
    lift_wall(connection, role=role)
    (step,) = vendor_access_api.is_served(look)
    assert step.tone == "bad"
    assert "harden_database" in step.sentence


def test_our_own_address_asks_for_a_token(
    transactional_db: None, live_server: LiveServer, settings: Any
) -> None:
    cache.clear()
    caches["process"].clear()
    assert knock(f"{live_server.url}{DOOR}") == ""
    assert "answers 302 instead of 401" in knock(f"{live_server.url}/")
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 0
    assert "429" in knock(f"{live_server.url}{DOOR}")


def test_where_nobody_listens_that_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert "cannot be reached" in knock(f"http://127.0.0.1:{port}{DOOR}")


def test_it_is_tried_only_when_somebody_asks(db: None, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings.SITE_URL = f"http://127.0.0.1:{probe.getsockname()[1]}"
    candidate = vendors.candidate(common.evaluation())
    look = AccessDiagnosis(candidate, tries=False, here="/here/")
    (step,) = vendor_access_api.vendor_access_api_answers(look)
    assert (step.tone, step.mends[0].address) == ("", "/here/?try=1")
    (step,) = vendor_access_api.vendor_access_api_answers(
        AccessDiagnosis(candidate, tries=True, here="/")
    )
    assert step.tone == "bad"
    assert f"{settings.SITE_URL}{DOOR}: it cannot be reached" in step.sentence
