#!/usr/bin/env python3
"""Makes the file calls of training fail, one after another, and each for good.

Every call on the run folder and on the data, in a run from its beginning and in one that resumes, fails with each
errno that fits it; reads and writes also come back half done or interrupted (EINTR). Then a run must either come to its
end in the bits of the undisturbed one, or say which file and why and exit 1 (2 where data cannot be opened) with the
checkpoint before intact, so that going on ends in those bits.

With --allocations the n-th allocation of a save fails, for every n. libhdf5 and other libraries may then crash, at the
latest in their exit handlers, so how the program ends is only counted; what is on the disk must be as above.

--share takes one of so many at random (default 6); 1 is the long form.
"""
import errno
import random
import re
import shutil
import sys

import harness

CONFIG = "text"
ERRORS = {"open": ("EIO", "ENOSPC", "EMFILE"), "write": ("EIO", "ENOSPC", "EINTR", "short"), "fsync": ("EIO", "EINTR"),
          "read": ("EIO", "EINTR", "short"), "rename": ("EIO",), "unlink": ("EIO",), "close": ("EIO",),
          "mkdir": ("ENOSPC",), "link": ("EIO", "EPERM"), "ftruncate": ("EIO",), "flock": ("ENOLCK",)}
HARMLESS = ("EINTR", "short")  # the program tries again
FOR_GOOD = ("open", "write", "fsync", "rename")


def number_of(name):
    return name if name == "short" else getattr(errno, name)


def check_outcome(outcome, is_harmless, what):
    """An end, or an error with a message; nothing unexpected."""
    if outcome.code not in ((0,) if is_harmless else (0, 1, 2)):
        raise harness.Broken(f"{what}: exit code {outcome.code}\n{outcome.err}")
    if outcome.code and (("\norochi: " not in "\n" + outcome.err and ": error: " not in outcome.err) or "unexpected" in outcome.err):
        raise harness.Broken(f"{what}: no clear message\n{outcome.err}")
    if is_harmless and re.search("training goes on|orochi:|: error: ", outcome.err):
        raise harness.Broken(f"{what}: noticed what should be tried again\n{outcome.err}")


class Trial:
    """One kind of session, begun again and again."""

    def __init__(self, place, expected, begin):
        self.place, self.expected, self.begin = place, expected, begin
        self.ended, self.refused, self.crashed = 0, 0, 0

    def calls(self, *more):
        self.begin()
        log = self.place.root / "calls.log"
        log.unlink(missing_ok=True)
        outcome = self.place.train(CONFIG, "run", *more, folder=self.place.root, log=log)
        if outcome.code != 0:
            raise harness.Broken(outcome.err)
        return harness.read_log(log)

    def attempt(self, what, *more, is_harmless=False, may_crash=False, **faults):
        self.begin()
        outcome = self.place.train(CONFIG, "run", *more, folder=self.place.root, **faults)
        if not may_crash:
            check_outcome(outcome, is_harmless, what)
        if outcome.code == 0:
            self.ended += 1
            self.place.compare("run", self.expected, what, outcome)
        else:
            self.refused += outcome.code in (1, 2)
            self.crashed += outcome.code not in (1, 2)
            self.check_before(what)
            self.place.finish(CONFIG, "run", self.expected, what)

    def check_before(self, what):
        """Where last.h5 is, it is whole."""
        path = self.place.root / "run" / "last.h5"
        if path.exists() and self.place.call(self.place.program, "inspect", path).code != 0:
            raise harness.Broken(f"{what}: last.h5 is damaged")


def single_failures(trial, dice, share):
    count = 0
    for call in trial.calls():
        for name in ERRORS[call.name]:
            if dice.random() * share >= 1:
                continue
            what = f"call {call.number} ({call.name} {call.path} {call.second}): {name}"
            trial.attempt(what, is_harmless=name in HARMLESS, at=call.number, action=number_of(name))
            count += 1
    return count


def lasting_failures(trial, dice, share):
    """From one call on, all of its name fail: a disk that is full and stays so."""
    count = 0
    for name in FOR_GOOD:
        numbers = [i for i, call in enumerate([call for call in trial.calls() if call.name == name], 1)]
        for number in numbers:
            if dice.random() * share >= 1:
                continue
            trial.attempt(f"every {name} from number {number} on fails", at=number, times=0, only=name,
                          action=number_of("ENOSPC" if name != "fsync" else "EIO"))
            count += 1
    return count


def failing_allocations(trial, dice, share):
    """Those between the step before the second checkpoint and its being in place."""
    one = ("--threads", "1")  # the same number is the same allocation every time
    calls = trial.calls(*one)
    saves = [call for call in calls if call.name == "rename" and call.second.endswith("/last.h5")]
    begin = next(call for call in calls if call.number > saves[0].number and call.name == "close" and
                 call.path == saves[0].second.rpartition("/")[0])
    count = 0
    for number in range(1, saves[1].allocations - begin.allocations + 1):
        if dice.random() * share >= 1:
            continue
        trial.attempt(f"allocation {number} after call {begin.number}", *one, may_crash=True, at=begin.number,
                      allocation=number)
        count += 1
    return count


def check(place, arguments):
    dice = random.Random(arguments.seed)
    expected, _ = harness.reference(place, CONFIG)
    place.train(CONFIG, "half", "--max-steps", "5")

    def copy():
        place.remove("run")
        shutil.copytree(place.root / "half", place.root / "run")

    trials = [Trial(place, expected, lambda: place.remove("run")), Trial(place, expected, copy)]
    if arguments.allocations:
        counts = [failing_allocations(trials[0], dice, arguments.share)]
    else:
        tests = (single_failures, lasting_failures)
        counts = [test(trial, dice, arguments.share) for trial in trials for test in tests]
    ended, refused = sum(trial.ended for trial in trials), sum(trial.refused for trial in trials)
    crashed = sum(trial.crashed for trial in trials)
    return (f"{sum(counts)} failures of {'allocations' if arguments.allocations else 'calls'}: {ended} runs came to "
            f"their end all the same, {refused} said why not, {crashed} crashed in a library; all exact in the end")


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--share", type=float, default=6, help="one failure of so many is tried")
    parser.add_argument("--allocations", action="store_true", help="allocations in place of calls")
    return harness.main(check, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
