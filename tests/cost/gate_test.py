"""The gate tells: a worse count fails with before and after, a better one passes."""
import unittest

import gate

TABLE = gate.HEAD + """\
operation         instructions         lines       written   allocations  system_calls    code_bytes
span                       160             9             6             0             0           400
core                         -             -             -             -             -       149,000
"""


class Gate(unittest.TestCase):
    def setUp(self):
        self.expected = gate.read_table(TABLE)
        self.counts = gate.read_table(TABLE)

    def compare(self, kind, value):
        self.counts["span"][kind] = value
        return gate.compare(self.expected, self.counts)

    def test_passes_the_same(self):
        self.assertEqual(gate.compare(self.expected, self.counts), ([], []))

    def test_reads_what_it_writes(self):
        self.assertEqual(gate.write_table(self.expected), TABLE)

    def test_fails_what_is_worse_with_before_and_after(self):
        worse, better = self.compare("instructions", 164)
        self.assertEqual(worse, ["span: instructions 160 before, 164 after"])
        self.assertEqual(better, [])
        for kind, value in (("lines", 10), ("written", 7), ("allocations", 0.1),
                            ("system_calls", 1), ("code_bytes", 417)):
            self.setUp()
            self.assertEqual(len(self.compare(kind, value)[0]), 1, kind)

    def test_allows_the_tolerance(self):
        self.assertEqual(self.compare("instructions", 163)[0], [])

    def test_passes_what_is_better_and_says_so(self):
        worse, better = self.compare("instructions", 150)
        self.assertEqual(worse, [])
        self.assertEqual(better, ["span: instructions 160 before, 150 after"])

    def test_fails_what_is_on_one_side_only(self):
        self.counts["new"] = {"instructions": 1}
        del self.counts["core"]
        worse, _ = gate.compare(self.expected, self.counts)
        self.assertEqual(len(worse), 2)


unittest.main()
