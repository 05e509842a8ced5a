"""The voice that the self-extracting installer brings along: espeak-ng, its data and a player, all under the GPL.

Taken from the Debian packages of the building machine, unchanged, with their copyright files.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from build_steps import bom, debian_packages, licences
from build_steps.freeze import BuildError
from build_steps.libraries import VOICE_SYSTEM, missing_from_tables
from build_steps.paths import BUILD

# Where to -> from where on Debian.
_FILES = {
    "bin/espeak-ng": "/usr/bin/espeak-ng",
    "bin/aplay": "/usr/bin/aplay",
    "lib/libespeak-ng.so.1": "/usr/lib/x86_64-linux-gnu/libespeak-ng.so.1",
    "lib/libpcaudio.so.0": "/usr/lib/x86_64-linux-gnu/libpcaudio.so.0",
    "lib/libsonic.so.0": "/usr/lib/x86_64-linux-gnu/libsonic.so.0",
}
_DATA = "/usr/lib/x86_64-linux-gnu/espeak-ng-data"
_PACKAGES = ("espeak-ng", "espeak-ng-data", "libespeak-ng1", "libpcaudio0", "libsonic0", "alsa-utils")

_README = """The voice of Edge Assistant's self-contained form
=================================================

These programs and libraries are not part of Edge Assistant. They are Debian's, unchanged, and lie in a folder of their
own so that they can be replaced or removed: without the folder voice/ the system's own voice speaks.

{packages}

Their licences are in licences/; where one names a file in /usr/share/common-licenses, it is in licences/common/.
bom.json lists them for machines. espeak-ng, pcaudiolib and aplay are under the GNU General Public License. Their source
code is that of the Debian source packages named above in exactly these versions; Debian keeps it in its archive and,
for all times, in its archive of snapshots, under the names of package and version.
"""


def collect() -> Path:
    """Make the folder voice/ anew. Raises BuildError when a package or a library is missing."""
    folder = BUILD / "voice"
    if folder.exists():
        shutil.rmtree(folder)
    for target, source in _FILES.items():
        if not Path(source).exists():
            raise BuildError(f"{source} is missing: install {', '.join(_PACKAGES)}.")
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(source).resolve(), folder / target)
    shutil.copytree(_DATA, folder / "espeak-ng-data")
    packages = debian_packages.installed(_PACKAGES)
    components = [licences.debian_component(each.name, each.version, ()) for each in packages]
    (folder / "licences").mkdir()
    for component in components:
        shutil.copyfile(component.texts[0], folder / "licences" / f"{component.name}.txt")
    licences.copy_common((component.texts[0] for component in components), folder / "licences/common")
    parts = bom.bill_of_materials(components, [], folder, name="edge-assistant-voice")
    (folder / "bom.json").write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")
    lines = "\n".join(f"- {each.name} {each.version}, source {each.source} {each.source_version}" for each in packages)
    (folder / "README").write_text(_README.format(packages=lines), encoding="utf-8")
    missing = missing_from_tables(folder, VOICE_SYSTEM)
    if missing:
        raise BuildError(
            f"The voice needs libraries that build_steps/libraries.py does not know: {', '.join(missing)}."
        )
    return folder
