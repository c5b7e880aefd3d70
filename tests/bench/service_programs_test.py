"""The service that is measured, one program for each variant: its answers, its counts, its end."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.request

PROGRAMS = pathlib.Path(os.environ["NANOSPAN_PROGRAMS"])
TASKS = 50
# Those that need nothing beside themselves.
VARIANTS = ("none", "nanospan", "peer_seam", "peer_nanospan", "peer_mutex_vector")


class Service:
    def __init__(self, variant, directory):
        program = PROGRAMS / f"nanospan_bench_service_{variant}"
        self.process = subprocess.Popen([program, directory], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = self.process.stdout.readline().strip()
        self.direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path):
        with self.direct.open(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.read().decode()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def end(self):
        self.process.communicate()
        return self.process.returncode


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "what consumes spans needs a second core")
class ServiceProgramsTest(unittest.TestCase):
    def each(self):
        for variant in VARIANTS:
            with self.subTest(variant), tempfile.TemporaryDirectory() as directory:
                yield variant, Service(variant, directory)

    def test_answers_alike_and_counts_each_span(self):
        for variant, service in self.each():
            for spans in (0, 1, 20, TASKS + 1):
                self.assertEqual(len(json.loads(service.get(f"/tasks/{spans}"))), TASKS)
            requests, cpu_ns, process_ns = service.ask("counts")
            self.assertEqual(requests, 4)
            self.assertGreater(cpu_ns, 0)
            self.assertGreater(process_ns, 0)
            recorded = 0 if variant in ("none", "peer_seam") else 1 + 20 + TASKS + 1
            self.assertEqual(service.ask("flush"), (recorded, 0))
            self.assertEqual(service.end(), 0)

    def test_ends_with_its_input_however_soon(self):
        for _, service in self.each():
            self.assertEqual(service.end(), 0)


if __name__ == "__main__":
    unittest.main()
