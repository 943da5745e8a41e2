"""A chat-completions server in a process of its own that counts: when requests came, by its own clock.

with counting_server(latency=0.2) as server:
    ...ask it at server.base_url, or through it as an HTTP proxy at server.proxy...
    server.counted()
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

Counted = list[tuple[float, int]]
"""Seconds since the server began, and how many tokens a request took: 0 where it was refused."""


@dataclass(frozen=True)
class CountingServer:
    """The server, as the process sees it that started it."""

    port: int

    @property
    def base_url(self) -> str:
        """What goes into ``OPENAI_BASE_URL``."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def proxy(self) -> str:
        """The server takes requests for any host: asked as a proxy it is no server on this machine."""
        return f"http://127.0.0.1:{self.port}"

    def counted(self) -> Counted:
        """Every request so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/counted") as response:
            return [(at, tokens) for at, tokens in json.load(response)]


@contextmanager
def counting_server(*, latency: float = 0.0, per_minute: float = 0, burst: float = 1) -> Iterator[CountingServer]:
    """A server with a bucket that takes ``per_minute`` requests, ``burst`` of them at once; 0: any number."""
    command = [sys.executable, str(Path(__file__).resolve()), str(latency), str(per_minute), str(burst)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield CountingServer(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class _Server:
    def __init__(self, latency: float, per_minute: float, burst: float) -> None:
        self.counted: Counted = []
        self.latency, self.per_second, self.burst = latency, per_minute / 60, burst
        self.level, self.filled_at = burst, 0.0
        self.began = time.monotonic()
        self.chance = Random(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer everything that comes over one connection."""
        try:
            while request := await reader.readline():
                length = await _body_length(reader)
                await reader.readexactly(length)
                status, body = await self._answer(request)
                head = (
                    f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: bytes) -> tuple[str, bytes]:
        if request.startswith(b"GET"):
            return "200 OK", json.dumps(self.counted).encode()
        at = time.monotonic() - self.began
        if not self._admits(at):
            self.counted.append((at, 0))
            return "429 Too Many Requests", b'{"error": {"message": "slow down"}}'
        answer = self.chance.randint(20, 180)
        self.counted.append((at, 100 + answer))
        await asyncio.sleep(self.latency)
        return "200 OK", json.dumps(_completion(answer)).encode()

    def _admits(self, at: float) -> bool:
        self.level = min(self.burst, self.level + (at - self.filled_at) * self.per_second)
        self.filled_at = at
        if self.per_second and self.level < 1:
            return False
        self.level -= 1
        return True


async def _body_length(reader: asyncio.StreamReader) -> int:
    length = 0
    while (line := (await reader.readline()).strip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return length


def _completion(answer_tokens: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": "{}"}
    return {
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": answer_tokens},
    }


async def _main(latency: float, per_minute: float, burst: float) -> None:
    server = await asyncio.start_server(_Server(latency, per_minute, burst).serve, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("latency", "per_minute", "burst"):
        parser.add_argument(name, type=float)
    asyncio.run(_main(**vars(parser.parse_args())))
