#!/usr/bin/env python3
"""Runs the fuzz targets: a few seconds each as a test, or hours by hand.

usage: hunt.py BUILD-DIRECTORY/tests/fuzz [--only TARGET]... [--seconds N] [--rounds N]
               [--fresh] [--keep] [--ledger [FILE]]

  corpus/TARGET/   inputs that are kept: each reaches code that no seed and no other one reaches, or
                   once was a finding. --keep adds what a hunt found to it, and takes out what it
                   no longer needs.
  hours.csv        what was hunted so far; --ledger adds to it, or to another file

A run starts from the kept corpus and from the project's own files, where they lie. Its dictionary
is made of the tables that the programs are made of. What is new stays in the build tree, where the
next run finds it unless --fresh is given. A finding fails, is kept there, and is printed with the command that repeats it.
"""
import argparse
import collections
import csv
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "data"))
import tables  # noqa: E402  (sound data of every kind, which tests/data makes)

LEDGER = HERE / "hours.csv"
COLUMNS = ["date", "commit", "target", "seconds", "executions", "findings"]
HUNG = 60  # seconds on the clock of one input; the target itself looks at processor time
MEGABYTES = 2048  # of one process, and of one allocation; the sanitizer's share is most of it
# Short stacks of allocations and little memory held back make a run twice as fast.
SANITIZERS = {"ASAN_OPTIONS": "malloc_context_size=6:quarantine_size_mb=16", "UBSAN_OPTIONS": "print_stacktrace=1"}
KEPT_FILES, KEPT_BYTES = 500, 500_000  # of one corpus

# ---- what each target starts from ---------------------------------------------------------------


def read(path):
    return (ROOT / path).read_text()


def blueprints():
    return {path for directory in ("examples", "stdlib", "tests") for path in (ROOT / directory).rglob("*.hbp")}


def data_sets():
    files = tables.files()
    names = ("cells.csv", "sites.csv", "rsrp.csv", "relations.csv")
    yield b"\f".join(files[name] for name in names)
    yield b"\f".join(files[name].replace(b",", b";") for name in names)


