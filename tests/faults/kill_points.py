#!/usr/bin/env python3
"""Kills a training run with SIGKILL before and after each of its file calls, and resumes it.

Before and after every call of one epoch (metrics, last.h5 and best.h5), and before every call of the whole run with
--all, every seventh without. At each point a whole checkpoint must be on the disk once the first was written, and
the resumed run must end in the bits of the uninterrupted one. The same for the calls of a session that resumes.
"""
import shutil
import sys

import harness

CONFIG = "text"


def of_an_epoch(calls):
    """The numbers of the calls from the end of the second epoch to that of the third."""
    ends = [call.number - 1 for call in calls if call.name == "write" and call.path.endswith("/metrics.jsonl.tmp")]
    return range(ends[1], ends[2])


def check_disk(place, images, what):
    """last.h5 or last-1.h5 is whole at every instant."""
    paths = [place.root / "run" / name for name in ("last.h5", "last-1.h5")]
    if not any(path.exists() and path.read_bytes() in images for path in paths):
        raise harness.Broken(f"{what}: no whole checkpoint on the disk")


def try_points(place, expected, calls, points, begin, images):
    """Kills a session at each (number, action); `begin` makes the folder as it was before."""
    images = images | set(harness.images_of(calls).get("last.h5", []))
    first = next(call.number for call in calls if call.second.endswith("/last.h5"))
    for number, action in points:
        what = f"{action[5:]} call {number} of {len(calls)} ({calls[number - 1].name} {calls[number - 1].path})"
        begin()
        has_one = (place.root / "run" / "last.h5").exists() or number > first
        outcome = place.train(CONFIG, "run", at=number, action=action)
        if not harness.killed(outcome):
            raise harness.Broken(f"{what}: not killed, but ended with {outcome.code}\n{outcome.err}")
        if has_one:
            check_disk(place, images, what)
        place.finish(CONFIG, "run", expected, what)
    return len(points)


def check(place, arguments):
    expected, calls = harness.reference(place, CONFIG)
    epoch, stride = of_an_epoch(calls), 1 if arguments.all else 7
    points = [(number, action) for number in epoch for action in ("kill-before", "kill-after")]
    points += [(number, "kill-before") for number in range(1, len(calls) + 1, stride) if number not in epoch]
    count = try_points(place, expected, calls, points, lambda: place.remove("run"), set())

    place.train(CONFIG, "half", "--max-steps", "5")

    def copy():
        place.remove("run")
        shutil.copytree(place.root / "half", place.root / "run")

    copy()
    place.train(CONFIG, "run", log=place.root / "resumed.log")
    resumed = harness.read_log(place.root / "resumed.log")
    points = [(number, "kill-before") for number in range(1, len(resumed) + 1, stride)]
    count += try_points(place, expected, resumed, points, copy, {(place.root / "half" / "last.h5").read_bytes()})
    return (f"{count} kill points, {2 * len(epoch)} of them before and after the {len(epoch)} calls of one epoch: a "
            "whole checkpoint at each, every resumed run exact")


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--all", action="store_true", help="before every call, not every seventh (minutes)")
    return harness.main(check, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
