"""Where pages stand, looked up once: a page names the same address many times."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse


def place_of(name: str, *keys: object) -> str:
    """The address of that name; `keys` are what it is about, as `reverse` takes them.

    Raises:
        NoReverseMatch: there is none of that name for so many keys.

    """
    return _looked_up(name, keys, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=8_192)
def _looked_up(
    name: str, keys: tuple[object, ...], urls: str | None, prefix: str
) -> str:
    return reverse(name, args=keys, urlconf=urls)
