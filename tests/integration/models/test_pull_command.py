"""`models pull` as a program of its own: killed, cancelled, twice at once, on a full disk."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.local_hub import Fault
from support.model_commands import Models, models
from support.person import MMPROJ, MODEL, REPOSITORY, Place
from support.platforms import SMALL_DISKS, lacks, skip_without
from support.waiting import until

from edge_assistant.system import paths


@pytest.fixture
def shop(place: Place) -> Place:
    """The hub's pair is in the person's own catalogue, as the one that ships cannot be replaced from outside."""
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    (paths.data_dir() / "catalog.toml").write_text((place.shipped / "catalog.toml").read_text())
    return place


def pull(shop: Place, *arguments: str, trust: bool = True, **options: Any) -> Models:
    """A pull of the pair, whose checksums are in no catalogue that ships: accepted beforehand with `trust`."""
    accepted = ("--trust-new",) if trust else ()
    return Models("pull", "pair", *accepted, *arguments, **{**shop.environment(), **options})


def part_size(shop: Place, name: str = MODEL) -> int:
    try:
        return (shop.models / f"{name}.part").stat().st_size
    except FileNotFoundError:
        return 0


def test_a_pull_tells_a_program_how_far_it_is_and_where_the_files_are(shop: Place) -> None:
    shop.hub.bytes_per_s = 400_000
    with pull(shop) as run:
        assert run.wait() == 0
    shop.check_whole()
    steps = run.of("progress")
    assert len(steps) >= 3
    assert all(step["total_bytes"] == sum(map(len, shop.data.values())) for step in steps)
    assert [step["fraction"] for step in steps] == sorted(step["fraction"] for step in steps)
    assert run.events[-1] == {
        "event": "done",
        "action": "pull",
        "name": "pair",
        "variant": "instruct",
        "files": [str(shop.models / MODEL), str(shop.models / MMPROJ)],
    }
    assert run.errors == []


def test_people_get_plain_lines_at_every_tenth_and_one_at_the_end(shop: Place) -> None:
    shop.hub.bytes_per_s = 2_000_000
    with pull(shop, as_json=False) as run:
        assert run.wait() == 0
    assert run.lines == ["pair, Instruct, is installed and verified."]
    tenths = [int(line.split(": ")[1].split(" percent")[0]) // 10 for line in run.errors]
    assert tenths == sorted(set(tenths))
    assert len(tenths) >= 5
    assert not any("\r" in line or "\x1b" in line for line in run.errors)


def test_a_pull_that_is_killed_at_random_moments_goes_on_from_where_it_was(shop: Place) -> None:
    dice = random.Random(time.time_ns())
    shop.hub.bytes_per_s = 150_000
    resumed = 0
    for number in range(6):
        before = part_size(shop)
        already = len(shop.hub.gets())
        with pull(shop) as run:
            until(lambda: len(shop.hub.gets()) > already)  # noqa: B023
            if number % 2 == 0:
                until(lambda: part_size(shop) > before or MMPROJ in shop.hub.gets()[-1].path)  # noqa: B023
            time.sleep(dice.uniform(0, 0.4))
            run.kill()
            run.wait()
        first = shop.hub.gets()[already]
        if MODEL in first.path:
            assert first.start == before
            resumed += before > 0
        assert MODEL in shop.files() or not (shop.models / MODEL).exists()
    assert resumed >= 2
    shop.hub.bytes_per_s = None
    with pull(shop) as run:
        assert run.wait() == 0
    shop.check_whole()


def test_ctrl_c_keeps_what_has_arrived_and_says_so(shop: Place) -> None:
    shop.hub.faults = [Fault(after=200_000, stall=True)]
    with pull(shop) as run:
        until(lambda: part_size(shop) == 200_000)
        start = time.monotonic()
        run.interrupt()
        assert run.wait() == 130
        assert time.monotonic() - start < 3
    (error,) = run.of("error")
    assert error["code"] == "cancelled"
    assert error["message"] == "Cancelled. Progress is kept; you can resume later."
    shop.hub.over.set()
    shop.hub.asked.clear()
    with pull(shop) as run:
        assert run.wait() == 0
    shop.check_whole()
    assert shop.hub.gets()[0].start == 200_000


def test_of_two_programs_one_downloads_and_the_other_says_so(shop: Place) -> None:
    shop.hub.bytes_per_s = 5_000  # whatever time the second program takes to start, the first one is not done
    with pull(shop) as first:
        until(lambda: part_size(shop) > 0)
        with pull(shop) as second:
            assert second.wait() == 3
        shop.hub.bytes_per_s = None
        assert first.wait() == 0
    (error,) = second.of("error")
    assert error["code"] == "weights-busy"
    shop.check_whole()


def test_wrong_bytes_give_both_whole_checksums_and_their_own_exit_code(shop: Place) -> None:
    shop.hub.faults = [Fault(flip=True)]
    with pull(shop) as run:
        assert run.wait() == 3
    (sums,) = run.of("checksums")
    assert len(sums["expected"]) == len(sums["found"]) == 64
    (error,) = run.of("error")
    assert sums["expected"][:8] in error["message"]
    assert sums["found"][:8] in error["message"]
    assert shop.files() == set()


def test_the_hub_is_asked_for_nothing_but_the_files_and_told_nothing_else(shop: Place) -> None:
    # Its library would ask for a list of such programs, and tell the hub which one it runs in, if it were let.
    with pull(shop, AGENT="some-agent", AI_AGENT="some-agent") as run:
        assert run.wait() == 0
    assert {each.path.rpartition("/")[2] for each in shop.hub.asked} == {MODEL, MMPROJ}
    assert [each.method for each in shop.hub.asked] == ["HEAD"] * 2 + ["GET"] * 2
    assert not any("some-agent" in value for each in shop.hub.asked for value in each.headers.values())


def test_a_sign_in_page_is_a_network_error(shop: Place) -> None:
    shop.hub.head_faults = [Fault(page=True)]
    with pull(shop, as_json=False) as run:
        assert run.wait() == 8
    assert run.errors == [
        "The answer is not from the model hub; perhaps this network wants you to sign in on a web page first. Open "
        "a web browser, sign in, and try again."
    ]


def test_an_address_that_is_none_is_a_usage_error(shop: Place) -> None:
    with pull(shop, HF_ENDPOINT="nonsense") as run:
        assert run.wait() == 2


def test_the_first_download_is_recorded_and_the_list_shows_it(shop: Place) -> None:
    shop.catalog(revision="main", pinned=False)
    (paths.data_dir() / "catalog.toml").write_text((shop.shipped / "catalog.toml").read_text())
    before = next(each for each in models("list").of("weights") if each["name"] == "pair")
    assert [each["trust"] for each in before["files"]] == ["first-download"] * 2
    with pull(shop) as run:
        assert run.wait() == 0
    assert [each["file"] for each in run.of("trusted")] == [MODEL, MMPROJ]
    after = next(each for each in models("list").of("weights") if each["name"] == "pair")
    assert after["state"] == "verified"
    assert [each["trust"] for each in after["files"]] == ["first-download-recorded"] * 2
    assert [each["commit"] for each in after["files"]] == [shop.hub.commit] * 2
    (line,) = [line for line in models("list", as_json=False).lines if line.startswith("pair,")]
    assert f"from commit {shop.hub.commit[:8]}" in line


def test_another_file_than_at_the_first_download_is_taken_only_with_an_option_that_the_error_names(shop: Place) -> None:
    shop.catalog(revision="main", pinned=False)
    (paths.data_dir() / "catalog.toml").write_text((shop.shipped / "catalog.toml").read_text())
    with pull(shop) as run:
        assert run.wait() == 0
    (shop.models / MODEL).unlink()
    shop.data[MODEL] = shop.hub.files[REPOSITORY, MODEL] = shop.data[MODEL][:-100] + bytes(100)
    with pull(shop, trust=False) as run:
        assert run.wait() == 3
    (error,) = run.of("error")
    assert error["message"].endswith("Accept it with models pull --trust-new, if you know why it changed.")
    assert len(run.of("checksums")) == 1
    assert MODEL not in shop.files()
    with pull(shop) as run:
        assert run.wait() == 0
    shop.check_whole()


def test_a_checksum_on_first_sight_is_not_taken_without_a_terminal_and_an_option_says_yes_beforehand(
    shop: Place,
) -> None:
    shop.catalog(revision="main", pinned=False)
    (paths.data_dir() / "catalog.toml").write_text((shop.shipped / "catalog.toml").read_text())
    with pull(shop, trust=False) as run:
        assert run.wait() == 3
    (error,) = run.of("error")
    assert (error["code"], error["message"]) == (
        "weights-unverified",
        "This program has no checksum of its own for pair, Instruct, and nobody can be asked here, so it was not "
        "downloaded. Accept what the hub has with models pull --trust-new.",
    )
    assert shop.hub.gets() == []
    assert not (paths.data_dir() / "trusted.json").exists()
    with pull(shop) as run:
        assert run.wait() == 0
    shop.check_whole()


def test_the_list_shows_how_much_of_an_unfinished_download_is_here(shop: Place) -> None:
    shop.hub.faults = [Fault(after=200_000, stall=True)]
    with pull(shop) as run:
        until(lambda: part_size(shop) == 200_000)
        run.kill()
        run.wait()
    (line,) = [line for line in models("list", as_json=False).lines if line.startswith("pair,")]
    assert line.endswith("incomplete, 24 percent.")


def test_what_was_fetched_is_verified_again_listed_and_removed(shop: Place) -> None:
    with pull(shop) as run:
        assert run.wait() == 0
    assert models("path", "pair", as_json=False).lines == [str(shop.models / MODEL), str(shop.models / MMPROJ)]
    assert models("path", as_json=False).lines == [str(shop.models)]
    verified = models("verify", "pair")
    assert [each["result"] for each in verified.of("file")] == ["whole", "whole"]
    damaged = bytearray(shop.data[MMPROJ])
    damaged[-1] ^= 1
    times = (shop.models / MMPROJ).stat()
    (shop.models / MMPROJ).write_bytes(damaged)
    os.utime(shop.models / MMPROJ, ns=(times.st_atime_ns, times.st_mtime_ns))  # a disk that rots tells nothing
    with Models("verify", "pair") as again:
        assert again.wait() == 3
    assert [each["result"] for each in again.of("file")] == ["whole", "weights-damaged"]
    removed = models("remove", "pair")
    assert removed.of("done")[0]["freed_bytes"] == sum(map(len, shop.data.values()))
    assert shop.files() == set()
    with Models("remove", "pair") as nothing:
        assert nothing.wait() == 3


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """The person's data folder on a disk of 2.5 MB."""
    folder = paths.data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2560k", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        skip_without("the right to make a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@lacks(SMALL_DISKS)
def test_a_disk_that_fills_up_meanwhile_ends_the_download_and_keeps_what_came(small_disk: Path, shop: Place) -> None:
    shop.hub.bytes_per_s = 300_000
    filler = small_disk / "filler"
    with pull(shop) as run:
        until(lambda: part_size(shop) > 50_000)
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        assert run.wait() == 7
    (error,) = run.of("error")
    assert error["code"] == "disk"
    assert error["message"].endswith("is full. Progress is kept: free up space, then try again.")
    kept = part_size(shop)
    assert kept > 50_000
    filler.unlink()
    shop.hub.asked.clear()
    shop.hub.bytes_per_s = None
    with pull(shop) as run:
        assert run.wait() == 0
    shop.check_whole()
    assert shop.hub.gets()[0].start == kept


@lacks(SMALL_DISKS)
def test_a_disk_without_room_is_told_before_anything_is_asked_of_the_hub(small_disk: Path, shop: Place) -> None:
    (small_disk / "filler").write_bytes(bytes(2_000_000))
    with pull(shop) as run:
        assert run.wait() == 7
    assert "There is not enough space on the disk" in run.of("error")[0]["message"]
    assert shop.hub.asked == []
