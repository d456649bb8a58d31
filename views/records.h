/* Who is who among the rows of a section: a key per row that survives refetches,
 * and the number behind its evidence reference (C4), given once and never again. */
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

struct records {
	uint64_t *keys;          /* per row */
	size_t n, cap;
	struct keymap numbers;   /* key to number, over all answers of the case */
	struct keymap seen;      /* while keys are made: hash to occurrences */
	unsigned last;
};

#define RECORDS_INIT { 0 }
void records_release(struct records *);
/* Makes the keys of the rows as they are now; rows of a final answer get numbers,
 * the oldest first. Without memory the rows that it got to are known. */
void records_update(struct records *, const struct section *);
/* 0 = no number yet. */
unsigned records_number(const struct records *, size_t row);
bool records_find(const struct records *, uint64_t key, size_t *row);

#endif
