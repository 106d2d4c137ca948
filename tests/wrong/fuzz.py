#!/usr/bin/env python3
"""Bad input for the compiler: seeded mutations of the corpus, the examples and the library.

usage: fuzz.py HERMESC [--seconds N] [--seed N] [--keep DIRECTORY] [--compile]

HERMESC is best a sanitized one. Whatever it is given, it must say something in time: no crash, no
sanitizer's report, no failure of its own making, no run beyond SLOW and LARGE, and one JSON
document. What is accepted must become C, which --compile has the C compiler read. An input that
breaks this is reduced and kept.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SLOW = 2.0  # seconds of one run, of processor time
LARGE = 2048  # megabytes of one run; a sanitizer takes its share
TOKEN = re.compile(r'"[^"\n]*"?|#[^\n]*|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?'
                   r'|\.\.<?|[=!<>]=|->|\s+|.', re.S)
LONGEST = 1 << 20  # bytes of one input
COMPILES = False  # --compile
REDUCING = 20  # seconds that one reduction may take

WORDS = """if then else and or not true false for in blueprint module import unit sparse table
from input policy function any operational functional block out let return kpi goal maximize
minimize subject to expect vary by assert within default step missing int bool before sum product
min max argmin argmax mean psum pmean lmean count share all percentile median lin db abs sqrt
log10 sin dB dBm dBi Hz dBm/RE MHz W m s km/h RE bit % 1 K degC dBd dBuV dB(m/s) V/m ( ) [ ] { } ;
: , . .. ..< = == != < > <= >= + - * / ^ -> ~ 0 1 -1 0.5 1e308 1e-308 9999999999999999999999 1e999
3.5 2^60 "" "doc" "a.csv" radio.noise radio.link thermal_noise(20 MHz) shannon(3 dB) \\ ! && || ?
@ ' ` \u201c \u2212 \u00b2 \u00b0C \u00b5s \u540d""".split() + ["\u00a0", "\t", "\r\n", "\f", "\ufeff"]


def corpus():
    paths = list(HERE.glob("*/*.hbp")) + list((HERE.parent / "right").glob("*/*.hbp"))
    paths += list((ROOT / "examples").glob("*/*.hbp")) + list((ROOT / "stdlib").glob("*/*.hbp"))
    return [path.read_bytes().decode("utf-8", "replace") for path in sorted(paths)]


# ---- mutations: each takes the random numbers, a list of tokens, and all texts ------------------


def place(r, tokens):
    return r.randrange(len(tokens)) if tokens else 0


def delete(r, tokens, _):
    at = place(r, tokens)
    del tokens[at:at + r.choice((1, 1, 1, 2, 5, 30))]


def duplicate(r, tokens, _):
    at = place(r, tokens)
    piece = tokens[at:at + r.choice((1, 2, 5, 30))]
    tokens[at:at] = piece * r.choice((1, 1, 2, 50))


def swap(r, tokens, _):
    if tokens:
        a, b = place(r, tokens), place(r, tokens)
        tokens[a], tokens[b] = tokens[b], tokens[a]


def replace(r, tokens, _):
    if tokens:
        tokens[place(r, tokens)] = r.choice(WORDS)


def insert(r, tokens, _):
    tokens.insert(place(r, tokens), " " * r.randrange(2) + r.choice(WORDS) + " " * r.randrange(2))


def rename(r, tokens, _):
    """One name becomes another of the same text, everywhere or once."""
    names = [t for t in tokens if t[:1].isalpha()]
    if len(names) > 1:
        old, new = r.choice(names), r.choice(names)
        places = [i for i, t in enumerate(tokens) if t == old]
        for i in places if r.random() < 0.3 else [r.choice(places)]:
            tokens[i] = new


def splice(r, tokens, texts):
    other = TOKEN.findall(r.choice(texts))
    at, start = place(r, tokens), place(r, other)
    tokens[at:at + r.choice((0, 3, 30))] = other[start:start + r.choice((3, 10, 40, 200))]


def truncate(r, tokens, _):
    del tokens[place(r, tokens):]


NESTS = (("(", ")"), ("[", "]"), ("{", "}"), ("-", ""), ("not ", ""), ("abs(", ")"), ("x[", "]"),
         ("if true then 1 else ", ""), ("sum(", " for x in cell)"), ("2^", ""), ("1+", ""),
         ("max(1,", ")"), ("m/", ""), ('"', '"'))


def nest(r, tokens, _):
    depth = r.choice((3, 50, 199, 201, 3000))
    opening, closing = r.choice(NESTS)
    at = place(r, tokens)
    end = min(len(tokens), at + r.choice((1, 2, 6)))
    tokens[at:end] = [opening * depth] + tokens[at:end] + [closing * depth]


NUMBERS = ("0", "1e308", "1e-320", "9" * 62, "9" * 80, "1e999", "0.1", "4096", "-0")


def number(r, tokens, _):
    places = [i for i, t in enumerate(tokens) if t[:1].isdigit()]
    if places:
        tokens[r.choice(places)] = r.choice(NUMBERS)


def lengthen(r, tokens, _):
    if tokens:
        at = place(r, tokens)
        times = r.choice((2, 100, 9000))
        tokens[at] = tokens[at] * min(times, LONGEST // max(1, len(tokens[at])) + 1)


MUTATIONS = (delete, duplicate, swap, replace, replace, insert, insert, rename, rename, rename,
             splice, splice, truncate, nest, number, lengthen)


def spoil_bytes(r, data):
    for _ in range(r.choice((1, 1, 5, 50))):
        at = r.randrange(len(data) + 1)
        byte = r.choice((r.randrange(256), 0, 10, 34, 92, 0xC3, 0xE2, 0xFF))
        data[at:at + r.randrange(2)] = bytes([byte])


def cut(tokens):
    """Repeated pieces grow fast; a child counts the memory of the process that started it as its own."""
    size = 0
    for i, token in enumerate(tokens):
        size += len(token)
        if size > LONGEST:
            del tokens[i:]
            return


def mutate(r, texts):
    tokens = TOKEN.findall(r.choice(texts))
    for _ in range(r.choice((1, 1, 2, 3, 8))):
        r.choice(MUTATIONS)(r, tokens, texts)
        cut(tokens)
    data = bytearray("".join(tokens).encode("utf-8", "replace")[:LONGEST])
    if r.random() < 0.1:
        spoil_bytes(r, data)
    return bytes(data)


# ---- judging ------------------------------------------------------------------------------------


Run = collections.namedtuple("Run", "returncode stdout stderr seconds megabytes")


def run(hermesc, words):
    """Runs the compiler; its processor time and memory, which a busy machine does not change."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([hermesc, *words], stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err, env={**os.environ, "NO_COLOR": "1"})
        patience = threading.Timer(30 * SLOW, child.kill)
        patience.start()
        _, status, usage = os.wait4(child.pid, 0)
        patience.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Run(child.returncode, out.read(), err.read(), usage.ru_utime + usage.ru_stime,
                   usage.ru_maxrss // 1024)


def wrong_with(done):
    """What is wrong with a run, or None."""
    if done.seconds > SLOW:
        return f"it takes {done.seconds:.1f} s"
    if done.megabytes > LARGE:
        return f"it needs {done.megabytes} MB"
    if done.returncode not in (0, 1):
        return f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[:3000]}"
    if b"runtime error" in done.stderr or b"Sanitizer" in done.stderr:
        return done.stderr.decode(errors="replace")[:3000]
    return None


def wrong_with_document(done):
    try:
        document = json.loads(done.stdout.decode("utf-8"))
    except ValueError as error:
        return f"no JSON document: {error}"
    bugs = [d["code"] for d in document["diagnostics"] if d["category"] == "compiler_bug"]
    if bugs:
        return f"its own fault: {bugs}"
    if (done.returncode == 1) != (document["status"] == "error"):
        return f"exit code {done.returncode}, status {document['status']}"
    return None


def judge(hermesc, path):
    done = run(hermesc, ("check", path, "--error-format=json"))
    verdict = wrong_with(done) or wrong_with_document(done)
    if verdict or done.returncode or b"module" in path.read_bytes()[:200]:
        return verdict
    emitted = run(hermesc, ("--print=c", path))
    if wrong_with(emitted):
        return wrong_with(emitted)
    if emitted.returncode:
        return f"accepted, but no C: {emitted.stderr.decode(errors='replace')[:1000]}"
    return wrong_with_c(hermesc, emitted.stdout)


def wrong_with_c(hermesc, text):
    if not COMPILES:
        return None
    includes = [f"-I{home}/include" for home in (hermesc.parent, hermesc.parent.parent)]
    done = subprocess.run(["cc", "-std=c11", "-fsyntax-only", *includes, "-xc", "-"], input=text,
                          capture_output=True)
    return f"C that does not compile: {done.stderr.decode()[:1000]}" if done.returncode else None


def kind_of(verdict):
    """What two verdicts of one fault share."""
    where = re.search(r"#\d+ 0x\w+ in (?!__)(\w+) /\S*?(\w+\.[ch])", verdict)
    return where.group(1) if where else re.sub(r"0x\w+|\d+(\.\d+)?", "N", verdict)[:80]


def reduce(hermesc, data, verdict, path):
    """Takes out pieces, ever smaller ones, as long as the fault stays."""
    kind, end = kind_of(verdict), time.monotonic() + REDUCING
    size = max(1, len(data) // 2)
    while size and time.monotonic() < end:
        at, smaller = 0, False
        while at < len(data) and time.monotonic() < end:
            candidate = data[:at] + data[at + size:]
            path.write_bytes(candidate)
            found = judge(hermesc, path)
            if found and kind_of(found) == kind:
                data, smaller = candidate, True
            else:
                at += size
        if not smaller:
            size //= 2
    return data


def attempt(hermesc, seed, number_, texts, room):
    r = random.Random(f"{seed}/{number_}")
    data = mutate(r, texts)
    path = room / f"{number_}.hbp"
    path.write_bytes(data)
    verdict = judge(hermesc, path)
    path.unlink()
    return data, verdict


# ---- the hunt -----------------------------------------------------------------------------------


def hunt(options, room):
    texts, found, tried = corpus(), collections.OrderedDict(), 0
    end = time.monotonic() + options.seconds
    workers = os.cpu_count() or 1
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        while time.monotonic() < end:
            jobs = [pool.submit(attempt, options.hermesc, options.seed, tried + i, texts, room)
                    for i in range(8 * workers)]
            for job in jobs:
                data, verdict = job.result()
                kind = kind_of(verdict) if verdict else None
                if kind and (kind not in found or len(data) < len(found[kind][0])):
                    found[kind] = (data, verdict)
            tried += len(jobs)
    return found, tried


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("hermesc", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compile", action="store_true",
                        help="have the C of what is accepted read")
    parser.add_argument("--keep", type=pathlib.Path, help="where reduced inputs are written")
    options = parser.parse_args()
    global COMPILES
    COMPILES = options.compile
    with tempfile.TemporaryDirectory() as room:
        found, tried = hunt(options, pathlib.Path(room))
        for number_, (data, verdict) in enumerate(found.values()):
            data = reduce(options.hermesc, data, verdict, pathlib.Path(room) / "reduced.hbp")
            print(f"FAULT {number_}: {verdict}\n---- input, {len(data)} bytes\n"
                  f"{data[:2000].decode(errors='replace')}\n----", flush=True)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"fuzz-{options.seed}-{number_}.hbp").write_bytes(data)
    print(f"{tried} inputs, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
