/* Time, held in one struct so that tests and the demonstration can hold it too.
 * Deadlines use the monotonic reading, stamps the wall reading; both are
 * microseconds. Wall time is UTC since 1970; zones exist only in the views. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t usec;

#define USEC_MS   INT64_C(1000)
#define USEC_SEC  INT64_C(1000000)
#define USEC_MIN  (60 * USEC_SEC)
#define USEC_HOUR (60 * USEC_MIN)
#define USEC_DAY  (24 * USEC_HOUR)
#define TIME_NONE INT64_MIN             /* no time known */

struct clock {
	usec (*mono)(const struct clock *);
	usec (*wall)(const struct clock *);
	usec offset;                    /* clock_shifted(): added to the wall reading */
};

extern const struct clock clock_system;
/* The system clock with its wall reading moved so that it reads `wall_now` now. */
struct clock clock_shifted(usec wall_now);

static inline usec clock_mono(const struct clock *c) { return c->mono(c); }
static inline usec clock_wall(const struct clock *c) { return c->wall(c); }
/* The system's own readings, which nothing shifts: for deadlines, and times that others check. */
static inline usec now_mono(void) { return clock_mono(&clock_system); }
static inline usec now_wall(void) { return clock_wall(&clock_system); }

/* Reads the time forms that the sources write: "2026-01-23 14:20:31[.ffffff]",
 * ISO 8601 with T, Z or ±hh[:mm], date alone, and integers since the epoch
 * (seconds, ms, µs or ns by magnitude). No zone means UTC. False when it is
 * none of these or out of the years 1..9999. */
bool time_parse(const char *in, size_t len, usec *out);

/* "2026-01-23T14:20:31Z"; with milliseconds when ms is true. "" for TIME_NONE. */
enum { TIME_TEXT_MAX = 32 };
const char *time_iso(char out[static TIME_TEXT_MAX], usec t, bool ms);
/* "2026-01-23 14:20:31" or with ".123"; what SQL stores take. */
const char *time_sql(char out[static TIME_TEXT_MAX], usec t, bool ms);

/* "84ms", "0.4s", "26s", "3m12s", "5h", "12d": short, for people. */
enum { TIME_SPAN_MAX = 24 };
const char *time_span(char out[static TIME_SPAN_MAX], usec span);

#endif
