"""A peer's program counts what it is asked for, and the runner says what was not run and why."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAMS = pathlib.Path(os.environ["NANOSPAN_PROGRAMS"])
RUNNER = "nanospan_bench_peers"
WARM_UP = 64  # spans before each chunk


def answers(program, *requests):
    """What it says of itself, then its answer to each request."""
    said = subprocess.run([PROGRAMS / program], input="".join(f"{line}\n" for line in requests),
                          capture_output=True, text=True, timeout=60, check=True).stdout
    greeting, *rest = map(json.loads, said.splitlines())
    if "not_run" in greeting:
        raise unittest.SkipTest(greeting["not_run"])
    return greeting, *rest


def run(folder, *options):
    raw = pathlib.Path(folder) / "raw.json"
    subprocess.run([pathlib.Path(folder) / RUNNER, "--rounds", "1", "--json", raw, *options],
                   capture_output=True, timeout=120, check=True)
    return json.loads(raw.read_text(encoding="utf-8"))


class PeerProgram(unittest.TestCase):
    def test_counts_spans_flat_out_and_those_timed_alone(self):
        _, flat_out = answers("nanospan_peer_mutex_vector", "spans 4 0 1000")
        self.assertEqual(flat_out["exported"], WARM_UP + 1000 + 1000)
        self.assertEqual(flat_out["lost"], 0)
        self.assertEqual(sum(count for _, count in flat_out["lengths"]), 1000)

    def test_walks_memory_before_each_span_in_turns_of_twenty(self):
        _, cold = answers("nanospan_peer_mutex_vector", "spans 0 0 40 65536")
        self.assertEqual(cold["exported"], WARM_UP + 3 * 20)
        self.assertEqual(sum(count for _, count in cold["lengths"]), 3 * 19)

    def test_refuses_what_the_peer_has_not(self):
        greeting, disabled = answers("nanospan_peer_mutex_vector", "disabled 0 0 1000")
        self.assertFalse(greeting["disabled"])
        self.assertIn("problem", disabled)


class Runner(unittest.TestCase):
    def test_measures_the_peers_that_are_named_beside_the_least_recorder(self):
        answers("nanospan_peer_mutex_vector")
        with tempfile.TemporaryDirectory() as folder:
            for name in (RUNNER, "nanospan_peer_least", "nanospan_peer_mutex_vector"):
                shutil.copy2(PROGRAMS / name, folder)
            raw = run(folder, "--peer", "mutex", "--row", "every_1_us/plain")
        self.assertEqual([side["peer"] for side in raw["rows"][0]["sides"]],
                         ["R, the least recorder", "mutex and vector"])
        self.assertEqual([peer.get("ids") for peer in raw["peers"]], ["none", "counted"])

    def test_says_which_programs_were_not_built_and_what_they_need(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy2(PROGRAMS / RUNNER, folder)
            raw = run(folder, "--row", "no such setting")
        lacks = {peer["name"]: peer["not_run"] for peer in raw["peers"]}
        self.assertIn("-DNANOSPAN_PEER_TRACY=DIR", lacks["Tracy"])
        self.assertIn("liblttng-ust-dev", lacks["LTTng-UST"])


if __name__ == "__main__":
    unittest.main()
