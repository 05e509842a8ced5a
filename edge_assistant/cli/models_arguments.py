"""The part of the command line about weights: one small function per action."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from edge_assistant.system.i18n import tr
from edge_assistant.system.paths import expanded


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `models` to its parser."""
    actions = parser.add_subparsers(title=tr("actions"), required=True, metavar=tr("ACTION"))

    def action(name: str, what: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.")
        added.add_argument("--speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
        added.add_argument("--json", action="store_true", help=tr("one JSON object per line on standard output"))
        added.set_defaults(command=lambda parsed: _models(parsed, command))
        return added

    def think(added: argparse.ArgumentParser) -> None:
        added.add_argument("--think", action="store_true", help=tr("the Thinking model of that name"))

    action("list", tr("list all known models, and what is installed"), _models_list)
    recommend = action("recommend", tr("recommend a model for this computer, and say why"), _models_recommend)
    recommend.add_argument("--ask", action="store_true", help=tr("then ask what to do, as when the app first starts"))
    pull = action("pull", tr("download a model, or resume a download"), _models_pull)
    pull.add_argument("name", metavar=tr("NAME"), help=tr("a name from models list"))
    pull.add_argument("--mmproj", metavar=tr("QUANT"), help=tr("the vision file, such as F16 (default: Q8_0)"))
    pull.add_argument(
        "--trust-new", action="store_true", help=tr("forget the first download, and download the current file")
    )
    verify = action("verify", tr("read all installed models again, and compare their checksums"), _models_verify)
    verify.add_argument("name", metavar=tr("NAME"), nargs="?", help=tr("only this model"))
    bring = action("import", tr("import models from files or a folder"), _models_import)
    bring.add_argument("paths", metavar=tr("PATH"), nargs="+", help=tr("GGUF files, or a folder made by models export"))
    how = bring.add_mutually_exclusive_group()
    how.add_argument("--link", action="store_true", default=None, help=tr("make hard links, which take no extra space"))
    how.add_argument("--copy", dest="link", action="store_false", help=tr("make copies"))
    carry = action("export", tr("export models to a folder, for a computer without a network"), _models_export)
    carry.add_argument("folder", metavar=tr("DIR"), help=tr("the folder, say on a USB stick"))
    carry.add_argument("names", metavar=tr("NAME"), nargs="*", help=tr("which models (default: all installed ones)"))
    remove = action("remove", tr("delete a downloaded model"), _models_remove)
    remove.add_argument("name", metavar=tr("NAME"), help=tr("a name from models list"))
    path = action("path", tr("print the download folder, or where a model is"), _models_path)
    path.add_argument("name", metavar=tr("NAME"), nargs="?", help=tr("this model"))
    for added in (pull, verify, carry, remove, path):
        think(added)


def _models(parsed: argparse.Namespace, command: Callable[[argparse.Namespace], int]) -> int:
    from edge_assistant.cli.output import JsonOutput, TextOutput

    JsonOutput() if parsed.json else TextOutput()  # both make the streams bear any letter
    return command(parsed)


def _models_list(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, list_models

    return list_models(ModelsOptions(parsed.speak, parsed.json))


def _models_recommend(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, first_run, recommend_models

    return (first_run if parsed.ask else recommend_models)(ModelsOptions(parsed.speak, parsed.json))


def _models_pull(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, pull_models

    options = ModelsOptions(parsed.speak, parsed.json)
    return pull_models(parsed.name, options, think=parsed.think, mmproj=parsed.mmproj, trust_new=parsed.trust_new)


def _models_verify(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, verify_models

    return verify_models(parsed.name, ModelsOptions(parsed.speak, parsed.json), think=parsed.think)


def _models_import(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, import_models

    sources = [expanded(path) for path in parsed.paths]
    return import_models(sources, ModelsOptions(parsed.speak, parsed.json), link=parsed.link)


def _models_export(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, export_models

    options = ModelsOptions(parsed.speak, parsed.json)
    return export_models(expanded(parsed.folder), parsed.names, options, think=parsed.think)


def _models_remove(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, remove_models

    return remove_models(parsed.name, ModelsOptions(parsed.speak, parsed.json), think=parsed.think)


def _models_path(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.models import ModelsOptions, print_path

    return print_path(parsed.name, ModelsOptions(parsed.speak, parsed.json), think=parsed.think)
