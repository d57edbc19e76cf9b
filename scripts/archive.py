"""What the make_* scripts share: files out of a Debian package, and a data set's folder with its checksums."""

import argparse
import contextlib
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fail(message):
    """Ends the program with exit code 1."""
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def arguments(description, package):
    """The options that every make_* script has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; compare with the files that are there")
    parser.add_argument("--deb", metavar="FILE", type=pathlib.Path, help=f"take this {package} package instead of "
                        "downloading it with apt-get (works offline)")
    return parser.parse_args()


def run(command, folder, hint):
    try:
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        fail(f"{command[0]} is not on this machine: data sets are taken from Debian packages; {hint}")
    except subprocess.CalledProcessError as error:
        fail(f"{' '.join(map(str, command))} failed:\n{error.stderr.strip()}\n{hint}")


def download(package, folder):
    """The .deb from the machine's package sources; needs neither root nor an installation."""
    command = ["apt-get", "download", package]
    if os.geteuid() == 0:
        command[1:1] = ["-o", "APT::Sandbox::User=root"]  # the folder is not open to apt's own user
    run(command, folder, "Offline, or with empty package lists? Run `apt-get update` as root (Ubuntu: with 'universe' "
        "among the sources), or hand the package over with --deb FILE.")
    return next(folder.glob("*.deb"))


@contextlib.contextmanager
def unpacked(package, deb=None):
    """Yields the folder into which the package is unpacked; it is gone afterwards."""
    if deb and not deb.is_file():
        fail(f"there is no file {deb}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        deb = deb.resolve() if deb else download(package, folder)
        hint = f"Is {deb.name} a whole Debian package?"
        found, version = run(["dpkg-deb", "--show", "--showformat=${Package} ${Version}", deb], folder, hint).split()
        if found != package:
            fail(f"{deb.name} is the package {found}; {package} is needed")
        print(f"{package} {version}", file=sys.stderr)
        run(["dpkg-deb", "--extract", deb, folder / "root"], folder, hint)
        yield folder / "root"


def member(folder, path):
    """A file of an unpacked package."""
    if not (folder / path).is_file():
        fail(f"the package has no {path}: this version of it is laid out differently")
    return folder / path


def is_test(text):
    """Whether a text is one of the quarter that is for testing: by its digest, whatever other texts there are."""
    digest = hashlib.sha256(f"orochi 1:{text}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < 0.25


def recorded_sums(folder):
    """{file name: SHA-256} of the folder's SHA256SUMS, which `sha256sum -c` also reads."""
    lines = (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def finish(folder, files, check):
    """Holds `files` ({name: bytes}) against SHA256SUMS, then writes them or, with `check`, compares them."""
    sums = recorded_sums(folder)
    for name, contents in files.items():
        digest = hashlib.sha256(contents).hexdigest()
        if digest != sums.get(name):
            fail(f"{name} came out with SHA-256 {digest}; {folder.name}/SHA256SUMS has {sums.get(name, 'no such file')}. "
                 "What it is made from changed, or this script did; nothing was written.")
    for name, contents in files.items():
        path = folder / name
        if check:
            if not path.is_file() or path.read_bytes() != contents:
                fail(f"{path.relative_to(ROOT)} is missing or differs; run this script without --check")
        else:
            write(path, contents)
        rows = contents.count(b"\n")
        print(f"{path.relative_to(ROOT)}: {rows} lines, {len(contents)} bytes, {'as it should be' if check else 'written'}")


def write(path, contents):
    """The whole file or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(contents)
    temporary.replace(path)
