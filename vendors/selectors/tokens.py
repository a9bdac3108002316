"""Finding a token by its secret text."""

import re
from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from vendors.models import Vendor, VendorToken
from vendors.wall import digest_of

SECRET = re.compile(r"evt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def live_tokens(vendor: Vendor) -> QuerySet[VendorToken]:
    """Tokens of `vendor` that open the API now."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.filter(vendor=vendor)
    return tokens.filter(_live())


def find_token(secret: str) -> VendorToken | None:
    """The live token with that secret text; its vendor comes along.

    Found by digest through the unique index, so no secret is compared byte by byte.
    """
    return find_tokens([secret]).first() if SECRET.fullmatch(secret) else None


def find_tokens(secrets: Collection[str]) -> QuerySet[VendorToken]:
    """The live tokens among these secret texts, with their vendors."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.select_related("vendor")
    return tokens.filter(_live(), digest__in=[digest_of(text) for text in secrets])


def _live() -> Q:
    now = timezone.now()
    return Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )
