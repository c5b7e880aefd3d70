"""Sizes: files of 400 lines, public headers of 300, lines of 100 columns, functions of 60 lines."""
import re

import sources

FILE_LINES_MAX = 400
PUBLIC_HEADER_LINES_MAX = 300
COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 60

NOT_CODE = re.compile(
    r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'
    r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|//[^\n]*|/\*.*?\*/", re.S)
NOT_A_FUNCTION = re.compile(
    r"^\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|do|else|try)\b|"
    r"^\s*template\s*<[^{]*>\s*(class|struct)\s|=\s*$|\]\s*$")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def functions(text):
    """(first line, last line) of each outermost braced block whose head has a parameter list."""
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, NOT_CODE.sub(blank, text), flags=re.M)
    stack, head, number, inside = [], "", 1, 0
    for char in text:
        number += char == "\n"
        if char == "{":
            is_function = not inside and "(" in head and not NOT_A_FUNCTION.search(head)
            stack.append((is_function, number - head.lstrip().count("\n")))
            inside += is_function
            head = ""
        elif char == "}" and stack:
            was_function, first = stack.pop()
            inside -= was_function
            if was_function:
                yield first, number
            head = ""
        elif char == ";":
            head = ""
        else:
            head += char


def findings_of(path):
    lines = sources.lines(path)
    public = path.suffix == ".h" and "include" in path.parts
    limit = PUBLIC_HEADER_LINES_MAX if public else FILE_LINES_MAX
    if len(lines) > limit:
        yield f"{path}: {len(lines)} lines, {limit} at most: is a room missing?"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and "http" not in line:
            yield f"{path}:{number}: {len(line)} columns, {COLUMNS_MAX} at most"
    if path.suffix in sources.CPP:
        for first, last in functions("\n".join(lines)):
            if last - first + 1 > FUNCTION_LINES_MAX:
                size = last - first + 1
                yield f"{path}:{first}: a function of {size} lines, {FUNCTION_LINES_MAX} at most"


def main():
    paths = sources.files(*sources.CPP, ".py", ".sh", ".cmake", ".proto")
    sources.report([finding for path in paths for finding in findings_of(path)], len(paths))


main()