def arrays():
    for descr in ("<f8", "<f4", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"):
        for version in (1, 2):
            yield tables.npy((2, 2), [0, 1, 1, 0], descr.replace("|", "<"), version == 2, version)
    yield tables.npy((2, 2), [0, 1, 1, 0], "|b1")


def decisions():
    return {*(ROOT / "examples").glob("*/policy.json"), *(ROOT / "examples").glob("*/candidates.*")}


DELTA = '{"model": "m", "choices": [{"index": 0, "delta": {"content": "a\\u00e4"}, "finish_reason": null}]}'
STOP = '{"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 5}}'


def replies():
    for end in ("\n", "\r\n", "\r"):
        yield "".join(f"data: {data}{end}{end}" for data in (DELTA, STOP, "[DONE]")).encode()
    yield b': ping\n\ndata: {"choices":\ndata: [{"delta": {"content": "KEY"}}]}\nid: 1\n\ndata:[DONE]'
    yield b'{"choices": [{"message": {"content": [{"type": "text", "text": "a"}], "refusal": null}}]}'
    yield b'{"error": {"message": "no", "type": "t", "code": 503}}'
    yield b'{"event": "start", "seconds": 0}\n{"event": "call", "role": "coder", "ordinal": 0}\n{"event": "en'
    yield b'{"base_url": "http://a/v1", "roles": {"coder": {"model": "m", "temperature": 0.5}}, "stream": false}'


def words_of_replies():
    """The strings of the readers, and the keys of a configuration."""
    words = {word for file in ("client/stream.c", "record/lines.c") for word in spelt(f"agents/{file}", r'"(\w+:?)"')}
    return words | spelt("agents/client/keys.def", r"^(?:CONFIGURATION|ROLE)_KEY\((\w+)") | {"data: ", "[DONE]", "KEY", "\n\n"}


def spelt(path, pattern):
    """The words of one of the project's own tables."""
    return set(re.findall(pattern, read(path), re.M))


def words_of_blueprints():
    words = spelt("compiler/syntax/keywords.def", r'^KEYWORD\(\w+, "([^"]+)"')
    words |= spelt("compiler/syntax/operators.def", r'^OPERATOR\(\w+, "([^"]+)"')
    words |= spelt("compiler/check/builtins.def", r"^(?:BUILTIN|REDUCTION)\((\w+)")
    words |= spelt("runtime/include/hermes/sources.def", r"^(?:SOURCE|TDL)\((\w+)")
    words |= spelt("grammar/blueprint.l", r'^"([^"]+)" +\{ return')
    return words | spelt("runtime/units/units.def", r'^HERMES_UNIT\("([^"]+)"')


def names_in(target):
    """The names and units of the blueprint that a target holds."""
    text = "".join(re.findall(r'^ +"(.*)"', read(f"tests/fuzz/fuzz_{target}.c"), re.M))
    return set(re.findall(r"[A-Za-z_]\w*|%", text)) | {"[", "]", '"', ",", "{", "}", ":", "="}


def words_of_arrays():
    return spelt("runtime/data/npy.c", r'"([^"\\ ]+)"') | {"'<f8'", "'|b1'", "True", "False", "(2, 2)"}


# A blueprint of 4 kB holds every construct; longer ones only slow the search down.
Target = collections.namedtuple("Target", "length seeds words")
TARGETS = {
    "syntax": Target(4096, blueprints, words_of_blueprints),
    "checker": Target(4096, blueprints, words_of_blueprints),
    "formatter": Target(4096, blueprints, words_of_blueprints),
    "csv": Target(2048, data_sets, lambda: names_in("csv")),
    "npy": Target(512, arrays, words_of_arrays),
    "policy": Target(1024, decisions, lambda: names_in("policy")),
    "reply": Target(1024, replies, words_of_replies),
}


def lay_seeds(target, directory):
    """Seeds that are files are linked; those that are made are written. No input is longer than the target takes."""
    directory.mkdir()
    for number, seed in enumerate(TARGETS[target].seeds()):
        data = seed if isinstance(seed, bytes) else seed.read_bytes()
        if len(data) > TARGETS[target].length:
            continue
        if isinstance(seed, bytes):
            (directory / f"made-{number}").write_bytes(seed)
        else:
            (directory / f"{number}-{seed.name}").symlink_to(seed)


def write_dictionary(target, path):
    lines = ("".join(c if c.isalnum() else "".join(f"\\x{b:02X}" for b in c.encode()) for c in word)
             for word in sorted(TARGETS[target].words()))
    path.write_text("".join(f'"{line}"\n' for line in lines))


# ---- running libFuzzer --------------------------------------------------------------------------

Run = collections.namedtuple("Run", "code text seconds")


class Hunt:
    """One target: its program, and the directories beside it that outlast a run."""

    def __init__(self, build, target, fresh):
        self.target = target
        self.program = build / f"fuzz_{target}"
        self.work = build / "work" / target
        self.found = self.work / "found"  # inputs that reached something new
        self.findings = self.work / "findings"
        self.kept = HERE / "corpus" / target
        self.seeds = self.work / "seeds"
        if fresh:
            shutil.rmtree(self.found, ignore_errors=True)
        for directory in (self.found, self.findings, self.kept):
            directory.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.seeds, ignore_errors=True)
        lay_seeds(target, self.seeds)
        write_dictionary(target, self.work / "words.dict")

    def limits(self):
        return [f"-max_len={TARGETS[self.target].length}", f"-timeout={HUNG}", f"-rss_limit_mb={MEGABYTES}"]

    def run(self, *arguments):
        """libFuzzer, its words and its processor time. The target's own files are in memory."""
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.TemporaryDirectory(dir=shared) as room, open(self.work / "log", "w+b") as log:
            child = subprocess.Popen([self.program, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                     env={**os.environ, "TMPDIR": room, **SANITIZERS})
            try:
                _, status, usage = os.wait4(child.pid, 0)
            except KeyboardInterrupt:
                child.kill()
                raise
            child.returncode = os.waitstatus_to_exitcode(status)
            log.seek(0)
            return Run(child.returncode, log.read().decode(errors="replace"), usage.ru_utime + usage.ru_stime)

    def search(self, seconds):
        return self.run(*self.limits(), f"-max_total_time={seconds}", f"-dict={self.work}/words.dict",
                        f"-artifact_prefix={self.findings}/", "-print_final_stats=1",
                        self.found, self.kept, self.seeds)

    def keep(self):
        """The kept corpus becomes the fewest inputs that reach code which the seeds do not: how often they reach it
        would make it five times as large. Findings stay: they have names."""
        with tempfile.TemporaryDirectory(dir=self.work) as room:
            merged = pathlib.Path(room) / "merged"
            shutil.copytree(self.seeds, merged)
            done = self.run(*self.limits(), "-set_cover_merge=1", "-use_counters=0", merged, self.kept, self.found)
            if done.code:
                raise SystemExit(f"{self.target}: the corpus was not merged\n{done.text[-2000:]}")
            seeds = {path.name for path in self.seeds.iterdir()}
            chosen = sorted((path for path in merged.iterdir() if path.name not in seeds),
                            key=lambda path: path.stat().st_size)
            replace_kept(self.kept, chosen)


def replace_kept(kept, chosen):
    """Inputs of a hunt are named by their hash; what has another name was put there by somebody."""
    for path in kept.iterdir():
        if re.fullmatch(r"[0-9a-f]{40}", path.name):
            path.unlink()
    size = sum(path.stat().st_size for path in kept.iterdir())
    for path in chosen[:KEPT_FILES - len(list(kept.iterdir()))]:
        size += path.stat().st_size
        if size > KEPT_BYTES:
            break
        shutil.copyfile(path, kept / path.name)


def executions(run):
    found = re.search(r"stat::number_of_executed_units: (\d+)", run.text)
    return int(found.group(1)) if found else 0


def tell(hunt, run):
    """What was found, and how to see it again."""
    print(f"FINDING in {hunt.target}, exit code {run.code}:")
    said = [line[:300] for line in run.text.splitlines() if not re.match(r"#\d+\t|INFO:|stat::|0x|Base64", line)]
    print("\n".join(said[:80]))
    for path in re.findall(r"Test unit written to (\S+)", run.text):
        print(f"\nto repeat it:  {hunt.program} {path}\nfor good:      mend it, and copy {path}\n"
              f"               to {hunt.kept.relative_to(ROOT)}/ under a name that says what it was")


# ---- the ledger ---------------------------------------------------------------------------------


def commit():
    done = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def add_to_ledger(ledger, target, run):
    """Adds up what one target ran on one day at one commit."""
    rows = collections.OrderedDict()
    if ledger.exists():
        with open(ledger, newline="") as file:
            for row in csv.DictReader(file):
                rows[row["date"], row["commit"], row["target"]] = [int(row[name]) for name in COLUMNS[3:]]
    key = (datetime.date.today().isoformat(), commit(), target)
    before = rows.get(key, [0, 0, 0])
    rows[key] = [a + b for a, b in zip(before, (round(run.seconds), executions(run), run.code != 0))]
    with open(ledger, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *((*key, *numbers) for key, numbers in rows.items())])


# ---- the program --------------------------------------------------------------------------------


def hunt_once(hunt, options):
    start = time.monotonic()
    run = hunt.search(options.seconds)
    if options.ledger:
        add_to_ledger(options.ledger, hunt.target, run)
    if run.code:
        tell(hunt, run)
    print(f"{hunt.target}: {executions(run)} inputs in {run.seconds:.0f} s of processor time, "
          f"{time.monotonic() - start:.0f} s on the clock{', A FINDING' if run.code else ''}", flush=True)
    return run.code == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--only", action="append", choices=TARGETS, help="this target; may stand several times")
    parser.add_argument("--seconds", type=int, default=60, help="of each target and round, on the clock")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="forget what earlier hunts found")
    parser.add_argument("--keep", action="store_true", help="then add what was found to the kept corpus")
    parser.add_argument("--ledger", type=pathlib.Path, nargs="?", const=LEDGER, help="add the processor time to hours.csv")
    options = parser.parse_args()
    hunts = [Hunt(options.build, target, options.fresh) for target in options.only or TARGETS]
    good = True
    for _ in range(options.rounds if options.seconds else 0):
        for hunt in hunts:
            good &= hunt_once(hunt, options)
    for hunt in hunts if options.keep else ():
        hunt.keep()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
