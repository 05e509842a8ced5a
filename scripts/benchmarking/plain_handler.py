"""The plain way: llama-cpp-python's `Llama` with its `MTMDChatHandler`, as its documentation shows it.

usage: plain_handler.py MODEL MMPROJ PICTURE QUESTION [QUESTION]; prints one JSON object with seconds. A program of its
own, so that its memory can be watched from outside.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

_TOKENS = 8


def main() -> None:
    """Ask each question in one conversation about the picture, and print how long the first tokens took."""
    from llama_cpp import Llama
    from llama_cpp.llama_chat_format import MTMDChatHandler

    model, mmproj, picture, *questions = sys.argv[1:]
    start = time.perf_counter()
    handler = MTMDChatHandler(clip_model_path=mmproj, verbose=False)
    llama = Llama(model_path=model, chat_handler=handler, n_ctx=4096, verbose=False)
    load = time.perf_counter() - start
    url = f"data:image/png;base64,{base64.b64encode(Path(picture).read_bytes()).decode()}"
    messages: list[dict[str, Any]] = []
    first_tokens = []
    for number, question in enumerate(questions):
        image = [] if number else [{"type": "image_url", "image_url": {"url": url}}]
        messages.append({"role": "user", "content": [*image, {"type": "text", "text": question}]})
        start, first, answer = time.perf_counter(), None, ""
        for chunk in llama.create_chat_completion(messages=messages, stream=True, max_tokens=_TOKENS):
            if piece := chunk["choices"][0]["delta"].get("content"):
                first = first or time.perf_counter() - start
                answer += piece
        first_tokens.append(first or time.perf_counter() - start)
        messages.append({"role": "assistant", "content": answer})
    print(json.dumps({"load": load, "first_tokens": first_tokens}))


if __name__ == "__main__":
    main()
