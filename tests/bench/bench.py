#!/usr/bin/env python3
"""make bench: the workbench beside the tools that people would use instead. Medians
of rounds taken in turns, in one run, printed as the table of docs/performance.md."""

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from screen import Screen, text_of

BUILD, ROUNDS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
SEXTANT = os.path.abspath(os.path.join(BUILD, "sextant"))
ENGINE, PANE, SERVERS, STREAM = (os.path.abspath(os.path.join(BUILD, "tests/bench", name))
                         for name in ("engine", "pane", "servers", "stream"))
QUERIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "queries")
LOAD = "726100801"
ROWS = 1000000
FIRST_ROWS = b"2026-01-01 00:00:05"     # a time in one of the first rows
PAGE_DOWN = b"\x1b[6~"
RARE = b"stop 999123 reached"           # in one row, near the end
SETTLED = "\u2713".encode()             # what the rail shows once all rows are there

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
    with Screen(argv, env, stdin=stdin) as screen:
        return screen.until(marker)


def p(values, part):
    """The value that so much of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Table:
    """Lines of the table: what, ours, theirs, and the goal."""

    def __init__(self):
        self.lines = []

    def add(self, what, ours, theirs, unit, goal):
        ratio = "%.3f" % (ours / theirs) if theirs else ""
        form = {"s": "%.4f s", "ms": "%.2f ms", "B": "%d B", "MB": "%.3g MB", "": "%d"}[unit]
        self.lines.append((what, form % ours, form % theirs if theirs else "", ratio, goal))

    def write(self, f):
        f.write("| what | sextant | beside | ratio | goal |\n|---|---|---|---|---|\n")
        for line in self.lines:
            f.write("| %s |\n" % " | ".join(line))


# ---- a load and the first frame --------------------------------------------------------

def bench_load(table, env, text):
    pool, slow = ThreadPool(), []
    whole, inside, pool_whole, good = in_turns(lambda: show(env), engine, pool, lambda: many(slow))
    table.add("load / critical path, inside", inside, CRITICAL, "s", "<= 1.001")
    table.add("load / critical path, headless from exec", whole, CRITICAL, "s", "<= 1.005")
    table.add("the same, Python thread pool, warm", statistics.median(pool.inside), CRITICAL, "s", "")
    table.add("the same, Python thread pool, from the shell", pool_whole, CRITICAL, "s", "")
    table.add("20 sources, 10 dead, 5 slow: the good ones / their own time", good, 0.3, "s", "<= 1.10")
    table.add("the same mix, all that answer / the slowest of them", statistics.median(slow), 1.5, "s", "<= 1.005")

    sextant, less, tig = in_turns(
        lambda: first_frame([SEXTANT, "demo", LOAD], b"help", env)[0],
        lambda: first_frame(["less", text], b"line 000020", env)[0],
        lambda: first_frame(["tig"], b"line 000015", env, stdin=text)[0])
    table.add("exec to first useful frame / tig as a pager", sextant, tig, "s", "<= 0.5")
    table.add("exec to first useful frame / less", sextant, less, "s", "<= 2.5")


def many(slow):
    """Seconds until five sources that take 0.3 s have answered, among ten that never do;
    adds those until five that take 1.5 s have."""
    out = subprocess.run([ENGINE, QUERIES, "many"], stdout=subprocess.PIPE, text=True, timeout=60,
                         check=True).stdout.split()
    slow.append(float(out[1]))
    return float(out[0])


# ---- a million rows ----------------------------------------------------------------------

class Stores:
    """Both servers with the same rows, and who reads them."""

    def __init__(self, folder, env):
        self.env, self.folder = env, folder
        self.servers = subprocess.Popen([SERVERS, str(ROWS)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.directory, self.port, self.http, self.native = self.servers.stdout.readline().split()
        self.postgres = self.configure("postgres", "host: '%s', port: %s, user: admin, database: postgres, "
                                       "timeout: 10m" % (self.directory, self.port))
        self.clickhouse = self.configure("clickhouse", "kind: clickhouse, host: 127.0.0.1, port: %s" % self.http)
        self.text = os.path.join(folder, "rows")
        with open(self.text, "w") as f:
            subprocess.run(self.psql(), stdout=f, check=True)
        self.raw = os.path.getsize(self.text)

    def configure(self, name, settings):
        path = os.path.join(self.folder, name + ".yaml")
        with open(path, "w") as f:
            f.write("sources:\n  store: { %s }\n" % settings)
        return path

    def stop(self):
        self.servers.stdin.close()
        self.servers.wait()

    def psql(self, *more):
        return ["psql", "-X", "-h", self.directory, "-p", self.port, "-U", "admin", *more,
                "-A", "-t", "-c", "SELECT * FROM events", "postgres"]

    def psql_pages(self):
        """Page by page, from a cursor."""
        return self.psql("-P", "pager=off", "-v", "FETCH_COUNT=100")

    def client(self):
        return ["clickhouse-client", "--port", self.native, "-q",
                "SELECT * FROM events FORMAT TabSeparated"]

    def pane(self, config, size=(80, 24), queries=QUERIES):
        """The workbench, showing the rows as they come."""
        screen = Screen([PANE, config, queries], self.env, size)
        os.write(screen.fd, b"1")
        return screen

    def pane_time(self, config, marker, memory=None):
        with self.pane(config) as screen:
            took = screen.until(marker)[0]
            if memory is not None:
                memory.append(screen.peak())
            return took


def run(argv, memory=None):
    """Seconds of a program whose output nobody reads."""
    start = time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    took = time.monotonic() - start
    child.returncode = status
    if status:
        sys.exit("bench: %s failed" % argv[0])
    if memory is not None:
        memory.append(used.ru_maxrss * 1024)
    return took


def bench_rows(table, stores):
    ours, theirs = [], []
    pg, psql, first, fetch, ch, client = in_turns(
        lambda: stores.pane_time(stores.postgres, SETTLED, ours),
        lambda: run(stores.psql(), theirs),
        lambda: stores.pane_time(stores.postgres, FIRST_ROWS),
        lambda: first_frame(stores.psql_pages(), FIRST_ROWS, stores.env)[0],
        lambda: stores.pane_time(stores.clickhouse, SETTLED),
        lambda: run(stores.client()))
    table.add("1 M rows from PostgreSQL into a pane / psql -A -t, both from exec", pg, psql, "s", "<= 0.75")
    table.add("their first page / psql with FETCH_COUNT, both from exec", first, fetch, "s", "<= 1")
    table.add("1 M rows from ClickHouse into a pane (TabSeparated) / clickhouse-client", ch, client, "s",
              "<= 1.3")
    peak, mega = statistics.median(ours), 1e6
    table.add("memory, peak of the whole program / bytes of the rows as text", peak / mega, stores.raw / mega,
              "MB", "<= 1.2")
    table.add("memory, peak / psql", peak / mega, statistics.median(theirs) / mega, "MB", "<= 0.5")


def bench_streams(table, stores):
    """Memory of each client that streams, while a million rows go through it."""
    kinds = {"postgres": (stores.directory, stores.port), "clickhouse": (stores.http,),
             "sqlite": (os.path.abspath(os.path.join(BUILD, "demo.db")),), "trino": (), "athena": ()}
    for kind, address in kinds.items():
        out = subprocess.run([STREAM, kind, *address], stdout=subprocess.PIPE, text=True, check=True).stdout
        rows, growth = map(int, out.split())
        table.add("memory that %s grows by, streaming %d rows" % (kind, rows), growth / 1e6, 0, "MB",
                  "<= 1 MB")


# ---- finding and sorting -------------------------------------------------------------------

def last_key(screen, typed, quiet=0.5):
    """Types and rests; seconds from the last key until the screen is final."""
    os.write(screen.fd, typed[:-1])
    screen.settle(quiet)
    sent = time.monotonic()
    os.write(screen.fd, typed[-1:])
    return screen.settle(quiet)[1] - sent


def in_pane(stores, typed):
    with stores.pane(stores.postgres) as screen:
        screen.until(SETTLED)
        screen.settle(0.3)
        return last_key(screen, typed)


def last_key_until(screen, typed, word):
    """The same for a program that says in a word when it is done."""
    os.write(screen.fd, typed[:-1])
    screen.settle(0.3)
    sent = time.monotonic()
    os.write(screen.fd, typed[-1:])
    return screen.started + screen.until(word)[0] - sent


def in_tig(stores, typed):
    with Screen(["tig"], stores.env, stdin=stores.text) as screen:
        screen.until(FIRST_ROWS)
        screen.settle(2.0)          # it tells every second that it still reads
        return last_key_until(screen, typed, b"matches")


def in_lnav(stores, typed):
    with Screen(["lnav", stores.text], dict(stores.env, HOME=stores.folder)) as screen:
        screen.until(b"100%")
        screen.settle(0.6)          # its clock ticks
        return last_key_until(screen, typed, b"filter now active")


def sort(stores, column):
    """Seconds of sort(1) over the lines of a file, on one thread."""
    with open(os.devnull, "w") as null:
        start = time.monotonic()
        subprocess.run(["sort", "--parallel=1", "-t|", "-k%d,%d" % (column, column), stores.text],
                       env=dict(stores.env, LC_ALL="C"), stdout=null, check=True)
        return time.monotonic() - start


def keys_while_it_sorts(stores):
    with stores.pane(stores.postgres) as screen:
        screen.until(SETTLED)
        os.write(screen.fd, b":sort message")
        screen.settle(0.3)
        os.write(screen.fd, b"\r")
        return [screen.echo(b"j")[0] for _ in range(8)]


def bench_finding(table, stores):
    search, tig, kept, filtered = in_turns(
        lambda: in_pane(stores, b"/" + RARE), lambda: in_tig(stores, b"/" + RARE + b"\r"),
        lambda: in_pane(stores, b"&" + RARE),
        lambda: in_lnav(stores, b":filter-in " + RARE + b"\r"))
    table.add("search a rare string in 1 M rows, from the last key / tig", 1e3 * search, 1e3 * tig, "ms", "<= 0.7")
    table.add("filter by it, from the last key / lnav", 1e3 * kept, 1e3 * filtered, "ms", "<= 0.2")
    carrier, text, in_order, lines = in_turns(
        lambda: in_pane(stores, b":sort carrier\r"), lambda: sort(stores, 3),
        lambda: in_pane(stores, b":sort message\r"), lambda: sort(stores, 6))
    table.add("sort by a text column / sort(1), one thread", carrier, text, "s", "<= 0.5")
    table.add("the same, of a column that is nearly in order", in_order, lines, "s", "<= 0.5")
    took = [key for _ in range(ROUNDS) for key in keys_while_it_sorts(stores)]
    table.add("key to paint while it sorts, p95 (of %d keys)" % len(took), 1e3 * p(took, 0.95), 0, "ms", "")


# ---- keys -----------------------------------------------------------------------------------

class Keys:
    """What keys cost in a program that shows the million rows and is at rest."""

    def __init__(self):
        self.line, self.page, self.move_bytes, self.line_bytes, self.page_bytes = [], [], [], [], []
        self.alone_bytes = []

    def measure(self, screen, page):
        screen.settle(0.3)
        self.alone_bytes.append(screen.key(b"j")[2])
        self.move_bytes += [screen.key(b"j")[2] for _ in range(3)]
        self.alone_bytes.append(screen.settle(0.3)[2])
        for _ in range(30):
            screen.key(b"j")
        for _ in range(40):
            _, last, count = screen.key(b"j")
            self.line.append(last)
            self.line_bytes.append(count)
        for _ in range(20):
            _, last, count = screen.key(page)
            self.page.append(last)
            self.page_bytes.append(count)


def measure_keys(stores, keys, program, size=(80, 24)):
    if program == "less":
        screen, marker = Screen(["less", stores.text], stores.env, size), FIRST_ROWS
    elif program == "tig":
        screen, marker = Screen(["tig"], stores.env, size, stdin=stores.text), FIRST_ROWS
    else:
        screen, marker = stores.pane(stores.postgres, size), SETTLED
    with screen:
        screen.until(marker)
        if program == "tig":
            screen.settle(1.0)      # it reads on behind its first screen
        keys.measure(screen, PAGE_DOWN if program == "pane" else b" ")


def bench_keys(table, stores):
    small, large, less, tig = Keys(), Keys(), Keys(), Keys()
    for _ in range(ROUNDS):
        measure_keys(stores, small, "pane")
        measure_keys(stores, less, "less")
        measure_keys(stores, tig, "tig")
    measure_keys(stores, large, "pane", (120, 40))
    middle = statistics.median
    for part, what in ((0.5, "median"), (0.95, "p95")):
        for name, other in (("tig", tig), ("less", less)):
            goal = "<= 0.8 ms and tig's" if what == "p95" and name == "tig" else ""
            table.add("key to settled frame at rest, one line down, %s / %s" % (what, name),
                      1e3 * p(small.line, part), 1e3 * p(other.line, part), "ms", goal)
    table.add("key to settled frame at rest, a page, p95 / tig", 1e3 * p(small.page, 0.95),
              1e3 * p(tig.page, 0.95), "ms", "<= 1")
    mean = statistics.mean
    table.add("bytes per line scrolled, 80x24, mean / less", mean(small.line_bytes), mean(less.line_bytes), "B",
              "<= 120 B")
    table.add("bytes per cursor moved, keys in a row, 80x24", middle(small.move_bytes), 0, "B", "<= 40 B")
    table.add("bytes per cursor moved, a key alone, or the detail after several, 80x24",
              mean(small.alone_bytes), 0, "B", "")
    table.add("bytes per page, 80x24 / less", middle(small.page_bytes), middle(less.page_bytes), "B",
              "<= 1510 B")
    table.add("bytes per line scrolled, 120x40, mean", mean(large.line_bytes), 0, "B", "<= 180 B")
    table.add("bytes per cursor moved, keys in a row, 120x40", middle(large.move_bytes), 0, "B", "")
    table.add("bytes per page, 120x40", middle(large.page_bytes), 0, "B", "")


def keys_while_rows_arrive(stores, took):
    with stores.pane(stores.postgres) as screen:
        screen.until(FIRST_ROWS)
        while True:
            seconds, data = screen.echo(b"j")
            data += screen.rest(0.002)
            if SETTLED in data:
                return
            took.append(seconds)


def bench_arrival(table, stores):
    took = []
    for _ in range(max(ROUNDS, 3)):
        keys_while_rows_arrive(stores, took)
    table.add("key to paint while 1 M rows arrive, p95 (of %d keys)" % len(took), 1e3 * p(took, 0.95), 0, "ms",
              "<= 1 ms")
    table.add("key to paint while 1 M rows arrive, p99", 1e3 * p(took, 0.99), 0, "ms", "<= 5 ms")


def bench_slow_link(table, stores):
    queries = os.path.join(stores.folder, "slow")
    os.makedirs(os.path.join(queries, "postgres"))
    with open(os.path.join(queries, "postgres", "events.sql"), "w") as f:
        f.write("SELECT e.* FROM events e, LATERAL (SELECT pg_sleep(0.005 + e.id * 0)) s\n")
    with stores.pane(stores.postgres, queries=queries) as screen:
        screen.until(FIRST_ROWS)
        screen.rest(0.3)
        took, most = screen.slow_link(300, 60, (b"j", b"k"))
    table.add("200 rows/s for a minute over 300 B/s: key answered, worst of %d" % len(took), max(took), 0, "s",
              "<= 1 s of the link")
    table.add("200 rows/s for a minute over 300 B/s: bytes that waited at most", most, 0, "B", "<= 64 KB")


def less_bytes(stores, path):
    """What less sends for the first screen of a text whose lines it cuts at the edge."""
    with Screen(["less", "-S", path], stores.env) as screen:
        return len(screen.rest(0.5))


def bench_first_bytes(table, stores):
    same = os.path.join(stores.folder, "same")
    with Screen([SEXTANT, "demo", LOAD], stores.env) as screen:
        frame = screen.frame(b"help")
    with open(same, "w") as f:
        f.write(text_of(frame))
    table.add("bytes of the first frame, 80x24 / less -S with the million rows", len(frame),
              less_bytes(stores, stores.text), "B", "<= 1")
    table.add("bytes of the first frame, 80x24 / less -S with the same as plain text", len(frame),
              less_bytes(stores, same), "B", "")


def bench_idle(table, stores):
    with stores.pane(stores.postgres) as screen:
        screen.until(SETTLED)
        screen.settle(0.5)
        before = screen.wakes()
        count = screen.settle(10)[2]
        table.add("idle for 10 s (--still): bytes", count, 0, "B", "0")
        table.add("idle for 10 s (--still): wake-ups", screen.wakes() - before, 0, "", "0")


# ---- all of it --------------------------------------------------------------------------------

def main():
    folder = tempfile.mkdtemp(prefix="sextant-bench-")
    env = dict(os.environ, SEXTANT_DEMO_DB=prepare(folder), TERM="xterm-256color", LC_ALL="C.UTF-8")
    text = os.path.join(folder, "text")
    with open(text, "w") as f:
        for i in range(20000):
            f.write("line %06d of the text that a pager shows first\n" % i)
    table = Table()
    bench_load(table, env, text)
    stores = Stores(folder, env)
    try:
        for part in (bench_first_bytes, bench_rows, bench_streams, bench_finding, bench_keys, bench_arrival,
                     bench_slow_link, bench_idle):
            part(table, stores)
            print("bench: %s" % part.__name__, file=sys.stderr)
    finally:
        stores.stop()
        table.write(sys.stdout)
        shutil.rmtree(folder)


main()
