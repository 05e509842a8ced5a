"""The arguments of the models commands, and one small function per action."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from edge_assistant.system.i18n import tr
from edge_assistant.system.paths import expand_path


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands of `models` to its parser."""
    actions = parser.add_subparsers(title=tr("actions"), required=True, metavar=tr("ACTION"))

    def action(name: str, summary: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        action_parser = actions.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        action_parser.add_argument("--speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
        action_parser.add_argument(
            "--json", action="store_true", help=tr("one JSON object per line on standard output")
        )
        action_parser.set_defaults(command=lambda parsed: _models(parsed, command))
        return action_parser

    def add_think(action_parser: argparse.ArgumentParser) -> None:
        action_parser.add_argument("--think", action="store_true", help=tr("the Thinking model of that name"))

    action("list", tr("list all known models, and what is installed"), _models_list)
    recommend_parser = action("recommend", tr("recommend a model for this computer, and say why"), _models_recommend)
    recommend_parser.add_argument(
        "--ask", action="store_true", help=tr("then ask what to do, as when the app first starts")
    )
    pull_parser = action("pull", tr("download a model, or resume a download"), _models_pull)
    pull_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from models list"))
    pull_parser.add_argument("--mmproj", metavar=tr("QUANT"), help=tr("the vision file, such as F16 (default: Q8_0)"))
    pull_parser.add_argument(
        "--trust-new",
        action="store_true",
        help=tr("accept a changed file: forget the recorded checksum, and download again"),
    )
    verify_parser = action("verify", tr("read all installed models again, and compare their checksums"), _models_verify)
    verify_parser.add_argument("name", metavar=tr("NAME"), nargs="?", help=tr("only this model"))
    import_parser = action("import", tr("import models from files or a folder"), _models_import)
    import_parser.add_argument(
        "paths", metavar=tr("PATH"), nargs="+", help=tr("GGUF files, or a folder made by models export")
    )
    method = import_parser.add_mutually_exclusive_group()
    method.add_argument(
        "--link", action="store_true", default=None, help=tr("make hard links, which take no extra space")
    )
    method.add_argument("--copy", dest="link", action="store_false", help=tr("make copies"))
    export_parser = action("export", tr("export models to a folder, for a computer without a network"), _models_export)
    export_parser.add_argument("folder", metavar=tr("DIR"), help=tr("the folder, say on a USB stick"))
    export_parser.add_argument(
        "names", metavar=tr("NAME"), nargs="*", help=tr("which models (default: all installed ones)")
    )
    remove_parser = action("remove", tr("delete a downloaded model"), _models_remove)
    remove_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from models list"))
    path_parser = action("path", tr("print the download folder, or where a model is"), _models_path)
    path_parser.add_argument("name", metavar=tr("NAME"), nargs="?", help=tr("this model"))
    for action_parser in (pull_parser, verify_parser, export_parser, remove_parser, path_parser):
        add_think(action_parser)


def _models(parsed: argparse.Namespace, command: Callable[[argparse.Namespace], int]) -> int:
    from edge_assistant.cli.output import JsonOutput, TextOutput

    JsonOutput() if parsed.json else TextOutput()  # both prepare the streams for any character
    return command(parsed)


def _models_list(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, list_models

    return list_models(ModelsOptions(parsed.speak, parsed.json))


def _models_recommend(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, recommend_models, run_first_run

    return (run_first_run if parsed.ask else recommend_models)(ModelsOptions(parsed.speak, parsed.json))


def _models_pull(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, pull_models

    options = ModelsOptions(parsed.speak, parsed.json)
    return pull_models(parsed.name, options, think=parsed.think, mmproj=parsed.mmproj, trust_new=parsed.trust_new)


def _models_verify(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, verify_models

    return verify_models(parsed.name, ModelsOptions(parsed.speak, parsed.json), think=parsed.think)


def _models_import(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, import_models

    sources = [expand_path(path) for path in parsed.paths]
    return import_models(sources, ModelsOptions(parsed.speak, parsed.json), link=parsed.link)


def _models_export(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, export_models

    options = ModelsOptions(parsed.speak, parsed.json)
    return export_models(expand_path(parsed.folder), parsed.names, options, think=parsed.think)


def _models_remove(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, remove_models

    return remove_models(parsed.name, ModelsOptions(parsed.speak, parsed.json), think=parsed.think)


def _models_path(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, print_path

    return print_path(parsed.name, ModelsOptions(parsed.speak, parsed.json), think=parsed.think)
