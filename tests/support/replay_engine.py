"""An engine that says what was recorded: the real client, worker process, session and answer writer, another model.

Only `LlamaModel` is replaced, by one that "draws" recorded token texts. Thinking, limits, loops, the conversation,
going on and cancelling are therefore the product's own code, and every form goes the real way from token to voice and
window:

    replay = Replay(tmp_path)
    replay.says("A dialog titled", " **Music", "**.")            # one answer, cut as its tokens were
    replay.says(*pieces("| Name | Age |\\n|---|---|\\n", seed=3))  # cut anywhere; `every_cut`, `byte_pieces`, too
    replay.says("Hm.", "</think>", "\\n\\n", "Six.")               # of a Thinking model, after the prompt's <think>
    replay.says(*["| "] * 500, again=["Name", " and age."])       # `again`: what it draws at its second try

    replay.install(monkeypatch)                     # in this process: Engine, Assistant, Controller
    run = describe(DIALOG, *pair_of_4b(tmp_path), program=replay.program())  # a program: describe, listen …
    replay.program(SUPPORT / "app_under_test.py")                   # … or the app: a script that is run like one
    replay.requests()                                               # what was asked, without the pixels

Answers are given in the order in which they were added, and may be added at any time; a worker that is started again
goes on where the last one was. A question that continues an answer gets what is left of that answer's tokens, or, where
nothing is left, the next answer. Not real: the vision tower (`encode_s` lasts as long as it is told), grammars (what
was recorded is what is drawn), and the tokenizer, which makes a token of each word.

For many examples a second there is `replayed(tokens)`, in this process and without a worker.
"""

from __future__ import annotations

import functools
import os
import pickle
import random
import re
import runpy
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

# ruff: noqa: ARG002 (the arguments are those of the real one)

if __name__ == "__main__":  # here and in the workers, the folders of pytest
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("tests", "scripts")]

from edge_assistant.engine import worker
from edge_assistant.engine.gpu_offload import NO_OFFLOAD
from edge_assistant.engine.llama_model import ComputationInterrupted
from edge_assistant.engine.messages import (
    AskQuestion,
    Done,
    EngineConfig,
    EngineStarted,
    Reply,
    Sampling,
    StageProgress,
    ThinkingBudget,
)
from edge_assistant.engine.session import ModelSession
from edge_assistant.system.errors import EngineError
from support import gguf_files

if TYPE_CHECKING:
    import pytest

Token = str | bytes
"""A token's text; bytes where a character is cut."""

_END = 0
_SPECIAL = re.compile(r"<\|\w+\|>")
_WORD = re.compile(r"</?think>| ?\w+|\s|.", re.DOTALL)
_POLL_S = 0.01
DIES, FAILS = "dies", "fails"


@dataclass(frozen=True)
class Answer:
    """What the model draws for one question.

    `again` is drawn instead of the rest when the engine tries a second time. With `cut`, the limit comes right behind
    the tokens, with no grace; without `ends`, the last token is drawn for ever. `delay` (s) comes before each token,
    `encode_s` passes while the picture is encoded. `fault` comes behind the last token: DIES ends the process, FAILS
    makes the logits NaN.
    """

    tokens: tuple[Token, ...]
    again: tuple[Token, ...] = ()
    ends: bool = True
    cut: bool = False
    delay: float = 0.0
    encode_s: float = 0.0
    fault: str = ""


class Replay:
    """The recorded answers of one test, in a folder that its workers read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = sum(1 for _ in folder.glob("*.answer"))

    def says(self, *tokens: Token, again: Iterable[Token] = (), **details: Any) -> None:
        """Add an answer; `details` are fields of Answer."""
        path = self._folder / f"{self._count:05}.answer"
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(pickle.dumps(Answer(tokens, tuple(again), **details)))
        unfinished.replace(path)
        self._count += 1

    def requests(self) -> list[AskQuestion]:
        """What was asked so far, by all workers, with `rgb` empty."""
        return [pickle.loads(path.read_bytes()) for path in sorted(self._folder.glob("*.request"))]

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the engines of this process replay."""
        monkeypatch.setattr(worker, "serve", functools.partial(serve, self._folder))

    def program(self, *script: str | Path) -> tuple[str, ...]:
        """What follows `python` on a command line to run the program, or a `script`, with this engine."""
        return (str(Path(__file__).resolve()), str(self._folder), str(script[0] if script else ""))


