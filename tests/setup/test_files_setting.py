"""FILES_URL names a folder or a bucket; what it means is settled at start."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from evaltracker import environment
from tests.setup.test_settings import manage


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


def test_the_client_is_loaded_only_where_files_are_in_s3(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("s3://K:S@s3.example.org/bucket\n")
    code = (
        "import sys; from django.core.files.storage import default_storage as s; "
        "s.exists; print('botocore' in sys.modules)"
    )
    for place, loaded in (("", "False"), (str(tmp_path / "url"), "True")):
        env = {"DEMO": "1", "DATA_DIR": str(tmp_path), "FILES_URL_FILE": place}
        done = manage("shell", "-v0", "-c", code, **env)
        assert done.stdout.strip() == loaded, done.stderr
