"""The environment that people have for downloads is understood, or explained in one sentence without a secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_assistant.models import hub_environment
from edge_assistant.models.hub import Hub
from edge_assistant.models.hub_environment import (
    HUGGING_FACE,
    checked_endpoint,
    endpoint,
    proxy_for,
    token_for,
    without_secrets,
)
from edge_assistant.system.errors import UsageError

ANYTHING = st.text(max_size=60) | st.text("htps:/@[]._~%?#{}0123456789abc \n\0", max_size=60)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no hub and no token in the environment."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("HF_", "HUGGING")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))


def result(call: Callable[[], object]) -> object:
    """What a call returns, or the UsageError that it raises."""
    try:
        return call()
    except UsageError as error:
        return error


class TestAddress:
    @pytest.mark.parametrize("value", ["", " ", "/", None])
    def test_without_one_it_is_the_hugging_face_hub(self, value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
        if value is not None:
            monkeypatch.setenv("HF_ENDPOINT", value)
        assert endpoint() == HUGGING_FACE
        assert Hub().host == "huggingface.co"

    @pytest.mark.parametrize(
        "value", ["https://hub.example", "http://127.0.0.1:80/mirror/", " https://[::1]:8443\n", "https://a-b_c.d/e"]
    )
    def test_a_valid_one_is_taken(self, value: str) -> None:
        assert checked_endpoint(value) == value.strip().rstrip("/")

    @pytest.mark.parametrize(
        "value",
        ["hub.example", "ftp://hub", "http://", "http://hub:port", "http://hub:99999", "http://[::1", "https://{x}",
         "https://hub?q=1", "https://hub#x", "https://h\u00fcb", "file:///etc/passwd", "https://h ub", "https://:1"],
    )  # fmt: skip
    def test_another_is_told_with_the_variable(self, value: str) -> None:
        with pytest.raises(UsageError, match=r"^The address of the hub is not valid: .*unset the variable HF_ENDPOINT"):
            checked_endpoint(value)

    @pytest.mark.parametrize("value", ["https://me:secret@hub", "me:secret@hub", "http://a@b@c"])
    def test_one_with_a_name_and_password_is_refused_without_repeating_them(self, value: str) -> None:
        with pytest.raises(UsageError, match="must not hold a name or a password") as caught:
            checked_endpoint(value)
        assert "secret" not in str(caught.value)

    @given(ANYTHING)
    def test_any_value_is_an_address_or_one_sentence(self, value: str) -> None:
        found = result(lambda: checked_endpoint(value))
        if isinstance(found, UsageError):
            assert "HF_ENDPOINT" in str(found)
            assert "\n" not in str(found)
        else:
            assert str(found).startswith(("http://", "https://"))
            assert hub_environment.origin(str(found))[1]


class TestToken:
    @pytest.mark.parametrize("variable", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
    def test_that_of_the_environment_is_for_the_hub_of_the_environment(
        self, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, " hf_abc\n")
        for address in (
            HUGGING_FACE,
            "https://hub.example",
            "http://127.0.0.1:8000",
            "http://localhost",
            "http://[::1]",
        ):
            assert token_for(address).value == "hf_abc"

    def test_it_is_not_sent_where_everybody_could_read_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_TOKEN", "hf_abc")
        for address in (
            "http://hub.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "http://localhost.example",
        ):
            token = token_for(address)
            assert token.value is None
            assert "everybody on the way could read it" in str(token.why_not_sent)

    def test_a_saved_one_is_for_the_hugging_face_hub_only(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("hf_saved\n")
        assert token_for(HUGGING_FACE).value == token_for("https://HuggingFace.co:443").value == "hf_saved"
        for address in (
            "https://hub.example",
            "https://huggingface.co.example",
            "http://127.0.0.1",
            "http://huggingface.co",
        ):
            token = token_for(address)
            assert token.value is None
            assert "was not sent to" in str(token.why_not_sent)

    @pytest.mark.parametrize("value", ["", "  ", "\n"])
    def test_an_empty_one_is_none(self, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("HF_TOKEN", value)
        (tmp_path / "token").write_text(value)
        assert token_for(HUGGING_FACE) == hub_environment.Token()

    @given(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text))
    def test_any_value_is_sent_whole_or_explained_without_repeating_it(self, value: str) -> None:
        with pytest.MonkeyPatch.context() as environment:
            try:
                environment.setenv("HF_TOKEN", value)
            except UnicodeEncodeError:
                return
            found = result(lambda: token_for(HUGGING_FACE).value)
        wrong = "What is in HF_TOKEN cannot be a token; perhaps it has a line break. Correct or remove it."
        assert (str(found) == wrong) if isinstance(found, UsageError) else (found == value.strip())

    def test_a_line_break_in_it_is_told(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("hf_a\nhf_b")
        with pytest.raises(UsageError, match="token cannot be a token; perhaps it has a line break"):
            token_for(HUGGING_FACE)
        monkeypatch.setenv("HF_TOKEN", "hf_a\r\nX-Evil: 1")
        with pytest.raises(UsageError, match="HF_TOKEN cannot be a token"):
            token_for(HUGGING_FACE)


class TestProxy:
    def test_without_one_there_is_none(self) -> None:
        assert proxy_for("https", "hub.example") is None

    def test_a_socks_proxy_beside_a_good_one_does_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ALL_PROXY", "socks://h:1")
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
        monkeypatch.setenv("HTTP_PROXY", "http://other:3128")
        assert proxy_for("https", "hub.example") == "http://proxy:3128"
        assert proxy_for("http", "hub.example") == "http://other:3128"

    @pytest.mark.parametrize("value", ["socks://h:1", "socks5://me:secret@h:1", "SOCKS5H://h:1", "socks4://h"])
    @pytest.mark.parametrize("variable", ["ALL_PROXY", "HTTPS_PROXY", "all_proxy"])
    def test_one_that_is_needed_is_explained(self, value: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(variable, value)
        with pytest.raises(UsageError) as caught:
            proxy_for("https", "hub.example")
        assert str(caught.value) == (
            f"The proxy in {variable.upper()} is a SOCKS proxy, which this program cannot use. Set HTTPS_PROXY to the "
            "address of an HTTP proxy, or set NO_PROXY to hub.example."
        )

    @pytest.mark.parametrize("exceptions", ["hub.example", ".example", "*", "a, hub.example"])
    def test_exceptions_need_none(self, exceptions: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ALL_PROXY", "socks://h:1")
        monkeypatch.setenv("NO_PROXY", exceptions)
        assert proxy_for("https", "hub.example") is None

    def test_a_name_and_password_are_kept_and_a_scheme_is_added(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "me:s%40cret@proxy:3128")
        assert proxy_for("https", "hub.example") == "http://me:s%40cret@proxy:3128"

    @pytest.mark.parametrize(
        "value", ["http://me:secret@h:port", "ftp://me:secret@h", "http://", "http://me:s ecret@h", "h:99999"]
    )
    def test_one_that_is_none_is_told_without_its_password(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", value)
        with pytest.raises(UsageError) as caught:
            proxy_for("https", "hub.example")
        assert str(caught.value) == (
            "The address of the proxy is not valid. Correct the variable HTTPS_PROXY or this computer's proxy settings."
        )

    @given(ANYTHING)
    def test_any_value_is_a_proxy_or_one_sentence(self, value: str) -> None:
        with pytest.MonkeyPatch.context() as environment:
            try:
                environment.setenv("HTTPS_PROXY", value)
            except (ValueError, UnicodeEncodeError):
                return
            found = result(lambda: proxy_for("https", "hub.example"))
        if isinstance(found, UsageError):
            assert "HTTPS_PROXY" in str(found)
        else:
            assert found is None or hub_environment.origin(str(found))[1]


@pytest.mark.parametrize(
    "text",
    ["bad proxy http://me:secret@host:1/", "me:secret@host", "got b'Bearer secret'", "token hf_secret given",
     "http://a:secret@b and http://c:secret@d"],
)  # fmt: skip
def test_secrets_are_left_out_of_the_log(text: str) -> None:
    assert "secret" not in without_secrets(text)
