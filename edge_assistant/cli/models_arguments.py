"""The arguments of the models commands."""

from __future__ import annotations

import argparse

from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.cli.common_arguments import add_json, add_progress, add_speak, add_think
from edge_assistant.system.i18n import tr


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands of `models` to its parser."""
    actions = parser.add_subparsers(title=tr("actions"), required=True, metavar=tr("ACTION"))

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        action_parser = actions.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        add_speak(action_parser)
        add_json(action_parser)
        action_parser.set_defaults(command=Command(_run, tidy_s=3.0), action=name)
        return action_parser

    action("list", tr("list all known models, and what is installed"))
    action("recommend", tr("recommend a model for this computer, and say why"))
    pull_parser = action("pull", tr("download a model, or resume a download"))
    pull_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from models list"))
    pull_parser.add_argument("--mmproj", metavar=tr("QUANT"), help=tr("the vision file, such as F16 (default: Q8_0)"))
    pull_parser.add_argument(
        "--trust-new",
        action="store_true",
        help=tr("accept what the hub has now, without a question: a first checksum, or a changed one"),
    )
    verify_parser = action("verify", tr("read all installed models again, and compare their checksums"))
    verify_parser.add_argument("name", metavar=tr("NAME"), nargs="?", help=tr("only this model"))
    import_parser = action("import", tr("import models from files or a folder"))
    import_parser.add_argument(
        "paths", metavar=tr("PATH"), nargs="+", help=tr("GGUF files, or a folder made by models export")
    )
    method = import_parser.add_mutually_exclusive_group()
    method.add_argument(
        "--link", action="store_true", default=None, help=tr("make hard links, which take no extra space")
    )
    method.add_argument("--copy", dest="link", action="store_false", help=tr("make copies"))
    export_parser = action("export", tr("export models to a folder, for a computer without a network"))
    export_parser.add_argument("folder", metavar=tr("DIR"), help=tr("the folder, say on a USB stick"))
    export_parser.add_argument(
        "names", metavar=tr("NAME"), nargs="*", help=tr("which models (default: all installed ones)")
    )
    remove_parser = action("remove", tr("delete a downloaded model"))
    remove_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from models list"))
    path_parser = action("path", tr("print the download folder, or where a model is"))
    path_parser.add_argument("name", metavar=tr("NAME"), nargs="?", help=tr("this model"))
    for action_parser in (pull_parser, verify_parser, export_parser, remove_parser, path_parser):
        add_think(action_parser, tr("the Thinking model of that name"))
    for action_parser in (pull_parser, verify_parser, import_parser, export_parser):
        add_progress(action_parser)


def _run(parsed: argparse.Namespace, context: CommandContext) -> int:
    from edge_assistant.cli.models import run

    return run(parsed, context)