def pair_of_4b(folder: Path, variant: str = "Instruct") -> tuple[str, ...]:
    """Arguments that name a pair which the program takes for Qwen3-VL-4B's; with "Thinking" they ask to think, too."""
    thinking = variant == "Thinking"
    template = gguf_files.THINKING if thinking else gguf_files.INSTRUCT
    name = f"Qwen3VL-4B-{variant}-Q4_K_M.gguf"
    model = gguf_files.write_model(folder / name, template=template, general__name=f"Qwen3VL 4B {variant}")
    mmproj = gguf_files.write_mmproj(folder / f"mmproj-Qwen3VL-4B-{variant}-F16.gguf")
    return ("--model", str(model), "--mmproj", str(mmproj), *(["--think"] if thinking else []))


def pieces(text: str, *, seed: int, most: int = 12) -> list[str]:
    """Cut a text at random places, the same for each seed, into pieces of up to `most` characters."""
    chance, found, start = random.Random(seed), [], 0
    while start < len(text):
        length = chance.randint(1, most)
        found.append(text[start : start + length])
        start += length
    return found


def byte_pieces(text: str, *, seed: int, most: int = 3) -> list[bytes]:
    """As `pieces`, also within characters."""
    return [piece.encode("latin-1") for piece in pieces(text.encode().decode("latin-1"), seed=seed, most=most)]


def every_cut(text: str) -> Iterator[list[str]]:
    """Cut a text in two at each place, and once between all characters."""
    yield from ([text[:place], text[place:]] for place in range(1, len(text)))
    yield list(text)


def replayed(
    tokens: Iterable[Token],
    *,
    again: Iterable[Token] = (),
    thinking: ThinkingBudget | None = None,
    max_tokens: int | None = None,
    **fields: Any,
) -> tuple[Done, list[Reply]]:
    """Write one answer in this process; return the engine's last reply and those before it.

    `fields` are other fields of AskQuestion, and `cut` and `ends` of Answer.
    """
    replies: list[Reply] = []
    details = {name: fields.pop(name) for name in ("cut", "ends") if name in fields}
    answers = _Given(Answer(tuple(tokens), tuple(again), **details))
    session = ReplaySession(ReplayModel(32_768), replies.append, answers)
    asked: dict[str, Any] = {"id": 1, "rgb": bytes(32 * 32 * 3), "width": 32, "height": 32, "system": "", "turns": ()}
    asked |= {"question": "What?", "sampling": Sampling(0.7), "seed": 1, "max_tokens": max_tokens, "thinking": thinking}
    return session.answer(AskQuestion(**asked | fields)), replies


def serve(folder: Path, connection: Connection, config: EngineConfig) -> None:
    """Be the engine's worker process; `folder` is a Replay's."""
    worker._open_session = functools.partial(_open_session, folder)  # type: ignore[assignment]
    worker.serve(connection, config)


def _open_session(folder: Path, config: EngineConfig, inbox: Any, emit: Callable[[Reply], None]) -> ModelSession:
    emit(EngineStarted())
    emit(StageProgress(0, "load", 1.0))
    session = ReplaySession(ReplayModel(config.context, inbox.interrupted), emit, _Folder(folder))
    session.warm(config.system)
    return session


