"""A small tokenizer of Qwen's kind, and the chat format of Qwen3-VL."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from .lexicon import UNREADABLE, WORDS
from .looks import Look
from .phrases import POOL, SYSTEMS
from .questions import Question, Variant, questions
from .scenes import make_scene

VOCABULARY = 1280  # at most, beside NUMBERS
NUMBERS = {str(number): number for number in range(10, 1001)}
"""Tokens of their own for the numbers of a place. Text is never cut into them, as Qwen's tokenizer cuts numbers into
digits; but digits of near numbers are not alike, and with them this network placed fewer than half of the things."""
THINK_END = "\n</think>\n\n"
OUT_OF_TIME = "\n\nThe time to think is over, so I have to give the answer directly now.\n</think>\n\n"
"""What the program writes when the thinking budget is spent (engine/task_table.toml, of the demo)."""

_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
_THINK = ("<think>", "</think>")
# How Qwen2's tokenizer cuts text before it merges (tokenizer.json of any Qwen2 or Qwen3 model).
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CORPUS_SCENES = 6000


def train_tokenizer() -> Tokenizer:
    """A byte-level BPE over what is said about scenes; the same each time."""
    tokenizer = _untrained(models.BPE())
    specials = len(_SPECIAL) + len(_THINK)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - specials,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    trained = json.loads(tokenizer.to_str())["model"]
    plain = sorted(trained["vocab"], key=trained["vocab"].__getitem__)
    return known_tokenizer([*plain, *NUMBERS], [" ".join(merge) for merge in trained["merges"]])


def known_tokenizer(tokens: list[str], merges: list[str]) -> Tokenizer:
    """The one that a GGUF file has: `tokens` by their ids, `merges` each two tokens with a space between."""
    plain = [token for token in tokens if token not in (*_SPECIAL, *_THINK) and not token.startswith("[PAD")]
    pairs = [(first, second) for first, second in (merge.split(" ") for merge in merges)]
    numbers = {token: number for number, token in enumerate(plain)}
    return _with_specials(_untrained(models.BPE(vocab=numbers, merges=pairs)))


def _untrained(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _with_specials(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in _SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in _THINK])
    return tokenizer


def _corpus() -> list[str]:
    rng = random.Random(99)
    lines = ["user\n", "assistant\n", "system\n"] * 500 + [OUT_OF_TIME.split("\n</")[0]] * 300 + list(SYSTEMS) * 60
    lines += [text for word in WORDS for text in (word, f" {word}", f" {word}") for _ in range(80)]
    lines += [f" {UNREADABLE}", UNREADABLE] * 200 + [f" {word}" for word in POOL for _ in range(12)]
    for seed in range(_CORPUS_SCENES):
        scene = make_scene(seed, grid=(8, 5))
        for question in questions(scene, rng, "thinking"):
            lines += [question.ask, question.answer, question.reasoning]
    return lines


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation; `short` breaks its reasoning off, as the program does when the time is over."""

    question: Question
    short: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation about a picture as token ids: before the picture, and after it with what is to be learned."""

    before: list[int]
    after: list[int]
    learned: list[bool]  # for each of `after`: whether the model has to write it
    looks: list[Look | None]  # for each of `after`: what has to be looked at to write it
    turns: list[int]  # for each of `after`: the number of its turn
    things: list[tuple[int, int] | None]  # for each turn: from where to where in `after` it names what it asks for


class Chat:
    """Writes conversations as the program does (edge_assistant.engine.session), each part tokenized by itself."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.image = tokenizer.token_to_id("<|image_pad|>")
        self.end = tokenizer.token_to_id("<|im_end|>")
        self.padding = tokenizer.token_to_id("<|endoftext|>")
        self.numbers = {tokenizer.token_to_id(text): number for text, number in NUMBERS.items()}
        self.places = slice(min(self.numbers), max(self.numbers) + 1)

    def ids(self, text: str) -> list[int]:
        """Token ids; special tokens are known by their names."""
        return self.tokenizer.encode(text).ids

    def before(self, system: str | None) -> list[int]:
        """All tokens before the picture."""
        start = self.ids("<|im_start|>user\n<|vision_start|>")
        if system is None:
            return start
        return self.ids("<|im_start|>system\n") + self.ids(system) + self.ids("<|im_end|>\n") + start

    def question(self, text: str, variant: Variant, *, first: bool) -> list[int]:
        """A question's turn up to where the answer begins."""
        thinking = self.ids("<think>\n") if variant == "thinking" else []
        return self._opener(first=first) + self.ids(text) + self.ids("<|im_end|>\n<|im_start|>assistant\n") + thinking

    def written(
        self, text: str, looks: tuple[Look, ...], part: str, *, place: bool = False
    ) -> tuple[list[int], list[Look | None]]:
        """The tokens of a text, and for each what has to be looked at to write it.

        In a `place`, numbers are one token each.
        """
        ids: list[int] = []
        seen: list[Look | None] = []
        begin = 0
        for piece in re.split(r"(\d{2,4})", text) if place else [text]:
            cut = self.tokenizer.encode(piece)
            number = self.tokenizer.token_to_id(piece) if piece in NUMBERS else None
            spans = cut.offsets if number is None else [(0, len(piece))]
            ids += cut.ids if number is None else [number]
            for first, last in spans:
                start, end = begin + first, begin + last
                at = (look for look in looks if look.part == part and start < look.end and end > look.start)
                seen.append(next(at, None))
            begin += len(piece)
        return ids, seen

    def _thing(self, question: Question, *, first: bool) -> tuple[int, int] | None:
        """From where to where in a question's turn its tokens name the thing that it asks for."""
        if not question.thing:
            return None
        begin = question.ask.index(f"the {question.thing}") + len("the ")
        end = begin + len(question.thing)
        before = len(self._opener(first=first))
        spans = enumerate(self.tokenizer.encode(question.ask).offsets, before)
        inside = [number for number, (start, stop) in spans if start < end and stop > begin]
        return inside[0], inside[-1] + 1

    def _opener(self, *, first: bool) -> list[int]:
        return self.ids("<|vision_end|>" if first else "<|im_start|>user\n")

    def row(self, system: str | None, turns: list[Turn], variant: Variant) -> Row:
        """A conversation.

        Instruct learns each answer; Thinking learns the last one, since earlier reasoning is left out. Where a turn is
        cut short, its reasoning is broken off as the program does when the time is over, and only the answer learned.
        """
        after: list[int] = []
        learned: list[bool] = []
        looks: list[Look | None] = []
        whose: list[int] = []
        things: list[tuple[int, int] | None] = []
        for number, turn in enumerate(turns):
            last = number == len(turns) - 1
            named = self._thing(turn.question, first=number == 0)
            things.append(named and (len(after) + named[0], len(after) + named[1]))
            thinks = variant == "thinking" and last
            asked = self.question(turn.question.ask, variant if last else "instruct", first=number == 0)
            told: list[int] = []
            seen: list[Look | None] = []
            if thinks:
                told, seen = self.written(turn.question.reasoning, turn.question.looks, "reasoning")
                if turn.short:
                    asked += told[: len(told) // 2] + self.ids(OUT_OF_TIME)
                    told, seen = [], []
                else:
                    told += self.ids(THINK_END)
            answer, at = self.written(
                turn.question.answer, turn.question.looks, "answer", place=turn.question.box is not None
            )
            seen += [None] * (len(told) - len(seen)) + at + [None]
            told += [*answer, self.end]
            after += asked + told
            learned += [False] * len(asked) + [variant == "instruct" or last] * len(told)
            looks += [None] * len(asked) + seen
            if not last:
                after += self.ids("\n")
                learned.append(False)
                looks.append(None)
            whose += [number] * (len(after) - len(whose))
        return Row(self.before(system), after, learned, looks, whose, things)
