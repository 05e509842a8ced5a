"""llama.cpp and its vision tower behind a small Python face: the only module that calls `llama_cpp`.

It knows tokens, KV cells and positions, nothing of chats. With M-RoPE a picture of w x h merged patches fills w*h KV
cells but takes only max(w, h) positions, so both are counted. Errors come out as our own.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import functools
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from edge_assistant.engine import devices as llama_devices
from edge_assistant.engine.bindings import LIBRARIES, ggml, llama, mtmd
from edge_assistant.engine.gpu_offload import NOTHING, GpuOffload, decide
from edge_assistant.engine.messages import DEVICE_FAILED, ModelSize, Sampling, Tuning
from edge_assistant.system.errors import DoesNotFitError, EngineError, WeightsError
from edge_assistant.system.i18n import tr

_WARNING = 3  # GGML_LOG_LEVEL_WARN
_ABORTED = 2  # llama_decode's return value when the abort callback said stop
_SOME_LOGITS = 16  # so many float32 are not equal by chance
_NODES_TO_ASK_AT = frozenset((b"MUL_MAT", b"FLASH_ATTN_EXT"))

_USUAL, _UNKNOWN = Tuning(), ModelSize()
_log_callbacks: list[Any] = []  # never freed: llama.cpp writes to the last one also when its model is gone

OnFraction = Callable[[float], None]


class ComputationInterrupted(Exception):
    """The person's cancel reached llama.cpp; what was being computed is dropped."""


class ImageChunk:
    """A picture cut into patches by llama.cpp, ready to be encoded. `tokens` are KV cells."""

    def __init__(self, chunks: Any, handle: Any) -> None:
        self._chunks = chunks
        self.handle = handle
        self.tokens = int(mtmd.mtmd_input_chunk_get_n_tokens(handle))
        self.positions = int(mtmd.mtmd_input_chunk_get_n_pos(handle))

    def free(self) -> None:
        """Give its memory back."""
        mtmd.mtmd_input_chunks_free(self._chunks)


