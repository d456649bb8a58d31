#!/usr/bin/env python3
"""The policy once more, written from its rules and not from the C code.

policy_model.py SEED SEQUENCES prints the same trace as test_policy --trace."""
import sys

MS, S = 1000, 1000000
FAILED, ANSWERED, NOTHING = "FAILED", "ANSWERED", "NOTHING"


class Budget:
    def __init__(self, now):
        self.tokens, self.at = 50.0, now

    def gain(self, now, n):
        self.tokens = min(50.0, self.tokens + (now - self.at) / S)
        self.tokens, self.at = min(50.0, self.tokens + n), now

    def retry(self, tries, o, rows, now, deadline, rnd):
        skew = o.kind == "auth" and o.transient and tries == 1
        if not skew and not (o.transient and o.meaning == FAILED):
            return "final"
        if o.after > 30000:
            return "pause"
        slow = o.kind == "quota" or o.after > 0
        wait = int(min(20 * S, (500 if slow else 100) * MS * 2 ** (tries - 1)) * rnd)
        wait = max(wait, o.after * MS) if slow else wait
        wait = 0 if skew else wait
        if rows or tries >= 3 or deadline - (now + wait) < 250 * MS:
            return "rows" if rows else "tries" if tries >= 3 else "deadline"
        self.gain(now, 0)
        cost = 10 if o.kind == "timeout" else 5
        if self.tokens < cost:
            return "budget"
        self.tokens -= cost
        return "again %d" % wait


class Breaker:
    def __init__(self):
        self.nudged = None
        self.close(None)

    def close(self, now):
        self.state, self.k, self.row, self.seen, self.probes = "closed", 0, 0, [], 0
        self.until, self.last_start = 0, None if now is None else now - 100 * MS

    def admit(self, now):
        if self.state == "open" and now >= self.until:
            self.state = "half-open"
        if self.state == "half-open" and self.probes == 0:
            self.probes = 1
            return "probe"
        if self.state != "closed":
            return "refused"
        gap = None if self.last_start is None else now - self.last_start
        if gap is not None and gap < 100 * MS:
            return "later %d" % (100 * MS - gap)
        self.last_start = None if gap is None or gap >= 1100 * MS else now
        return "admit"

    def open(self, o, now, rnd):
        self.state, self.probes, self.until = "open", 0, now + o.after * MS
        if o.after <= 30000:
            self.k += 1
            wait = int(min(60, 5 * 2 ** min(self.k - 1, 9)) * S * (0.8 + 0.4 * rnd))
            self.until = max(self.until, now + wait)

    def record(self, probe, o, now, rnd):
        if self.state in ("locked", "untrusted"):
            return
        if o.kind == "trust" or (o.kind == "auth" and not o.transient):
            self.state, self.probes = "untrusted" if o.kind == "trust" else "locked", 0
        elif self.state == "open" and o.meaning == FAILED and o.after > 30000:
            self.until = max(self.until, now + o.after * MS)
        elif self.state == "half-open" and probe:
            self.probes = 0
            if o.meaning == FAILED:
                self.open(o, now, rnd)
            elif o.meaning != NOTHING:
                self.close(now)
        elif self.state == "closed" and o.meaning != NOTHING:
            self.row = self.row + 1 if o.meaning == FAILED else 0
            if o.meaning == ANSWERED:
                return
            self.seen = (self.seen + [(now, o.meaning == FAILED)])[-64:]
            late = [bad for at, bad in self.seen if now - at < 30 * S]
            many = self.row >= 5 or len(late) >= 10 and 2 * sum(late) >= len(late)
            if o.meaning == FAILED and (many or o.after > 30000):
                self.open(o, now, rnd)

    def nudge(self, now):
        if self.state in ("locked", "untrusted"):
            self.close(now)
        elif self.state == "open" and (self.nudged is None or now - self.nudged >= S):
            self.until = self.nudged = now


# ---- the driver: the same dice as in test_policy.c ----------------------------

class Outcome:
    def __init__(self, kind, transient, after, meaning):
        self.kind, self.transient, self.after, self.meaning = kind, transient, after, meaning


OUTCOMES = [
    Outcome("", 0, 0, "WORKED"), Outcome("", 0, 0, "WORKED"), Outcome("", 0, 0, "WORKED"),
    Outcome("network", 1, 0, FAILED), Outcome("network", 1, 0, FAILED),
    Outcome("network", 0, 0, FAILED), Outcome("timeout", 1, 0, FAILED),
    Outcome("timeout", 1, 0, FAILED), Outcome("remote", 1, 0, FAILED),
    Outcome("remote", 1, 5000, FAILED), Outcome("quota", 1, 0, FAILED),
    Outcome("quota", 1, 45000, FAILED), Outcome("remote", 0, 0, ANSWERED),
    Outcome("cancelled", 0, 0, NOTHING), Outcome("internal", 0, 0, NOTHING),
    Outcome("limit", 0, 0, ANSWERED), Outcome("auth", 0, 0, "LOCK"),
    Outcome("auth", 1, 0, ANSWERED), Outcome("trust", 0, 0, "LOCK"),
]
STEPS = [0, MS, 60 * MS, 100 * MS, 400 * MS, S, 3 * S, 10 * S, 29 * S, 61 * S]


class Dice:
    def __init__(self, seed):
        self.x = seed

    def u32(self):
        self.x = (self.x * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return self.x >> 32

    def of(self, n):
        return self.u32() % n


def sequence(dice, out):
    now = S
    breaker, budget, running = Breaker(), Budget(now), []
    # A sequence is calm or stormy: otherwise few would fail ten times in a row.
    kinds = (19, 12, 16)[dice.of(3)]
    first = (0, 3)[dice.of(2)]
    for _ in range(48):
        act = dice.of(8)
        if act < 2:
            now += STEPS[dice.of(len(STEPS))]
            out.append("step %d" % now)
        elif act < 5:
            said = breaker.admit(now)
            if said in ("admit", "probe") and len(running) < 8:
                running.append(said == "probe")
            elif said == "probe":
                breaker.probes = 0
            assert said != "admit" or breaker.state == "closed"
            assert said != "probe" or breaker.state == "half-open"
            out.append("admit " + said)
        elif act < 7:
            if not running:
                continue
            probe = running.pop(dice.of(len(running)))
            o = OUTCOMES[first + dice.of(kinds - first)]
            rnd, rnd2 = dice.u32() / 2 ** 32, dice.u32() / 2 ** 32
            tries, rows, left = 1 + dice.of(3), dice.of(6) == 0, (60 * S, 500 * MS)[dice.of(4) == 0]
            before = breaker.state
            breaker.record(probe, o, now, rnd)
            if before == "half-open" and breaker.state == "closed":
                budget.gain(now, 0)
                budget.tokens = max(budget.tokens, 25.0)
            if o.kind == "":
                budget.gain(now, 1)
                said = "ok"
            else:
                said = budget.retry(tries, o, rows, now, now + left, rnd2)
            out.append("record %d %s %s %d" % (probe, o.kind, said, breaker.until))
        else:
            breaker.nudge(now)
            out.append("nudge")
        out.append("  %s k=%d row=%d tokens=%.6f" % (
            breaker.state, breaker.k, breaker.row if breaker.state == "closed" else 0, budget.tokens))


def main():
    dice, out = Dice(int(sys.argv[1])), []
    for n in range(int(sys.argv[2])):
        out.append("sequence %d" % n)
        sequence(dice, out)
    sys.stdout.write("\n".join(out) + "\n")


main()
