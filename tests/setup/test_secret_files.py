"""Secrets in files: read once, refused with a sentence where they are not clear."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from evaltracker.environment import SECRETS, secrets_from_files

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("a=b%c d\n")
    assert secrets_from_files({f"{name}_FILE": str(file)}) == {name: "a=b%c d"}
    # Compose hands over what is unset as nothing.
    both = {f"{name}_FILE": str(file), name: ""}
    assert secrets_from_files(both) == {name: "a=b%c d"}
    assert secrets_from_files({name: "x", f"{name}_FILE": ""}) == {}


def test_what_is_not_clear_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("secret")
    with pytest.raises(ImproperlyConfigured, match="Both SECRET_KEY and SECRET_KEY_F"):
        secrets_from_files({"SECRET_KEY": "x", "SECRET_KEY_FILE": str(file)})
    with pytest.raises(ImproperlyConfigured, match=r"cannot be read \(No such file"):
        secrets_from_files({"EMAIL_URL_FILE": str(tmp_path / "none")})
    with pytest.raises(ImproperlyConfigured, match=r"cannot be read \(Is a directory"):
        secrets_from_files({"EMAIL_URL_FILE": str(tmp_path)})
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ImproperlyConfigured, match="it is not text"):
        secrets_from_files({"REDIS_URL_FILE": str(file)})
    file.write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="which is empty"):
        secrets_from_files({"SENTRY_DSN_FILE": str(file)})


def test_the_product_starts_with_secrets_in_files(tmp_path: Path) -> None:
    """One of each kind: as it is, parsed as an address, split by commas."""
    secrets = {
        "SECRET_KEY": "a key in a file",
        "SECRET_KEY_FALLBACKS": "older,oldest",
        "DATABASE_URL": "postgresql://house:p%40ss@db/evaltracker",
        "REDIS_URL": "redis://web:secret@redis:6379/0",
    }
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    for name, secret in secrets.items():
        (tmp_path / name).write_text(f"{secret}\n")
        env[f"{name}_FILE"] = str(tmp_path / name)
    show = (
        "from evaltracker import settings as s;"
        "print(s.SECRET_KEY, s.SECRET_KEY_FALLBACKS, sep='|', end='|');"
        "print(s.DATABASES['default']['PASSWORD'], s.CELERY_BROKER_URL, sep='|')"
    )
    said = subprocess.check_output(
        [sys.executable, "-c", show], cwd=ROOT, env=env, text=True
    )
    assert said.strip() == (
        "a key in a file|['older', 'oldest']|p@ss|redis://web:secret@redis:6379/0"
    )
