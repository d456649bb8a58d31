/* What happened when: the moments of all sections in one order, by the time of the
 * event. Pure but for its memory; holds row numbers, no row. */
#ifndef SECTIONS_TIMELINE_H
#define SECTIONS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sections/investigation.h"

enum {
	TIMELINE_LANES = SECTIONS_MAX,
	TIMELINE_ROWS = 5000,      /* rows read of one section, the first ones: some ms */
	TIMELINE_CELLS = 256,      /* of a histogram */
};

enum {
	INSTANT_LOCAL = 1,         /* the event's time is of an unknown zone, taken for UTC */
	INSTANT_BY = 2,            /* nobody says when it happened: it stands where it was known */
	INSTANT_BAD = 4,           /* what should be a time is none */
};

struct instant {
	usec at;                   /* where it stands; TIME_NONE = before all others */
	uint32_t row;
	uint8_t section, moment;
	uint8_t flags;
};

/* How far a section was read, and which answer of it. */
struct timeline_lane {
	const void *first;         /* its first chunk, only compared */
	unsigned generation;
	bool previous, final;
	size_t rows, all;          /* read; there are */
	size_t n, bad;             /* instants */
};

struct timeline {
	struct instant *all;       /* by time, section, row, moment */
	size_t n, cap;
	struct timeline_lane lanes[TIMELINE_LANES];
	size_t nlanes;
	unsigned version;          /* grows with every change */
};

#define TIMELINE_INIT { 0 }
void timeline_release(struct timeline *);
/* Reads what is new: rows that were appended are merged in, a section whose rows were
 * replaced is read again. NULL: nothing is open. Without memory the section lacks rows
 * until the next call. True when something changed. */
bool timeline_update(struct timeline *, const struct investigation *);
/* The first and the last time; false when there is none. */
bool timeline_span(const struct timeline *, usec *first, usec *last);
/* The first entry that stands then or later. */
size_t timeline_find(const struct timeline *, usec when);
/* Rows that were not read because there are too many. */
size_t timeline_unread(const struct timeline *);

/* One moment of a row. */
struct moment {
	usec event, known;         /* TIME_NONE = none, or not readable */
	struct cell event_text, known_text; /* as in the rows */
	unsigned flags;            /* INSTANT_ */
};
/* False when the row has no such moment. */
bool moment_read(const struct section *, size_t row, size_t moment, struct moment *out);
/* Its one line, outside bytes; returns the length, below `cap`. */
size_t moment_what(const struct section *, size_t row, size_t moment, char *out, size_t cap);

/* Moments per section and stretch of time. */
struct histogram {
	unsigned version;          /* of the timeline */
	usec from, step;           /* of the first cell; of each */
	int cells;
	unsigned count[TIMELINE_LANES][TIMELINE_CELLS], most; /* the fullest one's */
	unsigned sum[TIMELINE_CELLS], most_sum;               /* of all sections */
};
/* Counts what lies in [from, to], anew only when that changed. A cell is a round
 * stretch of time, an hour where that fits; `cells` is how many there may be. */
void histogram_make(struct histogram *, const struct timeline *, usec from, usec to, int cells);
/* 0 = none, 1 to `levels`: how full. */
int histogram_level(unsigned count, unsigned most, int levels);

#endif
