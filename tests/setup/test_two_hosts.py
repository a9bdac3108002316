"""The files of two hosts are whole, and nothing of either is reached from outside."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.setup.composed import ROOT, config, env_text

pytestmark = pytest.mark.compose
FOLDER = "deploy/two-hosts"
ADDRESSES = {"BASE_ADDRESS": "10.0.0.1", "PRIVATE_ADDRESS": "10.0.0.2"}
REST = {
    "HOST_ADDRESSES": "10.0.0.2 10.0.0.3",
    "FILES_URL": "s3://key:secret@s3.example.org/files",
    "VENDOR_FILES_URL": "s3://vendors:secret@s3.example.org/files",
}


def services(tmp_path: Path, name: str, *profiles: str) -> dict[str, Any]:
    """Those that start on such a machine, as compose understands both files."""
    file = tmp_path / "env"
    given = {**ADDRESSES, **REST}
    file.write_text(env_text() + "".join(f"{key}={given[key]}\n" for key in given))
    files = ("--file=docker-compose.yml", f"--file={FOLDER}/{name}.yml")
    done = config(file, "--format=json", profiles=(*files, *profiles))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found


def test_the_base_has_what_both_lean_on_and_no_process_of_the_product(
    tmp_path: Path,
) -> None:
    base = services(tmp_path, "base")
    running = {"proxy", "db", "pgbouncer", "redis", "migrate", "backup"}
    assert running <= base.keys()
    assert not {"web", "vendor-api", "worker", "beat"} & base.keys()
    assert base["proxy"]["environment"]["WEB_UPSTREAM"] == REST["HOST_ADDRESSES"]


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_host_reaches_the_base_by_the_pooler_and_files_by_s3",
)
def test_a_host_serves_and_works_and_only_one_has_a_beat(tmp_path: Path) -> None:
    own = {"web", "vendor-api", "worker"}
    assert services(tmp_path, "host").keys() == own
    with_beat = services(tmp_path, "host", "--profile=beat", "--profile=acme")
    assert with_beat.keys() == {*own, "beat"}


def test_a_host_reaches_the_base_by_the_pooler_and_files_by_s3(tmp_path: Path) -> None:
    for name, service in services(tmp_path, "host", "--profile=beat").items():
        given = service["environment"]
        urls = (given.get("DATABASE_URL", ""), given.get("VENDOR_DATABASE_URL", ""))
        assert any("@10.0.0.1:6432/" in url for url in urls), name
        assert "@10.0.0.1:6379/" in given["REDIS_URL"], name
        own = REST["VENDOR_FILES_URL" if name == "vendor-api" else "FILES_URL"]
        assert given["FILES_URL"] == own, name


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_base_has_what_both_lean_on_and_no_process_of_the_product",
)
def test_what_is_published_is_published_in_the_private_network(tmp_path: Path) -> None:
    for machine in ("base", "host"):
        for name, service in services(tmp_path, machine).items():
            if name != "proxy":
                for port in service.get("ports", []):
                    assert port["host_ip"] == ADDRESSES["PRIVATE_ADDRESS"], name


def test_the_documents_name_each_variable_and_file() -> None:
    page = (ROOT / "docs" / "two-hosts.md").read_text()
    for name in (*ADDRESSES, *REST, "base.yml", "host.yml"):
        assert name in page, name
