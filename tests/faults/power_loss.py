#!/usr/bin/env python3
"""Simulates losses of power during training runs, and resumes from what each leaves on the disk.

The calls of a whole run are written down, for each of five configs. A loss of power comes after any of them. What was synced by then is there;
of what was not, any part may be: each change of a folder's entries (create, rename, link, unlink, mkdir) may be lost or
not, alone or with others, and each write may be lost, whole, cut short, or a hole of zeros. Resuming must find a
checkpoint at least as new as the last one whose saving had returned, and end in the bits of the uninterrupted run.

To show that the simulation can fail, the same losses are tried once with the syncs of files taken out of the trace, and
once with those of folders.
"""
import hashlib
import random
import re
import shutil
import sys

import harness

RUN = "runs/run"  # two folders that have to be made


class Disk:
    """What a trace did to the files below one folder, and what of it a loss of power may take back."""

    def __init__(self, root):
        self.root = str(root)
        self.entries = []  # [folder, {name: inode or None}, is synced]
        self.writes = {}   # inode -> [[offset, bytes, is synced]]
        self.names = {}    # path -> inode, as the program sees it
        self.folders = set()
        self.inodes = 0

    def change(self, changes):
        """changes: path -> inode or None, all in one folder."""
        folder = next(iter(changes)).rpartition("/")[0]
        self.entries.append([folder, {path.rpartition("/")[2]: inode for path, inode in changes.items()}, False])
        self.names.update(changes)

    def apply(self, call):
        if call.result < 0:
            return
        if call.name == "mkdir":
            self.folders.add(call.path)
        if call.name == "mkdir" or call.second == "create":
            if self.names.get(call.path) is None:
                self.inodes += 1
                self.writes[self.inodes] = []
                self.change({call.path: self.inodes})
        elif call.name == "write":
            self.writes[self.names[call.path]].append([call.offset, call.data, False])
        elif call.name == "fsync":
            self.sync(call.path)
        elif call.name == "link":
            self.change({call.second: self.names[call.path]})
        elif call.name == "unlink":
            self.change({call.path: None})
        elif call.name == "rename" and self.names[call.path] != self.names.get(call.second):
            self.change({call.second: self.names[call.path], call.path: None})

    def sync(self, path):
        for entry in self.entries:
            entry[2] = entry[2] or entry[0] == path
        for write in self.writes.get(self.names.get(path), []):
            write[2] = True

    def after_loss(self, dice):
        """path -> contents, or None for a folder; a file whose folder is lost is lost too."""
        found = {}
        for folder, changes, is_synced in self.entries:
            if is_synced or dice.random() < 0.5:
                found.update({f"{folder}/{name}": inode for name, inode in changes.items()})
        kept = {}
        for path, inode in sorted(found.items()):
            above = path.rpartition("/")[0]
            if inode is not None and (above == self.root or above in kept):
                kept[path] = None if path in self.folders else survivors(self.writes[inode], dice)
        return kept


def survivors(writes, dice):
    """The bytes of a file of which only some writes came to the disk."""
    data = bytearray()
    for offset, chunk, is_synced in writes:
        fate = "whole" if is_synced else dice.choice(("whole", "lost", "cut", "zeros"))
        if fate == "lost":
            continue
        if fate == "cut":
            chunk = chunk[:dice.randrange(len(chunk) + 1)]
        if fate == "zeros":
            chunk = bytes(len(chunk))
        data.extend(bytes(max(0, offset + len(chunk) - len(data))))
        data[offset:offset + len(chunk)] = chunk
    return bytes(data)


def check_order(calls):
    """Every file is written, synced, renamed into place, and its folder synced, in this order."""
    count = 0
    for at, call in enumerate(calls):
        if call.name != "rename" or call.second.endswith("/last-1.h5"):
            continue
        before = [(other.name, other.path) for other in calls[:at]
                  if other.path == call.path and other.name in ("open", "write", "fsync")]
        begin = max(i for i, (name, _) in enumerate(before) if name == "open")
        names = [name for name, _ in before[begin:]]
        folder = call.second.rpartition("/")[0]
        after = next((other for other in calls[at + 1:] if other.name not in ("open",)), None)
        in_order = names[0] == "open" and names[-1] == "fsync" and set(names[1:-1]) <= {"write"}
        if not in_order or after is None or (after.name, after.path) != ("fsync", folder):
            raise harness.Broken(f"call {call.number}, rename to {call.second}: after {names}, then {after}")
        count += 1
    return count


