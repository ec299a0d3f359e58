"""Media are fetched from the provider alone, within limits, and never from inside (T10)."""

from __future__ import annotations

import base64
import gzip
import io
import time
import zipfile
from collections.abc import Iterator, Sequence

import pytest

from support.media import addresses
from support.media.fetch import MediaAway, MediaRefused, fetch
from tests.support.media.media_server import MediaServer, drip, endless, give, hang, send_on

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 10
MEGABYTE = 1_048_576


@pytest.fixture
def provider(settings) -> Iterator[MediaServer]:  # type: ignore[no-untyped-def]
    with MediaServer() as server:
        settings.TWILIO_API_BASE, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = server.url, "AC1", "token"
        settings.MEDIA_SECONDS = 2.0
        yield server


@pytest.fixture
def inside() -> Iterator[MediaServer]:
    """A service of our own network: whoever reaches it has got in."""
    with MediaServer(files={"/secret": give(JPEG, "image/jpeg")}) as server:
        yield server


def get(url: str, family: str = "image", seconds: float = 2.0) -> bytes:
    return fetch(url, family, time.monotonic() + seconds).content


def refused(url: str, family: str = "image") -> str:
    with pytest.raises(MediaRefused) as caught:
        get(url, family)
    return caught.value.reason


def test_it_fetches_from_the_provider_with_our_credentials(provider: MediaServer) -> None:
    provider.files["/api/Media/ME1"] = give(JPEG, "image/jpeg")
    assert get(f"{provider.url}/Media/ME1") == JPEG
    pair = base64.b64encode(b"AC1:token").decode()
    assert provider.asked[0].headers["Authorization"] == f"Basic {pair}"


INTERNAL = [
    "http://127.0.0.1:{port}/secret",
    "https://127.0.0.1/secret",
    "http://localhost:{port}/secret",
    "http://[::1]:{port}/secret",
    "http://0.0.0.0:{port}/secret",
    "http://127.1:{port}/secret",
    "http://2130706433:{port}/secret",
    "https://10.0.0.1/secret",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[::ffff:127.0.0.1]/secret",
    "https://[64:ff9b::7f00:1]/",
    "https://user:pass@127.0.0.1/secret",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/secret",
    "ftp://127.0.0.1/secret",
    "//127.0.0.1:{port}/secret",
    "http:///secret",
    "https://127.0.0.1:99999/",
]


@pytest.mark.parametrize("url", INTERNAL)
def test_a_message_cannot_make_us_fetch_from_inside(url: str, provider: MediaServer, inside: MediaServer) -> None:
    port = inside.url.split(":")[2].split("/")[0]
    refused(url.format(port=port))
    assert inside.asked == []


@pytest.mark.parametrize("url", INTERNAL)
def test_a_redirect_cannot_either(url: str, provider: MediaServer, inside: MediaServer) -> None:
    port = inside.url.split(":")[2].split("/")[0]
    provider.files["/api/Media/ME1"] = send_on(url.format(port=port))
    refused(f"{provider.url}/Media/ME1")
    assert inside.asked == []
    assert len(provider.asked) == 1


def test_our_own_pages_beside_the_providers_are_inside_too(provider: MediaServer) -> None:
    root = provider.url.removesuffix("/api")
    provider.files["/admin/"] = give(JPEG, "image/jpeg")
    for url in (f"{root}/admin/", f"{provider.url}/../admin/", f"{provider.url}/%2e%2e/admin/", f"{root}/apis/x"):
        refused(url)
    assert provider.asked == []


def test_another_host_than_the_providers_is_not_asked_at_all(provider: MediaServer) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("93.184.216.34",)

    with pytest.raises(MediaRefused) as caught:
        fetch("https://evil.example/a.jpg", "image", time.monotonic() + 1, resolve)
    assert caught.value.reason == "not_the_provider's"
    assert asked == ["evil.example"]


def test_a_public_name_with_an_address_inside_is_refused(provider: MediaServer) -> None:
    provider.files["/api/Media/ME1"] = send_on("https://media.example/a.jpg")

    def resolve(host: str, port: int) -> Sequence[str]:
        return ("127.0.0.1",) if host == "127.0.0.1" else ("93.184.216.34", "10.0.0.7")

    with pytest.raises(MediaRefused) as caught:
        fetch(f"{provider.url}/Media/ME1", "image", time.monotonic() + 1, resolve)
    assert caught.value.reason == "internal"


def test_a_name_is_looked_up_once_and_that_address_is_connected_to() -> None:
    answers = iter([("93.184.216.34",), ("127.0.0.1",)])
    target = addresses.hop("https://media.example/a.jpg", lambda host, port: next(answers))
    assert target.connect_to == "93.184.216.34"
    assert next(answers) == ("127.0.0.1",), "the second answer was never asked for"


