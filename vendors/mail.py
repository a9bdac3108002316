"""Whose mailbox and domain an address is, and the links and codes that mails carry."""

import base64
import hashlib
import hmac
import uuid

from django.conf import settings

# Mail domains where anybody may have an address: the well-known few, by country and
# company; a subdomain of one counts as it does.
PUBLIC = """
126.com 163.com aim.com aol.co.uk aol.com aol.de aol.fr arcor.de att.net bellsouth.net
bigpond.com bigpond.net.au bluewin.ch bol.com.br btinternet.com centrum.cz charter.net
comcast.net cox.net daum.net disroot.org duck.com earthlink.net example.com
example.net example.org fastmail.com fastmail.fm foxmail.com free.fr freenet.de
gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com
hotmail.be hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it
hotmail.nl hushmail.com icloud.com inbox.com inbox.lv interia.pl juno.com kpnmail.nl
laposte.net libero.it list.ru live.be live.ca live.co.uk live.com live.de live.fr
live.it live.nl mac.com mail.com mail.de mail.ru mailbox.org mailfence.com me.com
msn.com naver.com neuf.fr ntlworld.com numericable.fr o2.pl onet.pl op.pl orange.fr
outlook.at outlook.be outlook.co.uk outlook.com outlook.de outlook.es outlook.fr
outlook.it outlook.jp pm.me pobox.com posteo.de posteo.net proton.me protonmail.ch
protonmail.com qq.com rambler.ru rediffmail.com riseup.net rocketmail.com rogers.com
sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sky.com skynet.be sohu.com
sympatico.ca t-online.de talktalk.net telenet.be telus.net tiscali.it tuta.com tuta.io
tutamail.com tutanota.com tutanota.de ukr.net uol.com.br verizon.net virgilio.it
virginmedia.com vodafone.de walla.co.il wanadoo.fr web.de windowslive.com wp.pl
xs4all.nl ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au
yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it yandex.com yandex.ru
yeah.net ymail.com ziggo.nl zoho.com zohomail.com
"""
PUBLIC_DOMAINS = frozenset(PUBLIC.split())


def mailbox(address: str) -> str:
    """Whose mailbox an address is: without capitals and what follows a “+”."""
    name, _, domain = address.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain.rstrip('.')}"


def own_domain(address: str) -> str:
    """The domain of an address; blank if anybody may have one there."""
    domain = mailbox(address).rpartition("@")[2]
    steps = domain.split(".")
    parents = {".".join(steps[at:]) for at in range(len(steps))}
    return "" if parents & PUBLIC_DOMAINS else domain


def shared_by(one: str, other: str) -> str:
    """What two addresses share: a mailbox, somebody's own domain, or nothing."""
    if mailbox(one) == mailbox(other):
        return mailbox(one)
    mine, theirs = own_domain(one), own_domain(other)
    if mine and theirs:
        if _is_within(mine, theirs):
            return theirs
        if _is_within(theirs, mine):
            return mine
    return ""


def _is_within(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")


# Links and codes, made from a key and an id and kept nowhere; and random secrets.
#
# Web, worker and vendor process share the key, `VENDOR_PAGES_KEY`, so that a mail that
# is sent again says the same.

# Without letters and digits that people take for each other.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8


def link_secret(link: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(_hmac("link", link)).decode().rstrip("=")


def code_of(notice: uuid.UUID) -> str:
    return "".join(ALPHABET[byte % 32] for byte in _hmac("code", notice)[:CODE_LENGTH])


def is_code_of(notice: uuid.UUID, typed: str) -> bool:
    """Whether that was typed; case, spaces and hyphens do not matter."""
    code = "".join(typed.split()).replace("-", "").upper()
    return hmac.compare_digest(code.encode(), code_of(notice).encode())


def mail_of_code(code: uuid.UUID, number: int) -> uuid.UUID:
    """The id of the notice that carries a code for the first time, or once more."""
    return code if number == 1 else uuid.uuid5(code, str(number))


def spaced(code: str) -> str:
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def _hmac(purpose: str, row: uuid.UUID) -> bytes:
    key = settings.VENDOR_PAGES_KEY.encode()
    message = f"evaltracker vendor pages {purpose} {row}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()