class Steps:
    """The step of each checkpoint, as `orochi inspect` says it."""

    def __init__(self, place):
        self.place, self.known = place, {}

    def of(self, image):
        if image not in self.known:
            path = self.place.root / "image.h5"
            path.write_bytes(image)
            self.known[image] = self.place.step_of(path)
        return self.known[image]


def promised_steps(calls, steps):
    """After each call, the step of the newest checkpoint whose saving had returned; -1: none."""
    images = iter(harness.images_of(calls)["last.h5"])
    promised, pending, current = [], None, -1
    for call in calls:
        if call.name == "rename" and call.second.endswith("/last.h5"):
            pending = steps.of(next(images))
        elif call.name == "fsync" and pending is not None:
            current, pending = pending, None
        promised.append(current)
    return promised


def lose_power(place, config, calls, promised, expected, orders, seed):
    """Tries `orders` losses; returns how many different disks they left."""
    run, seen = place.root / RUN, set()
    dice = random.Random(seed)
    for order in range(orders):
        at = dice.randrange(len(calls))
        disk = Disk(place.root)
        for call in calls[:at + 1]:
            disk.apply(call)
        left = disk.after_loss(dice)
        key = (promised[at], hashlib.sha256(repr(sorted(left.items())).encode()).digest())
        if key in seen:
            continue
        seen.add(key)
        shutil.rmtree(run.parent, ignore_errors=True)
        for path, data in sorted(left.items()):
            if data is None:
                (place.root / path).mkdir(exist_ok=True)
            else:
                (place.root / path).write_bytes(data)
        what = f"{config}, order {order} (seed {seed}), after call {at + 1} of {len(calls)}"
        outcome = place.finish(config, RUN, expected, what)
        resumed = re.search(r"resumed .* at step (\d+)", outcome.err)
        if (int(resumed[1]) if resumed else -1) < promised[at]:
            raise harness.Broken(f"{what}: step {promised[at]} was saved, but: {outcome.err}")
    return len(seen)


def check_simulation(place, config, calls, promised, expected, arguments):
    """Without its syncs, the trace must not pass."""
    folders = {call.second.rpartition("/")[0] for call in calls if call.name == "rename"}
    folders |= {folder.rpartition("/")[0] for folder in folders}  # those that they were made in
    for call, step in zip(calls, promised):
        call.promised = step
    for what in ("files", "folders"):
        fewer = [call for call in calls if call.name != "fsync" or (call.path in folders) == (what == "files")]
        try:
            lose_power(place, config, fewer, [call.promised for call in fewer], expected, 300, arguments.seed)
        except harness.Broken:
            continue
        raise harness.Broken(f"the simulation finds nothing wrong without the syncs of {what}")


def check(place, arguments):
    files, disks = 0, 0
    share = -(-arguments.orders // len(harness.CONFIGS))
    for config in harness.CONFIGS:
        place.remove("runs")
        log = place.root / f"{config}.log"
        outcome = place.train(config, RUN, folder=place.root, log=log)
        if outcome.code != 0:
            raise harness.Broken(outcome.err)
        expected = place.result(RUN)
        runs = str(place.root / "runs")
        calls = [call for call in harness.read_log(log) if call.path.startswith(runs) or call.path == str(place.root)]
        files += check_order(calls)
        promised = promised_steps(calls, Steps(place))
        if not disks:
            check_simulation(place, config, calls, promised, expected, arguments)
        disks += lose_power(place, config, calls, promised, expected, share, arguments.seed)
        harness.say(f"{config}: {share} losses of power, every resumed run exact")
    return (f"{share * len(harness.CONFIGS)} losses of power, {disks} different disks: a checkpoint found on each, every "
            f"resumed run exact; write, fsync, rename, fsync of the folder in this order for all {files} files")


def main():
    parser = harness.parser(__doc__)
    parser.add_argument("--orders", type=int, default=300, help="how many losses are tried (default 300)")
    return harness.main(check, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
