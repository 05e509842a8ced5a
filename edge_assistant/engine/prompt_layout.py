"""The layout of a question in the KV cache: a system prompt, a picture, and the turns of a conversation, as blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from edge_assistant.engine.generation import answer_reserve
from edge_assistant.engine.last_answer import AnswerSoFar
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import AskQuestion, ThinkingBudget, Turn
from edge_assistant.engine.task_entries import MIN_IMAGE_TOKENS
from edge_assistant.system.errors import DoesNotFitError
from edge_assistant.system.i18n import tr

# KV cells reserved for reasoning before turns are dropped or a picture is refused.
_THINKING_RESERVE = 256
_THINKING_OPENER = "<think>\n"
_NO_THINKING = "<think>\n\n</think>\n\n"
# llama.cpp rounds contexts up to multiples of this (llama-context.cpp, GGML_PAD).
_CONTEXT_STEP = 256


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the KV cache that is evaluated together. A picture has a `digest` and no `tokens`."""

    tokens: tuple[int, ...]
    cells: int
    positions: int
    digest: bytes = b""
    generated: bool = False


def text_block(tokens: list[int], *, generated: bool = False) -> Block:
    """Return the block of a text."""
    return Block(tuple(tokens), len(tokens), len(tokens), generated=generated)


class PromptLayout:
    """Lays out questions as blocks, with the model's tokenizer.

    `answer_tokens` has the tokens of answers as they were sampled: the tokenizer may split their text otherwise.
    """

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self.answer_tokens: dict[str, list[int]] = {}
        self.turn_separator = self._special("<|im_end|>\n<|im_start|>user\n")
        """What is between an answer and the next question."""

    def system_block(self, system: str) -> Block:
        """Return the system prompt with all that is before a picture."""
        end = "<|im_end|>\n<|im_start|>user\n<|vision_start|>"
        return text_block(self._special("<|im_start|>system\n") + self._text(system) + self._special(end))

    def end_of_thinking(self, request: AskQuestion) -> list[int]:
        """Return the tokens that are put at the end of reasoning which has reached its limits."""
        closing = request.thinking.closing if request.thinking else ThinkingBudget(0, 0.0).closing
        return self._special(closing)

    def answer_so_far(self, request: AskQuestion) -> AnswerSoFar:
        """Return the answer that goes on as the conversation has it: without reasoning, and not as it was sampled."""
        text = request.turns[-1].answer.lstrip()  # what follows depends on the space at its end
        tokens = self.answer_tokens.get(text.strip()) or self._model.tokenize(text, special=False)
        before = self._special(_NO_THINKING) if request.thinking else []
        return AnswerSoFar(text, before + tokens, start=len(before))

    def keep_answers(self, answers: Iterable[str]) -> None:
        """Forget the tokens of all answers but these, those of the present conversation: of others none is laid out."""
        kept = {answer.strip() for answer in answers}
        self.answer_tokens = {text: tokens for text, tokens in self.answer_tokens.items() if text in kept}

    def fit(
        self, request: AskQuestion, picture: Block, context: int, answer: AnswerSoFar | None = None
    ) -> tuple[list[Block], int]:
        """Lay out a question, without the oldest turns where the context is too small; return the number of these too.

        `answer` is one that goes on. Raises DoesNotFitError where the context is too small without any other turns.
        """
        reserve = answer_reserve(request)
        if request.thinking and answer is None:
            reserve += min(request.thinking.tokens, _THINKING_RESERVE) + len(self.end_of_thinking(request))

        def lay_out(dropped: int) -> tuple[list[Block], int]:
            """Return the blocks, and the cells that they need."""
            blocks = self._blocks(request, picture, dropped, answer)
            return blocks, sum(block.cells for block in blocks) + reserve

        blocks, needed = lay_out(0)
        if needed <= context:
            return blocks, 0
        counts = range(len(request.turns) + (answer is None))
        fewest = bisect_left(counts, True, key=lambda count: lay_out(count)[1] <= context)
        if fewest in counts:
            return lay_out(fewest)[0], fewest
        if answer is not None:
            raise DoesNotFitError(
                tr("The answer cannot go on: the context of {context} tokens is full.", context=context), code="context"
            )
        raise self._too_large(lay_out(counts[-1])[1], picture.cells, context)

    def _too_large(self, needed: int, image_tokens: int, context: int) -> DoesNotFitError:
        way_out = tr("fewer than {count} image tokens", count=image_tokens)
        if needed - image_tokens + MIN_IMAGE_TOKENS > context:
            way_out = tr("a shorter question")
        enough = -(-needed // _CONTEXT_STEP) * _CONTEXT_STEP
        remedy = tr("Use a context of {enough}, or {way_out}.", enough=enough, way_out=way_out)
        if enough > self._model.max_cells:
            most = self._model.max_cells
            remedy = tr("This model's limit is {most}. Use {way_out}.", most=most, way_out=way_out)
        return DoesNotFitError(
            tr(
                "This needs a context of {enough} tokens, but there are {context}. {remedy}",
                enough=enough,
                context=context,
                remedy=remedy,
            ),
            code="context",
        )

    def _blocks(self, request: AskQuestion, picture: Block, dropped: int, answer: AnswerSoFar | None) -> list[Block]:
        blocks = [self.system_block(request.system), picture]
        opener = "<|vision_end|>"
        turns = request.turns[dropped:]
        for turn in turns if answer is None else turns[:-1]:
            blocks.append(text_block(self._question_tokens(opener, turn.question, turn.material)))
            answered = self.answer_tokens.get(turn.answer.strip()) or self._text(turn.answer)
            blocks.append(text_block(answered + self.turn_separator))
            opener = ""
        thinks = request.thinking is not None and (answer is None or answer.reasoned)
        last = turns[-1] if answer else Turn(request.question, "", request.material)
        asked = self._question_tokens(opener, last.question, last.material)
        blocks.append(text_block(asked + (self._special(_THINKING_OPENER) if thinks else [])))
        if answer is not None:  # its last token by itself, since that is evaluated again, for the logits after it
            blocks += [text_block(tokens) for tokens in (answer.tokens[:-1], answer.tokens[-1:]) if tokens]
        return blocks

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(self._text(text))

    def _question_tokens(self, opener: str, question: str, material: str) -> list[int]:
        end = "<|im_end|>\n<|im_start|>assistant\n"
        asked = f"{material}\n{question}" if material else question
        return self._special(opener) + self._text(asked) + self._special(end)

    def _special(self, text: str) -> list[int]:
        return self._model.tokenize(text, special=True)

    def _text(self, text: str) -> list[int]:
        return self._model.tokenize(text.strip(), special=False)
