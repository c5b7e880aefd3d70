"""The gate on what does not depend on the machine: counts of each operation against a table.

gate.py --program FILE [--valgrind FILE] [--core FILE --empty FILE] [--skip WHY]

Compares with expected.txt beside it; NANOSPAN_UPDATE_COSTS=1 writes that file anew instead. Exit
codes: 0 none is worse, 1 some are, each named with before and after, 77 not counted, or not all.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import profile_of_callgrind

TABLE = pathlib.Path(__file__).with_name("expected.txt")
SKIPPED = 77
# Of operations.cc.
REPETITIONS, ALONE = 1000, 64
# A count is worse above the larger of both: a share of what it was, and so much more.
TOLERANCE = {
    "instructions": (0.02, 2),
    # Where the heap lies, and with it what of it shares a line, is the machine's.
    "lines": (0.05, 0.5),
    "written": (0.05, 0.5),
    "allocations": (0, 0),
    "system_calls": (0, 0),
    "code_bytes": (0.02, 16),
}
HEAD = """\
# What each operation costs, counted (gate.py): g++ 12, -O2, x86-64, static core.
#
#   instructions  each of 1,000 in a loop, the loop's own included
#   lines         of data, 64 bytes each, that one touches when all but the top of the stack was
#                 evicted before; nested: four
#   written       those of them that it writes
#   allocations, system_calls   each of 1,000
#   code_bytes    of its loop in the caller; core: text that nanospan::core adds to a program
#
# NANOSPAN_UPDATE_COSTS=1 ctest --test-dir build/release -R '^cost[.]gate$' writes it anew.
"""
# The C library chooses its copies by the processor; these take from it what processors differ in.
SAME_EVERYWHERE = {
    "LD_BIND_NOW": "1",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(
        "-" + feature for feature in (
            "AVX512F", "AVX512VL", "AVX512BW", "AVX2", "AVX_Fast_Unaligned_Load", "BMI2", "ERMS",
            "FSRM", "SSSE3")),
}
SIMULATED = ["--cache-sim=yes", "--simulate-wb=yes", "--I1=32768,8,64", "--D1=32768,8,64",
             "--LL=65536,16,64", "--collect-systime=yes"]
# Of `nm -SC`: the size of a loop and its name.
SYMBOL = re.compile(r"\w+ (\w+) \w (?:void )?nanospan::bench::(.+)\(unsigned long\)$")


def output_of(command):
    """Standard output; the environment is the same everywhere, since it stands on the stack."""
    run = subprocess.run(command, env=SAME_EVERYWHERE, text=True, capture_output=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout


def count_natively(program, region):
    """Allocations, and the code of the loop; what the loop calls but does not inline counts not."""
    code = {match[2]: int(match[1], 16)
            for match in map(SYMBOL.match, output_of(["nm", "-SC", program]).splitlines()) if match}
    counts = {}
    for line in output_of([program, region]).splitlines():
        name, allocations, function = line.split()
        counts[name] = {
            "allocations": int(allocations) / REPETITIONS,
            "code_bytes": code[function],
        }
    return counts


def count_in_profile(program, region, valgrind):
    profile = os.path.join(region, "profile")
    output_of([valgrind, "-q", "--tool=callgrind", f"--callgrind-out-file={profile}", *SIMULATED,
               program, region])
    calls = profile_of_callgrind.read(profile)
    counts = {}
    for function, cost in calls.items():
        kind, _, name = function.partition("_")
        if kind == "repeat":
            counts.setdefault(name, {}).update(
                instructions=cost["Ir"] / REPETITIONS,
                system_calls=cost["sysCount"] / REPETITIONS)
        elif kind == "alone":
            counts.setdefault(name, {})["lines"] = (cost["D1mr"] + cost["D1mw"]) / ALONE
        elif kind == "walk":
            written = cost["ILdmr"] + cost["DLdmr"] + cost["DLdmw"]
            counts.setdefault(name, {})["written"] = written / ALONE
    return counts


def text_bytes(program):
    return int(output_of(["size", program]).splitlines()[1].split()[0])


def read_table(text):
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    kinds = lines[0][1:] if lines else []
    return {row[0]: {kind: float(value.replace(",", ""))
                     for kind, value in zip(kinds, row[1:]) if value != "-"}
            for row in lines[1:]}


def shown(value):
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def write_table(counts):
    lines = [f"{'operation':16}" + "".join(f"{kind:>14}" for kind in TOLERANCE)]
    for name, row in counts.items():
        cells = (shown(row[kind]) if kind in row else "-" for kind in TOLERANCE)
        lines.append(f"{name:16}" + "".join(f"{cell:>14}" for cell in cells))
    return HEAD + "\n".join(lines) + "\n"


def compare(expected, counted):
    """Sentences: what is worse, what is better."""
    worse, better = [], []
    for name, row in counted.items():
        for kind, after in row.items():
            before = expected.get(name, {}).get(kind)
            if before is None:
                worse.append(f"{name}: {kind} {shown(after)}, which the table does not hold")
                continue
            share, more = TOLERANCE[kind]
            change = f"{name}: {kind} {shown(before)} before, {shown(after)} after"
            if after > before + max(before * share, more) + 0.01:
                worse.append(change)
            elif after < before - 0.01:
                better.append(change)
    for name in expected.keys() - counted.keys():
        worse.append(f"{name}: in the table, but not counted any more")
    return worse, better


def count_everything(options):
    with tempfile.TemporaryDirectory(prefix="nanospan-cost-", dir="/dev/shm") as region:
        # A path of one length everywhere: the resource holds it, and the heap moves along.
        program = shutil.copy(options.program, os.path.join(region, "operations"))
        parts = [count_natively(program, region)]
        if options.valgrind:
            parts.append(count_in_profile(program, region, options.valgrind))
    if options.core:
        core = text_bytes(options.core) - text_bytes(options.empty)
        parts.append({"core": {"code_bytes": core}})
    counts = {}
    for part in parts:
        for name, row in part.items():
            counts.setdefault(name, {}).update(row)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--program", "--valgrind", "--core", "--empty", "--skip"):
        parser.add_argument(option)
    options = parser.parse_args()
    if options.skip:
        print(f"skipped: {options.skip}")
        sys.exit(SKIPPED)
    counts = count_everything(options)
    partial = not (options.valgrind and options.core)
    if os.environ.get("NANOSPAN_UPDATE_COSTS"):
        if partial:
            sys.exit("the table is written only where all can be counted: with valgrind, and with "
                     "the benchmarks built")
        TABLE.write_text(write_table(counts))
        print(f"{TABLE} is written anew")
        return
    expected = read_table(TABLE.read_text())
    if partial:
        expected = {name: row for name, row in expected.items() if name in counts}
    worse, better = compare(expected, counts)
    print(write_table(counts).removeprefix(HEAD))
    for sentence in worse:
        print("WORSE   " + sentence)
    for sentence in better:
        print("better  " + sentence)
    if worse or better:
        print("NANOSPAN_UPDATE_COSTS=1 writes the table anew; say in the commit why what is worse "
              "has to be.")
    if not worse and partial:
        missing = "valgrind" if not options.valgrind else "the benchmarks' programs"
        print(f"skipped: what needs {missing}, which is not here; the rest is as the table says")
    sys.exit(1 if worse else SKIPPED if partial else 0)


if __name__ == "__main__":
    main()
