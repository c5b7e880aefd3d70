"""What must not stand in a file: paths of one machine, notes, conditionals out of place."""
import re

import sources

# Absolute paths that exist for one person or one machine only.
MACHINE_PATH = re.compile(r"(?<![\w.$}/*~-])/(home|root|work|Users|farm)/\w")
NOTE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b(?!.*(NANOSPAN_DISABLE|__has_include))")
# The only places of library code for what differs between compilers, processors and systems.
CONDITIONAL_PLACES = ("compiler.h", "tick_source.h", "cache_lines.cc")


def findings_of(path):
    library = path.parts[0] in ("core", "exporters") and path.suffix in sources.CPP
    conditional_place = path.name in CONDITIONAL_PLACES or path.name.startswith("posix_")
    for number, line in enumerate(sources.lines(path), 1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine"
        if NOTE.search(line):
            yield f"{path}:{number}: a note to oneself; open an issue instead"
        if library and not conditional_place and CONDITIONAL.match(line):
            places = ", ".join(CONDITIONAL_PLACES)
            yield f"{path}:{number}: a conditional outside {places}, posix_*.cc"


def main():
    own = sources.pathlib.Path(__file__).name
    suffixes = sources.CPP + (".md", ".py", ".sh", ".cmake", ".txt", ".proto", "")
    paths = [path for path in sources.files(*suffixes)
             if path.name != own and "corpus" not in path.parts]
    paths += [sources.pathlib.Path(name) for name in ("CMakeLists.txt", "CMakePresets.json")]
    paths += [path.relative_to(sources.ROOT) for path in sources.ROOT.glob("*.md")]
    sources.report([finding for path in paths for finding in findings_of(path)], len(paths))


main()
