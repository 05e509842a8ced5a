"""What a person reads who typed something wrong: one sentence, what may be meant, and whose help tells more."""

from __future__ import annotations

import pytest

from edge_assistant.cli import main

ADDRESS = "That is an address. Edge Assistant does not fetch pictures from the internet; save it first."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lissten"], "There is no command lissten. Did you mean listen? See edge-assistant --help."),
        (["dance"], "There is no command dance. See edge-assistant --help."),
        (["models", "pul", "x"], "There is no command pul. Did you mean pull? See edge-assistant models --help."),
        (["models", "pull"], "The following arguments are required: NAME. See edge-assistant models pull --help."),
        (["models", "list", "x"], "Unrecognized arguments: x. See edge-assistant models list --help."),
        (
            ["describe", "a.png", "--langage", "de"],
            "There is no option --langage. Did you mean --language? See edge-assistant describe --help.",
        ),
        (
            ["describe", "a.png", "--language", "xx"],
            "Argument -l/--language: xx is not a language code. Use one such as en, de or pt-BR. "
            "See edge-assistant describe --help.",
        ),
        (["a.png", "--zzz=3"], "There is no option --zzz. See edge-assistant describe --help."),
        (["--sedd=3"], "There is no option --sedd. Did you mean --seed? See edge-assistant --help."),
        (["read", "a.png", "b.png"], "Unrecognized arguments: b.png. See edge-assistant read --help."),
        (["trigger", "statu"], "There is no action statu. Try edge-assistant trigger --list. Did you mean status?"),
        (["settings", "get", "rat"], "There is no setting rat. Try edge-assistant settings list. Did you mean rate?"),
        (["https://example.org/a.png"], ADDRESS),
        (["read", "FTP://example.org/a.png"], ADDRESS),
        (["describe", "a.png", "http://b"], ADDRESS),
        (["find", "Save", "file://server/a.png"], ADDRESS),
    ],
)
def test_the_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(arguments) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{sentence}\n")


@pytest.mark.parametrize("option", ["-j", "--json"])
def test_a_program_gets_it_as_json(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["voices", option, "--langage", "de"]) == 2
    assert '"code": "usage"' in capsys.readouterr().out


def test_a_model_that_is_not_known_has_one_that_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["models", "path", "qwen3-vl-4b-q8", "--no-speak"]) == 3
    assert "Did you mean qwen3-vl-4b-q8_0?" in capsys.readouterr().err
