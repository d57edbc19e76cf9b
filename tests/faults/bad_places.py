#!/usr/bin/env python3
"""Trains where something is wrong with the run folder: a full disk (for good, or for a while), a limit on file sizes, a
disk that may not be written to, a divergence while files wait for room, a folder that goes away during the run, a
damaged last.h5, data that cannot be read, two runs at once.

Each must be said clearly, must leave the checkpoint before intact, and going on must end in the bits of the undisturbed
run. Full and read-only disks are small tmpfs mounts; where mounting is not allowed they are skipped, and said to be.
"""
import contextlib
import errno
import resource
import shutil
import signal
import subprocess
import sys

import harness

CONFIG = "text"
ENDLESS = "train.epochs=100000"


def expect(condition, what, outcome):
    if not condition:
        raise harness.Broken(f"{what}: {outcome.code}\n{outcome.out}{outcome.err}")


@contextlib.contextmanager
def small_disk(place, kilobytes):
    """A run folder that is a disk of its own, or None where mounting is not allowed."""
    folder = place.root / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder], capture_output=True,
                             check=False).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@contextlib.contextmanager
def started(place, run, *more):
    """A run that is under way."""
    child = subprocess.Popen([str(word) for word in place.command(CONFIG, run, *more)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=place.environment())
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def read_until(child, text, meanwhile=lambda: None):
    """Its messages up to one that holds the text; does something before each of them."""
    messages = ""
    for line in child.stderr:
        meanwhile()
        messages += line
        if text in line:
            return messages
    raise harness.Broken(f"never said '{text}':\n{messages}")


def stop(child):
    """Interrupts it; returns its outcome."""
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    return harness.Outcome(child.returncode, out, err)


def fill(folder):
    """Leaves no room."""
    with open(folder / "filler", "ab", buffering=0) as file:
        with contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass


def full_disk(place, expected):
    with small_disk(place, 1024) as disk:
        if disk is None:
            return "skipped: mounting is not allowed"
        place.train(CONFIG, "disk", "--max-steps", "5")
        before = (disk / "last.h5").read_bytes()
        fill(disk)
        outcome = place.train(CONFIG, "disk")
        expect(outcome.code == 1 and "No space left on device" in outcome.err, "a full disk", outcome)
        expect((disk / "last.h5").read_bytes() == before, "a full disk: last.h5 was touched", outcome)
        (disk / "filler").unlink()
        place.finish(CONFIG, "disk", expected, "going on after the disk was full")
    return "said so, exit 1, last.h5 as it was"


def disk_full_for_a_while(place, _):
    with small_disk(place, 1024) as disk:
        if disk is None:
            return "skipped: mounting is not allowed"
        with started(place, "disk", ENDLESS) as child:
            read_until(child, "epoch 2 ")
            # Again and again: a checkpoint that was written already frees the room of the one before.
            messages = read_until(child, "training goes on and tries again", lambda: fill(disk))
            (disk / "filler").unlink()
            waiting = [line.split("'")[1] for line in messages.splitlines() if "tries again" in line]
            for name in waiting:  # a checkpoint or a metrics file, whichever came first
                if f"'{name}' is written again" not in messages:
                    messages += read_until(child, f"'{name}' is written again")
            outcome = stop(child)
            expect(outcome.code == 128 + signal.SIGINT, "a disk that was full for a while", outcome)
        for name in harness.CHECKPOINTS:
            outcome = place.call(place.program, "inspect", disk / name)
            expect(outcome.code == 0, name, outcome)
    return "training went on, and wrote again when there was room"


def limited(place, run, *more):
    """A session whose checkpoints are larger than a file may be."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))

    command = [str(word) for word in place.command(CONFIG, run, *more)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, env=place.environment(),
                          check=False)
    return harness.Outcome(done.returncode, done.stdout, done.stderr)


def file_size_limit(place, expected):
    outcome = limited(place, "limited")
    expect(outcome.code == 1 and "File too large" in outcome.err.splitlines()[-1], "ulimit -f", outcome)
    place.finish(CONFIG, "limited", expected, "going on without the limit")
    return "said so, exit 1"


def divergence(place, _):
    """What waits to be written when training diverges is tried again; what is kept is what is on the disk."""
    wild = ("train.learning_rate=1e25", "train.max_grad_norm=0", "train.checkpoint_every_steps=1")
    outcome = limited(place, "wild", *wild)
    expect(outcome.code == 3 and "kept: no checkpoint was written yet\n" in outcome.err, "nothing kept", outcome)
    said = "File too large; this was the last attempt" in outcome.err.splitlines()[-1]
    expect(said and not (place.root / "wild/last.h5").exists(), "the last attempt", outcome)
    # the fifth file of a run is its first last.h5
    outcome = place.train(CONFIG, "late", *wild, only="rename", at=5, action=errno.ENOSPC)
    kept = f"kept: {place.root}/late/last.h5 holds step 1\n" in outcome.err
    expect(outcome.code == 3 and kept and place.step_of(place.root / "late/last.h5") == 1, "what waited", outcome)
    return "what waited was written, or said not to be, exit 3"


def read_only(place, expected):
    with small_disk(place, 1024) as disk:
        if disk is None:
            return "skipped: mounting is not allowed"
        place.train(CONFIG, "disk", "--max-steps", "5")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for run in ("disk", "disk/new"):
            outcome = place.train(CONFIG, run)
            said = "Read-only file system; choose another with --run" in outcome.err
            expect(outcome.code == 1 and said, run, outcome)
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        place.finish(CONFIG, "disk", expected, "going on when it could be written to")
    return "said so before the first step, exit 1"


def vanishing_folder(place, _):
    with started(place, "vanishing", ENDLESS) as child:
        read_until(child, "epoch 2 ")
        shutil.move(place.root / "vanishing", place.root / "moved")
        read_until(child, "training goes on and tries again")
        outcome = stop(child)
        said = "No such file or directory" in outcome.err.splitlines()[-1]
        expect(outcome.code == 1 and said, "a vanished folder", outcome)
    outcome = place.train(CONFIG, "moved", ENDLESS, "--max-steps", "1")
    expect(outcome.code == 0 and "resumed" in outcome.err, "what was moved away", outcome)
    return "said so, exit 1; what was moved away can be resumed"


def damaged_checkpoint(place, expected):
    for damage in ("cut", "flipped", "empty", "missing"):
        run = place.root / f"damaged-{damage}"
        place.train(CONFIG, run.name, "--max-steps", "10")
        last = run / "last.h5"
        image = bytearray(last.read_bytes())
        image[len(image) // 2] ^= 1
        if damage == "missing":
            last.unlink()
        else:
            last.write_bytes({"cut": image[:-100], "flipped": image, "empty": b""}[damage])
        found = last.read_bytes() if last.exists() else None
        outcome = place.finish(CONFIG, run.name, expected, f"last.h5 {damage}")
        expect("at step 9, from last-1.h5" in outcome.err, damage, outcome)
        if found is not None:
            expect((run / "last-damaged.h5").read_bytes() == found, f"{damage}: not kept", outcome)
    (run / "last.h5").write_bytes(b"")
    (run / "last-1.h5").write_bytes(b"x")
    outcome = place.train(CONFIG, run.name)
    expect(outcome.code == 2 and "last-1.h5' is not a checkpoint" in outcome.err, "both damaged", outcome)
    return "kept aside, last-1.h5 resumed, the same bits"


def best_of_another_course(place, _):
    """best.h5 of a step that the run has not come to: with another schedule it will never be made again."""
    for step, more, said in ((6, (), False), (6, ("train.epochs=31",), True), (4, ("train.epochs=31",), False)):
        run = place.root / f"course-{step}-{len(more)}"
        place.train("patience", run, "--max-steps", step)
        old = (run / "last.h5").read_bytes()
        place.train("patience", run, "--max-steps", "8")
        if place.step_of(run / "best.h5") != 8:
            raise harness.Broken("the second epoch is not the best one: this test needs another config")
        (run / "last.h5").write_bytes(old)
        outcome = place.train("patience", run, *more, "--max-steps", step)
        words = "best.h5 is of step 8, not 4; kept as best-of-step-8.h5: from here on the best is looked for anew"
        expect(outcome.code == 0 and (words in outcome.err) == said, run, outcome)
        expect((run / "best-of-step-8.h5").exists() == said, f"{run}: kept", outcome)
        if step == 4:  # last.h5 held the best
            expect(place.step_of(run / "best.h5") == 4, "best.h5 of step 4", outcome)
    return "not taken for the best, kept aside, and said so"


def unreadable_data(place, _):
    """A disk that fails in the middle of a file: what was read so far is not the file."""
    data = place.root / "long.tsv"
    data.write_text((place.root / "train.tsv").read_text() * 20)
    config = place.root / "long.toml"
    config.write_text((place.root / f"{CONFIG}.toml").read_text().replace("train.tsv", data.name))
    # The first reads of the data look at it and count its lines, the last ones read it. Reads 3 and 4 look for a
    # model's end: where they fail it is no model, and all is read again.
    unread = "could not be read to its end"
    for file, number, words in ((data, 2, unread), (data, 5, unread), (config, 1, "error: cannot be read")):
        outcome = place.call(place.program, "train", config, "--run", place.root / "unread", folder=file, only="read",
                             at=number, action=errno.EIO)
        said = f"{file}: {words}: Input/output error" in outcome.err
        expect(outcome.code == 1 and said, f"read {number} of {file.name} fails", outcome)
    return "said so, exit 1, nothing trained on half a file"


def two_runs(place, _):
    with started(place, "twice", ENDLESS) as child:
        read_until(child, "epoch 1 ")
        refusals = ([f"{CONFIG}.toml"], "holds a run already"), (["--resume"], "another process is training in")
        for words, said in refusals:
            outcome = place.call(place.program, "train", *words, "--run", place.root / "twice")
            expect(outcome.code == 2 and said in outcome.err, "a second run", outcome)
        read_until(child, "epoch ")
        outcome = stop(child)
        expect(outcome.code == 128 + signal.SIGINT, "the first run", outcome)
    with started(place, "at-once") as one, started(place, "at-once") as other:
        ends = [child.communicate() + (child.returncode,) for child in (one, other)]
    codes = sorted(code for _, _, code in ends)
    expect(codes == [0, 2], "two at once", harness.Outcome(codes, "", ends[0][1] + ends[1][1]))
    return "the second is refused, the first goes on"


def check(place, _):
    expected, _ = harness.reference(place, CONFIG)
    lines = []
    for test in (full_disk, disk_full_for_a_while, file_size_limit, divergence, read_only, vanishing_folder,
                 damaged_checkpoint, best_of_another_course, unreadable_data, two_runs):
        lines.append(f"{test.__name__.replace('_', ' ')}: {test(place, expected)}")
        harness.say(lines[-1])
    skipped = sum("skipped" in line for line in lines)
    return f"{len(lines) - skipped} bad places survived, {skipped} skipped"


if __name__ == "__main__":
    sys.exit(harness.main(check, harness.parser(__doc__).parse_args()))
