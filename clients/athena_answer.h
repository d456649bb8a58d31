/* What Athena answers: an execution's id, its state, a page of its rows. Pure. */
#ifndef CLIENTS_ATHENA_ANSWER_H
#define CLIENTS_ATHENA_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rows.h"

enum { ATHENA_ID_MAX = 129, ATHENA_NEXT_MAX = 1025 };

enum athena_state {
	ATHENA_QUEUED, ATHENA_RUNNING, ATHENA_SUCCEEDED, ATHENA_FAILED, ATHENA_CANCELLED,
};

struct athena_execution {
	enum athena_state state;
	char reason[200];               /* printable; "" = none given */
	long category, type;            /* of AthenaError; -1 = none */
	bool retryable;
	uint64_t scanned;               /* bytes, so far */
	int64_t queued_ms, total_ms;
};

bool athena_read_id(const char *text, size_t len, char id[static ATHENA_ID_MAX], struct err *);
bool athena_read_execution(const char *text, size_t len, struct athena_execution *, struct err *);
/* The error that a failed or cancelled execution stands for. Returns false. */
bool athena_execution_err(const struct athena_execution *, const char *source, struct err *);

struct athena_page {
	json_t *root;                   /* owned */
	json_t *rows;                   /* in root */
	size_t nrows, ncolumns;
	const char **columns;           /* owned list of names in root */
	char next[ATHENA_NEXT_MAX];     /* "" = the last page */
	bool header;                    /* its first row repeats the names */
};

bool athena_page_read(struct athena_page *, const char *text, size_t len, struct err *);
void athena_page_release(struct athena_page *);
/* Cells of a row, as many as columns; they live as long as the page. */
bool athena_page_row(const struct athena_page *, size_t row, struct cell *cells, struct err *);

#endif
