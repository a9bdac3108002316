"""Finding a token by its secret text."""

import re
from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from evaltracker.kit.pipeline import loaded, pipeline
from vendors.models import Vendor, VendorToken
from vendors.wall import TOKEN, VENDOR, digest_of, show

LIVE = """
FROM vendors_vendortoken token JOIN vendors_vendor vendor ON vendor.id = token.vendor_id
WHERE token.digest = %(digest)s AND token.revoked_at IS NULL
AND (token.expires_at IS NULL OR token.expires_at > %(now)s)
"""
WHO = f"""
SELECT token.id, token.prefix, token.last_used_on, token.vendor_id,
    vendor.name, vendor.slug {LIVE}
"""
# Only the token's own row can be seen (docs/developers/isolation.md) ...
SHOW_TOKEN = f"""
SELECT set_config('{TOKEN}', %(digest)s, true), set_config('{VENDOR}', '', true)
"""
# ... and when it has been read, only its vendor's rows.
SHOW_VENDOR = f"""
SELECT set_config('{VENDOR}', (SELECT token.vendor_id::text {LIVE}), true),
    set_config('{TOKEN}', '', true)
"""
SECRET = re.compile(r"evt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def live_tokens(vendor: Vendor) -> QuerySet[VendorToken]:
    """Tokens of `vendor` that open the API now."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.filter(vendor=vendor)
    return tokens.filter(_live())


def find_tokens(secrets: Collection[str]) -> QuerySet[VendorToken]:
    """The live tokens among these secret texts, with their vendors."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.select_related("vendor")
    return tokens.filter(_live(), digest__in=[digest_of(text) for text in secrets])


def recognise(secret: str) -> VendorToken | None:
    """The live token of that text, with its vendor, whose rows can now be found.

    Found by digest through the unique index, so no secret is compared byte by byte.
    """
    live = {"digest": digest_of(secret), "now": timezone.now()}
    with pipeline(savepoint=False) as pipe:
        show(pipe, SHOW_TOKEN, digest=live["digest"])
        found = pipe.ask(WHO, **live)
        show(pipe, SHOW_VENDOR, **live)
    row = found.fetchone()
    if row is None:
        return None
    token = loaded(VendorToken, row)
    vendor = {"id": row["vendor_id"], "name": row["name"], "slug": row["slug"]}
    token.vendor = loaded(Vendor, vendor)
    return token


def _live() -> Q:
    now = timezone.now()
    return Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )
