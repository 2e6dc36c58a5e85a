"""An OpenAI-compatible server as a labeller, over real HTTP on loopback: the conformance suite, and every way to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyone_gpu.annotate.asking import Asking
from anyone_gpu.annotate.chat_server import TRIES, ChatServer
from anyone_gpu.annotate.closed_reply import choices, chosen
from anyone_gpu.annotate.openai_vlm import OpenAiVlm, open_openai
from anyone_gpu.annotate.picture import read_picture
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.vlm import Guess, Unanswered, VlmUnavailable
from anyone_gpu.annotate.vlm_file import Surroundings, VlmFile, read_vlm_file
from anyone_gpu.generated.anyone.v1 import annotate_pb2 as wire
from anyone_gpu.generated.anyone.v1 import annotate_pb2_grpc
from anyone_gpu.objects import sha256_hex
from anyone_gpu.server import start_server

from .chat_host import Host, chat_host
from .conformance.vlm import ASKED, HARMED, Make, VlmConformance
from .figures import Figure, Folder

FILE = VlmFile("openai", "tiny-1", "modern", "0" * 64, model="tiny-vlm", temperature=1.5)
HARMED_TEXT = next(q.text for q in ASKED if q.category == HARMED)


def adapter(host: Host, file: VlmFile = FILE, key: str = "secret", seconds: float = 10.0) -> tuple[OpenAiVlm, list[float]]:
    """The adapter, and the pauses that it would have made."""
    pauses: list[float] = []
    server = ChatServer(host.url, key, file.model, stream=file.stream, seconds=seconds, sleep=pauses.append)
    return OpenAiVlm(file, server), pauses


@pytest.fixture(params=["schema", "no schema", "stream"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestOpenAi(VlmConformance):
    unaskable = Question(25, "top.color", ("white", "black"), (4,), "")

    @pytest.fixture
    def make(self, kind: str) -> Iterator[Make]:
        with chat_host(Host(schema=kind != "no schema")) as host:
            yield lambda: adapter(host, replace(FILE, stream=kind == "stream"))[0]

    @pytest.fixture
    def broken(self, kind: str) -> Iterator[Make]:
        harm = lambda text, _try: "garbage" if text == HARMED_TEXT else None  # noqa: E731
        with chat_host(Host(schema=kind != "no schema", harm=harm)) as host:
            yield lambda: adapter(host, replace(FILE, stream=kind == "stream"))[0]


@pytest.fixture
def ask(figures: list[Figure]) -> Callable[[OpenAiVlm], list[Guess | Unanswered]]:
    picture = read_picture(figures[60].image, figures[60].parts)
    return lambda vlm: vlm.answer([vlm.encode(picture, "x")], [ASKED])[0]


@pytest.mark.parametrize(
    ("harm", "code", "tries"),
    [
        ("too many", "host-failed", TRIES),
        ("broken", "host-failed", TRIES),
        ("html", "bad-reply", TRIES),
        ("no choices", "bad-reply", TRIES),
        ("endless", "bad-reply", 1),
        ("cut", "cut-off", TRIES),
        ("cut stream", "cut-off", TRIES),
        ("length", "cut-off", 1),
        ("filtered", "refused", 1),
        ("garbage", "not-an-option", 1),
        ("language", "not-an-option", 1),
        ("refusal", "not-an-option", 1),
        ("injected", "not-an-option", 1),
        ("nan", "not-finite", 1),
        ("null", "not-finite", 1),
        ("tool", "bad-reply", TRIES),
    ],
)
def test_what_goes_wrong_with_a_question_has_a_type_and_touches_no_other(
    ask: Callable[[OpenAiVlm], list[Guess | Unanswered]], harm: str, code: str, tries: int
) -> None:
    stream = harm == "cut stream"
    with chat_host(Host(harm=lambda text, _try: harm if text == HARMED_TEXT else None)) as host:
        answers = ask(adapter(host, replace(FILE, stream=stream))[0])
    failed = [one for one in answers if isinstance(one, Unanswered)]
    assert [(one.category, one.code) for one in failed] == [(HARMED, code)]
    assert host.tries[HARMED_TEXT] == tries
    assert not any("fetched" in asked for asked in host.asked)  # no address of a reply is opened


def test_a_stream_that_breaks_off_is_asked_again_and_then_answered(
    ask: Callable[[OpenAiVlm], list[Guess | Unanswered]],
) -> None:
    with chat_host(Host(harm=lambda _text, tried: "cut stream" if tried == 1 else None)) as host:
        answers = ask(adapter(host, replace(FILE, stream=True))[0])
    assert all(isinstance(one, Guess) for one in answers)
    assert set(host.tries.values()) == {2}


def test_a_busy_server_is_left_alone_as_long_as_it_says(ask: Callable[[OpenAiVlm], list[Guess | Unanswered]]) -> None:
    with chat_host(Host(harm=lambda text, tried: "too many" if text == HARMED_TEXT and tried < 3 else None)) as host:
        vlm, pauses = adapter(host)
        assert all(isinstance(one, Guess) for one in ask(vlm))
    assert len(pauses) == 2
    assert min(pauses) >= 1


def test_a_refusal_by_status_is_a_refusal(ask: Callable[[OpenAiVlm], list[Guess | Unanswered]]) -> None:
    with chat_host(Host(harm=lambda text, _try: "policy" if text == HARMED_TEXT else None)) as host:
        failed = [one for one in ask(adapter(host)[0]) if isinstance(one, Unanswered)]
    assert [one.code for one in failed] == ["refused"]


def test_wrong_settings_are_said_and_are_no_failure_of_a_question(
    ask: Callable[[OpenAiVlm], list[Guess | Unanswered]],
) -> None:
    with chat_host(Host()) as host:
        with pytest.raises(ValueError, match=r"401.*VLM_API_KEY"):
            ask(adapter(host, key="other")[0])
        with pytest.raises(ValueError, match=r"404.*VLM_URL"):
            ask(adapter(host, replace(FILE, model="none"))[0])
    with chat_host(Host(harm=lambda _text, _try: "moved")) as host, pytest.raises(ValueError, match="redirects"):
        ask(adapter(host)[0])
    with pytest.raises(ValueError, match="set VLM_URL"):
        open_openai(FILE, Surroundings())
    with pytest.raises(ValueError, match="VLM_URL is the http"):
        open_openai(FILE, Surroundings(url="file:///etc"))


def test_nobody_there_is_a_fault_of_the_call(ask: Callable[[OpenAiVlm], list[Guess | Unanswered]]) -> None:
    with chat_host(Host()) as host:
        vlm, _ = adapter(host)
    with pytest.raises(VlmUnavailable, match="can't be reached"):
        ask(vlm)


def test_without_probabilities_none_is_made_up(ask: Callable[[OpenAiVlm], list[Guess | Unanswered]]) -> None:
    with chat_host(Host(logprobs=False)) as host:
        for question, guess in zip(ASKED, ask(adapter(host)[0]), strict=True):
            assert isinstance(guess, Guess)
            assert guess.confidence == pytest.approx(1 / (len(question.options) + 1))


def test_the_picture_comes_first_and_is_the_same_bytes_for_all_questions(
    ask: Callable[[OpenAiVlm], list[Guess | Unanswered]],
) -> None:
    with chat_host(Host()) as host:
        ask(adapter(host)[0])
    assert len({json.dumps(asked["messages"][1]["content"][0]) for asked in host.asked}) == 1


def test_a_crop_is_what_a_question_of_the_head_sees(ask: Callable[[OpenAiVlm], list[Guess | Unanswered]]) -> None:
    with chat_host(Host()) as host:
        ask(adapter(host, replace(FILE, crops=True))[0])
    urls = {asked["messages"][1]["content"][1]["text"]: asked["messages"][1]["content"][0] for asked in host.asked}
    assert len({json.dumps(url) for url in urls.values()}) == 2


def test_the_temperature_moves_the_confidence_and_not_the_answer(
    ask: Callable[[OpenAiVlm], list[Guess | Unanswered]],
) -> None:
    with chat_host(Host()) as host:
        raw = adapter(host, replace(FILE, temperature=None))[0]
        plain, flat = ask(raw), ask(adapter(host, replace(FILE, temperature=3.0))[0])
    assert not raw.identity.calibrated
    for one, other in zip(plain, flat, strict=True):
        assert isinstance(one, Guess)
        assert isinstance(other, Guess)
        assert one.option == other.option
        assert abs(other.confidence - 0.5) < abs(one.confidence - 0.5)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6, unique=True), st.text())
def test_whatever_is_said_gives_an_option_or_nothing(options: list[str], said: str) -> None:
    for reply in (said, json.dumps({"answer": said}), f"```json\n{said}\n```"):
        found = chosen(reply, options)
        assert found is None or 0 <= found[0] <= len(options)


@given(st.sampled_from(ASKED), st.data())
def test_an_option_is_read_back_from_every_form_it_is_said_in(question: Question, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(question.options)))
    words = choices(question.options)[place]
    forms = [words, words.upper(), f"{words}.", f"Answer: {words}", f'"{words}"', json.dumps({"answer": words})]
    forms += [f"<think>not {HARMED_TEXT}</think>\n{words}", f'```json\n{{"answer": "{words}"}}\n```']
    assert {(chosen(form, question.options) or (None,))[0] for form in forms} == {place}
    assert chosen(f"It is {words}, I think", question.options) is None


def test_a_file_that_says_nothing_usable_is_refused_with_the_way_out() -> None:
    good = {"format": 1, "adapter": "openai", "version": "a", "model": "m"}
    assert read_vlm_file(json.dumps(good).encode(), "0" * 64).tier == "modern"
    for harm, said in (
        ({"format": 2}, "format 2"),
        ({"adapter": "other"}, "one of"),
        ({"model": ""}, "needs 'model'"),
        ({"temperature": 0}, "temperature"),
        ({"tier": "best"}, "tier"),
    ):
        with pytest.raises(ValueError, match=said):
            read_vlm_file(json.dumps(good | harm).encode(), "0" * 64)
    with pytest.raises(ValueError, match="no JSON"):
        read_vlm_file(b"{", "0" * 64)


def test_is_served_by_its_file_like_every_labeller(figures: list[Figure]) -> None:
    store = Folder(figures[60:62])
    file = json.dumps({"format": 1, "adapter": "openai", "version": "tiny-1", "model": "tiny-vlm"}).encode()
    store.put("model/tiny-1", file)
    ref = wire.LabellerRef(id="tiny-1", object_key="model/tiny-1", sha256=sha256_hex(file))
    names = [figure.name for figure in figures[60:62]]
    request = wire.AskRequest(
        labeller=ref,
        images=[wire.AskImage(asset_id=n, image_key=f"{n}.jpg", parts_key=f"{n}.png", categories=[25, HARMED]) for n in names],
        questions=[wire.Question(category=q.category, id=q.id, text=q.text, options=q.options, parts=q.parts) for q in ASKED],
    )
    token = (("authorization", "Bearer secret"),)
    with chat_host(Host(harm=lambda text, _try: "refusal" if text == HARMED_TEXT else None)) as host:
        server, port = start_server(Asking(store, around=Surroundings(url=host.url, key="secret")), "127.0.0.1:0", "secret")
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = annotate_pb2_grpc.AnnotateServiceStub(channel)
            response = stub.Ask(request, metadata=token)
        server.stop(0).wait()
    assert (response.model, response.tier, response.calibrated) == ("tiny-vlm", "modern", False)
    codes = [[answer.failure.code for answer in image.answers] for image in response.images]
    assert codes == [["", "not-an-option"]] * 2
