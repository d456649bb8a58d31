"""Programs on a pty, as a person at a terminal would have them: how long a key takes,
how many bytes a screen costs, how much memory and how many wake-ups."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

QUIET = 0.012       # a frame is over when nothing has come for so long
PATIENCE = 30


def text_of(frame, width=80, height=24):
    """What a first frame shows, without its looks: enough of a terminal for that."""
    lines, x, y = [[" "] * width for _ in range(height)], 0, 0
    for m in re.finditer(r"\x1b(?:\[[?]?([\d;]*)([A-Za-z])|[()].|.)|(.)", frame.decode(), re.S):
        n = [int(part or 1) for part in (m[1] or "").split(";")]
        if m[2] == "H":
            y, x = n[0] - 1, n[-1] - 1 if len(n) > 1 else 0
        elif m[2] in ("d", "G"):
            y, x = (n[0] - 1, x) if m[2] == "d" else (y, n[0] - 1)
        elif m[2] in ("A", "B", "C", "D"):
            y += {"A": -n[0], "B": n[0]}.get(m[2], 0)
            x += {"C": n[0], "D": -n[0]}.get(m[2], 0)
        elif m[3] in ("\r", "\n", "\b"):
            x, y = {"\r": (0, y), "\n": (x, y + 1), "\b": (x - 1, y)}[m[3]]
        elif m[3] and x < width:
            lines[y][x] = m[3]
            x += 1
    return "".join("".join(line).rstrip() + "\n" for line in lines)


class Screen:
    """A program on a terminal of its own; `started` is the moment of its exec."""

    def __init__(self, argv, env, size=(80, 24), stdin=None):
        ready, go = os.pipe()
        self.argv = argv
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.read(ready, 1)
            os.close(go)
            if stdin:
                os.dup2(os.open(stdin, os.O_RDONLY), 0)
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.started = time.monotonic()
        os.write(go, b"x")
        os.close(ready)
        os.close(go)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read(self, wait):
        """What came within `wait` seconds, b"" when nothing did."""
        if not select.select([self.fd], [], [], wait)[0]:
            return b""
        try:
            return os.read(self.fd, 1 << 16)
        except OSError:
            return b""

    def until(self, marker):
        """Seconds from the exec until the marker has come, and the bytes so far."""
        count, tail, data = 0, b"", b""
        while marker not in tail + data:
            tail = (tail + data)[-len(marker):]
            data = self.read(PATIENCE)
            if not data:
                sys.exit("bench: %s never showed %r" % (self.argv[0], marker))
            count += len(data)
        return time.monotonic() - self.started, count

    def frame(self, marker):
        """Everything until the marker, with it."""
        seen = b""
        while marker not in seen:
            data = self.read(PATIENCE)
            if not data:
                sys.exit("bench: %s never showed %r" % (self.argv[0], marker))
            seen += data
        return seen[:seen.index(marker) + len(marker)]

    def settle(self, quiet=QUIET):
        """Reads until the terminal is quiet: when the first and the last bytes came
        (None when none did), and how many."""
        first = last = None
        count = 0
        while True:
            data = self.read(quiet)
            if not data:
                return first, last, count
            last = time.monotonic()
            first = first or last
            count += len(data)

    def key(self, key):
        """Sends a key: seconds to the first and to the last byte of the answer, bytes."""
        sent = time.monotonic()
        os.write(self.fd, key)
        data = self.read(1)
        first = time.monotonic()
        _, last, count = self.settle()
        return first - sent, (last or first) - sent, count + len(data)

    def rest(self, quiet):
        """What still comes until the terminal is quiet for so long."""
        seen = b""
        while data := self.read(quiet):
            seen += data
        return seen

    def echo(self, key):
        """Sends a key: seconds to the first bytes of the answer, and those."""
        sent = time.monotonic()
        os.write(self.fd, key)
        data = self.read(1)
        return time.monotonic() - sent, data

    def waiting(self):
        """Bytes that the program wrote and nobody has read."""
        count = bytearray(4)
        fcntl.ioctl(self.fd, termios.FIONREAD, count)
        return struct.unpack("i", count)[0]

    def slow_link(self, rate, seconds, keys):
        """Reads no more than `rate` bytes a second. Keys are sent now and then: the seconds
        that the link takes until each is answered, and the most bytes that ever waited."""
        start = time.monotonic()
        taken, most, answered, next_key = 0, 0, [], start + 1
        while (now := time.monotonic()) < start + seconds:
            allowed, waits = int((now - start) * rate) - taken, self.waiting()
            most = max(most, waits)
            if allowed > 0:
                taken += allowed        # what it does not use is lost
                if waits:
                    os.read(self.fd, allowed)
            if now > next_key:
                os.write(self.fd, keys[len(answered) % len(keys)])
                time.sleep(0.02)
                answered.append(self.waiting() / rate)
                next_key = now + 0.9
            time.sleep(0.005)
        return answered, most

    def peak(self):
        """The most memory it had, in bytes."""
        with open("/proc/%d/status" % self.pid) as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM"))

    def wakes(self):
        """How often its threads went to sleep so far."""
        count = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/status" % (self.pid, task)) as f:
                count += next(int(line.split()[1]) for line in f
                              if line.startswith("voluntary_ctxt_switches"))
        return count