def test_our_credentials_are_not_sent_on_to_other_hosts() -> None:
    public = lambda host, port: ("93.184.216.34",)  # noqa: E731
    assert addresses.hop("https://api.twilio.com/x", public).trusted
    assert addresses.hop("https://api.dublin.ie1.twilio.com/x", public).trusted
    for host in ("media.example", "twilio.com.evil.example", "eviltwilio.com", "mms.twiliocdn.com"):
        assert not addresses.hop(f"https://{host}/x", public).trusted, host


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("127.9.9.9", False), ("0.0.0.0", False),
     ("169.254.169.254", False), ("192.0.2.1", False), ("224.0.0.1", False), ("255.255.255.255", False),
     ("::", False), ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("::ffff:10.0.0.1", False),
     ("2002:7f00:1::", False), ("64:ff9b::a00:1", False), ("ff02::1", False), ("no address", False)],
)  # fmt: skip
def test_it_knows_the_open_internet(address: str, public: bool) -> None:
    assert addresses.is_public(address) is public


def test_redirects_do_not_go_on_for_ever(provider: MediaServer) -> None:
    provider.files["/api/Media/ME1"] = send_on(f"{provider.url}/Media/ME1")
    assert refused(f"{provider.url}/Media/ME1") == "too_many_redirects"
    assert len(provider.asked) == 4


def test_a_redirect_of_the_provider_to_itself_is_followed(provider: MediaServer) -> None:
    provider.files |= {"/api/Media/ME1": send_on("ME2"), "/api/Media/ME2": give(JPEG, "image/jpeg")}
    assert get(f"{provider.url}/Media/ME1") == JPEG


def test_fifty_megabytes_announced_are_not_read(provider: MediaServer) -> None:
    provider.files["/api/m"] = give(JPEG, "image/jpeg", Content_Length=str(50 * MEGABYTE))
    assert refused(f"{provider.url}/m") == "too_large"


def test_fifty_megabytes_unannounced_are_cut_off(provider: MediaServer) -> None:
    provider.files["/api/m"] = endless(JPEG, "image/jpeg", 50 * MEGABYTE)
    assert refused(f"{provider.url}/m") == "too_large"
    assert provider.sent < 20 * MEGABYTE


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(20 * MEGABYTE))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type", "family"),
    [
        (zipped(), "application/zip", "image"),
        (zipped(), "image/jpeg", "image"),
        (b"%PDF-1.7", "image/jpeg", "image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "image"),
        (b"<html>", "image/png", "image"),
        (b"MZ\x90\x00" * 9, "image/png", "image"),
        (JPEG, "text/html", "image"),
        (JPEG, "image/jpeg", "audio"),
        (JPEG, "audio/ogg", "audio"),
        (b"OggS" * 9, "image/jpeg", "image"),
        (b"", "image/jpeg", "image"),
    ],
    ids=[
        "zip",
        "zip as jpeg",
        "pdf",
        "svg",
        "html",
        "program",
        "said html",
        "picture for voice",
        "said voice",
        "voice",
        "nothing",
    ],
)
def test_what_is_not_what_it_should_be_is_thrown_away(
    content: bytes, content_type: str, family: str, provider: MediaServer
) -> None:
    provider.files["/api/m"] = give(content, content_type)
    assert refused(f"{provider.url}/m", family) == "wrong_type"


def test_a_compressed_answer_is_not_unpacked(provider: MediaServer) -> None:
    provider.files["/api/m"] = give(gzip.compress(bytes(MEGABYTE)), "image/jpeg", Content_Encoding="gzip")
    assert refused(f"{provider.url}/m") == "compressed"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_fault_is_tried_once_more(status: int, provider: MediaServer) -> None:
    provider.script.append(give(b"", "text/plain", status))
    provider.files["/api/m"] = give(JPEG, "image/jpeg")
    assert get(f"{provider.url}/m") == JPEG
    assert len(provider.asked) == 2


@pytest.mark.parametrize("status", [401, 404, 410])
def test_a_lasting_one_is_not(status: int, provider: MediaServer) -> None:
    provider.files["/api/m"] = give(b"", "text/plain", status)
    assert refused(f"{provider.url}/m") == f"status_{status}"
    assert len(provider.asked) == 1


@pytest.mark.parametrize("slow", [hang, drip(JPEG, "image/jpeg")], ids=["silent", "a byte at a time"])
def test_the_deadline_holds_whatever_the_other_side_does(slow, provider: MediaServer) -> None:  # type: ignore[no-untyped-def]
    provider.files["/api/m"] = slow
    began = time.monotonic()
    with pytest.raises(MediaAway):
        get(f"{provider.url}/m", seconds=0.6)
    assert time.monotonic() - began < 5
