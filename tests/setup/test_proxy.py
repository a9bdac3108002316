"""The shipped proxy before two gunicorn processes; with every push."""

import http.client
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.services import free_port
from tests.setup.proxied import Proxy, certify, gunicorn, needs_nginx, proxied
from tests.waiting import until

pytestmark = needs_nginx
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with ExitStack() as stack:
        web, vendor_api = gunicorn(stack, "web"), gunicorn(stack, "vendor-api")
        yield stack.enter_context(proxied(web=web, vendor_api=vendor_api))


def call(url: str, **more: Any) -> requests.Response:
    method = more.pop("method", "GET")
    more = {"timeout": 30, "verify": False, "allow_redirects": False, **more}
    return requests.request(method, url, **more)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
class TestOverTls:
    @pytest.mark.parametrize(
        ("path", "whose"),
        [
            ("/", "web"),
            ("/admin/", "web"),
            ("/static/a.css", "web"),
            ("/api/v1/staff/evaluations/", "web"),
            ("/api/v1/invitations/", "vendor-api"),
            ("/api/v1/docs/", "vendor-api"),
        ],
    )
    def test_each_path_goes_where_the_readme_says(
        self, proxy: Proxy, path: str, whose: str
    ) -> None:
        assert call(proxy.https + path).json()["name"] == whose

    def test_what_a_client_says_of_itself_ends_here(self, proxy: Proxy) -> None:
        forged = {
            "X-Forwarded-For": "203.0.113.7, 198.51.100.2",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": "evil.example",
            "X_Forwarded_For": "203.0.113.7",
            "X-Real-IP": "203.0.113.7",
            "Forwarded": "for=203.0.113.7;proto=http",
        }
        seen = call(proxy.https, headers=forged).json()["headers"]
        assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
        assert seen["HTTP_X_FORWARDED_PROTO"] == "https"
        assert "203.0.113.7" not in str(seen)
        assert "evil" not in str(seen)

    def test_a_body_has_a_limit_and_the_refusal_is_heard(self, proxy: Proxy) -> None:
        url = f"{proxy.https}/api/v1/invitations/"
        largest = call(url, method="POST", data=b"x" * (12 * MEGABYTE))
        assert largest.json()["length"] == 12 * MEGABYTE
        refused = call(url, method="POST", data=b"x" * (12 * MEGABYTE + 1))
        assert (refused.status_code, refused.json()["status"]) == (413, 413)
        assert refused.headers["Content-Type"] == "application/problem+json"

    def test_chunks_arrive_as_one_body_of_known_length(self, proxy: Proxy) -> None:
        answer = call(proxy.https, method="POST", data=iter([b"a" * 1000, b"b" * 24]))
        assert answer.json()["length"] == 1024

    def test_another_host_gets_no_answer(self, proxy: Proxy) -> None:
        with pytest.raises(requests.ConnectionError):
            call(proxy.https, headers={"Host": "evil.example"})

    def test_both_lengths_are_refused(self, proxy: Proxy) -> None:
        port = int(proxy.https.rpartition(":")[2])
        context = ssl._create_unverified_context()
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as client,
        ):
            client.sendall(
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            )
            answer = http.client.HTTPResponse(client)
            answer.begin()
            assert answer.status == 400

    def test_a_certificate_of_ones_own_is_taken_while_it_runs(
        self, proxy: Proxy, tmp_path: Path
    ) -> None:
        certificate = certify(tmp_path)
        for name in ("privkey.pem", "fullchain.pem"):
            shutil.copy(tmp_path / name, proxy.own_certificates / name)

        def trusted() -> requests.Response | None:
            try:
                return call(proxy.https, verify=str(certificate))
            except requests.exceptions.SSLError:
                return None

        answer = until(trusted, what="the proxy shows the new certificate")
        assert answer.json()["name"] == "web"


def test_people_are_sent_to_https_and_programs_are_refused(proxy: Proxy) -> None:
    page = call(f"{proxy.http}/admin/?next=1")
    assert page.status_code == 301
    assert page.headers["Location"] == f"{proxy.https}/admin/?next=1"
    for path in ("/api/v1/invitations/", "/api/v1/staff/evaluations/"):
        refused = call(proxy.http + path, method="POST", data=b"{}")
        assert refused.status_code == 403
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "https_required"
        assert "Location" not in refused.headers


def test_while_the_product_is_away_a_program_hears_when_to_come_back() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with (
        pytest.warns(match="Unverified HTTPS request"),
        proxied(web=nobody, vendor_api=nobody) as proxy,
    ):
        answer = call(f"{proxy.https}/api/v1/invitations/")
        assert (answer.status_code, answer.json()["status"]) == (503, 503)
        assert answer.headers["Retry-After"] == "10"


def test_pages_go_on_while_one_of_two_hosts_is_away() -> None:
    gone = f"127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        stack.enter_context(pytest.warns(match="Unverified HTTPS request"))
        there = gunicorn(stack, "web")
        both = f"{gone} {there}"
        proxy = stack.enter_context(proxied(web=both, vendor_api=both))
        for path in ("/admin/", "/api/v1/invitations/") * 3:
            assert call(proxy.https + path).json()["name"] == "web"
