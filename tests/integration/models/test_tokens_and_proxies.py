"""Downloads through real proxies on loopback, and where a person's token goes: to its hub and to nobody else."""

from __future__ import annotations

import base64
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.local_hub import Fault, LocalHub, local_hub
from support.local_proxy import LocalProxy
from support.model_commands import models
from support.person import MMPROJ, MODEL, Place

from edge_assistant.system import paths
from edge_assistant.system.errors import NetworkError, UsageError

Waits = Callable[[], list[float]]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy() -> Iterator[LocalProxy]:
    with LocalProxy() as running:
        yield running


@pytest.fixture
def other(place: Place) -> Iterator[LocalHub]:
    """Another place on this computer, which has the same files."""
    with local_hub() as running:
        running.files = dict(place.hub.files)
        yield running


def test_a_proxy_with_name_and_password_is_used_beside_one_that_desktops_set_and_cannot_be_used(
    place: Place, proxy: LocalProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1/")
    monkeypatch.setenv("HTTP_PROXY", f"http://me:pa%40ss@127.0.0.1:{proxy.port}")
    place.attempt().run()
    place.check_whole()
    assert len(proxy.asked) == 4
    wanted = "Basic " + base64.b64encode(b"me:pa@ss").decode()
    assert {each["proxy-authorization"] for each in proxy.asked} == {wanted}
    assert not any("proxy-authorization" in each.headers for each in place.hub.asked)


def test_only_a_socks_proxy_is_explained_at_once(place: Place, quick: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(UsageError, match=r"is a SOCKS proxy, .* Set HTTP_PROXY to .*, or set NO_PROXY to 127\.0\.0\.1"):
        place.attempt().run()
    assert quick() == []
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    place.attempt().run()
    place.check_whole()


def test_a_proxy_that_is_not_there_is_named_but_not_its_password(
    place: Place, quick: Waits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{port}")
    attempt = place.attempt()
    with pytest.raises(NetworkError, match=r"^The proxy 127\.0\.0\.1 cannot be reached\. Check the proxy settings\."):
        attempt.run()
    assert sum(quick()) < 5
    assert "secret" not in caplog.text
    assert "secret" not in str(attempt.notices)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_sign_in_says_so_at_once(
    place: Place, proxy: LocalProxy, quick: Waits, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.refuses = True
    monkeypatch.setenv("HTTP_PROXY", f"http://me:wrong@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:wrong@127.0.0.1:{proxy.port}")
    with pytest.raises(
        NetworkError, match=r"^The proxy requires a sign-in\. Put name and password into HTTPS_PROXY\.$"
    ):
        place.attempt(f"{scheme}://127.0.0.1:9").run()
    assert quick() == []


def test_an_empty_address_of_the_hub_and_a_bad_token_are_one_sentence(place: Place) -> None:
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    (paths.data_dir() / "catalog.toml").write_text((place.shipped / "catalog.toml").read_text())
    run = models("pull", "pair", as_json=False, HF_ENDPOINT="", HF_TOKEN="hf_first\nhf_second")
    assert run.process.returncode == 2
    assert run.errors == ["What is in HF_TOKEN cannot be a token; perhaps it has a line break. Correct or remove it."]
    limit = models("pull", "pair", as_json=False, HF_HUB_DOWNLOAD_TIMEOUT="soon", **place.environment())
    assert limit.process.returncode == 2
    assert limit.errors == ["A variable of the environment that begins with HF is not valid. Correct it, or unset it."]


class TestTheToken:
    @pytest.fixture(autouse=True)
    def token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_TOKEN", "hf_secret")

    @pytest.mark.parametrize("method", ["HEAD", "GET"])
    def test_no_redirect_takes_it_to_another_place(
        self, place: Place, other: LocalHub, method: str, quick: Waits
    ) -> None:
        # Another port of the same host, too, is another place.
        fault = Fault(status=307, headers={"Location": f"{other.endpoint}/someone/pair/resolve/main/{MODEL}"})
        (place.hub.head_faults if method == "HEAD" else place.hub.faults).append(fault)
        if method == "HEAD":  # the facts were to be on the redirect itself
            with pytest.raises(NetworkError):
                place.attempt().run()
        else:
            place.attempt().run()
            place.check_whole()
            assert [each.method for each in other.asked] == ["GET"]
        assert not any("authorization" in each.headers for each in other.asked)
        assert place.hub.asked
        assert all(each.headers["authorization"] == "Bearer hf_secret" for each in place.hub.asked)
        assert quick() == []

    def test_a_redirect_to_the_hub_itself_keeps_it(self, place: Place) -> None:
        there = f"{place.hub.endpoint}/someone/pair/resolve/{place.hub.commit}/{MODEL}"
        place.hub.faults = [Fault(status=302, headers={"Location": there})]
        place.attempt().run()
        place.check_whole()
        assert all("authorization" in each.headers for each in place.hub.asked)

    def test_even_to_a_hub_that_the_library_trusts(
        self, place: Place, other: LocalHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from huggingface_hub.utils import _http

        monkeypatch.setattr(_http, "_HUB_ORIGINS", frozenset({("http", "127.0.0.1", other.port)}))
        place.hub.head_faults = [
            Fault(status=307, headers={"Location": f"{other.endpoint}/someone/pair/resolve/{place.hub.commit}/{MODEL}"})
        ]
        place.attempt().run()
        place.check_whole()
        assert [each.method for each in other.asked] == ["HEAD"]
        assert "authorization" not in other.asked[0].headers

    def test_a_hub_without_encryption_does_not_get_it_and_a_refusal_says_why(
        self, place: Place, proxy: LocalProxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        proxy.leads_to = place.hub.endpoint
        place.hub.head_faults = [Fault(status=401)]
        with pytest.raises(NetworkError) as caught:
            place.attempt("http://hub.example").run()
        assert str(caught.value) == (
            "The hub has no public someone/pair. If it is private, set HF_TOKEN to a token. Your token was not sent, "
            "as everybody on the way could read it: the address in HF_ENDPOINT begins with http, not with https."
        )
        place.attempt("http://hub.example").run()
        place.check_whole()
        assert not any("authorization" in each for each in proxy.asked)

    def test_a_proxy_that_reads_along_does_not_get_it(
        self, place: Place, proxy: LocalProxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        place.attempt().run()
        place.check_whole()
        assert len(proxy.asked) == 4
        assert not any("authorization" in each for each in proxy.asked)


def test_certificates_that_cannot_be_used_are_told(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import close_session

    close_session()
    (tmp_path / "certificates.pem").write_text("none")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificates.pem"))
    with pytest.raises((OSError, ssl.SSLError)):
        ssl.create_default_context(cafile=str(tmp_path / "certificates.pem"))
    with pytest.raises(UsageError, match="The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be used"):
        place.attempt().run()
    assert MMPROJ not in {each.path.rpartition("/")[2] for each in place.hub.asked}
