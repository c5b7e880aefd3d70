"""One trace through our services and an Axum service, which calls and is called (README.md).

gateway (ours) → inventory (Axum) → pricing (ours); the test is the client in front.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import cargo_build

SKIPPED = 77
WAIT_SECONDS_MAX = 60
SAMPLED, UNSAMPLED = "01", "00"
CALLER = "00f067aa0ba902b7"  # the span of a browser, whose spans nobody collects
TRACESTATE = "vendor=00f067aa0ba902b7,other=1"
WHOLE, FAILING, NOT_SAMPLED, ROOT = (f"{n:032x}" for n in (0xa1, 0xa2, 0xa3, 0))


class Service:
    """A process that prints its port and ends with its input."""

    def __init__(self, folder, name, *command):
        own = ("OTEL_", "NANOSPAN_")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        environment.update(OTEL_SERVICE_NAME=name, NANOSPAN_DIR=str(folder / "regions"))
        self.process = subprocess.Popen([str(part) for part in command], cwd=folder, text=True,
                                        env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.name = name
        port = self.process.stdout.readline().strip()
        assert port.isdigit(), f"{name} did not start"
        self.url = f"http://127.0.0.1:{port}"

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(WAIT_SECONDS_MAX)
        self.process.stdout.close()
        assert code == 0, f"{self.name} ended with {code}"


def get(url, headers):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(urllib.request.Request(url, headers=headers),
                         timeout=WAIT_SECONDS_MAX) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def record(programs, folder):
    """Runs the services and asks them; what the first of each trace was answered, by trace id."""
    with contextlib.ExitStack() as ends:
        def start(*arguments):
            service = Service(folder, *arguments)
            ends.callback(service.end)
            return service

        pricing = start("pricing", programs.service)
        inventory = start("inventory", programs.inventory, folder / "inventory.jsonl", pricing.url)
        gateway = start("gateway", programs.service, inventory.url)

        def ask(item, trace, flags):
            return get(f"{gateway.url}/items/{item}", {
                "traceparent": f"00-{trace}-{CALLER}-{flags}", "tracestate": TRACESTATE,
                "baggage": "user=4711"} if trace != ROOT else {})

        return {WHOLE: ask(7, WHOLE, SAMPLED), FAILING: ask(0, FAILING, SAMPLED),
                NOT_SAMPLED: ask(7, NOT_SAMPLED, UNSAMPLED), ROOT: ask(7, ROOT, SAMPLED)}


class AxumTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        parent = tempfile.TemporaryDirectory()
        cls.addClassCleanup(parent.cleanup)
        cls.folder = pathlib.Path(parent.name)
        cls.answers = record(programs, cls.folder)
        cls.files = sorted(cls.folder.glob("*.jsonl"))

    def nanospan(self, *arguments):
        done = subprocess.run([programs.nanospan, *arguments, "--quiet", "--json", *self.files],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def tree(self, trace):
        """(depth, service, name) of each span, as `view` orders them, and the spans by that."""
        spans = self.nanospan("view", "--trace", trace)["spans"]
        depths, rows = {CALLER: -1, "": -1}, []
        for span in spans:
            self.assertIn(span["parent_span_id"], depths, f"no parent before {span}")
            depths[span["span_id"]] = depths[span["parent_span_id"]] + 1
            rows.append((depths[span["span_id"]], span["service"], span["name"]))
        return rows, dict(zip(rows, spans))

    def test_each_service_wrote_a_file_of_its_own(self):
        self.assertEqual([path.name.split("-")[0].removesuffix(".jsonl") for path in self.files],
                         ["gateway", "inventory", "pricing"])

    ROWS = [(0, "gateway", "GET /items/{id}"), (1, "gateway", "GET"),
            (2, "inventory", "GET /items/{id}"), (3, "inventory", "item"),
            (4, "inventory", "GET"), (5, "pricing", "GET /items/{id}"),
            (4, "inventory", "reserve")]

    def test_spans_of_both_join_into_one_tree(self):
        self.assertEqual(self.answers[WHOLE][0], 200)
        rows, spans = self.tree(WHOLE)
        self.assertEqual(rows, self.ROWS)
        self.assertFalse(any(span["error"] for span in spans.values()))

    def test_a_trace_that_begins_here_is_one_tree_too(self):
        _, answer = self.answers[ROOT]
        trace = json.loads(answer)["traceparent"].split("-")[1]
        self.assertEqual(self.tree(trace)[0], self.ROWS)

    def test_the_last_service_is_told_what_the_first_one_was(self):
        for trace, flags in (WHOLE, SAMPLED), (NOT_SAMPLED, UNSAMPLED):
            headers = json.loads(self.answers[trace][1])
            version, id_of_trace, parent, sampled = headers["traceparent"].split("-")
            self.assertEqual((version, id_of_trace, sampled), ("00", trace, flags))
            self.assertNotIn(parent, (CALLER, "0" * 16))
            self.assertEqual(headers["tracestate"], TRACESTATE)
            self.assertEqual(headers["baggage"], "user=4711")

    def test_what_both_record_says_the_same_of_the_trace(self):
        for path in self.files:
            spans = [span for line in path.read_text().splitlines()
                     for resource in json.loads(line)["resourceSpans"]
                     for scope in resource["scopeSpans"] for span in scope["spans"]
                     if span["traceId"] == WHOLE]
            self.assertTrue(spans, path.name)
            for span in spans:
                self.assertEqual(span.get("traceState"), TRACESTATE, f"{path.name}: {span}")
                self.assertEqual(span.get("flags", 0) & 1, 1, f"{path.name}: {span}")

    def test_a_trace_that_is_not_sampled_is_recorded_by_none(self):
        self.assertEqual(self.answers[NOT_SAMPLED][0], 200)
        for path in self.files:
            self.assertNotIn(NOT_SAMPLED, path.read_text(), path.name)

    def test_an_error_of_the_other_is_seen(self):
        self.assertEqual(self.answers[FAILING], (500, "there is no item 0"))
        rows, spans = self.tree(FAILING)
        self.assertEqual(rows, self.ROWS)
        failed = [row for row in rows if spans[row]["error"]]
        self.assertEqual(failed, [rows[0], rows[1], rows[2], rows[6]])
        self.assertEqual(spans[rows[6]]["status_message"], "there is no item 0")

    def test_analysis_follows_requests_through_all_three(self):
        profile = self.nanospan("analyze")
        self.assertEqual(profile["root"]["requests"], 3)
        self.assertEqual({(site["service"], site["span"]): site["calls"]
                          for site in profile["callsites"]}, {row[1:]: 3 for row in self.ROWS})
        longest = max((row["path"] for row in profile["paths"]), key=len)
        self.assertEqual([(span["service"], span["span"]) for span in longest],
                         [row[1:] for row in self.ROWS[:6]])
        oddities = ("bad_times", "duplicates", "cycles", "negative", "unfinished")
        self.assertEqual([profile["input"][name] for name in oddities], [0] * len(oddities))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--nanospan", "--cargo-target", "--service"):
        parser.add_argument(option, required=True)
    parser.parse_args(namespace=programs)
    if os.environ.get("NANOSPAN_TEST_LEVEL") in ("quick", "ci"):
        return "cargo's first build takes minutes; tools/test --all and ctest -R interop run it"
    if not programs.service:
        return "there was no cpp-httplib when CMake configured (Debian: libcpp-httplib-dev)"
    try:
        programs.inventory = cargo_build.build(programs.cargo_target)
    except cargo_build.CannotBuild as reason:
        return str(reason)
    unittest.main(argv=sys.argv[:1], verbosity=2)


programs = argparse.Namespace()
if __name__ == "__main__":
    print(f"skipped: {main()}")
    sys.exit(SKIPPED)
