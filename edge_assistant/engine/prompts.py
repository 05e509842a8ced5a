"""Prompts: the modes with their questions and token budgets, and the system prompt in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

Mode = Literal["glance", "detail", "read"]


@dataclass(frozen=True, slots=True)
class ModeSpec:
    """The question and the token limits of a mode. An image token is a cell of 32 x 32 pixels of the picture as sent.

    `max_tokens` limits the answer, which is cut off there. In read mode it holds a full page of 500 words: some 600
    tokens in English, where our system prompt takes 55 for 47 words, twice as many in German, 2.4 times in Ukrainian.
    In Greek and Hindi, with four times as many, such a page is cut off, and the user is told. The default context of
    4,096 has no room for more beside a picture of 2,048.
    """

    question: str
    image_tokens: int
    min_image_tokens: int
    max_tokens: int
    verbatim: bool


# The minimum of llama.cpp's preprocessing for Qwen3-VL (clip.cpp: set_limit_image_tokens(8, 4096)).
MIN_IMAGE_TOKENS = 8
MODES: dict[Mode, ModeSpec] = {
    "glance": ModeSpec("Describe this picture in one or two sentences.", 256, MIN_IMAGE_TOKENS, 120, verbatim=False),
    "detail": ModeSpec("Describe this picture in detail.", 920, MIN_IMAGE_TOKENS, 500, verbatim=False),
    "read": ModeSpec("Read the text in this picture.", 2048, MIN_IMAGE_TOKENS, 2048, verbatim=True),
}

_SYSTEM_PROMPT = (
    "You describe screens and pictures for blind people. Begin with the content: never say that this is an image or a "
    "screenshot. Say the most important thing first, in one sentence. Quote visible text exactly, and say when "
    "something cannot be read. Use plain sentences without Markdown."
)
LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}

# Appended to the model's reasoning when the thinking budget is spent, so that it continues with the answer
# (idea and wording follow the "thinking budget" section of Qwen3's documentation).
END_OF_THINKING = "\n\nThe time to think is over, so I have to give the answer directly now.\n</think>\n\n"
THINKING_OPENER = "<think>\n"


def system_prompt(language: str | None) -> str:
    """Return the system prompt; `language` is a code such as `de` or `pt-BR`, None leaves it to the question.

    Raises UsageError when `language` is not a language code.
    """
    if language is None:
        return _SYSTEM_PROMPT
    base = language.replace("_", "-").split("-")[0].lower()
    if not (base.isascii() and base.isalpha() and 2 <= len(base) <= 3):
        raise UsageError(tr("{language} is not a language code. Use one such as en, de or pt-BR.", language=language))
    if base == "en":
        return _SYSTEM_PROMPT
    name = LANGUAGES.get(base)
    return (
        f"{_SYSTEM_PROMPT} Answer in {name}."
        if name
        else f"{_SYSTEM_PROMPT} Answer in the language with the code {base}."
    )
