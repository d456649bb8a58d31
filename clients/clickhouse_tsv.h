/* Reads TabSeparatedWithNamesAndTypes as it streams in, split anywhere, and tells
 * rows from an exception that the server wrote behind them after its 200:
 *
 *   up to 24.x   the message as the last line(s): "Code: 241, e.displayText() = …"
 *   to 25.10     __exception__\r\n  and the message, then the connection is cut
 *   since 25.11  __exception__\r\nTAG\r\nmessage\nLENGTH TAG\r\n__exception__\r\n,
 *                TAG being what the X-ClickHouse-Exception-Tag header said
 *
 * The format escapes \r in data, so a raw "__exception__\r\n" is never data. A line
 * with another number of cells than there are columns is never data. What remains
 * is the old form in an answer of one column: a line that begins and ends as a
 * server's message does and is the last of the answer is taken for the message
 * (a false alarm is visible, a false success is not). Pure. */
#ifndef CLIENTS_CLICKHOUSE_TSV_H
#define CLIENTS_CLICKHOUSE_TSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rows.h"

struct tsv_sink {
	bool (*columns)(void *ctx, const char *const *names, const char *const *types, size_t n,
			struct err *);
	bool (*row)(void *ctx, const struct cell *cells, struct err *);
	void *ctx;
};

struct tsv;
struct tsv *tsv_new(const struct tsv_sink *, struct err *);
void tsv_free(struct tsv *);
/* The exception tag of the response's head; "" when there is none. */
void tsv_set_tag(struct tsv *, const char *tag);
/* Some more bytes. False: the sink refused, or a ceiling was reached. */
bool tsv_feed(struct tsv *, const char *data, size_t len, struct err *);

enum tsv_end {
	TSV_OK,
	TSV_EXCEPTION,   /* tsv_message() holds the server's words */
	TSV_CUT,         /* the last row or the head is not whole */
	TSV_MALFORMED,   /* *err is set: a line that is neither a row nor a message */
	TSV_REFUSED,     /* *err is set: the sink refused one of the last rows */
};

/* The body has ended, as the protocol says or by a broken connection. */
enum tsv_end tsv_finish(struct tsv *, struct err *);
/* The server's message, not yet printable, and the code it names (0 = none). */
const char *tsv_message(const struct tsv *);
long tsv_code(const struct tsv *);

/* "Code: 241" anywhere in a message of any version; 0 when there is none. */
long clickhouse_code(const char *text, size_t len);

/* Appends the value as a TSV cell: escaped, \N for NULL. */
struct buf;
void tsv_put_value(struct buf *out, const char *value);

#endif
