"""A small Python API over llama.cpp and its vision tower: text model, tower, KV cache and sampler.

It deals in tokens, KV cells and positions, and knows nothing of chats. With M-RoPE a picture of w x h merged patches
fills w*h KV cells but takes only max(w, h) positions, so both are counted. Errors are raised as AssistantError.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import functools
import math
import os
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from edge_assistant.engine import devices as llama_devices
from edge_assistant.engine.bindings import ggml, llama, load_backends, mtmd
from edge_assistant.engine.gpu_offload import NO_OFFLOAD, GpuOffload, decide, usable_devices
from edge_assistant.engine.messages import DEVICE_FAILED, ModelSize, Sampling, Tuning
from edge_assistant.engine.plain_tokens import tokenize_plain
from edge_assistant.engine.sampler import Sampler
from edge_assistant.system.errors import DoesNotFitError, EngineError, WeightsError
from edge_assistant.system.i18n import tr

_WARNING = 3  # GGML_LOG_LEVEL_WARN
_ABORTED = 2  # llama_decode's return value when the abort callback returned true
_CHECKED_LOGITS = 16  # so many equal float32 values are no coincidence
# LLAMA_TOKEN_ATTR_CONTROL and LLAMA_TOKEN_ATTR_USER_DEFINED
_MEANING = 1 << 3 | 1 << 4
_POLLED_OPS = frozenset((b"MUL_MAT", b"FLASH_ATTN_EXT"))

_DEFAULT_TUNING, _UNKNOWN_SIZE = Tuning(), ModelSize()
_log_callbacks: list[Any] = []  # never freed: llama.cpp calls the last one even after its model was freed

OnFraction = Callable[[float], None]


class ComputationInterrupted(Exception):
    """A computation was stopped by a cancel; its result is dropped."""


class ImageChunk:
    """A picture preprocessed by llama.cpp, ready to be encoded. `tokens` are KV cells."""

    def __init__(self, chunks: Any, handle: Any) -> None:
        self._chunks = chunks
        self.handle = handle
        self.tokens = int(mtmd.mtmd_input_chunk_get_n_tokens(handle))
        self.positions = int(mtmd.mtmd_input_chunk_get_n_pos(handle))

    def free(self) -> None:
        """Free its memory."""
        mtmd.mtmd_input_chunks_free(self._chunks)


class LlamaModel:
    """A text model with its vision tower and one KV cache.

    `interrupted` is polled at every graph node, on the calling thread; when it returns True, the running call raises
    ComputationInterrupted within the time of one node.
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
        size: ModelSize = _UNKNOWN_SIZE,
        tuning: Tuning = _DEFAULT_TUNING,
        on_device: Callable[[bool], None] = lambda _: None,
        wrong_devices: Container[str] = frozenset(),
    ) -> None:
        """Load both files; without a `size` nothing goes on a GPU.

        `on_device` is called with whether a GPU driver is in use from now on; `wrong_devices` are the driver keys of
        devices that compute wrongly.
        Raises WeightsError, DoesNotFitError or ComputationInterrupted.
        """
        self._interrupted = interrupted
        self._on_load = on_load
        self._on_device = on_device
        self._wrong_devices = wrong_devices
        self._on_batches: OnFraction | None = None
        self._nodes = 0
        self._nodes_per_batch = 0
        self._vision_layers = vision_layers
        self._batch_tokens = tuning.batch
        self.offload = NO_OFFLOAD
        self._log: collections.deque[str] = collections.deque(maxlen=20)
        self._context_params: Any = None
        self._callbacks: list[Any] = []  # ctypes callbacks, which C code uses but Python would free
        self._model = self._context = self._tower = None
        self._redirect_log()
        load_backends()
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
        self.max_cells = int(llama.llama_model_n_ctx_train(self._model))

    def free(self) -> None:
        """Free all memory."""
        if self._tower:
            mtmd.mtmd_free(self._tower)
        if self._context:
            llama.llama_free(self._context)
        if self._model:
            llama.llama_model_free(self._model)
        self._model = self._context = self._tower = None

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Return the text's token ids; `special` recognises <|im_start|>, <think> and the like: never in user text."""
        if special:
            return self._tokenize(text, special=True)
        return tokenize_plain(text, functools.partial(self._tokenize, special=False), self._added_name)

    def _added_name(self, token: int) -> str | None:
        """Return what spells a token that has a meaning of its own; None for an ordinary one."""
        if not llama.llama_vocab_get_attr(self._vocab, token) & _MEANING:
            return None
        return bytes(llama.llama_vocab_get_text(self._vocab, token)).decode(errors="replace")

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        raw = text.encode()
        room = len(raw) + 8
        buffer = (llama.llama_token * room)()
        count = llama.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, special)
        if count < 0:
            raise EngineError(tr("The text could not be read by the model. Ask in other words."))
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """Return the bytes of a token, which may be a part of a character; empty for control tokens."""
        buffer = ctypes.create_string_buffer(256)
        count = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[: max(count, 0)]

    def is_end_token(self, token: int) -> bool:
        """Return whether the token ends the answer."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def image_chunk(self, rgb: bytes, width: int, height: int) -> ImageChunk:
        """Preprocess a picture (RGB, 3 bytes a pixel, row by row) for the vision tower."""
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
        """Run the vision tower; the embeddings stay valid until the next encode. Raises ComputationInterrupted."""
        with self._report_progress(on_fraction):
            result = mtmd.mtmd_encode_chunk(self._tower, chunk.handle)
        self._check_interrupted()
        if result != 0:
            raise self._computing_error(tr("The engine could not read the picture. Try again."))
        return self.encoder_output()

    def encoder_output(self) -> Any:
        """Return the embeddings of the last completed encode."""
        return mtmd.mtmd_get_output_embd(self._tower)

    def embeddings(self, tokens: int) -> bytes:
        """Return a copy of the last encode's embeddings, for a picture of so many image tokens: float32."""
        return ctypes.string_at(mtmd.mtmd_get_output_embd(self._tower), self._embedding_bytes(tokens))

    def load_embeddings(self, data: bytes, tokens: int) -> Any:
        """Wrap embeddings of another model with the same tower for `decode_image`; None where the size is wrong."""
        if len(data) != self._embedding_bytes(tokens):
            return None
        return (ctypes.c_float * (len(data) // ctypes.sizeof(ctypes.c_float))).from_buffer_copy(data)

    def decode_image(self, chunk: ImageChunk, embeddings: Any, position: int, on_fraction: OnFraction) -> None:
        """Decode an encoded picture into the KV cache at `position`. Raises ComputationInterrupted."""
        new_position = llama.llama_pos(position)
        batches = -(-chunk.tokens // self._batch_tokens)
        with self._report_progress(on_fraction, batches):
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
        """Decode tokens into the KV cache from `position` on; the last one's logits can be sampled.

        Raises ComputationInterrupted.
        """
        batch_size = self._batch_tokens
        batches = -(-len(tokens) // batch_size)
        with self._report_progress(on_fraction, batches):
            for start in range(0, len(tokens), batch_size):
                part = tokens[start : start + batch_size]
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

    def truncate(self, position: int) -> None:
        """Remove everything from `position` on from the KV cache."""
        llama.llama_memory_seq_rm(self._memory, 0, position, -1)

    def save_state(self) -> bytes:
        """Return the contents of the KV cache, for `restore_state` in another process."""
        size = int(llama.llama_state_seq_get_size(self._context, 0))
        buffer = (ctypes.c_uint8 * size)()
        written = llama.llama_state_seq_get_data(self._context, buffer, size, 0)
        return ctypes.string_at(buffer, written)

    def restore_state(self, state: bytes, position: int) -> bool:
        """Fill the empty KV cache from `state`; return False, and leave it empty, if it does not end at `position`."""
        buffer = ctypes.cast(ctypes.c_char_p(state), ctypes.POINTER(ctypes.c_uint8))
        read = llama.llama_state_seq_set_data(self._context, buffer, len(state), 0)
        if read == len(state) and llama.llama_memory_seq_pos_max(self._memory, 0) == position - 1:
            return True
        self.truncate(0)
        return False

    def logits(self) -> list[float]:
        """Return the logits after the last decoded token, one per vocabulary entry."""
        pointer = llama.llama_get_logits_ith(self._context, -1)
        return list(pointer[: self._vocab_size])

    def logits_apart(self, tokens: Sequence[int], then: int) -> tuple[bytes, bytes]:
        """Return the logits after `tokens`, evaluated together, and after the token `then` behind them, as float32.

        That is computed in a small context of its own; the KV cache stays as it is. Raises DoesNotFitError, EngineError
        or ComputationInterrupted.
        """
        params = type(self._context_params).from_buffer_copy(self._context_params)
        params.n_ctx = params.n_batch = params.n_ubatch = len(tokens) + 1
        context = llama.llama_init_from_model(self._model, params)
        if not context:
            raise DoesNotFitError(
                tr(
                    "There is not enough memory for a context of {context} tokens. Use a smaller context.",
                    context=params.n_ctx,
                ),
                code="memory",
            )
        try:
            found = []
            for part in (tokens, [then]):
                array = (llama.llama_token * len(part))(*part)
                self._check_decoded(llama.llama_decode(context, llama.llama_batch_get_one(array, len(part))))
                logits = llama.llama_get_logits_ith(context, -1)
                found.append(ctypes.string_at(logits, self._vocab_size * ctypes.sizeof(ctypes.c_float)))
            return found[0], found[1]
        finally:
            llama.llama_free(context)

    @property
    def embedding_length(self) -> int:
        """The length of the text model's embeddings; those of a picture's tokens are a multiple of it (DeepStack)."""
        return int(llama.llama_model_n_embd(self._model))

    def forbid(self, token: int) -> None:
        """Exclude `token` from the next `Sampler.sample`."""
        llama.llama_get_logits_ith(self._context, -1)[token] = float("-inf")

    def has_usable_logits(self) -> bool:
        """Return whether the last logits are usable: a NaN in the computation makes all of them NaN, or all equal."""
        logits = llama.llama_get_logits_ith(self._context, -1)[:_CHECKED_LOGITS]
        return not any(map(math.isnan, logits)) and len(set(logits)) > 1

    def sampler(self, sampling: Sampling, seed: int, grammar: str = "") -> Sampler:
        """Return a new sampler; its penalties see only the tokens it samples. Raises EngineError: invalid grammar."""
        return Sampler(self._context, self._vocab, self.cells, sampling, seed, grammar)

    def _embedding_bytes(self, tokens: int) -> int:
        # Wider than the model's embeddings where the tower also feeds its deeper layers (DeepStack).
        return tokens * int(llama.llama_model_n_embd_inp(self._model)) * ctypes.sizeof(ctypes.c_float)

    def _load(self, model: str, mmproj: str, context: int, threads: int, size: ModelSize, tuning: Tuning) -> None:
        flash_attention = (
            llama.LLAMA_FLASH_ATTN_TYPE_ENABLED if tuning.flash_attention else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        self.offload = offload = self._plan_offload(model, mmproj, context, size, tuning.gpu_layers)
        model_params = llama.llama_model_default_params()
        # An empty list where there are none: NULL would take all devices, and send large batches there even without
        # layers. A context has only these devices, so its op_offload and offload_kqv have no effect.
        text_devices = [self._device_handle(offload)] if offload.layers else []
        pointers = (ctypes.c_void_p * (len(text_devices) + 1))(*text_devices)
        model_params.devices = ctypes.addressof(pointers)
        model_params.n_gpu_layers = offload.gpu_layers
        if text_devices:
            model_params.split_mode = llama.LLAMA_SPLIT_MODE_NONE
        # Repacked weights cost 1.8 GB and 7 s more at load on the measured CPU, and made prefill slower.
        model_params.use_extra_bufts = tuning.repack
        model_params.progress_callback = self._make_callback(
            llama.llama_progress_callback, self._load_progress(0.0, 0.8)
        )
        self._model = llama.llama_model_load_from_file(os.fsencode(model), model_params)
        self._check_interrupted()
        if not self._model:
            raise self._load_error(model)
        context_params = llama.llama_context_default_params()
        context_params.n_ctx = context
        context_params.n_batch = context_params.n_ubatch = tuning.batch
        context_params.n_threads = context_params.n_threads_batch = threads
        context_params.flash_attn_type = flash_attention
        context_params.abort_callback = self._make_callback(llama.ggml_abort_callback, lambda _: self._on_text_node())
        self._context_params = context_params
        tower_params = mtmd.mtmd_context_params_default()
        tower_params.use_gpu = offload.tower  # otherwise clip.cpp creates a CPU backend only
        if offload.tower:
            tower_params.device = self._device_handle(offload)
        tower_params.print_timings = False
        tower_params.warmup = False
        tower_params.n_threads = threads
        tower_params.flash_attn_type = flash_attention
        tower_params.progress_callback = self._make_callback(mtmd.mtmd_progress_callback, self._load_progress(0.8, 1.0))
        tower_params.cb_eval = self._make_callback(llama.ggml_backend_sched_eval_callback, self._on_tower_node)
        # Clearing the KV cache and reading the tower take about as long, and both mostly wait for memory pages.
        with ThreadPoolExecutor(1) as executor:
            make_context = functools.partial(llama.llama_init_from_model, self._model, context_params)
            # GPU drivers are not used concurrently.
            pending_context = None if offload.device is not None else executor.submit(make_context)
            self._tower = mtmd.mtmd_init_from_file(os.fsencode(mmproj), self._model, tower_params)
        self._context = pending_context.result() if pending_context else make_context()
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

    def _plan_offload(
        self, model: str, mmproj: str, context: int, size: ModelSize, gpu_layers: int | None
    ) -> GpuOffload:
        """Decide what goes on a GPU, where there is one."""
        if gpu_layers == 0 or not size.layers:
            return NO_OFFLOAD
        self._on_device(True)
        devices, passed_over = usable_devices(
            llama_devices.list_devices_for(model, mmproj), self._wrong_devices, gpu_layers
        )
        offload = decide(
            devices,
            model_bytes=os.path.getsize(model),  # noqa: PTH202 (the path may be of any kind)
            output_bytes=llama_devices.output_bytes(model) if devices else 0,
            cache_bytes=size.cell_bytes * context,
            tower_bytes=os.path.getsize(mmproj),  # noqa: PTH202
            layers=size.layers,
            gpu_layers=gpu_layers,
        )
        self._on_device(offload.device is not None)
        return replace(offload, passed_over=passed_over)

    def _device_handle(self, offload: GpuOffload) -> int:
        assert offload.device is not None
        return llama_devices.device_handle(offload.device.index)

    def _computing_error(self, log_text: str) -> EngineError:
        return EngineError(log_text, code=None if self.offload.device is None else DEVICE_FAILED)

    def _load_error(self, path: str) -> Exception:
        name = os.path.basename(path)  # noqa: PTH119 (the path may be of any kind)
        log_text = " ".join(self._log).lower()
        if "alloc" in log_text or "memory" in log_text:
            return DoesNotFitError(
                tr("There is not enough memory to load {name}. Close some programs.", name=name), code="memory"
            )
        if "mismatch" in log_text:
            return WeightsError(
                tr("{name} does not belong to this model. Choose the mmproj file made for it.", name=name)
            )
        return WeightsError(
            tr("{name} cannot be loaded: it is damaged or of another type. Download it again.", name=name)
        )

    def _load_progress(self, low: float, high: float) -> Callable[[float, Any], bool]:
        def report(fraction: float, _: Any) -> bool:
            self._on_load(low + (high - low) * fraction)
            return not self._interrupted()

        return report

    def _on_text_node(self) -> bool:
        """Handle llama.cpp's abort callback, called before each graph node of the text model."""
        self._nodes += 1
        if self._on_batches and self._nodes_per_batch and self._nodes % 64 == 0:
            self._on_batches(self._nodes / self._nodes_per_batch)
        return self._interrupted()

    def _on_tower_node(self, tensor: int, ask: bool, _: Any) -> bool:
        """Handle the tower's eval callback: `ask` whether a node is to be reported, then called when it is computed."""
        if ask:
            return _tensor_op(tensor) in _POLLED_OPS
        name = _tensor_name(tensor)
        if self._on_batches and self._vision_layers and name.rpartition(b"-")[2].isdigit():
            self._on_batches(int(name.rpartition(b"-")[2]) / self._vision_layers)
        return not self._interrupted()

    @contextlib.contextmanager
    def _report_progress(self, on_fraction: OnFraction | None, batches: int = 1) -> Iterator[None]:
        """Report node counts as a fraction that only grows, from 0 to 1."""
        self._nodes = 0
        highest = 0.0

        def report(batches_done: float) -> None:
            nonlocal highest
            fraction = min(batches_done / batches, 0.99)
            if on_fraction and fraction > highest:
                highest = fraction
                on_fraction(fraction)

        self._on_batches = report if on_fraction else None
        if on_fraction:
            on_fraction(0.0)
        try:
            yield
        finally:
            self._on_batches = None
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

    def _redirect_log(self) -> None:
        """Send llama.cpp's warnings to standard error, which the client logs."""
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

    def _make_callback(self, kind: Any, function: Callable[..., Any]) -> Any:
        callback = kind(function)
        self._callbacks.append(callback)
        return callback


_tensor_name: Callable[[int], bytes] = ggml("ggml-base", "ggml_get_name", ctypes.c_char_p, ctypes.c_void_p)
_tensor_op: Callable[[int], bytes] = ggml("ggml-base", "ggml_op_desc", ctypes.c_char_p, ctypes.c_void_p)
