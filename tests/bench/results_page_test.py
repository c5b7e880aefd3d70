"""RESULTS.md says what the raw files hold, and what was not run."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import results_page

HEAD = {
    "date": "2026-01-31T12:00:00Z", "quick": False,
    "machine": {"cpu": "a processor", "cores": 2, "kernel": "Linux", "clock_source": "tsc"},
    "build": {"compiler": "g++ 12", "flags": "-O2"},
}
COSTS = HEAD | {"costs": [
    {"name": "span", "what": "scoped span", "unit": "x F", "bar": 1.3, "aim": 1.1,
     "verdict": "MISSED", "median": 1.5, "quartiles": [1.4, 1.6], "interval_95": [1.45, 1.55],
     "facts": {"p99_ns": 31}, "exported": 12345, "lost": 0, "note": "a note",
     "raw": {"sides": ["F", "ours"], "valid": 2, "void": 1, "rounds": [
         {"void": False, "ns": [10, 15]}, {"void": False, "ns": [12, 17]},
         {"void": True, "ns": [99, 99]}]}},
    {"name": "service", "what": "under load", "unit": "us", "bar": None, "aim": None,
     "verdict": "not run", "problem": "wrk is missing"},
]}
PEERS = HEAD | {
    "peers": [{"name": "ours", "version": "1", "how": "as usual", "ids": "random"},
              {"name": "theirs", "not_run": "needs a | package"}],
    "rows": [{"name": "flat_out", "what": "as fast as it goes", "unit": "ns",
              "walked_bytes": 512, "walk_ns": {"median": 60.0},
              "F": {"median": 19.0}, "raw": {"valid": 30, "void": 2},
              "sides": [{"peer": "ours", "median": 20.5, "interval_95": [20.0, 21.0],
                         "over_F": {"median": 1.08}, "over_R": {"median": None},
                         "percentiles": {"p50": 19, "p99": 22, "p99.9": 1234.5},
                         "exported": None, "lost": 7, "bytes_per_span": 64}]}],
}


def page_of(raw):
    return "\n".join(results_page.page([("raw.json", raw)]))


class ResultsPage(unittest.TestCase):
    def test_shows_a_cost_with_its_floor_interval_and_verdict(self):
        line = next(line for line in page_of(COSTS).splitlines() if line.startswith("| `span`"))
        self.assertEqual(line, "| `span` | 11 | 1.5 x F | 1.45 – 1.55 | – | 31 | – | 1.3 | 1.1 | "
                               "**MISSED** | 12,345 | 0 |")

    def test_names_the_costs_of_a_file_that_has_few(self):
        self.assertIn("## What nanospan costs: span, service\n", page_of(COSTS))
        many = [COSTS["costs"][0] | {"name": name} for name in ("span", "event", "link")]
        self.assertIn("## What nanospan costs\n", page_of(COSTS | {"costs": many}))

    def test_leaves_out_rounds_in_which_a_side_failed(self):
        cost = COSTS["costs"][0] | {"raw": {"sides": ["F", "failed", "ours"], "rounds": [
            {"void": False, "ns": [10, None, 15]}, {"void": False, "ns": [12, None, None]}]}}
        self.assertIn("(ns: F 11, ours 15)", page_of(COSTS | {"costs": [cost]}))

    def test_says_what_was_not_run_and_why(self):
        self.assertIn("Not run:\n\n- service: wrk is missing", page_of(COSTS))
        self.assertIn("- theirs: needs a \\| package", page_of(PEERS))

    def test_shows_a_peer_in_its_setting(self):
        self.assertIn("| ours | 20.5 | 20 – 21 | 19 | 22 | 1,234 | 1.08 | – | – | 7 | 64 |",
                      page_of(PEERS))
        self.assertIn("F 19 ns, 30 rounds valid, 2 void, a walk takes 60 ns.", page_of(PEERS))

    def test_shows_no_exponent(self):
        self.assertEqual([results_page.number(value, 3) for value in (999.4, 999.7, -999.7, 1000)],
                         ["999", "1,000", "-1,000", "1,000"])

    def test_says_how_a_peer_was_used_and_whether_it_records_ids(self):
        self.assertIn("- ours 1: as usual; ids: random", page_of(PEERS))

    def test_names_machine_raw_file_and_a_quick_run(self):
        self.assertIn("a processor, 2 cores", page_of(COSTS))
        self.assertIn("[raw.json](raw.json)", page_of(COSTS))
        self.assertNotIn("quick run", page_of(COSTS))
        self.assertIn("quick run", page_of(COSTS | {"quick": True}))

    def test_refuses_what_is_no_raw_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "other.json")
            for text, why in (("{}", "neither"), ("{", "results_page.py:")):
                path.write_text(text)
                ran = subprocess.run([sys.executable, results_page.__file__, path],
                                     capture_output=True, text=True, check=False)
                self.assertEqual(ran.returncode, 1)
                self.assertIn(why, ran.stderr)
                self.assertEqual(ran.stdout, "")


if __name__ == "__main__":
    unittest.main()
