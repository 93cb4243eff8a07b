# SPDX-License-Identifier: BSD-2-Clause
"""The programs of a comparison: hilum and its peers."""
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CPU = os.environ.get("BENCH_TIME", "wall") == "cpu"  # CPU seconds, for machines with other work
if CPU:  # threads that wait for each other sleep; spinning beside other work would count against the peers
    os.environ["OMP_WAIT_POLICY"] = "passive"


class Failed(Exception):
    pass


class Side:
    """seconds() runs it once. A program that measures itself prints a line for each of both times."""

    def __init__(self, name, command, env=None, prepare=None):
        self.name, self.command = name, [str(word) for word in command]
        self.env, self.prepare = env or {}, prepare

    def seconds(self):
        if self.prepare:
            self.prepare()
        start, before = time.perf_counter(), self.children()
        done = subprocess.run(self.command, env={**os.environ, **self.env}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
        took = self.children() - before if CPU else time.perf_counter() - start
        if done.returncode:
            self.fail(done)
        own = re.search(rf"^{'cpu' if CPU else 'seconds'} (\S+)$", done.stdout, re.M)
        return float(own.group(1)) if own else took

    def fail(self, done):
        sys.exit(f"{self.name}: {' '.join(self.command)}\n{done.stdout}{done.stderr}")

    @staticmethod
    def children():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


class Peer(Side):
    """A Python program beside this one, which may be missing: then a row of the table says so."""

    def __init__(self, name, python, package, program, *args, env=None, held=()):
        super().__init__(name, [*held, python, HERE / program, *args], env)
        self.missing = None
        try:
            script = f"import importlib.metadata as m; print(m.version('{package}'))"
            version = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)
            self.name = name.replace(package, f"{package} {version.stdout.strip()}", 1)
        except (OSError, subprocess.CalledProcessError):
            self.missing = f"{package} is not installed"

    def fail(self, done):
        lines = done.stderr.strip().splitlines()
        raise Failed(lines[-1] if lines else f"exit status {done.returncode}")


def machine(binaries):
    """The processor with the instructions that hilum uses, and the distribution."""
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "unknown processor")
    system = dict(re.findall(r'^(\w+)="?([^"\n]*)', Path("/etc/os-release").read_text(), re.M))
    said = subprocess.run([binaries / "extract-features", "--version"], capture_output=True, text=True)
    versions = dict(re.findall(r"^(\S+)\t(.*)$", said.stdout, re.M))
    return (f"{len(os.sched_getaffinity(0))} cores, {cpu}, {versions.get('ISA', 'unknown ISA')}; "
            f"{system.get('PRETTY_NAME', 'unknown system')}, oneDNN {versions.get('oneDNN', 'not used')}")
