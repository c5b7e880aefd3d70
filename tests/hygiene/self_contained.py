"""Each header compiles alone, twice over, without a warning.

self_contained.py <compiler> [-Ddefine...] [folder...]

Public headers see the public include folders only. Headers below a folder that is named need what
is not installed here, and are left out.
"""
import concurrent.futures
import os
import subprocess
import sys

import sources

WARNINGS = "-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wpedantic -Werror".split()
PUBLIC = ("core/include", "exporters/include")
PRIVATE = ("core/src", "exporters")
DEFINES = [argument for argument in sys.argv[2:] if argument.startswith("-D")]
LEFT_OUT = tuple(argument for argument in sys.argv[2:] if not argument.startswith("-D"))


def compile_alone(header):
    folders = PUBLIC if "include" in header.parts else PUBLIC + PRIVATE
    if header.parts[:2] == ("exporters", "middleware"):
        folders += ("/".join(header.parts[:3]) + "/include",)
    flags = [f"-I{sources.ROOT / folder}" for folder in folders]
    source = f'#include "{sources.ROOT / header}"\n' * 2
    command = [sys.argv[1], "-std=c++20", "-fsyntax-only", *DEFINES, *WARNINGS, *flags]
    run = subprocess.run(command + ["-x", "c++", "-"], input=source, text=True, capture_output=True)
    return f"{header}: does not compile alone\n{run.stderr}" if run.returncode else None


def main():
    headers = [path for path in sources.files(".h") if path.parts[0] in ("core", "exporters")
               and not str(path).startswith(LEFT_OUT)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [finding for finding in pool.map(compile_alone, headers) if finding]
    sources.report(findings, len(headers))


main()
