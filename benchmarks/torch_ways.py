"""The ways of running PyTorch that compare_pytorch.py tries: each is a process with an environment of its own."""

import ctypes.util
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

IMPLEMENTATIONS = {"nn": "nn.TransformerEncoder", "sdpa": "by hand, SDPA", "matmul": "by hand, attention written out"}
TUNED = {"MALLOC_TRIM_THRESHOLD_": str(1 << 33), "MALLOC_MMAP_THRESHOLD_": str(1 << 33),
         "MALLOC_TOP_PAD_": str(1 << 26), "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
JEMALLOC = {"MALLOC_CONF": "oversize_threshold:1,background_thread:true,metadata_thp:auto,dirty_decay_ms:9000000000,"
                           "muzzy_decay_ms:9000000000"}  # as PyTorch's tuning guide has it
# MKL asks this function whether the CPU is Intel's, and takes its AVX-512 kernels nowhere else.
INTEL = "int mkl_serv_intel_cpu_true(void) { return 1; }\n"
SETTLED = re.compile("LD_PRELOAD|MALLOC_|GLIBC_TUNABLES|MKL_|OPENBLAS_CORETYPE")  # what a caller may not decide
LEVELS = {0: "its AVX2 kernels for other makers' CPUs", 3: "SSE4.2 kernels", 4: "AVX kernels", 5: "AVX2 kernels",
          7: "AVX-512 kernels"}


@functools.cache
def mallocs():
    """Name to environment of every malloc that this machine has."""
    found = {"default": {}, "tuned": TUNED}
    for name, settings in (("jemalloc", JEMALLOC), ("tcmalloc", {})):
        library = ctypes.util.find_library(name) or ctypes.util.find_library(f"{name}_minimal")
        if library:
            found[name] = settings | {"LD_PRELOAD": library}
    return found


def build_preload(folder):
    """The library that makes MKL take every CPU for Intel's, or None without a C compiler."""
    compiler, library = shutil.which("cc"), pathlib.Path(folder) / "mkl_intel.so"
    if compiler is None:
        return None
    subprocess.run([compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=INTEL, text=True, check=True)
    return str(library)


def environment(malloc="default", preload=None):
    """Of a worker, beside what this process has; preload is a path or None."""
    chosen = dict(mallocs()[malloc])
    libraries = [library for library in (preload, chosen.pop("LD_PRELOAD", None)) if library]
    return chosen | ({"LD_PRELOAD": ":".join(libraries)} if libraries else {})


def title(variant, uneven):
    return ", ".join([IMPLEMENTATIONS[variant["implementation"]], "compiled" if variant["compile"] else "eager",
                      *([variant["batching"]] if uneven else []),
                      *([] if variant["installed"] else [f"{variant['malloc']} malloc"])])


def torch_worker(job, added, seconds):
    """The worker's answer in a dict, or a string that says why there is none."""
    own = {name: value for name, value in os.environ.items() if not SETTLED.match(name)}
    variables = own | {"OMP_NUM_THREADS": str(job.get("threads", 1))} | added
    program = pathlib.Path(__file__).with_name("torch_encoder.py")
    command = [sys.executable, program, json.dumps(job | {"start": time.time()})]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables,
                               process_group=0)  # a group, as torch.compile has processes of its own
    try:
        out, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"not done in {seconds:.0f} s"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode != 0:
        reasons = re.findall(r"^[\w.]*(?:Error|Exception|Failed)\b.*", error, re.MULTILINE)
        return (reasons or error.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
    return json.loads(out.splitlines()[-1])


def kernels(level):
    """What MKL's own number for its choice of kernels means."""
    return "no MKL" if level is None else LEVELS.get(level, f"kernels of its level {level}")
