"""argparse with errors of one sentence: what was wrong, what may have been meant, and whose help tells more."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.similar_words import did_you_mean
from edge_assistant.system.text_cleaning import Unshortened, shorten

ARGPARSE_MESSAGES = (
    tr_noop("usage: "),
    tr_noop("positional arguments"),
    tr_noop("options"),
    tr_noop("show this help message and exit"),
    tr_noop("argument %(argument_name)s: %(message)s"),
    tr_noop("unrecognized arguments: %s"),
    tr_noop("ambiguous option: %(option)s could match %(matches)s"),
    tr_noop("invalid choice: %(value)r (choose from %(choices)s)"),
    tr_noop("expected one argument"),
    tr_noop("expected at most one argument"),
    tr_noop("expected at least one argument"),
    tr_noop("the following arguments are required: %s"),
    tr_noop("one of the arguments %s is required"),
    tr_noop("not allowed with argument %s"),
    tr_noop("ignored explicit argument %r"),
)
"""Messages of argparse itself, listed here so that they are translated too (see i18n.translate_libraries)."""

_MAY_BE_LEFT_OUT = (argparse.OPTIONAL, argparse.ZERO_OR_MORE)


class Parser(argparse.ArgumentParser):
    """An argument parser to be used within i18n.translate_libraries. Raises UsageError for invalid arguments."""

    _is_inner_call = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, but refuse what is left over, and take files among the options: a.png --json b.png.

        argparse itself takes files that may be left out as left out where an option stands between. What is left over
        is refused by the parser of the command, whose help is named then.
        """
        if self._is_inner_call:
            return super().parse_known_args(args, namespace)
        positionals = self._get_positional_actions()
        is_marked = "--" in (args or ())  # where the options end, which argparse forgets when they are mixed
        if positionals and positionals[-1].nargs in _MAY_BE_LEFT_OUT and not is_marked:
            # argparse keeps the usage meanwhile, which it can cut out of English help only.
            self._is_inner_call, self.usage = True, self.format_usage().removeprefix(tr("usage: ")).replace("%", "%%")
            try:
                parsed, left = self.parse_known_intermixed_args(args, namespace)
            finally:
                self._is_inner_call, self.usage = False, None
        else:
            parsed, left = super().parse_known_args(args, namespace)
        if left:
            self._refuse(left)
        return parsed, []

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with argparse's message, and name the help of this command."""
        raise UsageError(
            tr(
                "{upper}{value}. See {prog} --help.",
                upper=message[:1].upper(),
                value=Unshortened(message[1:]),
                prog=self.prog,
            )
        )

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a command that there is not, with the one that may be meant."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            sentence = tr("There is no command {value}.", value=shorten(str(value)))
            self._fail(sentence, did_you_mean(str(value), action.choices))
        super()._check_value(action, value)

    def _refuse(self, left: Sequence[str]) -> NoReturn:
        """Raise UsageError for arguments that mean nothing here."""
        word = left[0].partition("=")[0]
        if word.startswith("-"):
            meant = did_you_mean(word, self._option_string_actions)
            self._fail(tr("There is no option {value}.", value=shorten(word)), meant)
        self.error(tr("unrecognized arguments: %s") % " ".join(map(shorten, left)))

    def _fail(self, sentence: str, meant: str) -> NoReturn:
        advice = tr("See {prog} --help.", prog=self.prog)
        raise UsageError(" ".join(filter(None, (sentence, meant, advice))))
