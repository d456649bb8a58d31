#!/usr/bin/env python3
"""make bench: how long a load takes beside its critical path and beside a Python
thread pool of the same plan; how soon the first useful frame is there beside less
and tig. Medians of rounds taken in turns, in one run, printed as ratios."""

import fcntl
import os
import pty
import select
import signal
import shutil
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

BUILD, ROUNDS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
SEXTANT = os.path.abspath(os.path.join(BUILD, "sextant"))
ENGINE = os.path.abspath(os.path.join(BUILD, "tests/bench/engine"))
QUERIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "queries")
LOAD = "726100801"

# source, milliseconds, fails: load -> network -> five at once, carrier files failing over.
PLAN = [("tracking", 500, False), ("company", 300, False), ("redshift", 700, True),
        ("rewind", 900, False), ("athena", 2000, False), ("trino", 2000, False),
        ("signoz", 1200, False), ("ocean", 300, False)]
CRITICAL = 0.5 + 0.3 + 2.0

POOL = """
import concurrent.futures as f, time, sys
def plan(pool):
    time.sleep(0.5); time.sleep(0.3)
    def files():
        time.sleep(0.7); time.sleep(0.9)
    jobs = [pool.submit(time.sleep, s) for s in (0.7, 2.0, 1.2, 1.2)] + [pool.submit(files)]
    [j.result() for j in jobs]
with f.ThreadPoolExecutor(8) as pool:
    list(pool.map(time.sleep, [0] * 8))
    start = time.monotonic(); plan(pool); print(time.monotonic() - start)
"""


def prepare(folder):
    db = os.path.join(folder, "bench.db")
    shutil.copy(os.path.join(BUILD, "demo.db"), db)
    with sqlite3.connect(db) as c:
        # The sources take the time that the plan says, not that of searching 200,000 rows.
        c.execute("DELETE FROM callbacks_v2 WHERE fk_tracking_id <> ?", (LOAD,))
        c.execute("DELETE FROM distributed_logs WHERE body NOT LIKE ?", ("%" + LOAD + "%",))
        c.execute("DELETE FROM demo_script")
        line = "INSERT INTO demo_script(source, query, load_id, latency_ms, fault) VALUES (?, ?, '*', ?, ?)"
        for source, ms, fails in PLAN:
            c.execute(line, (source, "*", ms, "denied" if fails else "none"))
        # The warehouse refuses the carrier files only.
        c.execute(line, ("redshift", "creation", 700, "none"))
    sqlite3.connect(db).execute("VACUUM")
    return db


def in_turns(*measures):
    """Runs each measure once a round, in turn; the medians."""
    seen = [[] for _ in measures]
    for _ in range(ROUNDS):
        for i, measure in enumerate(measures):
            seen[i].append(measure())
    return [statistics.median(s) for s in seen]


def show(env):
    """Seconds of `show` from exec to exit; its sources are embedded databases."""
    start = time.monotonic()
    subprocess.run([SEXTANT, "--demo", "show", LOAD, "--format", "json"], env=env,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def engine():
    """Seconds that the engine takes for sources that wait exactly as long as they should."""
    return float(subprocess.run([ENGINE, QUERIES], stdout=subprocess.PIPE, text=True, check=True).stdout)


class ThreadPool:
    """The same plan with a Python thread pool: remembers what it took inside."""

    def __init__(self):
        self.inside = []

    def __call__(self):
        start = time.monotonic()
        out = subprocess.run([sys.executable, "-c", POOL], stdout=subprocess.PIPE, text=True).stdout
        self.inside.append(float(out))
        return time.monotonic() - start


def first_frame(argv, marker, env, stdin=None):
    """Seconds from exec until `marker` is on an 80x24 terminal, and the bytes so far."""
    ready, go = os.pipe()
    pid, fd = pty.fork()
    if pid == 0:
        os.read(ready, 1)
        if stdin:
            os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.execvpe(argv[0], argv, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    start = time.monotonic()
    os.write(go, b"x")
    seen, took = b"", None
    while time.monotonic() - start < 10:
        if not select.select([fd], [], [], 5)[0]:
            break
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        seen += data
        if marker in seen:
            took = time.monotonic() - start
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    for f in (fd, ready, go):
        os.close(f)
    if took is None:
        sys.exit("bench: %s never showed %r:\n%r" % (argv[0], marker, seen[-2000:]))
    return took, len(seen)


def main():
    folder = tempfile.mkdtemp(prefix="sextant-bench-")
    env = dict(os.environ, SEXTANT_DEMO_DB=prepare(folder), TERM="xterm-256color", LC_ALL="C.UTF-8")
    text = os.path.join(folder, "text")
    with open(text, "w") as f:
        for i in range(20000):
            f.write("line %06d of the text that a pager shows first\n" % i)

    pool = ThreadPool()
    whole, inside, pool_whole = in_turns(lambda: show(env), engine, pool)
    pool_inside = statistics.median(pool.inside)

    sextant, less, tig = in_turns(
        lambda: first_frame([SEXTANT, "demo", LOAD], b"help", env)[0],
        lambda: first_frame(["less", text], b"line 000020", env)[0],
        lambda: first_frame(["tig"], b"line 000015", env, stdin=text)[0])
    bytes_sx = first_frame([SEXTANT, "demo", LOAD], b"help", env)[1]
    bytes_less = first_frame(["less", text], b"line 000022", env)[1]

    print("%-46s %10s %10s %8s  %s" % ("what", "sextant", "beside", "ratio", "goal"))
    rows = [
        ("load / critical path (%.1f s), inside" % CRITICAL, inside, CRITICAL, "<= 1.001"),
        ("load / critical path, headless from exec", whole, CRITICAL, "<= 1.005"),
        ("  the same, Python thread pool, warm", pool_inside, CRITICAL, ""),
        ("  the same, Python thread pool, from the shell", pool_whole, CRITICAL, ""),
        ("first useful frame / tig as a pager", sextant, tig, "<= 0.5"),
        ("first useful frame / less", sextant, less, "<= 2.5"),
    ]
    for what, a, b, goal in rows:
        print("%-46s %8.4f s %8.4f s %8.4f  %s" % (what, a, b, a / b, goal))
    print("%-46s %8d B %8d B %8.4f  %s" % ("bytes of the first frame, 80x24 / less", bytes_sx, bytes_less,
                                           bytes_sx / bytes_less, ""))
    shutil.rmtree(folder)


main()
