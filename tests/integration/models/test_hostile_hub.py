"""A hub that lies, loops, or never ends: each download ends with one sentence, and nothing wrong is on the disk."""

from __future__ import annotations

import gzip
import hashlib
import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hostile_hub import Answer, HostileHub, reply
from support.local_hub import COMMIT
from support.person import MMPROJ, MODEL, REPOSITORY, Place

from edge_assistant.models.hub import Hub, RemoteFile
from edge_assistant.models.hub_errors import TemporaryError
from edge_assistant.system.errors import AssistantError, DoesNotFitError, NetworkError

Waits = Callable[[], list[float]]

SIGN_IN = "The answer is not from the model hub"
LOST = "The connection to the hub was lost."


@pytest.fixture
def hostile(quick: Waits) -> Iterator[HostileHub]:
    assert quick() == []
    with HostileHub() as running:
        yield running


def facts(place: Place, **changes: str | None) -> dict[str, str]:
    """The headers that tell of the model file, with some changed or left out."""
    data = place.data[MODEL]
    known: dict[str, str | None] = {
        "X-Repo-Commit": COMMIT,
        "X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"',
        "X-Linked-Size": str(len(data)),
        "Content-Length": str(len(data)),
    }
    known |= {key.replace("_", "-"): value for key, value in changes.items()}
    return {key: value for key, value in known.items() if value is not None}


def ends_with(place: Place, hub: HostileHub, kind: type[AssistantError] = NetworkError) -> str:
    """The one sentence that the download ends with; nothing wrong is on the disk."""
    with pytest.raises(kind) as caught:
        place.attempt(hub.endpoint).run()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert place.files() <= {f"{MODEL}.part", f"{MODEL}.part.json"}
    part = place.models / f"{MODEL}.part"
    assert not part.exists() or part.stat().st_size <= len(place.data[MODEL])
    return sentence


def endless(start: bytes, piece: bytes = b"x" * 65_536) -> Iterator[bytes]:
    yield start
    yield from itertools.repeat(piece)


