#!/usr/bin/env python3
"""The client holds its ground before any server: every reply, right or wrong, ends as a text or as a problem in
words, in bounded time, and the key goes nowhere but into its header.

The program under test is tests/client/ask.c, with a server of server.py for each case. Times come from the
configuration, so that waiting takes tenths of seconds.
usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import require, run_all
from server import Server, chunk, document, event, head, reply, stream

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
DRIVER = HERMESC.parent / "tests/chat-driver"
HERMES = HERMESC.parent / "hermes"
SECRET = "sk-test-51ZzKeyThatNobodySees"
OK, FAILED, CAPPED, ABSENT, STOPPED = range(5)

QUICK = {"model": "asked", "retry_longest": 0.05, "connect_timeout": 2, "timeout": 5, "stall": 2, "retries": 2}
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("HERMES_", "OPENAI_"))}


# ---- asking ----

class Answer:
    def __init__(self, code, out, err, seconds, record):
        require(code == 0 and not err, f"the driver exits {code}\n{err}{out[:2000]}")
        self.text, self.seconds, self.record = out, seconds, record
        self.json = json.loads(out)
        self.replies = [one for some in self.json.get("replies", []) for one in some]
        self.codes = [diagnostic["code"] for diagnostic in self.json["diagnostics"]]

    @property
    def only(self):
        require(len(self.replies) == 1, f"{len(self.replies)} replies")
        return self.replies[0]

    def says(self, *parts):
        """It failed, and its problem has all of these parts."""
        problem = self.only.get("problem", "")
        require(self.only["status"] == FAILED, f"it did not fail: {self.only}")
        for part in parts:
            require(part in problem, f"`{part}` is not in: {problem}")
        require("HB0906" in self.codes, f"reported are {self.codes}")
        return self

    def gives(self, text, attempts=1):
        require(self.only["status"] == OK and self.only["text"] == text, f"not `{text}`: {self.only}")
        require(self.only["attempts"] == attempts, f"{self.only['attempts']} attempts, not {attempts}")
        return self


class Client:
    """A directory with a configuration, and runs of the driver there."""

    def __init__(self, url, **settings):
        self.room = tempfile.TemporaryDirectory(prefix="hermes client ")
        self.directory = pathlib.Path(self.room.name)
        (self.directory / "config.json").write_text(json.dumps({**QUICK, "base_url": url, **settings}))
        self.environment = {**ENVIRONMENT, "HOME": self.room.name, "XDG_CONFIG_HOME": self.room.name,
                            "HERMES_API_KEY": SECRET, "http_proxy": "http://127.0.0.1:1"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.room.cleanup()

    def start(self, *words):
        return subprocess.Popen([DRIVER, "--config=config.json", *words], cwd=self.directory, env=self.environment,
                                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ask(self, questions=({},), words=("--live",), record="record.jsonl"):
        """`questions`: asked side by side; or, of lists, one list after the other."""
        lists = questions if questions and isinstance(questions[0], list) else [list(questions)]
        began = time.monotonic()
        with self.start(*words, f"--record={record}") as child:
            out, err = child.communicate(json.dumps(lists), timeout=60)
        path = self.directory / record
        return Answer(child.returncode, out, err, time.monotonic() - began, path.read_text() if path.is_file() else "")


def meet(behave, questions=({},), **settings):
    """One run before one server: the answer, and the requests that came."""
    with Server(behave) as server, Client(server.url, **settings) as client:
        answer = client.ask(questions)
        answer.server = server
        require(SECRET not in answer.text and SECRET not in answer.record, "the key is told")
        return answer


def always(said):
    return lambda *_: said


def in_turn(*said):
    return lambda connection, request, number: said[min(number, len(said) - 1)]


# ---- replies as they should be ----

def check_request():
    answer = meet(always(reply(kind="text/event-stream", body=stream("four", "teen"))),
                  [{"content": "7 + 7?", "temperature": 0.25, "max_tokens": 90}])
    answer.gives("fourteen")
    sent = answer.server.requests[0]
    require(sent["path"] == "/v1/chat/completions", f"it asked at {sent['path']}")
    require(sent["headers"]["authorization"] == f"Bearer {SECRET}", "the key is not in its header")
    body = sent["json"]
    require(body["model"] == "asked" and body["temperature"] == 0.25 and body["max_tokens"] == 90, f"asked: {body}")
    require(body["stream"] is True and body["messages"][1] == {"role": "user", "content": "7 + 7?"}, f"asked: {body}")
    require(answer.only["model"] == "served" and answer.only["finish"] == "stop", f"{answer.only}")
    require((answer.only["prompt_tokens"], answer.only["completion_tokens"]) == (7, 5), f"{answer.only}")
    require(answer.only["estimated"] is False and answer.only["cost"] is None, f"{answer.only}")


def check_roles():
    roles = {"coder": {"model": "large", "temperature": 0.1, "max_tokens": 77}}
    answer = meet(always(reply(body=document("x"))), [{"role": "coder"}, {"role": "coarse"}], roles=roles)
    coder, coarse = sorted((request["json"] for request in answer.server.requests), key=lambda body: body["temperature"])
    require((coder["model"], coder["temperature"], coder["max_tokens"]) == ("large", 0.1, 77), f"{coder}")
    require((coarse["model"], coarse["temperature"]) == ("asked", 0.5) and "max_tokens" not in coarse, f"{coarse}")


def check_cost():
    answer = meet(always(reply(body=document("x", usage=(1000, 500)))), price_input=2, price_output=10)
    require(abs(answer.only["cost"] - 0.007) < 1e-12, f"1000 and 500 tokens at 2 and 10 cost {answer.only['cost']}")


def check_estimate(make):
    answer = meet(always(make("word " * 40)))
    require(answer.only["estimated"] and answer.only["completion_tokens"] == 50, f"{answer.only}")
    require('"tokens_estimated":true' in answer.record, "the record does not say that tokens are estimated")


def check_borders(pieces, text):
    def drip(connection, *_):
        connection.sendall(head())
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.02)
    meet(drip).gives(text)


def split_everywhere(whole, size):
    return [whole[at:at + size] for at in range(0, len(whole), size)]


def good_replies():
    yield "a request", check_request
    yield "settings of roles", check_roles
    yield "cost", check_cost
    yield "usage is estimated, stream", lambda: check_estimate(
        lambda text: reply(kind="text/event-stream", body=stream(text, usage=None)))
    yield "usage is estimated, document", lambda: check_estimate(lambda text: reply(body=document(text, usage=None)))
    for name, whole, text in (
            ("one JSON document", reply(body=document("naïve")), "naïve"),
            ("a document without a type", reply(kind=None, body=document("a")), "a"),
            ("a stream without a type", reply(kind=None, body=stream("a")), "a"),
            ("a type with a charset", reply(kind="application/json; charset=utf-8", body=document("a")), "a"),
            ("content in parts", reply(body=document([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])), "ab"),
            ("CRLF events", reply(kind="text/event-stream", body=stream("a", "b", end="\r\n")), "ab"),
            ("CR events", reply(kind="text/event-stream", body=stream("a", "b", end="\r")), "ab"),
            ("comments and other fields", head() + b": ping\n\nevent: x\nid: 1\n" + stream("a"), "a"),
            ("data: without a blank", head() + stream("a").replace(b"data: ", b"data:"), "a"),
            ("several data lines", head() + b'data: {"choices": [{"delta":\ndata: {"content": "a"}}]}\n\n' + stream(), "a"),
            ("[DONE] is missing", head() + stream("a", done=False), "a"),
            ("only [DONE] ends it", head() + stream("a", finish=None), "a"),
            ("no empty line at the end", head() + stream("a", done=False).rstrip(b"\n"), "a"),
            ("other choices", head() + event('{"choices": [{"index": 1, "delta": {"content": "z"}}]}') + stream("a"), "a"),
            ("what is behind [DONE]", head() + stream("a") + event("{"), "a"),
            ("bytes that are no UTF-8", reply(body=document("aXb").replace("X", "\udcff").encode(errors="surrogateescape")),
             "a\ufffdb")):
        yield name, lambda whole=whole, text=text: meet(always(whole)).gives(text)
    umlauts = head() + stream("größer", "€", "𝔘")
    yield "every border", lambda: check_borders(split_everywhere(stream("ü€"), 7), "ü€")
    yield "one packet", lambda: meet(always(umlauts)).gives("größer€𝔘")
    yield "a border in UTF-8", lambda: check_borders(re.split("(?<=\udce2)", stream("a€b").decode(errors="ignore")) and
                                                     split_at(stream("a€b"), stream("a€b").index(b"\xe2") + 1), "a€b")
    yield "a border in data:", lambda: check_borders(split_at(stream("a", "b"), stream("a").index(b"data", 9) + 2), "ab")


def split_at(whole, at):
    return [whole[:at], whole[at:]]


def check_length():
    require(meet(always(head() + stream("half", finish="length"))).gives("half").only["finish"] == "length", "not cut")


def check_open_end():
    """A server that keeps the connection open behind its reply is not waited for."""
    def behave(connection, *_):
        connection.sendall(head() + stream("a"))
        time.sleep(1.5)
    require(meet(behave).gives("a").seconds < 1, "it waited behind [DONE]")


# ---- servers that fail and recover ----

def check_status(status, **headers):
    bad = reply(status, body='{"error": {"message": "not now"}}', **headers)
    meet(in_turn(bad, reply(body=document("a")))).gives("a", attempts=2)


def check_never(status):
    answer = meet(always(reply(status, body='{"error": {"message": "not now"}}')))
    answer.says(f"HTTP {status}", "not now", "after 3 attempts")
    require(len(answer.server.requests) == 3, f"{len(answer.server.requests)} requests")


def check_at_once(status, *parts, body='{"error": {"message": "no way"}}', **headers):
    answer = meet(always(reply(status, body=body, **headers))).says(f"HTTP {status}", *parts)
    require(len(answer.server.requests) == 1, f"{len(answer.server.requests)} requests")
    return answer


def gap(server):
    return server.requests[1]["time"] - server.requests[0]["time"]


def check_retry_after(value, longest, least, most):
    answer = meet(in_turn(reply(429, Retry_After=value), reply(body=document("a"))), retry_longest=longest)
    answer.gives("a", attempts=2)
    require(least <= gap(answer.server) <= most, f"it waited {gap(answer.server):.2f} s")


def check_backoff():
    answer = meet(always(reply(503)), retry_longest=60).says("HTTP 503")
    times = [request["time"] for request in answer.server.requests]
    first, second = times[1] - times[0], times[2] - times[1]
    require(0.25 <= first <= 0.9 and 0.5 <= second <= 1.5, f"it waited {first:.2f} s and {second:.2f} s")


def later(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))


def check_lost(first):
    meet(in_turn(first, reply(body=document("a")))).gives("a", attempts=2)


def check_closed_port():
    with Server(always(b"")) as server:
        url = server.url
    with Client(url) as client:
        client.ask().says("cannot be reached", url, "base_url", "after 3 attempts")


def check_refused_parameter(word, key, other=None):
    def behave(_, request, number):
        if key in request["json"]:
            return reply(400, body=json.dumps({"error": {"message": f"Unsupported parameter: '{word}'."}}))
        return reply(body=document("a"))
    answer = meet(behave, [[{"max_tokens": 9}], [{"max_tokens": 9}]])
    require([one.get("text") for one in answer.replies] == ["a", "a"], f"{answer.replies}")
    require(len(answer.server.requests) == 3, "it did not remember what the server refuses")
    require(other is None or answer.server.requests[2]["json"].get(other) == 9, "it did not ask in the other way")


def recoveries():
    for status in (408, 409, 429, 500, 502, 503, 504, 529):
        yield f"HTTP {status}, then fine", lambda status=status: check_status(status)
    for status in (429, 500):
        yield f"HTTP {status}, always", lambda status=status: check_never(status)
    yield "Retry-After, seconds", lambda: check_retry_after("1", 5, 0.95, 2.5)
    yield "Retry-After, a date", lambda: check_retry_after(later(2), 5, 0.5, 3.5)
    yield "Retry-After, clamped", lambda: check_retry_after("3600", 0.2, 0.15, 1.5)
    yield "Retry-After, nonsense", lambda: check_retry_after("soon", 0.1, 0.03, 1.5)
    yield "backoff", check_backoff
    yield "cut before the reply", lambda: check_lost(b"")
    yield "cut in the headers", lambda: check_lost(b"HTTP/1.1 200 OK\r\nContent-Ty")
    yield "cut in a document", lambda: check_lost(reply(body=document("abc"))[:-20])
    yield "cut in a stream", lambda: check_lost(head() + stream("a", "b", finish=None, done=False))
    yield "cut in an event", lambda: check_lost(head() + stream("a", finish=None, done=False)
                                                + event(chunk("b"))[:-1])
    yield "a closed port", check_closed_port
    yield "no streams", lambda: check_refused_parameter("stream", "stream")
    yield "no temperature", lambda: check_refused_parameter("temperature", "temperature")
    yield "no max_tokens", lambda: check_refused_parameter("max_tokens", "max_tokens", "max_completion_tokens")


# ---- replies that are none ----

def check_endless(first, more, *parts):
    def behave(connection, *_):
        connection.sendall(first)
        while True:
            connection.sendall(more)
    require(meet(behave, timeout=30).says(*parts).seconds < 25, "it took too long")


def check_stall(kind, first):
    def behave(connection, *_):
        connection.sendall(head(kind) + first)
        time.sleep(1.5)
    answer = meet(behave, stall=0.3, retries=1).says("no byte came for 0.3 s", "after 2 attempts")
    require(answer.seconds < 2.5, f"it took {answer.seconds:.1f} s")


def check_drip():
    """Always another byte, and never the end: the time of the call is over."""
    def behave(connection, *_):
        connection.sendall(head())
        while True:
            connection.sendall(event(chunk("a")))
            time.sleep(0.05)
    answer = meet(behave, timeout=0.8, stall=0.5).says("0.8 s", "timeout")
    require(answer.seconds < 2.5 and answer.only["attempts"] == 1, f"{answer.seconds} s, {answer.only}")
    require(answer.only["completion_tokens"] > 0, "what came before the end was not counted")


def check_silence():
    answer = meet(lambda *_: time.sleep(1.5), timeout=0.4, stall=0.1).says("0.4 s")
    require(answer.seconds < 1.4, f"it took {answer.seconds:.1f} s")


def check_huge_header():
    answer = meet(always(b"HTTP/1.1 200 OK\r\n" + b"X-More: " + b"y" * 8000 + b"\r\n" + (b"X: " + b"z" * 8000 + b"\r\n") * 30
                         + b"\r\n"), retries=0)
    answer.says("headers", "65536")


def check_redirect(status):
    with Server(always(reply(body=document("stolen")))) as other:
        answer = check_at_once(status, "redirects", other.url, body="", Location=f"{other.url}/chat/completions")
        require(not other.requests, "the request, and its key, followed")
        require("base_url" in answer.only["problem"], "it does not say what to do")


def check_echo():
    """A server that repeats the key gets it hidden."""
    meet(always(reply(401, body=json.dumps({"error": {"message": f"Incorrect key {SECRET}."}})))).says("HTTP 401", "***")
    meet(always(reply(body=document(f"your key is {SECRET}")))).gives("your key is ***")
    meet(always(head() + stream("it is ", SECRET[:9], SECRET[9:]))).gives("it is ***")
    meet(always(reply(body=f"no JSON: {SECRET}"))).says("no JSON", "***")


def bad_replies():
    page = "<!DOCTYPE html><html><body>Welcome to nginx</body></html>"
    for name, said, *parts in (
            ("HTML", reply(kind="text/html", body=page), "text/html", "base_url", "/v1"),
            ("HTML that calls itself JSON", reply(body=page), "no JSON"),
            ("a wrong type", reply(kind="image/png", body=document("a")), "image/png"),
            ("plain text", reply(kind="text/plain", body="hello"), "text/plain"),
            ("garbage", reply(body=bytes(range(256)) * 8), "no JSON"),
            ("garbage in a stream", head() + event("{nonsense"), "no JSON object", "{nonsense"),
            ("an empty document", reply(), "empty"),
            ("an empty stream", head(), "empty"),
            ("a document of another kind", reply(body='{"hello": 1}'), "no choices"),
            ("an array", reply(body="[1, 2]"), "no JSON object"),
            ("a number too deep", reply(body="[" * 5000), "no JSON object"),
            ("choices without any", reply(body='{"choices": []}'), "no choices"),
            ("choices of nonsense", reply(body='{"choices": [3, null, {"message": 4}]}'), "no text"),
            ("no content", reply(body=document(None)), "no text"),
            ("no content, by max_tokens", reply(body=document("", finish="length")), "max_tokens"),
            ("a refusal", reply(body=json.dumps({"choices": [{"message": {"content": None, "refusal": "no"}}]})), "declined"),
            ("an error with 200", reply(body='{"error": {"message": "out of memory"}}'), "error", "out of memory"),
            ("an error in a stream", head() + stream("a", finish=None, done=False) + event('{"error": "oops"}'), "oops"),
            ("usage of nonsense", reply(body=document("", usage=(-1, "x"))), "no text"),
            ("a status that is none", reply(204), "HTTP 204")):
        yield name, lambda said=said, parts=parts: meet(always(said)).says(*parts)
    yield "an endless document", lambda: check_endless(head("application/json"), b" " * 65536, "does not end")
    yield "an endless stream", lambda: check_endless(head(), event(chunk("word " * 2000)) * 8, "longer than")
    yield "an endless line", lambda: check_endless(head(), b"data: " + b"x" * 65536, "does not end")
    yield "endless comments", lambda: check_endless(head(), b": ping\n" * 9000, "does not end")
    yield "a stall in a stream", lambda: check_stall("text/event-stream", stream("a", finish=None, done=False))
    yield "a stall in a document", lambda: check_stall("application/json", b'{"choices": [')
    yield "a slow drip", check_drip
    yield "silence", check_silence
    yield "a huge header", check_huge_header
    yield "no key", lambda: check_at_once(401, "key", "no way")
    yield "no such model", lambda: check_at_once(404, "no way", "/v1")
    yield "a page with 404", lambda: check_at_once(404, body="<html>not here</html>")
    yield "a prompt too long", lambda: check_at_once(413, "too long")
    for status in (301, 302, 307, 308):
        yield f"a redirect, {status}", lambda status=status: check_redirect(status)
    yield "the key is repeated", check_echo
    yield "cut by max_tokens", check_length
    yield "a connection that stays open", check_open_end


# ---- several calls ----

def check_side_by_side():
    barrier = threading.Barrier(4)

    def behave(_, request, number):
        barrier.wait(3)
        time.sleep(0.02 * (4 - number))  # answers come in another order
        return reply(body=document(request["json"]["messages"][1]["content"]))
    answer = meet(behave, [{"content": str(i), "role": "coarse"} for i in range(4)], parallel=4)
    require([one.get("text") for one in answer.replies] == list("0123"), f"{answer.replies}")
    ordinals = {call["ordinal"]: call["reply"] for call in map(json.loads, answer.record.splitlines())}
    require(ordinals == {i: str(i) for i in range(4)}, f"ordinals went astray: {ordinals}")


def check_parallel():
    def behave(*_):
        time.sleep(0.05)
        return reply(body=document("a"))
    answer = meet(behave, [{}] * 6, parallel=2)
    require(answer.server.most_flying == 2, f"{answer.server.most_flying} were on their way at once")


def check_one_fails():
    def behave(_, request, number):
        return reply(body="{" if request["json"]["messages"][1]["content"] == "1" else document("a"))
    answer = meet(behave, [{"content": str(i)} for i in range(3)])
    require([one["status"] for one in answer.replies] == [OK, FAILED, OK], f"{answer.replies}")


def statuses(answer):
    return [one["status"] for one in answer.replies]


def slow_document(usage):
    def behave(*_):
        time.sleep(0.1)
        return reply(body=document("a", usage=usage))
    return behave


def check_cap_on_calls():
    answer = meet(slow_document((7, 5)), [{}] * 5, max_calls=2)
    require(sorted(statuses(answer)) == [OK, OK, CAPPED, CAPPED, CAPPED], f"{statuses(answer)}")
    require(len(answer.server.requests) == 2 and "HB0907" in answer.codes, f"{answer.codes}")
    require("max_calls" in answer.replies[4]["problem"], answer.replies[4]["problem"])


def check_cap_on_tokens():
    """Two fit beside one another; a third may start where they leave enough, and never above the cap."""
    answer = meet(slow_document((10, 90)), [{"max_tokens": 90}] * 6, max_tokens=450, parallel=6)
    used = answer.json["usage"]["prompt_tokens"] + answer.json["usage"]["completion_tokens"]
    require(used <= 450 and statuses(answer).count(OK) == 4 and CAPPED in statuses(answer), f"{used}, {statuses(answer)}")
    require("max_tokens" in answer.replies[5]["problem"], answer.replies[5]["problem"])


def check_cap_on_cost():
    answer = meet(slow_document((10, 100)), [{"max_tokens": 100}] * 6, max_cost=0.0035, price_input=0, price_output=10,
                  parallel=6)
    require(answer.json["usage"]["cost"] <= 0.0035 and statuses(answer).count(OK) == 3, f"{answer.json['usage']}")
    require("max_cost" in answer.replies[5]["problem"], answer.replies[5]["problem"])


def check_cap_is_told_to_the_server():
    answer = meet(slow_document((10, 100)), max_tokens=1000)
    told = answer.server.requests[0]["json"].get("max_tokens", 0)
    require(900 < told < 1000, f"max_tokens: {told}")


def many_calls():
    yield "side by side", check_side_by_side
    yield "parallel", check_parallel
    yield "one of three fails", check_one_fails
    yield "a cap on calls", check_cap_on_calls
    yield "a cap on tokens", check_cap_on_tokens
    yield "a cap on cost", check_cap_on_cost
    yield "a cap is told to the server", check_cap_is_told_to_the_server


# ---- records ----

QUESTIONS = [[{"content": "a"}, {"content": "b", "role": "coarse"}], [{"content": "c"}]]


def echo(_, request, number):
    return reply(body=document("re " + request["json"]["messages"][1]["content"]))


def texts(answer):
    return [one.get("text") for one in answer.replies]


def check_replay():
    with Server(echo) as server, Client(server.url) as client:
        live = client.ask(QUESTIONS)
        asked = len(server.requests)
        again = client.ask(QUESTIONS, ["--replay=record.jsonl", "--exact"], "again.jsonl")
        third = client.ask(QUESTIONS, ["--replay=again.jsonl", "--exact"], "third.jsonl")
    require(texts(again) == texts(third) == texts(live) == ["re a", "re b", "re c"], f"{texts(again)}")
    require(len(server.requests) == asked, "a replay asked the server")
    require(all(one["replayed"] and not one["stale"] for one in again.replies) and not again.codes, f"{again.replies}")
    require(again.json["usage"] == live.json["usage"], f"{again.json['usage']} and {live.json['usage']}")


def check_stale():
    changed = [[{"content": "a"}, {"content": "B", "role": "coarse"}], [{"content": "c"}, {"content": "d"}]]
    with Server(echo) as server, Client(server.url) as client:
        client.ask(QUESTIONS)
        stale = client.ask(changed, ["--replay=record.jsonl"], "stale.jsonl")
        exact = client.ask(changed, ["--replay=record.jsonl", "--exact"], "exact.jsonl")
        laundered = client.ask(changed, ["--replay=stale.jsonl"], "again.jsonl")
    require(statuses(stale) == [OK, OK, OK, ABSENT] and texts(stale)[1] == "re b", f"{stale.replies}")
    require([one["stale"] for one in stale.replies] == [False, True, False, False], f"{stale.replies}")
    require(sorted(stale.codes) == ["HB0908", "HB0909"], f"{stale.codes}")
    require("1 of 3" in stale.text, "it does not say how many of how many")
    require(statuses(exact) == [OK, FAILED, OK, ABSENT] and sorted(exact.codes) == ["HB0908", "HB0910"], f"{exact.replies}")
    require("HB0909" in laundered.codes, "the record of a stale replay looks fresh")


def check_resume():
    """A run that goes on uses what it has, asks what failed, has changed or is missing, and adds to its record."""
    def behave(_, request, number):
        content = request["json"]["messages"][1]["content"]
        return reply(400) if content == "c" and number < 3 else echo(_, request, number)
    changed = [[{"content": "a"}, {"content": "B", "role": "coarse"}], [{"content": "c"}], [{"content": "d"}]]
    with Server(behave) as server, Client(server.url) as client:
        first = client.ask(QUESTIONS)
        require(statuses(first) == [OK, OK, FAILED], f"{statuses(first)}")
        with open(client.directory / "record.jsonl", "a") as record:
            record.write('{"event":"call","role":"co')  # a run that was killed
        words = ["--live", "--replay=record.jsonl", "--append"]
        resumed = client.ask(changed, words)
        require(texts(resumed) == ["re a", "re B", "re c", "re d"], f"{resumed.replies}")
        require([one["replayed"] for one in resumed.replies] == [True, False, False, False], f"{resumed.replies}")
        require(not resumed.codes and len(server.requests) == 6, f"{resumed.codes}, {len(server.requests)} requests")
        require(len([json.loads(line) for line in resumed.record.splitlines()]) == 7, f"{resumed.record}")
        whole = client.ask(changed, ["--replay=record.jsonl", "--exact"], "again.jsonl")
        require(texts(whole) == texts(resumed) and not whole.codes, f"{whole.replies}")
        shown = json.loads(subprocess.run([HERMES, "trace", "show", "record.jsonl", "--json"], cwd=client.directory,
                                          capture_output=True, text=True, timeout=60).stdout)
    require(shown["total"]["calls"] == 6 and shown["total"]["failed"] == 1, f"{shown['total']}")


def check_resumed_caps():
    with Server(echo) as server, Client(server.url, max_calls=3) as client:
        client.ask(QUESTIONS)
        resumed = client.ask([*QUESTIONS, [{"content": "d"}]], ["--live", "--replay=record.jsonl", "--append"])
    require(statuses(resumed) == [OK, OK, OK, CAPPED], f"{statuses(resumed)}")


def check_failures_are_kept():
    with Server(always(reply(body="{"))) as server, Client(server.url) as client:
        live = client.ask()
        again = client.ask(words=["--replay=record.jsonl"], record="again.jsonl")
    require(again.only["status"] == FAILED and again.only["problem"] == live.only["problem"], f"{again.only}")


def check_broken_record(text, code):
    with Client("http://127.0.0.1:1/v1") as client:
        if text is not None:
            (client.directory / "broken.jsonl").write_text(text)
        require(client.ask(words=["--replay=broken.jsonl"]).codes == [code], "the record is taken")


def check_full_disk():
    with Server(echo) as server, Client(server.url) as client:
        answer = client.ask([[{}], [{}]], record="/dev/full")
    require(texts(answer) == ["re hello"] * 2 and answer.codes == ["HB0823"], f"{answer.codes}")


def records():
    yield "a replay", check_replay
    yield "a stale replay", check_stale
    yield "a resumed run", check_resume
    yield "a resumed run and its caps", check_resumed_caps
    yield "failures are kept", check_failures_are_kept
    yield "a broken record", lambda: check_broken_record('{"event": "start"}\nnonsense\n{"event": "end"}\n', "HB0911")
    yield "an empty record", lambda: check_broken_record("", "HB0911")
    yield "a missing record", lambda: check_broken_record(None, "HB0807")
    yield "a full disk", check_full_disk


# ---- Ctrl-C ----

def check_stop(retrying):
    """While a reply is on its way, and while the next attempt is waited for."""
    reached = threading.Event()

    def behave(connection, request, number):
        if request["json"]["messages"][1]["content"] == "a":
            return reply(body=document("re a"))
        reached.set()
        if retrying:
            return reply(503)
        connection.sendall(head() + stream("half", finish=None, done=False))
        time.sleep(3)
    with Server(behave) as server, Client(server.url, stall=10, retry_longest=30, retries=9) as client:
        with client.start("--live", "--record=record.jsonl") as child:
            child.stdin.write(json.dumps([[{"content": "a"}], [{"content": "b"}, {"content": "c"}], [{"content": "d"}]]))
            child.stdin.close()
            require(reached.wait(5), "nothing was asked")
            time.sleep(0.2)
            began = time.monotonic()
            child.send_signal(signal.SIGINT)
            out, code = child.stdout.read(), child.wait(10)
        seconds = time.monotonic() - began
        record = (client.directory / "record.jsonl").read_text()
    require(code == 0 and seconds < 1.5, f"exit {code} after {seconds:.1f} s")
    replies = [one["status"] for some in json.loads(out)["replies"] for one in some]
    require(replies == [OK, STOPPED, STOPPED, STOPPED], f"{replies}")
    require([json.loads(line)["reply"] for line in record.splitlines()] == ["re a"], f"the record holds {record}")


# ---- the key ----

def check_key():
    reached, go_on = threading.Event(), threading.Event()

    def behave(*_):
        reached.set()
        go_on.wait(5)
        return reply(body=document("a"))
    with Server(behave) as server, Client(server.url) as client:
        with client.start("--live", "--record=record.jsonl", "--progress") as child:
            child.stdin.write(json.dumps([[{}]]))
            child.stdin.close()
            require(reached.wait(5), "nothing was asked")
            line = pathlib.Path(f"/proc/{child.pid}/cmdline").read_bytes()
            go_on.set()
            out, err = child.stdout.read(), child.stderr.read()
        record = (client.directory / "record.jsonl").read_text()
    require(server.requests[0]["headers"]["authorization"] == f"Bearer {SECRET}", "the key was not sent")
    for what, text in (("the command line", line.decode()), ("standard output", out), ("standard error", err),
                       ("the record", record)):
        require(SECRET not in text, f"the key is in {what}")
    require("PATH=" in json.loads(out)["environment"], "the environment of a child was not seen")


def check_key_of_file():
    with Server(echo) as server, Client(server.url, api_key="from-the-file") as client:
        client.environment.pop("HERMES_API_KEY")
        (client.directory / "config.json").chmod(0o600)
        quiet = client.ask()
        (client.directory / "config.json").chmod(0o644)
        loud = client.ask()
    require(server.requests[0]["headers"]["authorization"] == "Bearer from-the-file", "the key was not sent")
    require(not quiet.codes and loud.codes == ["HB0905"], f"{quiet.codes}, {loud.codes}")
    require("from-the-file" not in quiet.text + loud.text + loud.record, "the key is told")


def check_no_key():
    with Server(echo) as server, Client(server.url) as client:
        client.environment.pop("HERMES_API_KEY")
        client.ask().gives("re hello")
    require("authorization" not in server.requests[0]["headers"], "a key was sent")


def check_variables():
    """HERMES_ counts for more than the file, OPENAI_ for less."""
    with Server(echo) as server, Client(server.url) as client:
        client.environment.update(HERMES_MODEL="ours", OPENAI_MODEL="theirs", OPENAI_BASE_URL="http://127.0.0.1:1/v1")
        client.ask().gives("re hello")
        (client.directory / "config.json").write_text(json.dumps(QUICK | {"model": "of the file"}))
        client.environment.update(HERMES_BASE_URL=server.url)
        client.environment.pop("HERMES_MODEL")
        client.ask().gives("re hello")
        (client.directory / "config.json").write_text("{}")
        client.ask().gives("re hello")
    models = [request["json"]["model"] for request in server.requests]
    require(models == ["ours", "of the file", "theirs"], f"{models}")


def check_unset():
    with Client("http://127.0.0.1:1/v1") as client:
        (client.directory / "config.json").write_text("{}")
        require(client.ask().codes == ["HB0904"], "no server is needed")
        (client.directory / "config.json").write_text('{"base_url": "http://127.0.0.1:1/v1"}')
        require(client.ask().codes == ["HB0904"], "no model is needed")


def keys():
    yield "the key", check_key
    yield "a key in the file", check_key_of_file
    yield "no key", check_no_key
    yield "variables", check_variables
    yield "nothing is set", check_unset


# ---- docs/configuration.md ----

def check_page():
    """Every key of keys.def stands in a table of the page, with its default; and nothing else does."""
    code = (SOURCE / "agents/client/keys.def").read_text()
    page = (SOURCE / "docs/configuration.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|", page, re.M))
    known = dict(re.findall(r"^CONFIGURATION_KEY\((\w+), .*, (.+)\)$", code, re.M))
    known |= {f"role.{name}": None for name in re.findall(r"^ROLE_KEY\((\w+), [A-Z]", code, re.M)}
    rows |= {f"role.{name}": None for name in re.findall(r"^\| `roles\.ROLE\.(\w+)` \|", page, re.M)}
    require(set(rows) == set(known), f"not in both: {sorted(set(rows) ^ set(known))}")
    words = {"NULL": "none", "NAN": "none", "{{0}}": "none", "true": "true"}
    for name, otherwise in known.items():
        shown = rows[name]
        require(shown is None or shown.strip() == words.get(otherwise, otherwise), f"{name}: {shown}, not {otherwise}")


def check_example():
    page = (SOURCE / "docs/configuration.md").read_text()
    examples = re.findall(r"^```json\n(.*?)^```", page, re.M | re.S)
    require(examples, "it has no example")
    for example in examples:
        with Server(echo) as server, Client(server.url) as client:
            (client.directory / "config.json").write_text(example)
            client.environment.update(HERMES_BASE_URL=server.url)
            require(client.ask(words=["--live"]).gives("re hello").codes == [], "the example is not taken")


# ---- what people see ----

def check_progress():
    """One line, written over and over, that is gone at the end."""
    def behave(connection, *_):
        connection.sendall(head() + stream("word " * 80, finish=None, done=False))
        time.sleep(0.6)
        return stream("a")
    with Server(behave) as server, Client(server.url) as client:
        with client.start("--live", "--progress") as child:
            out, err = child.communicate(json.dumps([[{"role": "coarse"}, {"role": "fine"}]]), timeout=60)
    require(json.loads(out)["replies"][0][0]["status"] == OK, out)
    require("coarse, fine: " in err and "about 200 tokens" in err, f"progress: {err!r}")
    lines = err.split("\n")[1:]  # a return is a line feed to Python
    require(all(line.startswith("\033[K") for line in lines) and lines[-1] == "\033[K", f"the line stays: {err!r}")


RECORD = """\
{"event": "start", "seconds": 0, "command": "design", "task": "save\\u001b[31m energy"}
{"event": "call", "seconds": 2.5, "role": "coder", "ordinal": 0, "prompt": "coder 1", "sha256": "", "model": "m", "status": "ok", \
"reply": "blueprint", "finish": "stop", "prompt_tokens": 1000, "completion_tokens": 200, "cost": 0.25, "took": 2.4, "attempts": 2}
{"event": "gate", "seconds": 2.6, "gate": "types", "passed": false, "diagnostics": [{"code": "HB0402", "message": "a level is no power"}]}
{"event": "call", "seconds": 3, "role": "coder", "ordinal": 1, "prompt": "coder 1", "sha256": "", "model": "m", "status": "failed", \
"problem": "HTTP 500: the server failed", "prompt_tokens": 0, "completion_tokens": 0, "cost": 0, "took": 0.4, "attempts": 5}
{"event": "decision", "seconds": 3.1, "decision": "a fresh sample"}
{"event": "end", "seconds": 3.2, "outcome": "missing"}
"""


def trace_show(text, *words):
    with tempfile.TemporaryDirectory(prefix="hermes trace ") as room:
        (pathlib.Path(room) / "trace.jsonl").write_text(text)
        done = subprocess.run([HERMES, "trace", "show", "trace.jsonl", *words], cwd=room, capture_output=True, text=True,
                              timeout=60, env=ENVIRONMENT)
    require(done.returncode == 0 and not done.stderr, f"exit {done.returncode}\n{done.stderr}")
    return done.stdout


def check_trace_show():
    shown = trace_show(RECORD)
    require("\x1b" not in shown, "what a model wrote reaches the terminal as it is")
    for part in ("0.0 s  start", "command design", "task save [31m energy",
                 "coder 0: 1000 + 200 tokens, ended by stop, 2.4 s, cost 0.25, 2 attempts; prompt coder 1, model m",
                 "gate types, passed no", "HB0402 a level is no power", "coder 1: HTTP 500: the server failed",
                 "a fresh sample", "outcome missing"):
        require(part in shown, f"`{part}` is missing:\n{shown}")
    total = next(line.split() for line in shown.splitlines() if line.startswith("total"))
    require(total == ["total", "2", "1", "0", "1000", "200", "2.8", "0.25"], f"{total}")
    require("has not ended" not in shown and "has not ended" in trace_show(RECORD.partition('{"event": "end"')[0]), "its end")


def check_trace_json():
    shown = json.loads(trace_show(RECORD, "--json"))
    require(shown["ended"] is True and len(shown["events"]) == 6 and "reply" not in shown["events"][1], f"{shown}")
    total = {"role": "total", "calls": 2, "failed": 1, "replayed": 0, "stale": 0, "prompt_tokens": 1000,
             "completion_tokens": 200, "seconds": 2.8, "cost": 0.25}
    require({**shown["total"], "seconds": round(shown["total"]["seconds"], 9)} == total, f"{shown['total']}")
    require([role["role"] for role in shown["roles"]] == ["coder"], f"{shown['roles']}")


def people():
    yield "progress", check_progress
    yield "trace show", check_trace_show
    yield "trace show --json", check_trace_json


def all_tests():
    for group in (good_replies, recoveries, bad_replies, many_calls, records, keys, people):
        for name, test in group():
            yield f"{group.__name__.replace('_', ' ')}: {name}", test
    yield "Ctrl-C within a reply", lambda: check_stop(False)
    yield "Ctrl-C between attempts", lambda: check_stop(True)
    yield "the page lists all keys", check_page
    yield "the page's example", check_example


sys.exit(run_all(all_tests(), workers=8))
