"""./dev env writes all that an installation needs, or says what is missing."""

import stat
from pathlib import Path

import pytest

from tests.setup.test_dev import clone, dev, path

__all__ = ["clone", "path"]
FLAGS = (
    *("--site-url", "https://evaltracker.example.org"),
    *("--email-url", "smtp+tls://user:pa$$@mail.example.org:587"),
    *("--operator", "Ada O'Neil:ada@example.org"),
)


def values_in(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line[:1] not in ("#", ""))
    return {name: value.strip("'") for name, value in pairs}


def test_env_writes_all_that_is_needed_once(clone: Path, path: Path) -> None:
    done = dev(clone, "env", *FLAGS, PATH=str(path))
    assert done.returncode == 0, done.stderr
    file = clone / ".env"
    written, values = file.read_text(), values_in(file)
    assert len(values["SECRET_KEY"]) >= 50
    secrets = [values[name] for name in values if name.endswith(("_KEY", "_PASSWORD"))]
    assert len(secrets) == len(set(secrets)) == 11
    assert values["ALLOWED_HOSTS"] == "evaltracker.example.org"
    assert values["COMPOSE_PROFILES"] == "acme"
    assert values["EMAIL_URL"] == FLAGS[3]
    assert values["FIRST_OPERATOR"] == "Ada O’Neil:ada@example.org"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    again = dev(clone, "env", *FLAGS, PATH=str(path))
    assert again.returncode == 1
    assert "left alone" in again.stderr
    assert file.read_text() == written


def test_env_adds_the_secrets_of_a_newer_version(clone: Path, path: Path) -> None:
    (clone / ".env").write_text("SECRET_KEY=mine\nREDIS_PASSWORD=of-before\n")
    assert dev(clone, "env", "--missing", PATH=str(path)).returncode == 0
    values = values_in(clone / ".env")
    assert (values["SECRET_KEY"], len(values)) == ("mine", 12)
    assert len(values["APP_POSTGRES_PASSWORD"]) == 32


@pytest.mark.parametrize(
    ("flag", "value", "why"),
    [
        ("--site-url", "http://evaltracker.example.org", "begin with https://"),
        ("--site-url", "https://example.org/evaltracker", "only a host"),
        ("--email-url", "mail.example.org", "is written smtp+tls://"),
        ("--operator", "ada@example.org", "is written NAME:ADDRESS"),
        ("--certificate", "bought", "auto (fetched and renewed) or own"),
        ("--port", "80", 'there is no flag "--port"'),
    ],
)
def test_env_says_what_is_wrong_and_writes_nothing(
    clone: Path, path: Path, flag: str, value: str, why: str
) -> None:
    done = dev(clone, "env", *FLAGS, flag, value, PATH=str(path))
    assert done.returncode == 1
    assert why in done.stderr
    assert not (clone / ".env").exists()


def test_env_asks_nobody_who_is_not_there(clone: Path, path: Path) -> None:
    done = dev(clone, "env", *FLAGS[:4], PATH=str(path))
    assert done.returncode == 1
    assert "say --operator too" in done.stderr