class LlamaModel:
    """One text model with its vision tower and one KV cache.

    `interrupted` is asked at every graph node, from the thread that called; when it says True, the running call
    raises Interrupted within the time of one node.
    """

    def __init__(
        self,
        model: str,
        mmproj: str,
        *,
        context: int,
        threads: int,
        vision_layers: int,
        interrupted: Callable[[], bool],
        on_load: OnFraction,
        size: ModelSize = _UNKNOWN,
        tuning: Tuning = _USUAL,
        on_device: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """Load both files; without a `size` nothing goes on a graphics processor.

        `on_device` is told whether from now on a graphics processor's driver is at work.
        Raises WeightsError, DoesNotFitError or Interrupted.
        """
        self._interrupted = interrupted
        self._on_load = on_load
        self._on_device = on_device
        self._on_node: OnFraction | None = None
        self._nodes = 0
        self._nodes_per_batch = 0
        self._vision_layers = vision_layers
        self._batch_tokens = tuning.batch
        self.offload = NOTHING
        self._log: collections.deque[str] = collections.deque(maxlen=20)
        self._keep: list[Any] = []  # ctypes callbacks, which C code holds but Python would free
        self._model = self._context = self._tower = None
        self._catch_log()
        load_backends(LIBRARIES)
        llama.llama_backend_init()
        try:
            self._load(model, mmproj, context, threads, size, tuning)
        except BaseException:
            self.free()
            raise
        self._vocab = llama.llama_model_get_vocab(self._model)
        self._vocab_size = llama.llama_vocab_n_tokens(self._vocab)
        self._memory = llama.llama_get_memory(self._context)
        self._batch = llama.llama_batch_init(self._batch_tokens, 0, 1)
        self.cells = int(llama.llama_n_ctx(self._context))
        self.most_cells = int(llama.llama_model_n_ctx_train(self._model))

    def free(self) -> None:
        """Give all memory back."""
        if self._tower:
            mtmd.mtmd_free(self._tower)
        if self._context:
            llama.llama_free(self._context)
        if self._model:
            llama.llama_model_free(self._model)
        self._model = self._context = self._tower = None

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Token ids; `special` lets control tokens such as <|im_start|> be recognised, which no user text may."""
        raw = text.encode()
        room = len(raw) + 8
        buffer = (llama.llama_token * room)()
        count = llama.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, special)
        if count < 0:
            raise EngineError(tr("The text could not be read by the model. Ask in other words."))
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; they may be part of a character. Control tokens give nothing."""
        buffer = ctypes.create_string_buffer(256)
        count = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[: max(count, 0)]

    def ends(self, token: int) -> bool:
        """Whether the token ends the answer."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def image_chunk(self, rgb: bytes, width: int, height: int) -> ImageChunk:
        """Cut a picture (RGB, 3 bytes a pixel, row by row) into patches."""
        pixels = (ctypes.c_uint8 * len(rgb)).from_buffer_copy(rgb)
        bitmap = mtmd.mtmd_bitmap_init(width, height, pixels)
        chunks = mtmd.mtmd_input_chunks_init()
        marker = mtmd.mtmd_default_marker()
        text = mtmd.mtmd_input_text()
        text.text, text.text_len, text.add_special, text.parse_special = marker, len(marker), False, True
        try:
            result = mtmd.mtmd_tokenize(
                self._tower, chunks, ctypes.byref(text), (mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap), 1
            )
        finally:
            mtmd.mtmd_bitmap_free(bitmap)
        for index in range(mtmd.mtmd_input_chunks_size(chunks)) if result == 0 else ():
            handle = mtmd.mtmd_input_chunks_get(chunks, index)
            if mtmd.mtmd_input_chunk_get_type(handle) == mtmd.MTMD_INPUT_CHUNK_TYPE_IMAGE:
                return ImageChunk(chunks, handle)
        mtmd.mtmd_input_chunks_free(chunks)
        raise EngineError(tr("The engine could not prepare the picture. Try another picture."))

    def encode(self, chunk: ImageChunk, on_fraction: OnFraction) -> Any:
        """Run the vision tower; the embeddings stay valid until the next encode. Raises Interrupted."""
        with self._reporting(on_fraction):
            result = mtmd.mtmd_encode_chunk(self._tower, chunk.handle)
        self._check_interrupted()
        if result != 0:
            raise self._computing_error(tr("The engine could not read the picture. Try again."))
        return self.encoded()

    def encoded(self) -> Any:
        """What the last whole encode gave."""
        return mtmd.mtmd_get_output_embd(self._tower)

    def embeddings(self, tokens: int) -> bytes:
        """A copy of what the last encode made, whose picture has so many image tokens: float32."""
        return ctypes.string_at(mtmd.mtmd_get_output_embd(self._tower), self._embedding_bytes(tokens))

    def given_embeddings(self, data: bytes, tokens: int) -> Any:
        """Embeddings that another model with the same tower made, for `decode_image`; None where they do not fit."""
        if len(data) != self._embedding_bytes(tokens):
            return None
        return (ctypes.c_float * (len(data) // ctypes.sizeof(ctypes.c_float))).from_buffer_copy(data)

    def decode_image(
        self, chunk: ImageChunk, embeddings: Any, position: int, on_fraction: OnFraction, kept: Sequence[int] = ()
    ) -> None:
        """Put an encoded picture into the KV cache at `position`. Raises Interrupted.

        `kept` numbers the image tokens that are put there, each where it is in the whole picture; without it, all are.
        """
        if kept:
            self._decode_parts(chunk, embeddings, position, on_fraction, kept)
            return
        new_position = llama.llama_pos(position)
        batches = -(-chunk.tokens // self._batch_tokens)
        with self._reporting(on_fraction, batches):
            result = mtmd.mtmd_helper_decode_image_chunk(
                self._tower,
                self._context,
                chunk.handle,
                embeddings,
                position,
                0,
                self._batch_tokens,
                ctypes.byref(new_position),
                mtmd.mtmd_helper_post_decode_callback(),
                None,
            )
        self._check_decoded(result)

    def decode(self, tokens: Sequence[int], position: int, on_fraction: OnFraction | None = None) -> None:
        """Put tokens into the KV cache from `position` on; the last one's logits can be sampled. Raises Interrupted."""
        most = self._batch_tokens
        batches = -(-len(tokens) // most)
        with self._reporting(on_fraction, batches):
            for start in range(0, len(tokens), most):
                part = tokens[start : start + most]
                batch = self._batch
                batch.n_tokens = len(part)
                for i, token in enumerate(part):
                    batch.token[i] = token
                    batch.pos[i] = position + start + i
                    batch.n_seq_id[i] = 1
                    batch.seq_id[i][0] = 0
                    batch.logits[i] = 0
                batch.logits[len(part) - 1] = 1
                self._check_decoded(llama.llama_decode(self._context, batch))
        if on_fraction is None or len(tokens) > 1:
            self._nodes_per_batch = max(self._nodes_per_batch, self._nodes // max(batches, 1))

    def _decode_parts(
        self, chunk: ImageChunk, embeddings: Any, position: int, on_fraction: OnFraction, kept: Sequence[int]
    ) -> None:
        width = self._embedding_bytes(1)
        source = ctypes.cast(embeddings, ctypes.c_void_p).value or 0
        tokens = mtmd.mtmd_input_chunk_get_tokens_image(chunk.handle)
        most = self._batch_tokens
        with self._reporting(on_fraction, -(-len(kept) // most)):
            for start in range(0, len(kept), most):
                part = kept[start : start + most]
                count = len(part)
                values = (ctypes.c_uint8 * (count * width))()
                places = (llama.llama_pos * (4 * count))()  # M-RoPE: time, row, column, and one unused, each for all
                for i, token in enumerate(part):
                    ctypes.memmove(ctypes.addressof(values) + i * width, source + token * width, width)
                    at = mtmd.mtmd_image_tokens_get_decoder_pos(tokens, position, token)
                    places[i], places[count + i], places[2 * count + i], places[3 * count + i] = at.t, at.y, at.x, at.z
                batch = llama.llama_batch(
                    n_tokens=count,
                    token=None,
                    embd=ctypes.cast(values, ctypes.POINTER(ctypes.c_float)),
                    pos=places,
                    n_seq_id=self._batch.n_seq_id,
                    seq_id=self._batch.seq_id,
                    logits=(ctypes.c_int8 * count)(),
                )
                for i in range(count):
                    batch.n_seq_id[i], batch.seq_id[i][0] = 1, 0
                self._check_decoded(llama.llama_decode(self._context, batch))

    def cut(self, position: int) -> None:
        """Forget everything from `position` on."""
        llama.llama_memory_seq_rm(self._memory, 0, position, -1)

    def state(self) -> bytes:
        """What is in the KV cache, for `restore` in another process."""
        size = int(llama.llama_state_seq_get_size(self._context, 0))
        buffer = (ctypes.c_uint8 * size)()
        written = llama.llama_state_seq_get_data(self._context, buffer, size, 0)
        return ctypes.string_at(buffer, written)

    def restore(self, state: bytes, position: int) -> bool:
        """Fill the empty KV cache with what `state` gave; False, and still empty, where that is not just `position`."""
        buffer = ctypes.cast(ctypes.c_char_p(state), ctypes.POINTER(ctypes.c_uint8))
        read = llama.llama_state_seq_set_data(self._context, buffer, len(state), 0)
        if read == len(state) and llama.llama_memory_seq_pos_max(self._memory, 0) == position - 1:
            return True
        self.cut(0)
        return False

    def logits(self) -> list[float]:
        """The logits after the last decoded token, one a vocabulary entry."""
        pointer = llama.llama_get_logits_ith(self._context, -1)
        return list(pointer[: self._vocab_size])

    def forbid(self, token: int) -> None:
        """Make `token` impossible for the next `Sampler.sample`."""
        llama.llama_get_logits_ith(self._context, -1)[token] = float("-inf")

    def tells_tokens_apart(self) -> bool:
        """Whether the last evaluation came to something: not-a-numbers on the way make all logits so, or equal ones."""
        some = llama.llama_get_logits_ith(self._context, -1)[:_SOME_LOGITS]
        return not any(map(math.isnan, some)) and len(set(some)) > 1

    def sampler(self, sampling: Sampling, seed: int) -> Sampler:
        """A fresh sampler; its penalties see only what it draws."""
        return Sampler(self._context, self._vocab_size, self.cells, sampling, seed)

    def _embedding_bytes(self, tokens: int) -> int:
        # Wider than the model where the tower also feeds its deeper layers (deepstack).
        return tokens * int(llama.llama_model_n_embd_inp(self._model)) * ctypes.sizeof(ctypes.c_float)

    def _load(self, model: str, mmproj: str, context: int, threads: int, size: ModelSize, tuning: Tuning) -> None:
        flash_attention = (
            llama.LLAMA_FLASH_ATTN_TYPE_ENABLED if tuning.flash_attention else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        self.offload = offload = self._offload(model, mmproj, context, size, tuning.gpu_layers)
        model_params = llama.llama_model_default_params()
        # None, where there are none: NULL would take all there are, and send large batches there even without layers.
        # A context has only these devices, so nothing is left to its op_offload and offload_kqv.
        text_devices = [self._handle(offload)] if offload.layers else []
        pointers = (ctypes.c_void_p * (len(text_devices) + 1))(*text_devices)
        model_params.devices = ctypes.addressof(pointers)
        model_params.n_gpu_layers = offload.gpu_layers
        if text_devices:
            model_params.split_mode = llama.LLAMA_SPLIT_MODE_NONE
        # Repacked weights cost 1.8 GB and 7 s more at load on the measured processor, and made prefill slower.
        model_params.use_extra_bufts = tuning.repack
        model_params.progress_callback = self._hold(llama.llama_progress_callback, self._loading(0.0, 0.8))
        self._model = llama.llama_model_load_from_file(os.fsencode(model), model_params)
        self._check_interrupted()
        if not self._model:
            raise self._load_error(model)
        context_params = llama.llama_context_default_params()
        context_params.n_ctx = context
        context_params.n_batch = context_params.n_ubatch = tuning.batch
        context_params.n_threads = context_params.n_threads_batch = threads
        context_params.flash_attn_type = flash_attention
        context_params.abort_callback = self._hold(llama.ggml_abort_callback, lambda _: self._node())
        tower_params = mtmd.mtmd_context_params_default()
        tower_params.use_gpu = offload.tower  # without it, clip.cpp makes a backend for the processor only
        if offload.tower:
            tower_params.device = self._handle(offload)
        tower_params.print_timings = False
        tower_params.warmup = False
        tower_params.n_threads = threads
        tower_params.flash_attn_type = flash_attention
        tower_params.progress_callback = self._hold(mtmd.mtmd_progress_callback, self._loading(0.8, 1.0))
        tower_params.cb_eval = self._hold(llama.ggml_backend_sched_eval_callback, self._tower_node)
        # Clearing the cache and reading the tower take about as long, and both mostly wait for pages of memory.
        with ThreadPoolExecutor(1) as beside:
            make_context = functools.partial(llama.llama_init_from_model, self._model, context_params)
            made = None if offload != NOTHING else beside.submit(make_context)  # drivers like one thing at a time
            self._tower = mtmd.mtmd_init_from_file(os.fsencode(mmproj), self._model, tower_params)
        self._context = made.result() if made else make_context()
        self._check_interrupted()
        if not self._context:
            raise DoesNotFitError(
                tr(
                    "There is not enough memory for a context of {context} tokens. Use a smaller context.",
                    context=context,
                ),
                code="memory",
            )
        if not self._tower or not mtmd.mtmd_support_vision(self._tower):
            raise self._load_error(mmproj)

    def _offload(self, model: str, mmproj: str, context: int, size: ModelSize, wanted: int | None) -> GpuOffload:
        """What goes on a graphics processor, where there is one."""
        if wanted == 0 or not size.layers:
            return NOTHING
        self._on_device(True)
        devices = llama_devices.devices()
        offload = decide(
            devices,
            model_bytes=os.path.getsize(model),  # noqa: PTH202 (the path may be of any kind)
            output_bytes=llama_devices.output_bytes(model) if devices else 0,
            cache_bytes=size.cell_bytes * context,
            tower_bytes=os.path.getsize(mmproj),  # noqa: PTH202
            layers=size.layers,
            wanted=wanted,
        )
        self._on_device(offload.device is not None)
        return offload

    def _handle(self, offload: GpuOffload) -> int:
        assert offload.device is not None
        return llama_devices.handle(offload.device.index)

    def _computing_error(self, words: str) -> EngineError:
        return EngineError(words, code=None if self.offload.device is None else DEVICE_FAILED)

    def _load_error(self, path: str) -> Exception:
        name = os.path.basename(path)  # noqa: PTH119 (the path may be of any kind)
        words = " ".join(self._log).lower()
        if "alloc" in words or "memory" in words:
            return DoesNotFitError(
                tr("There is not enough memory to load {name}. Close some programs.", name=name), code="memory"
            )
        if "mismatch" in words:
            return WeightsError(
                tr("{name} does not belong to this model. Choose the mmproj file made for it.", name=name)
            )
        return WeightsError(
            tr("{name} cannot be loaded: it is damaged or of another type. Download it again.", name=name)
        )

    def _loading(self, low: float, high: float) -> Callable[[float, Any], bool]:
        def report(fraction: float, _: Any) -> bool:
            self._on_load(low + (high - low) * fraction)
            return not self._interrupted()

        return report

    def _node(self) -> bool:
        """llama.cpp's abort callback, asked before each graph node of the text model."""
        self._nodes += 1
        if self._on_node and self._nodes_per_batch and self._nodes % 64 == 0:
            self._on_node(self._nodes / self._nodes_per_batch)
        return self._interrupted()

    def _tower_node(self, tensor: int, ask: bool, _: Any) -> bool:
        """The vision tower's callback: asked whether a node matters, then called when it is computed."""
        if ask:
            return _op(tensor) in _NODES_TO_ASK_AT
        name = _name(tensor)
        if self._on_node and self._vision_layers and name.rpartition(b"-")[2].isdigit():
            self._on_node(int(name.rpartition(b"-")[2]) / self._vision_layers)
        return not self._interrupted()

    @contextlib.contextmanager
    def _reporting(self, on_fraction: OnFraction | None, batches: int = 1) -> Iterator[None]:
        """Turn node counts into a fraction that only grows, from 0 to 1."""
        self._nodes = 0
        highest = 0.0

        def report(batches_done: float) -> None:
            nonlocal highest
            fraction = min(batches_done / batches, 0.99)
            if on_fraction and fraction > highest:
                highest = fraction
                on_fraction(fraction)

        self._on_node = report if on_fraction else None
        if on_fraction:
            on_fraction(0.0)
        try:
            yield
        finally:
            self._on_node = None
        if on_fraction and not self._interrupted():
            on_fraction(1.0)

    def _check_interrupted(self) -> None:
        if self._interrupted():
            raise ComputationInterrupted

    def _check_decoded(self, result: int) -> None:
        if result == _ABORTED or self._interrupted():
            raise ComputationInterrupted
        if result == 1:
            raise DoesNotFitError(tr("The conversation no longer fits the context. Use a larger context."))
        if result != 0:
            raise self._computing_error(tr("The engine could not read the question. Try again."))

    def _catch_log(self) -> None:
        """llama.cpp's warnings go to standard error, which in a worker leads to the parent's logger."""
        log = self._log

        def write(level: int, text: bytes, _: Any) -> None:
            if level in (_WARNING, _WARNING + 1):
                line = text.decode(errors="replace").rstrip()
                log.append(line)
                os.write(2, f"{line}\n".encode())

        callback = llama.llama_log_callback(write)
        _log_callbacks.append(callback)
        for set_log in (llama.llama_log_set, mtmd.mtmd_log_set, mtmd.mtmd_helper_log_set):
            set_log(callback, ctypes.c_void_p(0))

    def _hold(self, kind: Any, function: Callable[..., Any]) -> Any:
        callback = kind(function)
        self._keep.append(callback)
        return callback


class Sampler:
    """Draws tokens: penalties, top-k, top-p, temperature, in llama.cpp's order."""

    def __init__(self, context: Any, vocab_size: int, window: int, sampling: Sampling, seed: int) -> None:
        self._context = context
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for part in _parts(sampling, vocab_size, window, seed):
            llama.llama_sampler_chain_add(self._chain, part)

    def sample(self) -> int:
        """The next token."""
        return int(llama.llama_sampler_sample(self._chain, self._context, -1))

    def free(self) -> None:
        """Give its memory back."""
        llama.llama_sampler_free(self._chain)


def _parts(sampling: Sampling, vocab_size: int, window: int, seed: int) -> Iterator[Any]:
    if sampling.temperature == 0:
        yield llama.llama_sampler_init_greedy()
        return
    if sampling.presence:
        # The window is the whole context: -1, documented elsewhere as "all", silently turns the penalties off here.
        yield llama.llama_sampler_init_penalties(vocab_size, window, 1.0, 0.0, sampling.presence)
    if sampling.top_k:
        yield llama.llama_sampler_init_top_k(sampling.top_k)
    if sampling.top_p < 1:
        yield llama.llama_sampler_init_top_p(sampling.top_p, 1)
    yield llama.llama_sampler_init_temp(sampling.temperature)
    yield llama.llama_sampler_init_dist(seed)


def library_files() -> list[Path]:
    """llama.cpp's own files: what they compute may differ from version to version."""
    return sorted(path for path in LIBRARIES.iterdir() if path.is_file())


def load_backends(folder: Path) -> None:
    """Let a portable build choose, of the processor backends in `folder`, the best one this processor can run.

    An ordinary build is made for its processor and has nothing to choose from. Raises EngineError.
    """
    if not any(folder.glob("*ggml-cpu-*")):
        return
    count = ggml("ggml", "ggml_backend_reg_count", ctypes.c_size_t)
    if count() == 0:
        ggml("ggml", "ggml_backend_load_all_from_path", None, ctypes.c_char_p)(os.fsencode(folder))
    if count() == 0:
        raise EngineError(tr("The engine does not support this processor. Install the program again."))


_name: Callable[[int], bytes] = ggml("ggml-base", "ggml_get_name", ctypes.c_char_p, ctypes.c_void_p)
_op: Callable[[int], bytes] = ggml("ggml-base", "ggml_op_desc", ctypes.c_char_p, ctypes.c_void_p)
