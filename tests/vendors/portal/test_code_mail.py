"""A code whose mail was not taken at once stays owed."""

import datetime
from email.message import EmailMessage

from django.utils import timezone

from evaltracker.evaluations.models import Notice
from evaltracker.notices.services.delivery import sweep_notices
from tests.keys import without_keys
from tests.smtp_sink import Sink
from tests.vendors.mails import read, why_not
from tests.vendors.portal.visitor import ADDRESS, Visitor
from vendors.mail import code_of, spaced
from vendors.models import SignInCode
from vendors.services.access import owe_unsent_codes


def text_of(mail: EmailMessage) -> str:
    """What stands in it."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def waited(code: SignInCode) -> None:
    """Let it have been asked for a while ago."""
    long_ago = timezone.now() - datetime.timedelta(minutes=1)
    SignInCode.objects.filter(pk=code.pk).update(last_asked_at=long_ago)


def test_what_the_mail_server_refused_leaves_with_the_next_sweep(
    ada: Visitor, smtp_sink: Sink
) -> None:
    Notice.objects.all().delete()
    smtp_sink.verdicts[ADDRESS] = ["451 Later.", "250 OK"]
    code = ada.ask()
    owe_unsent_codes()
    assert not Notice.objects.filter(kind="sign_in_code").exists()
    waited(code)
    owe_unsent_codes()
    owe_unsent_codes()
    notice = Notice.objects.get(kind="sign_in_code")
    assert notice.pk == code.pk
    sweep_notices()
    (mail,) = smtp_sink.to(ADDRESS)
    assert mail["Message-ID"] == notice.message_id
    assert spaced(code_of(code.pk)) in text_of(mail)
    assert ada.type(code_of(code.pk)).status_code == 302


def test_a_code_that_was_sent_or_used_is_not_owed(ada: Visitor) -> None:
    waited(ada.ask())
    second = Visitor(ada.link, ada.browser).ask()
    waited(second)
    SignInCode.objects.filter(pk=second.pk).update(sent_at=None)
    ada.type(code_of(second.pk))
    owe_unsent_codes()
    assert not Notice.objects.filter(kind="sign_in_code").exists()


def test_a_code_that_is_late_does_not_leave(ada: Visitor) -> None:
    code = ada.ask()
    waited(code)
    SignInCode.objects.update(sent_at=None)
    owe_unsent_codes()
    notice = Notice.objects.get(pk=code.pk)
    assert why_not(notice) == ""
    SignInCode.objects.update(expires_at=timezone.now())
    assert "15 minutes" in why_not(notice)


def test_a_code_that_is_asked_for_again_is_owed_again(
    ada: Visitor, smtp_sink: Sink
) -> None:
    Notice.objects.all().delete()
    smtp_sink.verdicts[ADDRESS] = ["451 Later.", "451 Later.", "250 OK"]
    for _ in range(2):
        code = ada.ask()
        waited(code)
        owe_unsent_codes()
        owe_unsent_codes()
    sweep_notices()
    mails = smtp_sink.to(ADDRESS)
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == 2
    assert all(spaced(code_of(code.pk)) in text_of(mail) for mail in mails)


def test_the_mail_of_a_code_names_no_candidate(ada: Visitor) -> None:
    code = ada.ask()
    SignInCode.objects.update(sent_at=None)
    waited(code)
    owe_unsent_codes()
    text = read(Notice.objects.get(pk=code.pk)).text.replace("Hello Ada Park", "")
    for word in ("Acme", "Ada Park", "R1"):
        assert word not in without_keys(text)
