/* A source made of key/value pairs, and a sink that writes down what it gets. */
#ifndef TESTS_SUPPORT_CLIENT_FIXTURE_H
#define TESTS_SUPPORT_CLIENT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "clients/client.h"

/* For cmocka: the client libraries, as the program starts and releases them. */
int clients_start(void **state);
int clients_stop(void **state);

/* "key", "value", …, NULL. Fails the test when the kind refuses them. */
struct source *source_make(const struct client_ops *, const char *name, ...)
	__attribute__((sentinel));
void source_free(struct source *);

/* Rows as text: cells joined by '|', NULL as <null>, one line each. */
struct record {
	struct row_sink sink;
	struct buf sent, columns, rows;
	size_t ncolumns, nrows, received, nprogress;
	struct progress progress;       /* the last one */
	size_t refuse_at;               /* refuse this row (1 = first); 0 = take all */
	struct cancel *fire_at_row;     /* fired on the first row; NULL = none */
	struct cancel *fire_at_progress;
	bool count_only;                /* keep no text of rows */
};

void record_init(struct record *);
void record_release(struct record *);

/* clock_system's monotonic reading plus so many milliseconds. */
usec in_ms(long ms);

/* A thread that fires the cancel after so many milliseconds, as a user would. */
struct firing;
struct firing *fire_later(struct cancel *, long ms);
/* When it fired (monotonic); joins the thread. */
usec firing_end(struct firing *);

#endif
