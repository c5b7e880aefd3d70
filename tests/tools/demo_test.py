#!/usr/bin/env python3
"""tools/demo as its user meets it: demo_test.py <tools/demo> <folder of the programs> <case>.

A case is a cause, that it must find; or `interrupted`, or `usage`. Each runs in a folder of its
own, and nothing may be left of it but the files that were asked for.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 120
# A machine that stands still for as long as the injected tail lasts has a tail of its own.
ATTEMPTS_MAX = 3
STATUS_ERROR = 2
SERVICES = {"api-gateway", "auth-service", "task-service", "mail-service", "report-service"}
# kind, service and span of the cause that analyze must name; of a gap also who calls.
CAUSES = {
    "lock": ("own", "task-service", "cache: wait for lock", None),
    "query": ("call", "task-service", "SELECT ranked_tasks", None),
    "retry": ("retry", "api-gateway", "POST /verify", None),
    "queue": ("queue", "report-service", "POST /summary", "task-service"),
    "network": ("network", "report-service", "POST /summary", "task-service"),
}
ANOTHER_CAUSE = "the analysis names another cause"


def check(holds, sentence):
    if not holds:
        sys.exit(f"demo_test: {sentence}")


class Demo:
    """A run of it, with regions in `folder`; settings of the caller's recorders stay outside."""

    def __init__(self, demo, folder, *options):
        self.folder = folder
        environment = {k: v for k, v in os.environ.items()
                       if not k.startswith(("OTEL_", "NANOSPAN_"))}
        environment["NANOSPAN_DIR"] = str(folder)
        environment["LC_ALL"] = "C.UTF-8"  # the branches of trees, whatever the caller's locale
        self.process = subprocess.Popen(
            [demo, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment, start_new_session=True,
            # Whoever runs this test may have it ignored, and no shell can trap it then.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def end(self):
        """Its exit code, and the rest of what it printed."""
        try:
            out, _ = self.process.communicate(timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGTERM)
            sys.exit(f"demo_test: it did not end within {SECONDS_MAX} s")
        return self.process.returncode, out

    def read_until(self, beginning):
        for line in self.process.stdout:
            if line.startswith(beginning):
                return
        sys.exit(f"demo_test: it ended before it said {beginning}")

    def processes(self):
        """Of the services, by their command lines."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it ended
            if str(self.folder) in command and "nanospan_demo" in command:
                found.append(command)
        return found

    def check_clean(self):
        check(not self.processes(), f"still runs: {self.processes()}")
        check(not list(self.folder.iterdir()), f"left behind: {list(self.folder.rglob('*'))}")


def spans_of(path):
    """OTLP JSON Lines as (process, span). SIGKILL may cut the last line of who wrote it."""
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        for resource in json.loads(line)["resourceSpans"]:
            attributes = {a["key"]: a["value"] for a in resource["resource"]["attributes"]}
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    yield int(attributes["process.pid"]["intValue"]), span


def is_unfinished(span):
    marks = [a["value"] for a in span.get("attributes", []) if a["key"] == "nanospan.unfinished"]
    return marks == [{"boolValue": True}] and span.get("status", {}).get("code") == STATUS_ERROR


def check_cause(folder, cause):
    kind, service, span, client = CAUSES[cause]
    analysis = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    found = analysis["cause"]
    check((found["kind"], found["service"], found["span"]) == (kind, service, span),
          f"injected was {cause}, found {found}")
    check(client is None or found["client"]["service"] == client, f"called by {found}")
    check(found["share"] > 0.25, f"hardly the cause: {found}")
    root = analysis["root"]
    check((root["service"], root["span"]) == ("api-gateway", "GET /tasks"), f"requests are {root}")
    check({row["service"] for row in analysis["callsites"]} == SERVICES, "not all took part")
    check(analysis["input"]["orphans"] == 0, f"broken traces: {analysis['input']}")


def check_recovery(folder, out):
    """What the dead service had not delivered came by the next one, in whole traces."""
    victim = int(re.search(r"nanospan inspect (\d+)", out)[1])
    spans, recovered = {}, []
    for path in folder.glob("*.jsonl"):
        for process, span in spans_of(path):
            spans[span["traceId"], span["spanId"]] = span
            if process == victim and not path.name.endswith(f"-{victim}.jsonl"):
                check(path.name.startswith("mail-service-"), f"{path.name} has spans of others")
                recovered.append(span)
    for span in spans.values():
        parent = span.get("parentSpanId", "")
        check(not parent or (span["traceId"], parent) in spans, f"no parent for {span}")

    unfinished = {span["name"]: span for span in recovered if is_unfinished(span)}
    check({"POST /mail", "send mail"} <= set(unfinished), f"in flight were {set(unfinished)}")
    mail = unfinished["send mail"]
    ancestors = []
    while mail.get("parentSpanId"):
        mail = spans[mail["traceId"], mail["parentSpanId"]]
        ancestors.append(mail["name"])
    check(ancestors == ["POST /mail", "POST /mail", "POST /tasks", "POST /tasks", "POST /tasks"],
          f"its mail stands below {ancestors}")
    check(re.search(f"^Trace {mail['traceId']} .*◔ send mail", out, re.MULTILINE | re.DOTALL),
          "the trace of the mail is not drawn, with what was in flight")


def check_words(out):
    numbers = re.search(r"(\d+) spans delivered, (\d+) lost, (\d+) more recovered", out)
    check(numbers and numbers[2] == "0" and int(numbers[3]) >= 2, "its account is not right")
    check(re.search(r"\d+ requests, 0 failed\.", out), "requests failed")
    check("It goes through 5 services" in " ".join(out.split()), "it does not put the question")
    # Of four services, where it came while the fifth was dead.
    check(re.search("^Trace [0-9a-f]{32} .* [45] services .*\n└── api-gateway  GET /tasks ", out,
                    re.MULTILINE), "no slow trace is drawn")


def run_cause(demo, programs, folder, cause):
    for attempt in range(ATTEMPTS_MAX):
        out_folder = folder / f"out{attempt}"
        regions = folder / f"regions{attempt}"
        regions.mkdir()
        run = Demo(demo, regions, "--quick", "--cause", cause, "--bin", programs,
                   "--out", str(out_folder))
        code, out = run.end()
        print(out)
        run.check_clean()
        if code == 0 or ANOTHER_CAUSE not in out:
            break
    check(code == 0, f"exit code {code}")
    check_cause(out_folder, cause)
    check_recovery(out_folder, out)
    check_words(out)


def run_interrupted(demo, programs, folder):
    regions = folder / "regions"
    regions.mkdir()
    for number, (headline, signals_group, number_sent, code_wanted) in enumerate((
            ("== 1.", False, signal.SIGINT, 130), ("== 2.", True, signal.SIGINT, 130),
            ("== 2.", False, signal.SIGTERM, 143))):
        run = Demo(demo, regions, "--bin", programs, "--out", str(folder / f"out{number}"))
        run.read_until(headline)
        (os.killpg if signals_group else os.kill)(run.process.pid, number_sent)
        code, _ = run.end()
        check(code == code_wanted, f"exit code {code} after signal {number_sent}")
        run.check_clean()

    # Nothing can clean up after itself then; but no process stays, not even one that just began.
    for headline in ("== 1.", "== 2."):
        run = Demo(demo, regions, "--bin", programs, "--out", str(folder / f"killed{headline[3]}"))
        run.read_until(headline)
        run.process.kill()
        deadline = time.monotonic() + SECONDS_MAX
        while run.processes():
            check(time.monotonic() < deadline, f"still runs: {run.processes()}")
            time.sleep(0.05)
    check_halves(demo)


def check_halves(demo):
    """An announcement counts although the patience for it ended in its midst."""
    script = pathlib.Path(demo).read_text(encoding="utf-8")
    hear = re.search(r"^hear\(\) \{.*?^\}$", script, re.MULTILINE | re.DOTALL)[0]
    reader, writer = os.pipe()
    with subprocess.Popen(
            ["bash", "-euc", f"declare -A told=()\nbegun=\n{hear}\nexec 3<&{reader}\n"
             "hear 0.01 || echo late\nhear 100\nhear 100\ndeclare -p told"],
            stdout=subprocess.PIPE, text=True, pass_fds=[reader]) as shell:
        os.write(writer, b"load ")
        check(shell.stdout.readline() == "late\n", "half a line is no announcement")
        os.write(writer, b"1 2\nready/x 3\n")
        told = shell.stdout.read()
    check('[load]="1 2"' in told and '[ready/x]="3"' in told, f"it heard {told}")


def run_usage(demo, programs, folder):
    def says(sentence, *options):
        run = Demo(demo, folder, *options)
        code, out = run.end()
        check(code == 1 and sentence in out, f"{options}: {code}, {out}")

    code, out = Demo(demo, folder, "--help").end()
    check(code == 0 and out.startswith("Usage: tools/demo"), "--help does not help")
    says("--cause needs lock, query, retry, queue or network", "--cause", "luck")
    says("--cause needs", "--cause")
    says("unknown option '--slow'", "--slow")
    says("has no nanospan_demo", "--bin", str(folder))
    (folder / "mine").write_text("kept", encoding="utf-8")
    says("is not empty", "--bin", programs, "--out", str(folder))
    check((folder / "mine").read_text(encoding="utf-8") == "kept", "it replaced a file")
    check(os.listdir(folder) == ["mine"], "it touched a folder that it refused")


def main(demo, programs, case):
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent).resolve()
        if case == "interrupted":
            run_interrupted(demo, programs, folder)
        elif case == "usage":
            run_usage(demo, programs, folder)
        else:
            run_cause(demo, programs, folder, case)


main(*sys.argv[1:])
