"""Runs programs where there is no network at all."""

from __future__ import annotations

import shutil
import subprocess

from support.platforms import skip_without


def isolated() -> list[str]:
    """The beginning of a command line that runs the rest in a network namespace without any route."""
    for command in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return skip_without("the right to make network namespaces")
