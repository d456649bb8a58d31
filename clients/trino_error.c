#include "clients/trino_error.h"

#include <string.h>

#include "base/buf.h"

static const struct meaning {
	const char *name;       /* NULL ends the list */
	enum err_kind kind;
	bool transient;
} names[] = {
	{ "PERMISSION_DENIED", ERR_DENIED, false },
	{ "USER_CANCELED", ERR_CANCELLED, false },
	{ "EXCEEDED_TIME_LIMIT", ERR_TIMEOUT, false },
	{ "EXCEEDED_GLOBAL_MEMORY_LIMIT", ERR_MEMORY, false },
	{ "EXCEEDED_LOCAL_MEMORY_LIMIT", ERR_MEMORY, false },
	{ "EXCEEDED_CPU_LIMIT", ERR_LIMIT, false },
	{ "EXCEEDED_SCAN_LIMIT", ERR_LIMIT, false },
	{ "EXCEEDED_SPILL_LIMIT", ERR_LIMIT, false },
	/* Of the cluster rather than of the question. */
	{ "SERVER_SHUTTING_DOWN", ERR_REMOTE, true },
	{ "SERVER_STARTING_UP", ERR_REMOTE, true },
	{ "NO_NODES_AVAILABLE", ERR_REMOTE, true },
	{ "REMOTE_TASK_ERROR", ERR_REMOTE, true },
	{ "REMOTE_TASK_MISMATCH", ERR_REMOTE, true },
	{ "REMOTE_HOST_GONE", ERR_REMOTE, true },
	{ "PAGE_TRANSPORT_ERROR", ERR_REMOTE, true },
	{ "PAGE_TRANSPORT_TIMEOUT", ERR_REMOTE, true },
	{ "TOO_MANY_REQUESTS_FAILED", ERR_REMOTE, true },
	{ "WORKER_RESTARTED", ERR_REMOTE, true },
	{ "ABANDONED_QUERY", ERR_REMOTE, true },
	{ "ABANDONED_TASK", ERR_REMOTE, true },
	{ NULL, ERR_NONE, false },
}, types[] = {
	/* QUERY_QUEUE_FULL, CLUSTER_OUT_OF_MEMORY and others: later there may be room. */
	{ "INSUFFICIENT_RESOURCES", ERR_QUOTA, true },
	{ NULL, ERR_NONE, false },
};

static const struct meaning *find(const struct meaning *list, struct cell word)
{
	while (list->name && !cell_is(word, list->name))
		list++;
	return list->name ? list : NULL;
}

static bool says(struct cell text, const char *words)
{
	return text.data && memmem(text.data, text.len, words, strlen(words));
}

bool trino_fixes_limits(const struct trino_failure *f)
{
	return cell_is(f->name, "PERMISSION_DENIED") && says(f->message, "session property");
}

/* The end of a message matters less than its beginning. */
enum { SHOWN = 400 };

static void put_line(struct buf *out, struct cell words)
{
	buf_put_line(out, words.data, words.len, SHOWN);
}

bool trino_error(struct err *e, const char *source, const struct trino_failure *f, bool delivered)
{
	static const struct meaning other = { NULL, ERR_REMOTE, false };
	const struct meaning *m = find(names, f->name);
	struct buf text = BUF_INIT;

	if (!m)
		m = find(types, f->type);
	if (!m)
		m = &other;
	put_line(&text, f->name);
	buf_puts(&text, f->name.len > 0 ? ": " : "");
	put_line(&text, f->message.len > 0 ? f->message :
					     cell_of("the server reports an error without words"));
	err_set(e, m->kind, f->code, "%s: %s", source, buf_str(&text));
	buf_release(&text);
	if (e)
		e->transient = m->transient && !delivered;
	return false;
}
