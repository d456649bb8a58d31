/* A row sink that keeps what it gets, and a source made of words: what tests of
 * clients need. */
#ifndef TESTS_SUPPORT_COLLECT_H
#define TESTS_SUPPORT_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rows.h"
#include "clients/client.h"

struct collect {
	struct row_sink sink;           /* hand this to the client */
	struct buf sent;                /* the last request */
	struct buf names;               /* "a|b|c" */
	unsigned columns_calls;
	size_t columns;
	uint64_t rows, bytes;
	struct progress progress;       /* the last one */
	struct buf first;               /* the first row: "1|x|NULL" */
	struct rowset kept;             /* all rows, when `keep` is set */
	struct chunk_builder *builder;
	/* Set by the test: */
	bool keep;
	bool (*on_row)(struct collect *, const struct cell *, struct err *);   /* or NULL */
	void *ctx;
};

void collect_init(struct collect *);
void collect_release(struct collect *);
/* A cell of the kept rows as text; "NULL" for NULL. Valid until the next call. */
const char *collect_text(struct collect *, size_t row, size_t column);

/* `pairs`: key, value, key, value, NULL. Kept, not copied; the settings are freed
 * by source_release(). The client's prepare() is called. */
bool source_init(struct source *, const char *name, const struct client_ops *,
		 const char *const *pairs, struct err *);
void source_release(struct source *);

#endif
