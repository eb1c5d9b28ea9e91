"""The reference for streaming: an httpx loop that reads, splits and parses an answer, and does nothing with it.

`python benchmarks/_bare.py URL MODEL` prints the seconds of CPU from the request to the end; imports are not in them.
"""

import asyncio
import json
import sys
import time

import httpx


async def main(url: str, model: str) -> None:
    async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
        begin, length, rest = time.process_time(), 0, b""
        async with client.stream("POST", f"{url}/v1/chat/completions", json={"model": model}) as reply:
            async for piece in reply.aiter_bytes():
                *events, rest = (rest + piece).split(b"\n\n")
                for event in events:
                    if event != b"data: [DONE]":
                        length += len(json.loads(event[6:])["choices"][0]["delta"].get("content", ""))
        print(json.dumps({"cpu": time.process_time() - begin, "characters": length}))


asyncio.run(main(*sys.argv[1:]))
