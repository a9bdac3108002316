"""The API describes itself, and keeps to what it says."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema

from vendors.api.schema import CALLS

pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_format_says_what_the_description_is_read_as[]",
)
def test_the_description_is_valid_and_raises_no_warning(tmp_path: Path) -> None:
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "x.yml")
    )


@pytest.mark.parametrize("api", ["", "trials/", "staff/"])
def test_format_says_what_the_description_is_read_as(api: str) -> None:
    address = f"/api/v1/{api}schema/?format="
    read = Client().get(f"{address}json", headers={"accept": "text/html,*/*;q=0.8"})
    assert read.status_code == 200
    assert read.json()["openapi"].startswith("3.1")
    assert Client().get(f"{address}yaml").content.startswith(b"openapi: 3.1")
    assert Client().get(f"{address}xml").status_code == 406


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_format_says_what_the_description_is_read_as[]",
)
def test_the_description_needs_no_token_and_names_the_vendor_api_alone() -> None:
    answer = Client().get(
        "/api/v1/schema/",
        headers={"accept": "application/vnd.oai.openapi+json"},
    )
    assert answer.status_code == 200
    schema = answer.json()
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert set(schema["paths"]) == {
        "/api/v1/schema/",
        "/api/v1/invitations/",
        *(
            f"/api/v1/invitations/{{invitation}}/{below}"
            for below in (
                "",
                "requirements/",
                "events/",
                "answer-sheet/",
                "questions/",
                "about/",
                "proposals/",
                "quote/",
                "annex/",
                "annex/confirmation/",
                "annex/objections/",
                "submission/",
                "support/",
                "files/{file}/",
                "claims/",
                "claims/batch/",
                "claims/{ref}/",
                "claims/{ref}/files/",
                "trial/",
                "trial/runs/",
                "gaps/{gap}/reply/",
            )
        ),
    }
    post = schema["paths"]["/api/v1/invitations/{invitation}/claims/"]["post"]
    assert "application/problem+json" in post["responses"]["409"]["content"]
    assert post["security"] == [{"token": []}]
    # What no single call can say: its limits, and what the server itself answers.
    for said in (
        f"{CALLS:,} of a token",
        "256 KB",
        "10 MB",
        "`limit` up to 1,000",
        "411",
    ):
        assert said in schema["info"]["description"]


@pytest.mark.parametrize("api", ["", "trials/", "staff/"])
def test_the_page_loads_only_our_own_files(api: str) -> None:
    page = Client().get(f"/api/v1/{api}docs/")
    assert page.status_code == 200
    for foreign in (b"http://", b"https://", b"cdn"):
        assert foreign not in page.content
    script = Client().get(f"/api/v1/{api}docs/?script=")
    assert script["Content-Type"] == "application/javascript"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_format_says_what_the_description_is_read_as[staff/]",
)
def test_each_api_describes_its_own_calls_in_openapi_3_1() -> None:
    for api, prefix in (("trials/", "trials/"), ("staff/", "staff/")):
        read = Client().get(f"/api/v1/{api}schema/?format=json").json()
        validate_schema(read)  # type: ignore[no-untyped-call]
        assert read["paths"]
        assert all(path.startswith(f"/api/v1/{prefix}") for path in read["paths"])
        assert "nullable" not in json.dumps(read)


@pytest.mark.urls("evaltracker.vendor_urls")
def test_a_process_for_vendors_alone_has_no_admin() -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/api/v1/docs/").status_code == 200
    assert client.get("/api/v1/invitations/").status_code == 401
    assert client.get("/healthz").status_code == 200
    for address in ("/", "/admin/", "/admin/login/", "/accounts/login/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
