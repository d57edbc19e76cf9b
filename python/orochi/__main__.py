"""`orochi VERB ...` and `python -m orochi VERB ...`: the program, out of the library in this package."""
import signal
import sys

from orochi._training import run


def main():
    # As in a program of its own: Python's handlers wait for Python code, of which none runs.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