def chunked(status: str, **headers: str) -> Iterator[bytes]:
    """A body that never ends, in chunks."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return endless(reply(status, {**given, "Transfer-Encoding": "chunked"}), b"10000\r\n" + b"x" * 65_536 + b"\r\n")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", LOST),
        (b"\x00\xff\x16\x03\x01" * 50, LOST),
        (b"220 mail.example ESMTP\r\n\r\n", LOST),
        (reply("999 What", {"Content-Length": "0"}), "refused the request"),
        (reply("600 What", {"Content-Length": "0"}), "refused the request"),
        (reply("204 No Content", {}), SIGN_IN),
        (reply("304 Not Modified", {}), SIGN_IN),
        (reply("200 OK", {"X-Repo-Commit": "../../etc"}), SIGN_IN),
        (reply("200 OK", {"X-Repo-Commit": COMMIT, "X-Linked-Size": "-5"}), SIGN_IN),
        (reply("200 OK", {"X-Repo-Commit": COMMIT, "X-Linked-Size": "0"}), "sent no data for"),
        (reply("200 OK", {"X-Repo-Commit": COMMIT, "X-Linked-Size": "9" * 30}), SIGN_IN),
        (reply("200 OK", {"X-Repo-Commit": COMMIT, "X-Linked-Size": "9" * 5000}), "another"),
        (reply("302 Found", {"Location": "/again"}), SIGN_IN),
        (reply("302 Found", {"Location": "file:///etc/passwd"}), SIGN_IN),
        (reply("302 Found", {"Location": "http://[::1"}), SIGN_IN),
        (reply("302 Found", {"Location": "//"}), SIGN_IN),
        (reply("302 Found", {"Location": "http://127.0.0.1:99999/"}), SIGN_IN),
        (reply("302 Found", {"Location": "\xff\xfe"}), SIGN_IN),
        (reply("200 OK", {"X": "y" * 3_000_000}), LOST),
        (reply("200 OK", {f"X-{number}": "y" * 50 for number in range(50_000)}), LOST),
        (reply("429 Slow", {"RateLimit": f'"api";r=0;t={"9" * 5000}'}), SIGN_IN),
        (reply("404 Gone", {"X-Error-Code": "\x1b[31m" * 50, "X-Error-Message": "y\tz" * 5000}), "is not on the hub"),
    ],
    ids=range(22),
)
def test_facts_that_are_none_are_one_sentence(place: Place, hostile: HostileHub, answer: bytes, sentence: str) -> None:
    hostile.head = answer
    if sentence == "another":  # the size is not believed, so the listed one holds
        hostile.get = b""
        assert LOST in ends_with(place, hostile)
        return
    told = ends_with(place, hostile)
    assert sentence in told
    assert not any(request.startswith("GET") for request in hostile.asked)


def test_headers_that_never_end_are_not_read_for_ever(hostile: HostileHub) -> None:
    hostile.head = endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 1000 + b"\r\n")
    with pytest.raises(TemporaryError):
        Hub(hostile.endpoint).look_up(REPOSITORY, "main", MODEL)
    assert hostile.sent < 20_000_000


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "401 No", "500 Broken", "429 Slow"])
@pytest.mark.parametrize("packed", [False, True])
def test_an_error_s_body_is_not_read_to_an_end_that_it_does_not_have(
    place: Place, hostile: HostileHub, status: str, packed: bool
) -> None:
    hostile.head = reply("200 OK", facts(place))
    bomb = gzip.compress(bytes(50_000_000))
    headers = {"Content-Encoding": "gzip", "Content-Length": str(10**15)} if packed else {}
    hostile.get = endless(reply(status, {"Location": "/again", **headers}), bomb) if packed else chunked(status)
    assert ends_with(place, hostile)
    assert hostile.sent < 200_000_000


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"Content-Length": "5"}, SIGN_IN),
        ({"Content-Length": "9999999999"}, SIGN_IN),
        ({"Content-Length": "x"}, LOST),
        ({"Content-Length": "5, 6"}, LOST),
        ({"Content-Encoding": "gzip"}, SIGN_IN),
        ({"Content-Type": "text/html; charset=x"}, SIGN_IN),
    ],
    ids=range(6),
)
def test_lengths_and_kinds_that_are_not_the_file_s_are_refused(
    place: Place, hostile: HostileHub, headers: dict[str, str], sentence: str
) -> None:
    hostile.head = reply("200 OK", facts(place))
    hostile.get = reply("200 OK", headers, gzip.compress(place.data[MODEL]))
    told = ends_with(place, hostile)
    assert sentence in told


@pytest.mark.parametrize(
    "lie",
    [None, "bytes 1-{last}/{size}", "bytes -1-5/{size}", "bytes 0-{last}/5", "bytes 0-{last}/" + "9" * 5000, "x",
     "bytes " + "9" * 5000 + "-" + "9" * 5000 + "/*", "items 0-{last}/{size}", "bytes \u0660-{last}/{size}",
     "bytes */{size}"],
    ids=range(10),
)  # fmt: skip
def test_a_part_that_lies_about_its_place_is_refused(place: Place, hostile: HostileHub, lie: str | None) -> None:
    data = place.data[MODEL]
    hostile.head = reply("200 OK", facts(place))
    headers = {} if lie is None else {"Content-Range": lie.format(last=len(data) - 1, size=len(data))}
    hostile.get = reply("206 Partial", {**headers, "Content-Length": str(len(data))}, data)
    assert ends_with(place, hostile) == "The hub sent the wrong part of the file. Try again later."


def test_a_body_that_never_ends_ends_where_the_file_does(place: Place, hostile: HostileHub) -> None:
    hostile.head = reply("200 OK", facts(place))
    hostile.get = chunked("200 OK")
    assert "sent too much data" in ends_with(place, hostile)
    assert hostile.sent < 20_000_000


def test_a_hub_that_tells_no_size_is_not_read_for_ever_either(place: Place, hostile: HostileHub) -> None:
    place.catalog(revision="main", pinned=False)
    hostile.head = reply("200 OK", facts(place, X_Linked_Size=None, Content_Length=None))
    hostile.get = chunked("200 OK")
    assert "does not say how large" in ends_with(place, hostile)
    assert hostile.sent < 20_000_000


def test_a_size_that_no_disk_has_room_for_is_told_before_a_byte(place: Place, hostile: HostileHub) -> None:
    place.catalog(revision="main", pinned=False)
    hostile.head = reply("200 OK", facts(place, X_Linked_Size=str(2**49)))
    assert "not enough space" in ends_with(place, hostile, DoesNotFitError)
    assert not any(request.startswith("GET") for request in hostile.asked)


def test_other_bytes_of_the_right_length_are_refused(place: Place, hostile: HostileHub) -> None:
    hostile.head = reply("200 OK", facts(place))
    hostile.get = reply("200 OK", {"Content-Length": str(len(place.data[MODEL]))}, bytes(len(place.data[MODEL])))
    assert "does not match" in ends_with(place, hostile, AssistantError)
    assert place.files() == set()


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)", "http://", "http://[::1", "/again", "//",
     "http://127.0.0.1:99999/", "data:,x", "unix:///run/x"],
)  # fmt: skip
def test_a_redirect_of_the_bytes_to_nowhere_is_one_sentence(place: Place, hostile: HostileHub, location: str) -> None:
    hostile.head = reply("200 OK", facts(place))
    hostile.get = reply("302 Found", {"Location": location, "Content-Length": "0"})
    sentence = ends_with(place, hostile)
    assert sentence.startswith((SIGN_IN, LOST, "The model hub cannot be reached."))
    assert len(hostile.asked) < 60


@pytest.mark.parametrize(
    "wait",
    ["-5", "1.5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 5000, "0x10", "", "\u0665", "1e3", "nan", "5 5"],
)
@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
def test_an_odd_time_to_wait_is_none(place: Place, hostile: HostileHub, quick: Waits, wait: str, status: str) -> None:
    hostile.head = reply(status, {"Retry-After": wait, "Content-Length": "0"})
    assert "It was tried 6 times" in ends_with(place, hostile)
    assert quick() == [1.0, 2.0, 4.0, 8.0, 15.0]


def test_a_reasonable_time_to_wait_is_obeyed_also_with_spaces(place: Place, hostile: HostileHub, quick: Waits) -> None:
    hostile.head = reply("503 Busy", {"Retry-After": " 20 ", "Content-Length": "0"})
    assert "It was tried 6 times" in ends_with(place, hostile)
    assert quick() == [20.0] * 5


def test_a_cookie_is_not_kept(hostile: HostileHub) -> None:
    # One with such a letter once made every later request of the program fail.
    hostile.head = reply("200 OK", {"X-Repo-Commit": COMMIT, "Set-Cookie": "a=\xcd", "Connection": "close"})
    hub = Hub(hostile.endpoint)
    for _ in range(2):
        assert hub.look_up(REPOSITORY, "main", MODEL).commit == COMMIT
    assert not any("cookie" in request.lower() for request in hostile.asked)


HEADERS = ("X-Repo-Commit", "X-Linked-Etag", "ETag", "X-Linked-Size", "Content-Length", "Location", "Retry-After",
           "RateLimit", "X-Error-Code", "X-Error-Message", "Content-Encoding", "Transfer-Encoding", "X-Xet-Hash",
           "Link", "Set-Cookie", "Content-Type", "Content-Range")  # fmt: skip
VALUES = (
    st.sampled_from(
        (COMMIT, "f" * 64, '"' + "f" * 64 + '"', "W/x", "0", "5", "-1", "/", "//", "http://", "gzip", "chunked")
    )
    | st.text("0123456789abcdef/:.-;=,\"' %\\\t<>", max_size=40)
    | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
    | st.integers().map(str)
)


@pytest.fixture(scope="module")
def any_hub() -> Iterator[HostileHub]:
    with HostileHub() as running:
        yield running


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from((200, 200, 200, 206, 204, 301, 302, 307, 400, 401, 403, 404, 416, 429, 500, 503)),
    st.dictionaries(st.sampled_from(HEADERS), VALUES, max_size=6),
    st.binary(max_size=20),
)
def test_any_answer_is_facts_or_one_sentence(
    any_hub: HostileHub, status: int, headers: dict[str, str], body: bytes
) -> None:
    answer: Answer = reply(f"{status} Any", headers, body)
    any_hub.head = any_hub.get = answer
    hub = Hub(any_hub.endpoint)
    for call in (lambda: hub.look_up(REPOSITORY, "main", MMPROJ), lambda: begin(hub)):
        try:
            found = call()
        except AssistantError as error:
            found = str(error)
        if isinstance(found, RemoteFile):
            assert found.commit == COMMIT
            assert found.size is None or found.size > 0
        elif isinstance(found, str):
            assert 0 < len(found) < 300
            assert "\n" not in found


def begin(hub: Hub) -> int:
    """How many bytes of the answer come."""
    with hub.open(REPOSITORY, "main", MMPROJ, 5, 100) as stream:
        assert stream.offset in (0, 5)
        return sum(map(len, stream))
