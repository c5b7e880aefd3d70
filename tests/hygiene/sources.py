"""What the hygiene tests share: which files are ours, and how a finding is told."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("core", "exporters", "bench", "tools", "tests")
CPP = (".h", ".cc")


def files(*suffixes):
    """Our files with one of these suffixes (all when none is named), as paths below ROOT."""
    found = []
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                if not suffixes or path.suffix in suffixes:
                    found.append(path.relative_to(ROOT))
    return sorted(found)


def lines(path):
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def report(findings, looked_at):
    """Prints the findings and ends the test. A test that looked at nothing has failed."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in {looked_at} files")
    sys.exit(1 if findings or not looked_at else 0)
