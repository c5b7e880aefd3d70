#!/usr/bin/env python3
"""tools/demo as its user meets it: demo_test.py <tools/demo> <folder of the programs>.

Runs it in a folder of its own and holds its files against what a user relies on.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

SECONDS_MAX = 90
STATUS_ERROR = 2


def check(holds, sentence):
    if not holds:
        sys.exit(f"demo_test: {sentence}")


def run(demo, *options):
    """What it printed; the caller's settings for other recorders stay outside."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "NANOSPAN_"))}
    process = subprocess.Popen([demo, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, env=environment, start_new_session=True)
    try:
        out, errors = process.communicate(timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)  # the worker that waits to be killed, too
        sys.exit(f"demo_test: {demo} did not end within {SECONDS_MAX} s")
    return process.returncode, out, errors


def spans_of(path, killed=False):
    """The spans of OTLP JSON Lines. SIGKILL may cut the last line of who wrote it."""
    lines = path.read_text(encoding="utf-8").split("\n")
    last = lines.pop()
    check(killed or not last, f"{path.name} ends within a line")
    spans = []
    for line in lines:
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                spans += scope["spans"]
    for span in spans:
        check(re.fullmatch("[0-9a-f]{32}", span["traceId"]), f"trace id of {span}")
        check(re.fullmatch("[0-9a-f]{16}", span["spanId"]), f"span id of {span}")
        check(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]), f"times of {span}")
    return spans


def check_whole(spans, known, name):
    ids = {(span["traceId"], span["spanId"]) for span in known}
    for span in spans:
        parent = span.get("parentSpanId", "")
        check(not parent or (span["traceId"], parent) in ids, f"{name}: no parent for {span}")


def is_unfinished(span):
    marks = [a["value"] for a in span.get("attributes", []) if a["key"] == "nanospan.unfinished"]
    return marks == [{"boolValue": True}] and span.get("status", {}).get("code") == STATUS_ERROR


def only(folder, pattern):
    found = list(folder.glob(pattern))
    check(len(found) == 1, f"{len(found)} files are {pattern}")
    return found[0]


def check_files(folder, out):
    worker = spans_of(only(folder, "demo-worker-*.jsonl"))
    delivered = spans_of(only(folder, "demo-killed-*.jsonl"), killed=True)
    recovered = spans_of(folder / "recovered.jsonl")
    check(worker, "the first program left no span")
    check(recovered, "nothing was recovered")
    check_whole(worker, worker, "the first program's file")
    check_whole(recovered, recovered, "what was recovered")
    check_whole(delivered, delivered + recovered, "what the killed program had delivered")
    check(any(is_unfinished(span) for span in recovered),
          "no recovered span has nanospan.unfinished and status Error")
    check(not any(is_unfinished(span) for span in worker), "a finished program has open spans")

    counts = re.search(r"(\d+) spans recorded, (\d+) delivered, (\d+) lost", out)
    check(counts and counts[1] == counts[2] == str(len(worker)) and counts[3] == "0",
          f"its words do not fit its file of {len(worker)} spans")
    drawn = re.search("^Trace ([0-9a-f]{32}) .*\n└── GET /tasks .*\n    ├── ", out, re.MULTILINE)
    check(drawn, "nanospan view drew no tree")
    check(any(span["traceId"] == drawn[1] for span in worker), "the tree is of no recorded trace")
    for name in only(folder, "demo-worker-*.jsonl"), folder / "recovered.jsonl":
        check(f"  {name} " in out, f"it does not say where {name} is")


def main(demo, programs):
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent).resolve() / "out"
        options = ["--quick", "--no-build", "--bin", programs, "--out", str(folder)]
        code, out, errors = run(demo, *options)
        print(out, errors, sep="\n")
        check(code == 0, f"exit code {code}")
        check_files(folder, out)

        before = sorted(folder.iterdir())
        code, _, errors = run(demo, *options)
        check(code == 1 and "is not empty" in errors, "it replaces the files of a named folder")
        check(sorted(folder.iterdir()) == before, "it touched a folder that it refused")
    code, out, _ = run(demo, "--help")
    check(code == 0 and out.startswith("Usage: tools/demo"), "--help does not help")


main(*sys.argv[1:])
