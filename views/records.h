/* Who is who among the rows of a section: a key per row that survives refetches,
 * and the number behind its evidence reference (C4), given once and never again.
 *
 * Beyond the first RECORDS_KEPT rows nothing is kept: keys are made when asked for,
 * rows with the same key columns share one, and there are no numbers. */
#ifndef VIEWS_RECORDS_H
#define VIEWS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sections/investigation.h"

/* Open addressing; key 0 is not used. */
struct keymap {
	uint64_t *keys;
	unsigned *values;
	size_t n, cap;
};

enum { RECORDS_KEPT = 16384 };

struct records {
	uint64_t *keys;          /* of the first rows */
	size_t n;                /* rows known */
	size_t kept, cap;        /* of keys */
	unsigned revision;       /* of the section, when the keys were made */
	bool numbered;           /* the rows that are kept have their numbers */
	struct keymap numbers;   /* key to number, over all answers of the case */
	struct keymap seen;      /* while keys are made: hash to occurrences */
	unsigned last;
};

#define RECORDS_INIT { 0 }
void records_release(struct records *);
/* Looks at the rows as they are now, at new ones only while the section appends;
 * rows of a final answer get numbers, the oldest first. Without memory the rows
 * that it got to are known. */
void records_update(struct records *, const struct section *);
/* 0 when there is no such row. */
uint64_t records_key(const struct records *, const struct section *, size_t row);
/* 0 = no number yet. */
unsigned records_number(const struct records *, size_t row);
/* Rows around `near` first. */
bool records_find(const struct records *, const struct section *, uint64_t key, size_t near,
		  size_t *row);

#endif
