"""docker-compose.yml is whole with what ./dev env writes, and bounded throughout."""

import json
import re
from pathlib import Path

import pytest

from tests.setup.composed import ALL_PROFILES, ROOT, config, env_text, services

pytestmark = pytest.mark.compose
# Those that run once and end.
ONCE = {"fetch", "migrate", "restore"}


def secret_names(env: str) -> list[str]:
    return re.findall(r"^(\w+(?:KEY|PASSWORD))=", env, re.M)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    file = tmp_path / "env"
    file.write_text(env_text())
    return file


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_each_service_is_bounded_and_can_change_nothing_of_its_image",
)
def test_it_is_clean_with_what_dev_env_writes(env_file: Path) -> None:
    done = config(env_file, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    for profile in ALL_PROFILES:
        done = config(env_file, "--quiet", profiles=(profile,))
        assert (done.returncode, done.stderr) == (0, ""), profile


def test_no_secret_has_a_default(env_file: Path) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = secret_names(env_file.read_text())
    for name in secrets:
        uses = re.findall(rf"\${{{name}(:[^}}]*)}}", text)
        assert set(uses) == {":?run ./dev env first"}, name
    env_file.write_text(env_file.read_text().replace(f"{secrets[0]}=", "OTHER="))
    done = config(env_file, "--quiet")
    assert done.returncode != 0
    assert "run ./dev env first" in done.stderr


def test_each_service_is_bounded_and_can_change_nothing_of_its_image() -> None:
    for name, service in services().items():
        assert int(service["mem_limit"]) > 0, name
        assert int(service["pids_limit"]) > 0, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
        assert all("size=" in folder for folder in service["tmpfs"]), name
        has_health = not service["healthcheck"].get("disable", False)
        assert has_health == (name not in ONCE), name


def test_whoever_is_not_well_is_started_again() -> None:
    for name in ("web", "vendor-api", "worker", "beat", "proxy"):
        check = " ".join(services()[name]["healthcheck"]["test"])
        assert "deploy/health.sh" in check, name
        assert services()[name]["restart"] == "unless-stopped", name


def test_only_the_proxy_is_reached_from_outside() -> None:
    reached = {name for name, service in services().items() if service.get("ports")}
    assert reached == {"proxy"}
    for name in ("db", "redis", "backup", "restore"):
        assert set(services()[name]["networks"]) == {"inside"}, name


def test_each_service_knows_its_own_secrets_only() -> None:
    env = env_text()
    values = dict(line.split("=", 1) for line in env.splitlines() if "=" in line)
    assert set(secret_names(env)) <= set(values)
    web = services()["web"]["environment"]
    vendor = services()["vendor-api"]["environment"]
    assert vendor["DJANGO_SETTINGS_MODULE"] == "evaltracker.vendor_settings"
    assert "DATABASE_URL" not in vendor
    assert vendor["SECRET_KEY"] != web["SECRET_KEY"]
    migrate = services()["migrate"]["environment"]
    assert vendor["VENDOR_DATABASE_URL"] == migrate["VENDOR_DATABASE_URL"]
    mounted = [volume["target"] for volume in services()["vendor-api"]["volumes"]]
    assert mounted == ["/data/media/claim_files"]
    assert web["SERVE_VENDOR_API"] == "0"
    owners = {
        name
        for name, service in services().items()
        if "OWNER_DATABASE_URL" in (service.get("environment") or {})
    }
    assert owners == {"migrate"}


def test_each_process_has_a_database_role_and_a_user_in_redis_of_its_own() -> None:
    users = {}
    for name in ("web", "worker", "beat", "vendor-api"):
        environment = services()[name]["environment"]
        users[name] = re.findall(r"redis://(\w+):", environment["REDIS_URL"])[0]
        url = environment.get("DATABASE_URL") or environment["VENDOR_DATABASE_URL"]
        role = "evaltracker_vendor" if name == "vendor-api" else "evaltracker_app"
        assert f"//{role}:" in url, name
    assert users == {
        **{name: name for name in ("web", "worker", "beat")},
        "vendor-api": "vendor",
    }


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_each_process_has_a_database_role_and_a_user_in_redis_of_its_own",
)
def test_files_in_s3_are_reached_by_vendors_with_a_key_of_their_own(
    env_file: Path,
) -> None:
    ours, theirs = "s3://K:S@s3.example.org/b", "s3://V:S@s3.example.org/b"
    text = env_file.read_text()
    for more, expected in (
        ("", ("", "")),
        # Its process refuses to start with this one.
        (f"FILES_URL={ours}\n", (ours, "s3://missing")),
        (f"FILES_URL={ours}\nVENDOR_FILES_URL={theirs}\n", (ours, theirs)),
    ):
        env_file.write_text(text + more)
        done = config(env_file, "--format=json")
        assert done.returncode == 0, done.stderr
        services = json.loads(done.stdout)["services"]
        for name in ("web", "worker", "beat", "migrate", "vendor-api"):
            place = services[name]["environment"]["FILES_URL"]
            assert place == expected[name == "vendor-api"], name
