#include "clients/clickhouse_error.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"

static const struct {
	long code;
	enum err_kind kind;
	bool transient;
} meanings[] = {
	{ 158, ERR_LIMIT, false },      /* TOO_MANY_ROWS */
	{ 159, ERR_TIMEOUT, false },    /* TIMEOUT_EXCEEDED */
	{ 192, ERR_AUTH, false },       /* UNKNOWN_USER */
	{ 193, ERR_AUTH, false },       /* WRONG_PASSWORD */
	{ 194, ERR_AUTH, false },       /* REQUIRED_PASSWORD */
	{ 195, ERR_AUTH, false },       /* IP_ADDRESS_NOT_ALLOWED */
	{ 201, ERR_QUOTA, false },      /* QUOTA_EXCEEDED: for hours rather than seconds */
	{ 202, ERR_QUOTA, true },       /* TOO_MANY_SIMULTANEOUS_QUERIES */
	{ 209, ERR_NETWORK, true },     /* SOCKET_TIMEOUT */
	{ 210, ERR_NETWORK, true },     /* NETWORK_ERROR */
	{ 241, ERR_MEMORY, false },     /* MEMORY_LIMIT_EXCEEDED */
	{ 279, ERR_NETWORK, true },     /* ALL_CONNECTION_TRIES_FAILED */
	{ 307, ERR_LIMIT, false },      /* TOO_MANY_BYTES */
	{ 394, ERR_CANCELLED, false },  /* QUERY_WAS_CANCELLED */
	{ 396, ERR_LIMIT, false },      /* TOO_MANY_ROWS_OR_BYTES */
	{ 497, ERR_DENIED, false },     /* ACCESS_DENIED */
	{ 516, ERR_AUTH, false },       /* AUTHENTICATION_FAILED */
};

struct words {
	const char *s;
	size_t len;
};

static void drop_front(struct words *w, const char *upto)
{
	size_t n = strlen(upto);
	const char *at = memmem(w->s, w->len, upto, n);

	if (at) {
		w->len -= (size_t)(at + n - w->s);
		w->s = at + n;
	}
}

static void drop_back(struct words *w, const char *from)
{
	const char *at = memmem(w->s, w->len, from, strlen(from));

	if (at)
		w->len = (size_t)(at - w->s);
}

/* "Code: 241, e.displayText() = DB::Exception: TEXT, e.what() = DB::Exception"
 * or "Code: 241. DB::Exception: TEXT (version 25.8.1)": the TEXT. */
static struct words human_part(const char *message, size_t len)
{
	struct words w = { message, len };

	drop_front(&w, "DB::Exception: ");
	drop_back(&w, ", e.what() = ");
	drop_back(&w, " (version ");
	drop_back(&w, "Stack trace:");
	while (w.len > 0 && isspace((unsigned char)w.s[w.len - 1]))
		w.len--;
	while (w.len > 0 && isspace((unsigned char)*w.s)) {
		w.s++;
		w.len--;
	}
	return w;
}

/* Line ends become blanks: an error is one line. */
static void join_lines(struct buf *out, struct words w)
{
	enum { SHOWN = 400 };

	for (size_t i = 0; i < w.len && i < SHOWN; i++)
		buf_putc(out, isspace((unsigned char)w.s[i]) ? ' ' : w.s[i]);
}

bool ch_error(struct err *e, const char *source, long code, const char *message, size_t len,
	      bool delivered)
{
	enum err_kind kind = ERR_REMOTE;
	bool transient = false;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (meanings[i].code == code) {
			kind = meanings[i].kind;
			transient = meanings[i].transient && !delivered;
		}
	}
	join_lines(&text, human_part(message, len));
	err_set(e, kind, code, "%s: Code %ld: %s", source, code,
		text.len > 0 ? text.data : "the server reports an error without words");
	buf_release(&text);
	if (e)
		e->transient = transient;
	return false;
}
