"""What the tab keeps of a draft: nobody reads it there, and it ends in time."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import expect

from evaltracker.pages.templatetags.drafts import draft_key, draft_name, draft_owner
from tests.browser import Watched
from tests.factories import common
from tests.pages.acts_for_tests import Reword
from tests.pages.drafting import WORDS, dialogs_of, field, keep_draft, kept

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INSECURE = """
Object.defineProperty(window, "isSecureContext", { value: false });
Object.defineProperty(crypto, "subtle", { value: undefined });
"""


def test_what_is_kept_is_read_by_its_person_alone(
    watched: Watched, address: str
) -> None:
    page = keep_draft(watched, address)
    [(name, stored)] = kept(page).items()
    lina = common.lina()
    assert name == f"draft {draft_owner(lina)} {draft_name(lina, address)}"
    box = base64.b64decode(stored)
    key = AESGCM(base64.b64decode(draft_key(lina)))
    draft = json.loads(key.decrypt(box[:12], box[12:], name.encode()))
    assert draft["fields"]["text"]["now"] == [WORDS]
    assert b"GPU" not in box


@pytest.mark.nightly(
    reason="each push opens what is kept by the one key",
    short="::test_what_is_kept_is_read_by_its_person_alone[chromium]",
)
def test_what_no_key_opens_is_dropped_without_a_word(
    watched: Watched, address: str
) -> None:
    page = keep_draft(watched, address)
    [name] = kept(page)
    plain = f"draft {common.lina().pk} {address} "
    for stored in ("{}", base64.b64encode(bytes(80)).decode()):
        write = "([[a, b], c]) => { sessionStorage[a] = c; sessionStorage[b] = '{}'; }"
        page.evaluate(write, [[name, plain], stored])
        watched.open(address)
        expect(field(page)).not_to_have_value(WORDS)
        expect(page.locator(".et-draft")).to_have_count(0)
        assert kept(page) == {}


@pytest.mark.nightly(
    reason="each push asks that a new password is another key",
    short="tests/pages/test_draft_keys.py::test_it_is_another_one_after_a_new_password",
)
def test_a_new_password_ends_the_drafts_of_before(
    watched: Watched, address: str
) -> None:
    page = keep_draft(watched, address)
    lina = common.lina()
    lina.set_password(common.PASSWORD)
    lina.save()
    watched.log_in("lina")
    watched.open(address)
    expect(page.locator(".et-draft")).to_have_count(0)
    assert kept(page) == {}


@pytest.mark.nightly(
    reason="each push asks that the login page names no key",
    short="tests/pages/test_draft_keys.py::test_a_stranger_has_none",
)
def test_what_is_sealed_is_forgotten_at_the_login_page(
    watched: Watched, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reword, "sealed", True)
    page = keep_draft(watched, address)
    page.reload()
    expect(field(page)).to_have_value(WORDS)
    page.context.clear_cookies()
    watched.open("/admin/login/")
    assert kept(page) == {}


@pytest.mark.nightly(
    reason="each push opens what is kept by the one key",
    short="::test_what_is_kept_is_read_by_its_person_alone[chromium]",
)
def test_where_nothing_can_be_encrypted_nothing_is_kept_and_leaving_warns(
    watched: Watched, address: str
) -> None:
    asked = dialogs_of(watched.page)
    watched.page.add_init_script(INSECURE)
    watched.log_in("lina")
    watched.open(address)
    field(watched.page).press_sequentially(WORDS)
    assert kept(watched.page) == {}
    watched.open("/admin/")
    assert asked == ["beforeunload"]
    watched.open(address)
    field(watched.page).fill(WORDS)
    watched.page.get_by_role("button", name="Reword it").click()
    watched.page.get_by_text("It has new words.").wait_for()
