"""Downloads over real HTTP from a hub on loopback, and everything that goes wrong with them."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.local_hub import COMMIT, Fault
from support.person import MMPROJ, MODEL, REPOSITORY, Place
from support.platforms import DEVICES, lacks
from support.waiting import until

from edge_assistant.models import downloader, partial_file, patient_hub
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.retry_schedule import RETRY_WAITS, UNREACHED_WAITS
from edge_assistant.system import paths
from edge_assistant.system.errors import CancelledError, DoesNotFitError, NetworkError, UsageError, WeightsError

Waits = Callable[[], list[float]]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_pair_is_fetched_verified_and_usable_at_once(place: Place) -> None:
    attempt = place.attempt()
    assert attempt.run() == [str(place.models / MODEL), str(place.models / MMPROJ)]
    place.check_whole()
    assert attempt.notices == []
    last = attempt.progress_told[-1]
    assert (last.done, last.total, last.fraction) == (last.total, sum(map(len, place.data.values())), 1.0)
    assert [each.done for each in attempt.progress_told] == sorted(each.done for each in attempt.progress_told)
    library = ModelLibrary(None)
    weights = library.named("pair", "instruct")
    assert [library.status(weights, entry).state for entry in library.pair(weights)] == ["verified", "verified"]


def test_nothing_is_asked_for_but_the_two_files(place: Place) -> None:
    place.attempt().run()
    paths_asked = {each.path for each in place.hub.asked}
    assert paths_asked == {f"/{REPOSITORY}/resolve/{COMMIT}/{name}" for name in (MODEL, MMPROJ)}
    assert [each.method for each in place.hub.asked] == ["HEAD", "GET"] * 2
    for each in place.hub.asked:
        assert each.headers["user-agent"].startswith("edge-assistant/")
        assert "torch" not in each.headers["user-agent"]
        assert "authorization" not in each.headers


def test_what_is_here_is_not_fetched_again(place: Place) -> None:
    place.attempt().run()
    place.hub.asked.clear()
    attempt = place.attempt()
    attempt.run()
    assert place.hub.asked == []
    assert attempt.progress_told[-1].fraction == 1.0


def test_a_dropped_connection_goes_on_where_it_broke(place: Place, quick: Waits) -> None:
    place.hub.faults = [Fault(after=250_000), Fault(after=100_000), Fault()]
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    starts = [each.start for each in place.hub.gets() if MODEL in each.path]
    assert starts[0] == 0
    assert 0 < starts[1] <= 250_000
    assert starts[1] < starts[2] <= 350_000
    assert {code for code, _ in attempt.notices} == {"connection-lost"}
    assert quick() == [1.0, 1.0]  # bytes arrived in between, so the row began anew


def test_an_attempt_that_was_given_up_is_taken_up_by_the_next_run(place: Place, quick: Waits) -> None:
    place.hub.forever = Fault(after=0)
    place.hub.faults = []
    with pytest.raises(NetworkError, match=r"was tried 13 times\. You can try again later\."):
        place.attempt().run()
    assert quick() == list(RETRY_WAITS)
    place.hub.forever = None
    place.hub.faults = [Fault(after=300_000), *[Fault(after=0)] * 13]
    with pytest.raises(NetworkError, match=r"was tried 13 times\. What was downloaded is kept"):
        place.attempt().run()
    assert place.files() == {f"{MODEL}.part", f"{MODEL}.part.json"}
    kept = (place.models / f"{MODEL}.part").stat().st_size
    assert kept > 200_000
    place.hub.asked.clear()
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert place.hub.gets()[0].start == kept
    assert attempt.progress_told[0].bytes_per_s is None  # what was here before says nothing about the line


def test_a_line_that_stands_still_is_given_up_and_tried_again(
    place: Place, quick: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.5)
    place.hub.faults = [Fault(after=100_000, stall=True)]
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert attempt.notices[0][0] == "stalled"
    assert quick()


@pytest.mark.usefixtures("quick")
def test_a_line_that_only_drips_counts_as_standing_still(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloader, "_STALL_SECONDS", 0.3)
    place.hub.bytes_per_s = 20_000
    attempt = place.attempt()
    wait = threading.Thread(target=lambda: until(lambda: attempt.notices))
    wait.start()

    def speed_up(code: str, message: str) -> None:
        attempt.notices.append((code, message))
        place.hub.bytes_per_s = None

    monkeypatch.setattr(attempt, "notice", speed_up)
    attempt.run()
    wait.join()
    place.check_whole()
    assert attempt.notices[0] == ("stalled", "The download has almost stalled. Trying again in 1 second.")


def test_a_hub_that_always_drips_is_given_up_and_what_came_is_kept(
    place: Place, quick: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloader, "_STALL_SECONDS", 0.05)
    place.hub.bytes_per_s = 20_000
    with pytest.raises(
        NetworkError, match=r"^The download has almost stalled\. It was tried 13 times\. What was downl"
    ):
        place.attempt().run()
    assert quick() == list(RETRY_WAITS)
    assert (place.models / f"{MODEL}.part").stat().st_size > 0


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_headers_that_drip_are_not_waited_for(place: Place, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_hub, "ANSWER_TIMEOUT_S", 1.0)
    (place.hub.head_faults if method == "HEAD" else place.hub.faults).append(Fault(drips=True))
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert attempt.notices[0] == ("stalled", "The hub takes too long to answer. Trying again in 1 second.")


def test_a_cancel_does_not_wait_for_headers_that_drip(place: Place) -> None:
    place.hub.head_faults.append(Fault(drips=True))
    attempt = place.attempt()

    def cancel_when_asked() -> None:
        until(lambda: place.hub.asked)
        attempt.cancel.set()

    cancel = threading.Thread(target=cancel_when_asked)
    cancel.start()
    with pytest.raises(CancelledError):
        attempt.run()
    cancel.join()


@pytest.mark.usefixtures("quick")
def test_a_hub_that_answers_with_the_wrong_part_is_asked_once_more_from_the_start(place: Place) -> None:
    place.hub.faults = [Fault(after=200_000), Fault(shift_range=10), Fault()]
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert [each.start > 0 for each in place.hub.gets()[:3]] == [False, True, False]
    assert [each.done for each in attempt.progress_told][-1] == attempt.progress_told[-1].total


@pytest.mark.usefixtures("quick")
def test_a_hub_that_ignores_ranges_sends_everything_and_that_is_used(place: Place) -> None:
    place.hub.faults = [Fault(after=200_000), Fault(ignore_range=True)]
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert attempt.progress_told[-1].fraction == 1.0


@pytest.mark.usefixtures("quick")
def test_a_part_that_is_longer_than_the_file_is_thrown_away(place: Place) -> None:
    place.hub.faults = [Fault(after=200_000), *[Fault(after=0)] * 13]
    with pytest.raises(NetworkError):
        place.attempt().run()
    with (place.models / f"{MODEL}.part").open("ab") as file:
        file.write(bytes(len(place.data[MODEL])))
    place.attempt().run()
    place.check_whole()


def test_wrong_bytes_are_refused_with_both_checksums_and_leave_nothing(place: Place) -> None:
    place.hub.faults = [Fault(flip=True)]
    with pytest.raises(ChecksumError, match="does not match") as caught:
        place.attempt().run()
    wrong = bytearray(place.data[MODEL])
    wrong[-7] ^= 1
    assert (caught.value.expected, caught.value.found) == (sha256(place.data[MODEL]), sha256(bytes(wrong)))
    assert sha256(place.data[MODEL])[:8] in str(caught.value)
    assert sha256(bytes(wrong))[:8] in str(caught.value)
    assert "Download it again" in str(caught.value)
    assert place.files() == set()
    place.attempt().run()
    place.check_whole()


def test_a_hub_that_sends_too_much_is_refused(place: Place) -> None:
    place.hub.faults = [Fault(surplus=b"more")]
    with pytest.raises(NetworkError, match="sent too much data"):
        place.attempt().run()
    assert MODEL not in place.files()


def test_a_file_that_is_damaged_here_is_fetched_again_and_replaced(place: Place) -> None:
    place.models.mkdir(parents=True)
    (place.models / MODEL).write_bytes(place.data[MODEL][:-1] + b"?")
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert attempt.notices[0][0] == "fetch-again"


def test_a_file_elsewhere_is_found_again_over_redirects_without_the_token(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret-token")
    place.hub.to_cdn = True
    place.attempt().run()
    place.check_whole()
    for each in place.hub.asked:
        assert ("authorization" in each.headers) == ("/cdn/" not in each.path)


def test_the_person_s_token_is_sent_to_the_hub(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret-token\n")
    place.attempt().run()
    assert {each.headers["authorization"] for each in place.hub.asked} == {"Bearer secret-token"}


@lacks(DEVICES)
def test_a_pipe_in_the_place_of_the_token_is_not_waited_for(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    os.mkfifo(tmp_path / "token")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    place.attempt().run()
    place.check_whole()


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (Fault(status=401), "has no public someone/pair"),
        (Fault(status=401, headers={"X-Error-Message": "Invalid credentials in Authorization header"}), "no public"),
        (Fault(status=403), "denied access to pair-Q4_K_M.gguf. Accept the licence"),
        (Fault(status=403, headers={"X-Error-Code": "GatedRepo"}), "Accept the licence of someone/pair"),
        (Fault(status=404), "someone/pair is not on the hub. Check the variable HF_ENDPOINT"),
        (
            Fault(status=404, headers={"X-Error-Code": "RevisionNotFound"}),
            "Version 0123456789ab of someone/pair is no longer",
        ),
        (Fault(status=404, headers={"X-Error-Code": "EntryNotFound"}), "has no file pair-Q4_K_M.gguf"),
        (Fault(status=407), "The proxy requires a sign-in"),
        (Fault(status=410), "refused the request for pair-Q4_K_M.gguf with code 410"),
        (Fault(page=True), "perhaps this network wants you to sign in on a web page first"),
    ],
)
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_each_refusal_is_one_sentence_with_the_way_out(
    place: Place, quick: Waits, head: Fault, sentence: str, method: str
) -> None:
    (place.hub.head_faults if method == "HEAD" else place.hub.faults).append(head)
    with pytest.raises(NetworkError) as caught:
        place.attempt().run()
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 230
    assert "\n" not in str(caught.value)
    assert place.files() <= {f"{MODEL}.part", f"{MODEL}.part.json"}
    assert quick() == []


def test_a_redirect_to_a_sign_in_page_is_not_taken_for_the_hub(place: Place) -> None:
    place.hub.head_faults = [Fault(status=302, headers={"Location": "http://127.0.0.2:9/sign-in"})]
    with pytest.raises(NetworkError, match="wants you to sign in on a web page"):
        place.attempt().run()


def test_a_refused_token_is_told_as_such(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "old-token")
    place.hub.head_faults = [Fault(status=401)]
    with pytest.raises(NetworkError, match="rejected your token: renew it, or unset HF_TOKEN"):
        place.attempt().run()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_passing_failure_is_told_and_tried_again(place: Place, quick: Waits, status: int, method: str) -> None:
    (place.hub.head_faults if method == "HEAD" else place.hub.faults).append(Fault(status=status))
    attempt = place.attempt()
    attempt.run()
    place.check_whole()
    assert quick() == [1.0]
    assert attempt.notices[0][1].endswith("Trying again in 1 second.")


def test_a_hub_that_asks_to_wait_is_obeyed(place: Place, quick: Waits) -> None:
    place.hub.faults = [Fault(status=429, headers={"Retry-After": "17"})]
    attempt = place.attempt()
    attempt.run()
    assert quick() == [17.0]
    assert attempt.notices[0] == (
        "rate-limited", "The hub gets too many requests at the moment. Trying again in 17 seconds."
    )  # fmt: skip


def test_a_hub_that_asks_to_wait_long_sends_the_person_away(place: Place, quick: Waits) -> None:
    place.hub.head_faults = [Fault(status=429, headers={"Retry-After": "3601"})]
    with pytest.raises(NetworkError, match=r"Wait 61 minutes\. You can try again later"):
        place.attempt().run()
    assert quick() == []


@pytest.mark.usefixtures("quick")
def test_a_part_the_hub_does_not_have_is_asked_for_from_the_start(place: Place) -> None:
    place.hub.faults = [Fault(after=100_000), Fault(status=416), Fault()]
    place.attempt().run()
    place.check_whole()


UNREACHABLE = "The model hub cannot be reached. Check the network connection."


def test_without_a_hub_it_says_that_it_cannot_be_reached(place: Place, quick: Waits) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    attempt = place.attempt(f"http://127.0.0.1:{port}")
    with pytest.raises(NetworkError) as error:
        attempt.run()
    assert str(error.value).startswith(f"{UNREACHABLE} It was tried 3 times. ")
    assert quick() == list(UNREACHED_WAITS)
    assert sum(UNREACHED_WAITS) < 5
    assert attempt.notices[0] == ("unreachable", f"{UNREACHABLE} Trying again in 1 second.")


@pytest.mark.parametrize("endpoint", ["not an address", "ftp://hub", "http://hub:port"])
def test_an_address_that_is_none_is_told(place: Place, endpoint: str) -> None:
    attempt = place.attempt(endpoint)
    with pytest.raises(UsageError, match="unset the variable HF_ENDPOINT"):
        attempt.run()


def test_forbidden_downloads_say_which_variable_forbids_them(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UsageError, match="HF_HUB_OFFLINE"):
        place.attempt().run()
    assert place.hub.asked == []


def test_a_disk_without_room_is_told_before_anything_is_fetched(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 700_000})
    monkeypatch.setattr(partial_file.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DoesNotFitError, match=r"needs .*, and 700,000 bytes are free\. Free up space"):
        place.attempt().run()
    assert place.hub.asked == []


def test_a_cancel_ends_a_stalled_download_at_once_and_the_next_run_goes_on(place: Place) -> None:
    place.hub.faults = [Fault(after=250_000, stall=True)]
    attempt = place.attempt()
    raised: list[Exception] = []

    def run() -> None:
        try:
            attempt.run()
        except CancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    until(lambda: attempt.progress_told and attempt.progress_told[-1].done > 200_000)
    attempt.cancel.set()
    thread.join(2)
    assert not thread.is_alive()
    assert len(raised) == 1
    place.hub.over.set()  # the stalled answer may end
    place.hub.asked.clear()
    place.attempt().run()
    place.check_whole()
    assert place.hub.gets()[0].start > 200_000


def test_a_cancel_between_two_attempts_does_not_wait(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.hub.head_faults = [Fault(status=429, headers={"Retry-After": "200"})]
    attempt = place.attempt()
    monkeypatch.setattr(attempt, "notice", lambda *_: attempt.cancel.set())
    with pytest.raises(CancelledError):
        attempt.run()


def test_of_two_downloads_at_once_one_is_told_that_the_other_is_at_it(place: Place) -> None:
    place.hub.bytes_per_s = 400_000
    first = place.attempt()
    thread = threading.Thread(target=first.run, daemon=True)
    thread.start()
    until(lambda: first.progress_told)
    with pytest.raises(WeightsError, match="is being written by another program") as caught:
        place.attempt().run()
    assert caught.value.code == "weights-busy"
    place.hub.bytes_per_s = None
    thread.join()
    place.check_whole()


@pytest.mark.usefixtures("quick")
def test_after_a_power_cut_only_what_was_surely_on_the_disk_is_used(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.hub.faults = [Fault(after=300_000), *[Fault(after=0)] * 13]
    with pytest.raises(NetworkError):
        place.attempt().run()
    file = place.models / f"{MODEL}.part"
    sure = file.stat().st_size
    with file.open("ab") as garbage:  # what a disk may hold beyond the last sync
        garbage.write(bytes(50_000))
    monkeypatch.setattr(partial_file, "_boot_time", lambda: 1)
    place.hub.asked.clear()
    place.attempt().run()
    place.check_whole()
    assert place.hub.gets()[0].start == sure


class TestTrustAtTheFirstDownload:
    def test_the_hub_s_commit_and_checksum_are_recorded_and_hold(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False)
        place.attempt().run()
        place.check_whole()
        library = ModelLibrary(None)
        trusted = library.verifier.trusted(library.named("pair", "instruct").model)
        assert trusted is not None
        assert (trusted.sha256, trusted.commit) == (sha256(place.data[MODEL]), COMMIT)
        assert trusted.size == len(place.data[MODEL])

    def test_a_file_that_was_put_there_by_hand_is_compared_with_the_hub_s_and_kept(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False)
        place.models.mkdir(parents=True)
        for name, data in place.data.items():
            (place.models / name).write_bytes(data)
        place.attempt().run()
        assert place.hub.gets() == []
        library = ModelLibrary(None)
        assert library.verifier.trusted(library.named("pair", "instruct").model) is not None
        (place.models / MODEL).write_bytes(b"other")
        place.attempt().run(trust_new=True)
        place.check_whole()

    def test_an_entry_without_a_checksum_is_decided_by_the_first_download(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False)
        text = (place.shipped / "catalog.toml").read_text()
        (place.shipped / "catalog.toml").write_text(text.replace('trust = "first-download"\n', ""))
        place.attempt().run()
        place.check_whole()
        assert ModelLibrary(None).named("pair", "instruct").model.first_download

    def test_afterwards_the_recorded_commit_is_asked_for(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False)
        place.attempt().run()
        for name in place.data:
            (place.models / name).unlink()
        place.hub.asked.clear()
        place.attempt().run()
        place.check_whole()
        assert {each.path.split("/")[4] for each in place.hub.asked} == {COMMIT}

    def test_an_unsure_checksum_gives_way_to_the_hub_s_and_that_is_told(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False, sha256={MODEL: "0" * 64})
        attempt = place.attempt()
        attempt.run()
        place.check_whole()
        assert [code for code, _ in attempt.notices] == ["first-download-decides"]
        assert attempt.notices[0][1].endswith("the listed one, which is not sure, with 00000000.")

    def test_a_sure_checksum_does_not_give_way(self, place: Place) -> None:
        place.catalog(sha256={MODEL: "0" * 64})
        with pytest.raises(ChecksumError, match=r"but 00000000 is listed\. It was not downloaded"):
            place.attempt().run()
        assert place.hub.gets() == []

    def test_a_hub_that_tells_no_checksum_is_not_trusted(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False)
        place.hub.etags[MODEL] = None
        with pytest.raises(NetworkError, match="gives no checksum"):
            place.attempt().run()
        assert place.hub.gets() == []

    def test_wrong_bytes_at_the_first_download_are_refused(self, place: Place) -> None:
        place.catalog(revision="main", pinned=False)
        place.hub.faults = [Fault(flip=True)]
        with pytest.raises(ChecksumError):
            place.attempt().run()
        assert place.files() == set()
        place.attempt().run()
        place.check_whole()


def test_a_second_catalogue_of_the_person_s_own_is_fetched_from_too(place: Place) -> None:
    own = (place.shipped / "catalog.toml").read_text().replace('name = "pair"', 'name = "mine"')
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    (paths.data_dir() / "catalog.toml").write_text(own)
    library = ModelLibrary(None)
    assert {weights.name for weights in library.catalog()} == {"pair", "mine"}
    mine = library.named("mine", "instruct")
    assert mine == replace(library.named("pair", "instruct"), name="mine")
