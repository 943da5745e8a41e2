"""A real llama.cpp server on loopback with a model of 0.2 MB made on the spot, in a process of its own.

    with llama_server(folder) as url: ...

The weights are chance, but for two directions of the hidden state that stand for logits: whole sentences are
likely inside a string, a closing quote after one, a closing bracket where a list begins. So the model says no
nonsense where the grammar of the JSON schema lets it speak, and knows nothing of what it is asked.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SENTENCES = (
    "Holds what the shop has recorded at the till, corrected at night.",
    "Kept for the accountants, who read it at the end of each month.",
    "Filled from the warehouse's own lists, never by hand.",
)

_ALWAYS, _AFTER_A_SENTENCE = 0, 1
_BYTES_FROM = 3
_WIDTH, _HEADS, _FEED_FORWARD, _CONTEXT = 32, 4, 64, 65_536


@contextmanager
def llama_server(folder: Path, context_tokens: int = _CONTEXT) -> Iterator[str]:
    """The base URL of a server that is ready; the model is written into ``folder``."""
    command = [sys.executable, "-m", "tests.real.llama_server", str(folder / "tiny.gguf"), str(context_tokens)]
    pipe = subprocess.PIPE
    root = Path(__file__).parents[2]
    with (
        (folder / "llama.log").open("wb") as log,
        subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, stderr=log, text=True) as server,
    ):
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), (folder / "llama.log").read_text(errors="replace")
        yield f"{url}/v1"
        server.communicate()  # the end of its stdin is what it waits for


def write_model(path: str) -> None:
    """A llama model of one layer that knows 256 bytes and a few sentences."""
    import gguf
    import numpy

    tokens = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    first_sentence = len(tokens)
    kinds = [gguf.TokenType.UNKNOWN, *[gguf.TokenType.CONTROL] * 2, *[gguf.TokenType.BYTE] * 256]
    tokens += [sentence.encode() for sentence in SENTENCES]
    kinds += [gguf.TokenType.USER_DEFINED] * len(SENTENCES)
    chance = numpy.random.default_rng(seed=1)

    def weights(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.02).astype(numpy.float32)

    known, wanted = weights(len(tokens), _WIDTH), weights(len(tokens), _WIDTH)
    known[:, _ALWAYS] = 1
    known[first_sentence:, _AFTER_A_SENTENCE] = 4
    wanted[first_sentence:, _ALWAYS] = 2
    wanted[[_BYTES_FROM + byte for byte in b'"]'], _ALWAYS] = 1
    wanted[_BYTES_FROM + ord('"'), _AFTER_A_SENTENCE] = 8

    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, len(tokens))
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    ones = numpy.ones(_WIDTH, numpy.float32)
    tensors = {"token_embd": known, "output": wanted, "output_norm": ones}
    tensors |= {"blk.0.attn_norm": ones, "blk.0.ffn_norm": ones, "blk.0.ffn_down": weights(_WIDTH, _FEED_FORWARD)}
    tensors |= {f"blk.0.attn_{part}": weights(_WIDTH, _WIDTH) for part in ("q", "k", "v", "output")}
    tensors |= {f"blk.0.ffn_{part}": weights(_FEED_FORWARD, _WIDTH) for part in ("gate", "up")}
    for name, tensor in tensors.items():
        writer.add_tensor(f"{name}.weight", tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: Any, tokens: int) -> None:
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_FEED_FORWARD)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(tokens)
    writer.add_tokenizer_model("llama")
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}")


def serve(path: str, context_tokens: int) -> None:
    """Serve the model until stdin ends; says its address on stdout when it is ready."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = path
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx = context_tokens
    settings.n_parallel = 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.warmup = False
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    write_model(sys.argv[1])
    serve(sys.argv[1], int(sys.argv[2]))
