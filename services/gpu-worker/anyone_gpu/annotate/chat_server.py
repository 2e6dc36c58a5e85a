"""The client's half of the OpenAI-compatible chat wire, as vLLM, SGLang, Ollama, LM Studio and llama.cpp serve it.

Only the operator's address is ever spoken to: redirects are not followed, and nothing that a reply holds is called or
fetched. A try ends with a Reply or with Trouble that says whether another try can help.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

TRIES = 3
_SECONDS = 60.0  # of silence, and of one try as a whole
_BACKOFF_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 20.0
_MOST_BYTES = 1 << 20  # of a reply: a closed answer takes a hundred


@dataclass(frozen=True)
class Reply:
    """What was said, and its tokens with their log-probabilities; none where the server does not tell them."""

    text: str
    tokens: tuple[tuple[str, float], ...] = ()


class Trouble(Exception):
    """One question got no reply: a code of `Unanswered`, and whether the server was reached at all."""

    def __init__(self, code: str, message: str, *, retry: bool, reached: bool = True, pause: float = 0.0) -> None:
        super().__init__(message)
        self.code, self.retry, self.reached, self.pause = code, retry, reached, pause


class SchemaRefused(Exception):
    """The server knows no structured output."""


class ChatServer:
    """One server and one of its models. Thread-safe."""

    def __init__(
        self,
        url: str,
        key: str,
        model: str,
        *,
        stream: bool = False,
        seconds: float = _SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"VLM_URL is the http(s) address of an OpenAI-compatible server with its /v1, not {url!r}")
        self._url, self._model, self._stream, self._seconds, self._sleep = url.rstrip("/"), model, stream, seconds, sleep
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx2.Client(headers=headers, timeout=seconds, follow_redirects=False, trust_env=False)

    def complete(self, messages: list[dict[str, Any]], schema: dict[str, Any] | None, seed: int = 0) -> Reply:
        """Asks up to TRIES times. Raises Trouble, SchemaRefused, and ValueError where the settings must be wrong."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "temperature": 0,
            "seed": seed,
            "max_tokens": 64 if schema else 1024,  # without a schema a model may think aloud first
            "logprobs": True,
            "stream": self._stream,
        }
        if schema:
            named = {"name": "closed_answer", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        for tries_left in reversed(range(TRIES)):
            try:
                return self._once(body)
            except Trouble as trouble:
                if not (trouble.retry and tries_left):
                    raise
                backoff = _BACKOFF_SECONDS * 2 ** (TRIES - 1 - tries_left) * (0.5 + random.random())
                self._sleep(min(_LONGEST_PAUSE_SECONDS, max(backoff, trouble.pause)))
        raise AssertionError("the last try returns or raises")

    def _once(self, body: dict[str, Any]) -> Reply:
        until = time.monotonic() + self._seconds
        try:
            with self._client.stream("POST", f"{self._url}/chat/completions", json=body) as response:
                if response.status_code != 200:
                    raise self._refusal(response, _read(response, until), "response_format" in body)
                if "text/event-stream" in response.headers.get("content-type", ""):
                    return _streamed(_lines(response, until))
                return _whole(_read(response, until))
        except httpx2.TimeoutException as error:
            raise Trouble(
                "host-failed", f"{self._url} gave nothing in {self._seconds:g} s", retry=True, reached=False
            ) from error
        except (httpx2.RemoteProtocolError, httpx2.ReadError) as error:
            raise Trouble("cut-off", f"{self._url} ended the connection: {error}", retry=True) from error
        except httpx2.TransportError as error:
            raise Trouble("host-failed", f"{self._url} can't be reached: {error}", retry=True, reached=False) from error

    def _refusal(self, response: httpx2.Response, said: bytes, with_schema: bool) -> Exception:
        status, text = response.status_code, said[:300].decode("utf-8", "replace")
        if status == 429 or status >= 500:
            pause = response.headers.get("retry-after", "")
            seconds = float(pause) if pause.isdigit() else 0.0
            return Trouble("host-failed", f"{self._url} answered {status}: {text}", retry=True, pause=seconds)
        if "content_filter" in text or "content_policy" in text:
            return Trouble("refused", f"{self._url} refused the picture or the question: {text}", retry=False)
        if status in (400, 422) and with_schema:
            return SchemaRefused(text)
        if status in (400, 413, 422):
            return Trouble("bad-reply", f"{self._url} answered {status}: {text}", retry=False)
        return ValueError(
            f"{self._url} answered {status} to a question for the model {self._model}: check VLM_URL (it ends in /v1 and "
            f"redirects are not followed), VLM_API_KEY, and the model's name. It said: {text}"
        )


def _whole(data: bytes) -> Reply:
    try:
        choice = json.loads(data)["choices"][0]
        message = choice["message"]
        return _finished(message.get("content"), message.get("refusal"), choice.get("finish_reason"), _tokens(choice))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _no_completion(data) from error


def _streamed(lines: Iterator[str]) -> Reply:
    """Server-sent events of chat.completion.chunk; a stream without a finish reason was cut."""
    text, refusal, finish = "", "", None
    tokens: list[tuple[str, float]] = []
    for line in lines:
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or not data:
            continue  # comments that keep the connection alive
        if data == "[DONE]":
            break
        try:
            event = json.loads(data)
            if "error" in event:
                raise Trouble("host-failed", f"the server ended its stream: {str(event['error'])[:300]}", retry=True)
            for choice in event["choices"][:1]:  # the last chunk of some has only the usage
                text += choice["delta"].get("content") or ""
                refusal += choice["delta"].get("refusal") or ""
                tokens += _tokens(choice)
                finish = choice.get("finish_reason") or finish
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _no_completion(data.encode()) from error
    return _finished(text, refusal, finish, tuple(tokens))


def _finished(text: Any, refusal: Any, finish: Any, tokens: tuple[tuple[str, float], ...]) -> Reply:
    if refusal or finish == "content_filter":
        raise Trouble("refused", f"the model would not answer: {str(refusal or finish)[:300]}", retry=False)
    if finish is None or finish == "length":
        retry = finish is None  # the same limit would cut it again
        raise Trouble("cut-off", f"the reply ended before it was whole: {str(text)[:100]!r}", retry=retry)
    if not isinstance(text, str):
        raise TypeError("the reply holds no text")
    return Reply(text, tokens)


def _tokens(choice: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    content = (choice.get("logprobs") or {}).get("content") or ()
    return tuple((str(one["token"]), float("nan") if one["logprob"] is None else float(one["logprob"])) for one in content)


def _no_completion(data: bytes) -> Trouble:
    return Trouble("bad-reply", f"the server's reply is no chat completion: {data[:200]!r}", retry=True)


def _read(response: httpx2.Response, until: float) -> bytes:
    return b"".join(_chunks(response, until))


def _lines(response: httpx2.Response, until: float) -> Iterator[str]:
    left = b""
    for chunk in _chunks(response, until):
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")
    if left:
        yield left.decode("utf-8", "replace")


def _chunks(response: httpx2.Response, until: float) -> Iterator[bytes]:
    count = 0
    for chunk in response.iter_bytes():
        count += len(chunk)
        if count > _MOST_BYTES:
            raise Trouble("bad-reply", f"the server's reply is longer than {_MOST_BYTES} bytes", retry=False)
        if time.monotonic() > until:
            raise Trouble("host-failed", "the server's reply did not end in time", retry=True)
        yield chunk
