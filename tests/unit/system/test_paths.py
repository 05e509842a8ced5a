from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from support.platforms import OTHER_HOMES, lacks

from edge_assistant.system import paths
from edge_assistant.system.errors import UsageError

ROOT = Path(__file__).parents[3]
TOP = Path(__file__).anchor


@pytest.mark.parametrize(("platform", "environ", "data", "config", "cache"), [
    ("linux", {"HOME": "/h"}, "/h/.local/share", "/h/.config", "/h/.cache"),
    (
        "linux",
        {"HOME": "/h", "XDG_DATA_HOME": f"{TOP}d", "XDG_CONFIG_HOME": f"{TOP}c", "XDG_CACHE_HOME": f"{TOP}k"},
        *(f"{TOP}d", f"{TOP}c", f"{TOP}k"),
    ),
    ("linux", {"HOME": "/h", "XDG_DATA_HOME": "d", "XDG_CACHE_HOME": ""}, "/h/.local/share", "/h/.config", "/h/.cache"),
    ("darwin", {"HOME": "/h", "XDG_DATA_HOME": "/d"}, *["/h/Library/Application Support"] * 2, "/h/Library/Caches"),
])  # fmt: skip
def test_the_folders_follow_the_platform_and_its_environment(
    platform: str, environ: dict[str, str], data: str, config: str, cache: str
) -> None:
    assert paths.data_dir(platform=platform, environ=environ) == Path(data) / "edge-assistant"
    assert paths.config_dir(platform=platform, environ=environ) == Path(config) / "edge-assistant"
    assert paths.cache_dir(platform=platform, environ=environ) == Path(cache) / "edge-assistant"


@pytest.mark.parametrize("environ", [{"LOCALAPPDATA": "/u/AppData/Local"}, {"USERPROFILE": "/u"}])
def test_on_windows_everything_lies_under_the_local_application_data(environ: dict[str, str]) -> None:
    base = Path("/u/AppData/Local/edge-assistant")
    assert paths.data_dir(platform="win32", environ=environ) == base
    assert paths.config_dir(platform="win32", environ=environ) == base / "config"
    assert paths.cache_dir(platform="win32", environ=environ) == base / "cache"


def test_without_a_home_in_the_environment_the_account_s_own_is_taken() -> None:
    assert paths.data_dir(platform="linux", environ={}).is_absolute()


def test_in_a_clone_the_models_are_at_the_top() -> None:
    assert paths.shipped_models_dir() == ROOT / "models"
    assert paths.program_models_dir() is None


def test_in_a_wheel_the_models_are_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages/edge_assistant"
    (package / "shipped_models").mkdir(parents=True)
    (package / "shipped_models/catalog.toml").touch()
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert paths.shipped_models_dir() == package / "shipped_models"


@pytest.mark.parametrize("place", ["models", "_internal/models"])
def test_in_a_frozen_program_the_models_are_beside_it_or_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "catalog.toml").touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "_internal"), raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "edge-assistant"))
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "_internal/edge_assistant")
    assert paths.shipped_models_dir() == tmp_path / place
    assert paths.program_models_dir() == tmp_path / "models"


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a frozen program."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "edge-assistant"))
    return tmp_path


def test_a_portable_program_keeps_everything_beside_itself(frozen: Path) -> None:
    elsewhere = {"HOME": "/h", "XDG_RUNTIME_DIR": "/run/me", "LOCALAPPDATA": "/u/AppData/Local"}
    assert paths.portable_dir() is None
    assert paths.data_dir(platform="win32", environ=elsewhere) == Path("/u/AppData/Local/edge-assistant")
    (frozen / "portable.txt").touch()
    assert paths.portable_dir() == frozen / "data"
    for platform in ("win32", "linux", "darwin"):
        assert paths.data_dir(platform=platform, environ=elsewhere) == frozen / "data"
        assert paths.config_dir(platform=platform, environ=elsewhere) == frozen / "data/config"
        assert paths.cache_dir(platform=platform, environ=elsewhere) == frozen / "data/cache"
    assert paths.runtime_dir(elsewhere) == frozen / "data/cache/run"


def test_a_test_build_is_known_by_a_file_beside_it(frozen: Path) -> None:
    assert not paths.is_test_build()
    (frozen / "test-build.txt").touch()
    assert paths.is_test_build()


def test_files_beside_a_python_say_nothing_about_the_program(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "frozen")
    for name in ("portable.txt", "test-build.txt"):
        (frozen / name).touch()
    assert paths.portable_dir() is None
    assert not paths.is_test_build()


def test_the_wheel_lists_every_package_and_carries_the_models() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        tool = tomllib.load(file)["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "edge_assistant").rglob("*.py")}
    packages = {".".join(folder.parts) for folder in folders} | {"edge_assistant.shipped_models"}
    assert set(tool["packages"]) == packages
    assert tool["package-dir"] == {"edge_assistant.shipped_models": "models"}
    patterns = tool["package-data"]["edge_assistant.shipped_models"]
    carried = {path for pattern in patterns for path in (ROOT / "models").glob(pattern) if path.is_file()}
    # What recognises text is fetched by set-up and comes with the installers; a wheel has none of it.
    assert carried == {path for path in (ROOT / "models").rglob("*") if path.is_file() and path.parent.name != "text"}


def test_the_wheel_and_the_frozen_program_carry_the_data_that_is_beside_the_modules() -> None:
    package = ROOT / "edge_assistant"
    data = {path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".po")}
    assert package / "engine/task_table.toml" in data
    with (ROOT / "pyproject.toml").open("rb") as file:
        patterns = tomllib.load(file)["tool"]["setuptools"]["package-data"]
    in_wheel = {
        path
        for name, globs in patterns.items()
        for pattern in globs
        for path in ROOT.joinpath(*name.split(".")).glob(pattern)
    }
    assert data - in_wheel == set()
    spec = (ROOT / "packaging/edge-assistant.spec").read_text(encoding="utf-8")
    frozen = re.findall(r'\(str\(root / "(edge_assistant/[\w./-]+)"\), "(edge_assistant[\w./-]*)"\)', spec)
    for source, target in frozen:
        folder = source if (ROOT / source).is_dir() else str(Path(source).parent.as_posix())
        assert target == folder, "modules look for their data beside themselves"
    sources = [ROOT / source for source, _ in frozen]
    some = re.findall(
        r'\(str\(path\), "(edge_assistant/[\w/]+)"\) for path in sorted\(\(root / "([\w/]+)"\).glob\("(.*)"\)', spec
    )
    assert some
    for target, folder, pattern in some:
        assert target == folder, "modules look for their data beside themselves"
        sources += (ROOT / folder).glob(pattern)
    assert [path for path in data if not any(path == each or each in path.parents for each in sources)] == []


def test_a_tilde_is_the_home_folder(user_folders: Path) -> None:
    assert paths.expand_path("~/weights") == user_folders / "home" / "weights"


@lacks(OTHER_HOMES)
def test_a_home_folder_of_nobody_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="The home folder in ~nosuchuser/x is not known"):
        paths.expand_path("~nosuchuser/x")
