"""Secrets that stand in files, as Docker and Kubernetes hand them over."""

from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# Each may be given by a file instead: the variable with _FILE names it.
SECRETS = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "OIDC_CLIENT_SECRET"),
    *("DATABASE_URL", "OWNER_DATABASE_URL", "VENDOR_DATABASE_URL", "REDIS_URL"),
    *("EMAIL_URL", "SENTRY_DSN", "VENDOR_PAGES_KEY"),
)


def secrets_from_files(given: Mapping[str, str]) -> dict[str, str]:
    """The secrets that an environment names by files, without the end of a line.

    Raises:
        ImproperlyConfigured: one is given both ways, or its file holds none.

    """
    files = {name: given.get(f"{name}_FILE", "") for name in SECRETS}
    return {
        name: _read(name, file, given) for name, file in files.items() if file.strip()
    }


def _read(name: str, file: str, given: Mapping[str, str]) -> str:
    if given.get(name, ""):
        raise ImproperlyConfigured(
            f"Both {name} and {name}_FILE are set. Unset one of them."
        )
    try:
        secret = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which cannot be read ({why}). Let the "
            "product's user read that file, or name another one."
        ) from error
    if not secret:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which is empty. Write the secret into it."
        )
    return secret
