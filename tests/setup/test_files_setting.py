"""FILES_URL names a folder or a bucket; what it means is settled at start."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from evaltracker import environment
from tests.setup.test_settings import told


def test_a_bucket_is_named_with_its_key() -> None:
    options = environment.files(
        "s3://KEY:a%2Fb%2Bc@s3.example.org:9000/bucket/a/folder?region=eu-1&tls=0"
    )["OPTIONS"]
    assert options == {
        "access_key": "KEY",
        "secret_key": "a/b+c",
        "endpoint_url": "http://s3.example.org:9000",
        "bucket_name": "bucket",
        "location": "a/folder",
        "region_name": "eu-1",
    }
    whole = environment.files("s3://K:S@[::1]/bucket")
    assert whole["OPTIONS"]["endpoint_url"] == "https://[::1]"
    store = storages.create_storage(whole)
    assert store._normalize_name("evidence/x") == "evidence/x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "place",
    [
        "https://K:geheim@s3.example.org/bucket",
        "s3://s3.example.org/bucket",
        "s3://K:geheim@/bucket",
        "s3://missing",
        "s3://K:geheim@s3.example.org/",
        "s3://K:geheim@s3.example.org/bucket?tls=no",
        "s3://K:geheim@s3.example.org/bucket?acl=public-read",
    ],
)
def test_another_form_is_refused_with_what_to_write_and_without_the_secret(
    place: str,
) -> None:
    with pytest.raises(ImproperlyConfigured, match="s3://KEY:SECRET@HOST") as refused:
        environment.files(place)
    assert "geheim" not in str(refused.value)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_another_form_is_refused_with_what_to_write_and_withou"
    "t_the_secret[https://K:geheim@s3.example.org/bucket]",
)
def test_the_client_is_loaded_only_where_files_are_in_s3(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("s3://K:S@s3.example.org/bucket\n")
    # Looking at a method makes the store.
    makes = (
        "import sys; from django.core.files.storage import default_storage; "
        "default_storage.exists"
    )
    loads_all = "import django; django.setup()"
    is_loaded = "'botocore' in sys.modules"
    env = {"DEMO": "1", "DATA_DIR": str(tmp_path)}
    done = told(is_loaded, before=f"{loads_all}; {makes}", FILES_URL_FILE="", **env)
    assert done.stdout.strip() == "False", done.stderr
    there = str(tmp_path / "url")
    done = told(is_loaded, before=makes, FILES_URL_FILE=there, **env)
    assert done.stdout.strip() == "True", done.stderr