class _Folder:
    """The answers of a Replay, and how far they were given, also by a worker that is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place = folder / "place"

    def note(self, request: AskQuestion) -> None:
        number = sum(1 for _ in self._folder.glob("*.request"))
        stripped = replace(request, rgb=b"", embeddings=None)
        (self._folder / f"{number:05}.request").write_bytes(pickle.dumps(stripped))

    def next(self) -> Answer:
        number = self._read()[0]
        path = self._folder / f"{number:05}.answer"
        if not path.exists():
            raise EngineError("No recorded answer is left.")
        self._place.write_bytes(pickle.dumps((number + 1, None)))
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]

    def keep_rest(self, rest: Answer | None) -> None:
        self._place.write_bytes(pickle.dumps((self._read()[0], rest)))

    def rest(self) -> Answer | None:
        return self._read()[1]

    def _read(self) -> tuple[int, Answer | None]:
        return pickle.loads(self._place.read_bytes()) if self._place.exists() else (0, None)


class _Given:
    """One answer that is given to every question."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._rest: Answer | None = None

    def note(self, request: AskQuestion) -> None:
        pass

    def next(self) -> Answer:
        return self._answer

    def keep_rest(self, rest: Answer | None) -> None:
        self._rest = rest

    def rest(self) -> Answer | None:
        return self._rest


class ReplaySession(ModelSession):
    """A session whose model draws recorded answers."""

    def __init__(self, model: ReplayModel, emit: Callable[[Reply], None], answers: _Folder | _Given) -> None:
        super().__init__(model, emit)  # type: ignore[arg-type]
        self._replayed, self._answers = model, answers

    def answer(self, request: AskQuestion) -> Done:
        self._answers.note(request)
        answer = (self._answers.rest() if request.continues else None) or self._answers.next()
        if answer.cut:
            request = replace(request, max_tokens=_answer_length(answer.tokens), grace_tokens=0)
        self._replayed.begin(answer)
        try:
            return super().answer(request)
        finally:
            self._answers.keep_rest(self._replayed.rest())


def _answer_length(tokens: Sequence[Token]) -> int:
    """How many tokens of a recorded answer count as such: those from the first word behind the reasoning on."""
    texts = [token if isinstance(token, str) else token.decode(errors="replace") for token in tokens]
    closed = [number for number, text in enumerate(texts) if "</think>" in text]
    texts = texts[closed[0] + 1 :] if closed else texts
    while texts and not texts[0].strip():
        del texts[0]
    return len(texts)


