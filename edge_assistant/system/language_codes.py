"""The codes that name a language: of two letters where it has such a code, else of three."""

from __future__ import annotations

import re

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn "
    "so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1."""

_THREE_LETTERS = (
    "arn ast bal bem ber bho bpy brx bug cdo ceb chm chr ckb cmn crh csb din doi dsb dyu fil fon frp fur gag gan gom "
    "grc gsw guz hak haw hbs hil hmn hne hsb hsn hyw iba ilo inh jbo jmc kaa kab kam kbd kha kok kri krl ksh lad lez "
    "lfn lij lmo ltg luo lus luy mad mag mai mdf mer mfe min mni moh mwl mwr myv nah nan nap nci nds new nog nqo nso "
    "nyn pag pam pap pms prs qdb quc quz qya rif rom rup sah sat scn sco shi shn sid sjn sma smj smn sms srn syc syr "
    "szl tet tok tpi tum tvl tzm udm vec vep vls war wuu xal yrl yue zgh zza"
)
"""ISO 639-3, of languages without a code of two letters: those that voices speak, and others with many speakers."""

_CODES = frozenset((*_TWO_LETTERS.split(), *_THREE_LETTERS.split()))
_MOST_QUOTED = 60

_FORM = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


def check_language(code: str) -> None:
    """Raise UsageError for what is not the code of a language, perhaps with a country and a script after it."""
    found = _FORM.fullmatch(code)
    if found is None or found[1].lower() not in _CODES:
        raise UsageError(
            tr("{code} is not a language code. Use one such as en, de or pt-BR.", code=code[:_MOST_QUOTED])
        )
