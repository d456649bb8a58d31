/* Values as people read them. All pure; outside bytes stay as they are (the canvas
 * makes them printable). */
#ifndef VIEWS_FORMAT_H
#define VIEWS_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/rows.h"
#include "base/tz.h"
#include "sections/section.h"
#include "tui/table.h"

/* Which times are shown: in what zone, seen from when. */
struct zone {
	bool local;              /* the machine's own; else the named one, else UTC */
	usec now;                /* wall */
	const struct tz *named;
};

static inline bool zone_is_utc(struct zone z)
{
	return !z.local && !z.named;
}
/* How far the zone is before UTC then. */
usec zone_offset(struct zone, usec t);

enum { FORMAT_MAX = 40 };

/* "2026-01-23 14:20:31"; "" for TIME_NONE. */
const char *format_time(char out[static FORMAT_MAX], usec t, struct zone);
/* For tables: "01-23 14:20:31"; of another year the date alone. */
const char *format_short(char out[static FORMAT_MAX], usec t, struct zone);
/* "14:20", of another day "01-22 14:20". */
const char *format_minute(char out[static FORMAT_MAX], usec t, struct zone);
/* "14:20:31". */
const char *format_clock(char out[static FORMAT_MAX], usec t, struct zone, bool seconds);
/* "UTC", "CET +01:00", "Halifax -04:00": as it is now, as it was then. */
const char *format_zone(char out[static FORMAT_MAX], struct zone);
const char *format_zone_at(char out[static FORMAT_MAX], usec t, struct zone);
/* "22m old"; "" when younger than a minute or unknown. */
const char *format_age(char out[static FORMAT_MAX], usec t, struct zone);
/* Whole seconds: "26s", "1m40s". */
const char *format_running(char out[static FORMAT_MAX], usec span);
/* From when it happened to when it was known: "+12s", "+3h45m", "-2d4h". */
const char *format_lag(char out[static FORMAT_MAX], usec lag);
const char *format_bytes(char out[static FORMAT_MAX], uint64_t bytes);
/* "950", "96.0M". */
const char *format_count(char out[static FORMAT_MAX], uint64_t n);

/* A cell as its column wants it; `scratch` holds what had to be made. */
struct table_text format_cell(const struct column_def *, struct cell, struct zone,
                              char scratch[static TABLE_SCRATCH]);

#endif