@dataclass
class _Drawing:
    """An answer that is being drawn: `place` is the first token that is not in the cache."""

    answer: Answer
    place: int = 0
    tries: int = 0
    looped: bool = False
    tokens: tuple[Token, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.answer.tokens


class ReplayModel:
    """Stands for LlamaModel; `begin` says what is drawn next."""

    max_cells = 32_768
    offload = NO_OFFLOAD

    def __init__(self, context: int, interrupted: Callable[[], bool] = lambda: False) -> None:
        self.cells = context
        self._interrupted = interrupted
        self._numbers: dict[tuple[Token, bool], int] = {}
        self._pieces = [b""]  # of _END
        self._drawing = _Drawing(Answer(()))
        self._at_work = False  # whether a sampler is in use
        self._forbidden: set[int] = set()

    def begin(self, answer: Answer) -> None:
        """Draw this answer next."""
        self._drawing = _Drawing(answer)

    def rest(self) -> Answer | None:
        """What a continuation of the answer would draw."""
        drawing = self._drawing
        if drawing.looped:
            return (
                replace(drawing.answer, tokens=drawing.answer.again, again=(), cut=False) if drawing.tries < 2 else None
            )
        left = drawing.tokens[drawing.place :]
        return replace(drawing.answer, tokens=left, cut=False) if left else None

    # What follows is what a session and an answer writer use of a LlamaModel.

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        if not special:
            return [self._number(word) for word in _WORD.findall(text)]
        tokens, start = [], 0
        for found in _SPECIAL.finditer(text):
            tokens += self.tokenize(text[start : found.start()], special=False)
            tokens.append(self._number(found[0], control=True))
            start = found.end()
        return tokens + self.tokenize(text[start:], special=False)

    def piece(self, token: int) -> bytes:
        return self._pieces[token]

    def is_end_token(self, token: int) -> bool:
        return token == _END

    def image_chunk(self, rgb: bytes, width: int, height: int) -> _Chunk:
        return _Chunk(width // 32, height // 32)

    def encode(self, chunk: _Chunk, on_fraction: Callable[[float], None]) -> object:
        on_fraction(0.0)
        self._wait(self._drawing.answer.encode_s)
        on_fraction(1.0)
        return b""

    def encoder_output(self) -> object:
        return b""

    def embeddings(self, tokens: int) -> bytes:
        return bytes(tokens)

    def load_embeddings(self, data: bytes, tokens: int) -> object | None:
        return data if len(data) == tokens else None

    def decode_image(
        self, chunk: _Chunk, embeddings: object, position: int, on_fraction: Callable[[float], None]
    ) -> None:
        self._wait(0)

    def decode(self, tokens: Sequence[int], position: int, on_fraction: Callable[[float], None] | None = None) -> None:
        drawing = self._drawing
        if not self._at_work:
            self._wait(0)
            return
        self._wait(drawing.answer.delay)
        if drawing.place < len(drawing.tokens) and tokens[0] == self._number(drawing.tokens[drawing.place]):
            drawing.place += 1
        if b"</think>" in b"".join(map(self.piece, tokens)) and len(tokens) > 1:
            drawing.place = _behind_reasoning(drawing.tokens)  # the engine has ended it

    def truncate(self, position: int) -> None:
        self._drawing.looped |= self._at_work

    def forbid(self, token: int) -> None:
        self._forbidden.add(token)

    def has_usable_logits(self) -> bool:
        drawing = self._drawing
        return not (drawing.answer.fault == FAILS and drawing.place == len(drawing.tokens))

    def sampler(self, *_: object, **__: object) -> ReplayModel:
        self._at_work = True
        self._drawing.tries += 1
        self._drawing.looped = False
        if self._drawing.tries == 2 and self._drawing.answer.again:
            self._drawing.tokens, self._drawing.place = self._drawing.answer.again, 0
        return self

    def sample(self, *, in_answer: bool = True) -> int:
        """As a sampler does."""
        drawing, forbidden = self._drawing, set(self._forbidden)
        self._forbidden.clear()
        if drawing.place < len(drawing.tokens):
            return self._number(drawing.tokens[drawing.place])
        if drawing.answer.fault == DIES:
            os._exit(70)
        if drawing.tokens and not drawing.answer.ends:
            return self._number(drawing.tokens[-1])
        return self._number("x") if _END in forbidden or drawing.answer.cut else _END

    def accept(self, tokens: Sequence[int]) -> None:
        """As a sampler does."""

    def free(self) -> None:
        """As a sampler does."""
        self._at_work = False

    def _number(self, text: Token, *, control: bool = False) -> int:
        if (text, control) not in self._numbers:
            self._numbers[text, control] = len(self._pieces)
            piece = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            self._pieces.append(b"" if control else piece)
        return self._numbers[text, control]

    def _wait(self, seconds: float) -> None:
        """Wait as a computation that can be interrupted."""
        end = time.monotonic() + seconds
        while True:
            if self._interrupted():
                raise ComputationInterrupted
            if time.monotonic() >= end:
                return
            time.sleep(min(_POLL_S, max(end - time.monotonic(), 0)))


def _behind_reasoning(tokens: Sequence[Token]) -> int:
    closed = [number for number, token in enumerate(tokens) if token in ("</think>", b"</think>")]
    return closed[0] + 1 if closed else len(tokens)


class _Chunk:
    """A picture; `tokens` are its KV cells."""

    def __init__(self, columns: int, rows: int) -> None:
        self.tokens = columns * rows
        self.positions = max(columns, rows)

    def free(self) -> None:
        pass


def _run_program() -> None:
    folder, script = sys.argv[1:3]
    worker.serve = functools.partial(serve, Path(folder))  # type: ignore[assignment]
    sys.argv[1:] = sys.argv[3:]
    if script:
        runpy.run_path(script, run_name="__main__")
    else:
        runpy.run_module("edge_assistant", run_name="__main__")


if __name__ == "__main__":
    from support import replay_engine  # under its own name, which the workers know too

    replay_engine._run_program()
