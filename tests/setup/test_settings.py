"""A start that would be unsafe is refused with a sentence; the demo needs nothing."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from evaltracker import environment

ROOT = Path(__file__).parents[2]


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """manage.py with nothing in its environment but `env`."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


def told(
    expression: str, *, before: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """What a process prints that loads the settings `s`, does what is to be done
    `before`, and loads nothing else: that is quicker than manage.py."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"from django.conf import settings as s\n{before}\nprint({expression})",
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "evaltracker.settings",
            **env,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_start_without_a_secret_key_says_what_to_do(tmp_path: Path) -> None:
    done = manage("check", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "SECRET_KEY is not set" in done.stderr
    assert "./dev env" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_makes_its_own_key_and_keeps_it(tmp_path: Path) -> None:
    first = told("s.SECRET_KEY", DEMO="1", DATA_DIR=str(tmp_path))
    second = told("s.SECRET_KEY", DEMO="1", DATA_DIR=str(tmp_path))
    assert len(first.stdout.strip()) > 60
    assert first.stdout == second.stdout
    mode = (tmp_path / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = manage("check", DEMO="1", DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 1
    assert "DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_error_reports_without_their_client_are_refused(tmp_path: Path) -> None:
    done = manage(
        "check", DEMO="1", DATA_DIR=str(tmp_path), SENTRY_DSN="https://x@example.org/1"
    )
    assert done.returncode == 1
    assert "sentry-sdk is not installed" in done.stderr


def test_sqlite_bears_several_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    options = environment.database()["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("postgresql://u:p@db.example.org:5433/tracker", "db.example.org", "tracker"),
        ("postgresql://u@%2Fvar%2Frun/tracker", "/var/run", "tracker"),
        (
            "postgresql://u@//var/run/postgresql/tracker",
            "/var/run/postgresql",
            "tracker",
        ),
    ],
)
def test_postgresql_is_reached_over_a_host_or_a_socket(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, name: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    config = environment.database()
    assert (config["HOST"], config["NAME"]) == (host, name)
    assert config["ATOMIC_REQUESTS"]
    assert config["CONN_MAX_AGE"] is None
    assert config["CONN_HEALTH_CHECKS"]


def test_mail_goes_through_the_named_server_and_never_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://ann:p%40ss@mail.example.org:587")
    assert environment.mailer() == {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": "mail.example.org",
            "port": 587,
            "username": "ann",
            "password": "p@ss",
            "use_tls": True,
            "use_ssl": False,
            "timeout": 10,
        },
    }


def test_half_of_a_single_sign_on_says_what_is_missing(tmp_path: Path) -> None:
    half = {"OIDC_NAME": "Example", "OIDC_SERVER_URL": "https://id.example.org"}
    done = manage("check", DEMO="1", DATA_DIR=str(tmp_path), **half)
    assert done.returncode == 1
    assert "needs OIDC_CLIENT_ID, OIDC_CLIENT_SECRET too" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_whole_single_sign_on_stands_on_the_login_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "OIDC_NAME": "Example",
        "OIDC_SERVER_URL": "https://id.example.org",
        "OIDC_CLIENT_ID": "evaltracker",
        "OIDC_CLIENT_SECRET": "secret",
        "OIDC_VERIFIED_DOMAINS": "example.org,example.com",
    }.items():
        monkeypatch.setenv(name, value)
    app = environment.single_sign_on()["openid_connect"]["APPS"][0]
    assert (app["name"], app["client_id"]) == ("Example", "evaltracker")
    assert app["settings"]["server_url"] == "https://id.example.org"
    assert app["settings"]["verified_email"] == ["example.org", "example.com"]
    assert app["settings"]["oauth_pkce_enabled"]


@pytest.mark.nightly(
    reason="a process each; each push starts one where it is needed",
    short="[env0-True]",
)
@pytest.mark.parametrize(
    ("env", "needed"),
    [({}, "True"), ({"DEMO": "1"}, "False"), ({"REQUIRE_SECOND_FACTOR": "0"}, "False")],
)
def test_a_second_factor_is_required_outside_the_demo(
    tmp_path: Path, env: dict[str, str], needed: str
) -> None:
    env = {"SECRET_KEY": "x" * 50, "DATA_DIR": str(tmp_path), **env}
    assert told("s.REQUIRE_SECOND_FACTOR", **env).stdout.strip() == needed


@pytest.mark.nightly(
    reason="a process each; each push starts one in which both are asked for",
    short="[env2-True True]",
)
@pytest.mark.parametrize(
    ("env", "printed"),
    [
        ({}, "False False"),
        ({"HSTS_SUBDOMAINS": "1"}, "True False"),
        ({"HSTS_PRELOAD": "1"}, "True True"),
    ],
)
def test_other_hosts_are_kept_to_https_only_if_that_is_asked_for(
    tmp_path: Path, env: dict[str, str], printed: str
) -> None:
    both = "s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD"
    env = {"SECRET_KEY": "x" * 50, "DATA_DIR": str(tmp_path), **env}
    assert told(both, **env).stdout.strip() == printed


def test_a_process_for_vendors_alone_knows_no_logins(tmp_path: Path) -> None:
    show = (
        "import sys, evaltracker.wsgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'allauth', 'axes'})"
    )
    env = {
        "DJANGO_SETTINGS_MODULE": "evaltracker.vendor_settings",
        "VENDOR_DATABASE_URL": "postgresql://vendor@localhost/none",
        "SECRET_KEY": "x" * 50,
        "NUM_PROXIES": "1",
        "DATA_DIR": str(tmp_path),
    }
    assert manage("shell", "-v0", "--no-imports", "-c", show, **env).stdout == "set()\n"
