/* One answer of Trino's statement protocol, read whole (a page is about a megabyte),
 * and its rows on their way to the sink. Pure. */
#ifndef CLIENTS_TRINO_PAGE_H
#define CLIENTS_TRINO_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/client.h"
#include "clients/json_row.h"
#include "clients/trino_error.h"

/* Everything in it lives as long as the page. */
struct trino_page {
	json_t *root;
	const char *next;               /* NULL = the answer ends here, whatever the state says */
	json_t *columns, *data;         /* arrays, or NULL */
	bool failed;
	struct trino_failure failure;   /* when failed */
	struct progress progress;
};

/* ERR_DECODE for what is no such answer. */
bool trino_page_read(struct trino_page *, const char *text, size_t len, struct err *);
void trino_page_release(struct trino_page *);
/* Rows that it brings. */
size_t trino_page_rows(const struct trino_page *);

/* What goes on from page to page. */
struct trino_rows {
	struct row_sink *sink;          /* NULL: only the first row is kept, in `first` */
	struct cancel *cancel;
	uint64_t max_rows;
	uint64_t rows;
	struct json_row row;
	struct buf first;
};

/* Columns and rows of the page. Values are the text that the server wrote; a list, map
 * or row is its JSON. */
bool trino_rows_take(struct trino_rows *, const struct trino_page *, struct err *);
void trino_rows_release(struct trino_rows *);

#endif
