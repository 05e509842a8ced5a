"""Usual beginnings of answers that tell nothing, in the languages that screens are drawn in."""

from __future__ import annotations

import re

OPENINGS = re.compile(
    r"(?:of course|certainly|sure|absolutely|okay|great|here (?:is|are)|here's|below is|based on|"
    r"(?:this is (?:a|an) )?(?:image|picture|screenshot)|(?:this|the) (?:image|picture|screenshot)|"
    r"natürlich|gerne?|selbstverständlich|klar|hier (?:ist|sind)|auf (?:dem|diesem) (?:bild|screenshot)|"
    r"(?:das|dieses) bild (?:zeigt|ist)|dies ist ein (?:bild|screenshot)|"
    r"bien sûr|voici|certainement|(?:l'|cette |la )?(?:image|capture)|"
    r"por supuesto|claro|aquí (?:está|tienes)|la imagen|"
    r"oczywiście|oto|na (?:obrazie|zrzucie)|конечно|вот|на (?:изображении|скриншоте)|"
    r"φυσικά|ορίστε|η εικόνα|بالطبع|إليك|هذه صورة|تظهر الصورة)(?!\w)|"
    r"当然|好的|以下是|这是一张|这张图片|もちろん|以下は|この画像",
)
"""For text in the normal form of scoring.normalise."""
