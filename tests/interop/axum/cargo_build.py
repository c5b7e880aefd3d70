"""The Axum service, built by cargo outside the source tree, or the reason why it can't be."""
import pathlib
import re
import shutil
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent
FETCH_SECONDS_MAX = 120


class CannotBuild(Exception):
    """Something that this machine lacks: no fault of the sources."""


def version_in(text):
    numbers = re.search(r"(\d+)\.(\d+)", text)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def check_cargo():
    cargo = shutil.which("cargo")
    if not cargo:
        raise CannotBuild("there is no cargo")
    said = subprocess.run([cargo, "--version"], capture_output=True, text=True, check=False).stdout
    wanted = re.search(r'^rust-version = "(.*)"', (FOLDER / "Cargo.toml").read_text(), re.MULTILINE)
    if version_in(said) < version_in(wanted[1]):
        raise CannotBuild(f"cargo is {said.strip() or 'broken'}, {wanted[1]} is needed")
    return cargo


def fetch(cargo):
    """From the network only what the machine does not have yet."""
    command = [cargo, "fetch", "--locked", "--quiet"]
    if subprocess.run([*command, "--offline"], cwd=FOLDER, capture_output=True,
                      check=False).returncode == 0:
        return
    try:
        fetched = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False,
                                 timeout=FETCH_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"cargo fetched no crates within {FETCH_SECONDS_MAX} s") from None
    if fetched.returncode != 0:
        raise CannotBuild(f"cargo can't fetch the crates: {fetched.stderr.strip()}")


def build(target):
    """The path of the program. What does not compile is an error of ours and raises as one."""
    cargo = check_cargo()
    fetch(cargo)
    subprocess.run([cargo, "build", "--locked", "--offline", "--quiet", "--jobs=1",
                    f"--target-dir={target}"], cwd=FOLDER, check=True)
    return pathlib.Path(target) / "debug" / "nanospan_interop_axum"
