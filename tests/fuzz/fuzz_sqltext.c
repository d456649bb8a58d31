/* Pieces must be pieces of the input, in order, without overlap, and names must
 * look like names; whatever the text. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "clients/sqltext.h"

struct watcher {
	struct sqltext_visitor visitor;
	const char *end;        /* of what was seen so far */
	const char *limit;
};

static bool advance(struct watcher *w, const char *s, size_t len)
{
	if (len == 0 || s < w->end || s + len > w->limit)
		abort();
	w->end = s + len;
	return true;
}

static bool on_text(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)e;
	return advance((struct watcher *)v, s, len);
}

static bool on_name(struct sqltext_visitor *v, const char *s, size_t len, struct err *e)
{
	(void)e;
	if (s[-1] != ':' || (s[0] >= '0' && s[0] <= '9'))
		abort();
	return advance((struct watcher *)v, s, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct param params[] = { { "a", "'\n" }, { "b", NULL } };
	char *sql = malloc(size + 1);
	struct buf out = BUF_INIT;
	struct watcher w = { .visitor = { on_text, on_name } };
	struct query q = { .text = sql, .params = params, .nparams = 2 };
	struct err e;

	if (!sql)
		return 0;
	memcpy(sql, data, size);
	sql[size] = '\0';
	w.end = sql;
	w.limit = sql + strlen(sql);
	if (sqltext_walk(sql, &w.visitor, &e))
		sqltext_describe(&out, &q, sql);
	buf_release(&out);
	free(sql);
	return 0;
}
