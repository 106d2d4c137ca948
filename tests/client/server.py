"""A server on loopback that does to each request what a function of the test says, byte by byte."""
import json
import socket
import threading
import time


def reply(status=200, kind="application/json", body=b"", **headers):
    """A whole reply; a header is written with _ for -; kind None leaves the type out."""
    body = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def head(kind="text/event-stream", status=200):
    """What stands before a body without a known length: it ends with the connection."""
    return f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()


def document(text, finish="stop", usage=(7, 5), **others):
    counted = {"usage": dict(zip(("prompt_tokens", "completion_tokens"), usage))} if usage else {}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return json.dumps({"model": "served", "choices": [choice], **counted, **others}, ensure_ascii=False)


def chunk(text=None, finish=None, **others):
    delta = {} if text is None else {"content": text}
    return json.dumps({"model": "served", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **others},
                      ensure_ascii=False)


def event(data, end="\n"):
    return f"data: {data}{end}{end}".encode()


def stream(*texts, finish="stop", usage=(7, 5), done=True, end="\n"):
    counted = {"usage": dict(zip(("prompt_tokens", "completion_tokens"), usage))} if usage else {}
    whole = b"".join(event(chunk(text), end) for text in texts)
    whole += event(chunk(finish=finish, **counted), end) if finish else b""
    return whole + (event("[DONE]", end) if done else b"")


class Server:
    """`behave(connection, request, number)`: number counts requests from 0, and what it returns is sent."""

    def __init__(self, behave):
        self.behave, self.requests, self.flying, self.most_flying = behave, [], 0, 0
        self.lock, self.closed = threading.Lock(), threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed.set()
        self.socket.close()

    def accept(self):
        while not self.closed.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                request = read_request(connection)
                number = self.begin(request)
                said = self.behave(connection, request, number)
                self.end()
                if said:
                    connection.sendall(said)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(1)
                connection.recv(1)
            except OSError:
                pass  # the client has hung up

    def begin(self, request):
        with self.lock:
            self.requests.append(request)
            self.flying += 1
            self.most_flying = max(self.most_flying, self.flying)
            return len(self.requests) - 1

    def end(self):
        with self.lock:
            self.flying -= 1

    def pause(self, seconds):
        """Says nothing for so long, or until the test is over."""
        self.closed.wait(seconds)


def read_request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += receive(connection)
    top, _, body = received.partition(b"\r\n\r\n")
    first, *lines = top.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += receive(connection)
    return {"path": first.split()[1], "headers": headers, "json": json.loads(body), "time": time.monotonic()}


def receive(connection):
    received = connection.recv(65536)
    if not received:
        raise OSError("hung up")
    return received
