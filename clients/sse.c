#include "clients/sse.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void sse_release(struct sse *s)
{
	buf_release(&s->line);
	buf_release(&s->name);
	buf_release(&s->data);
	*s = (struct sse)SSE_INIT;
}

static bool append(struct buf *b, const char *s, size_t len, struct err *e)
{
	if (len > SSE_DATA_MAX - b->len)
		return err_set(e, ERR_LIMIT, 0, "an event of the stream is over %d bytes",
			       (int)SSE_DATA_MAX);
	return buf_put(b, s, len) || err_set(e, ERR_MEMORY, 0, "out of memory for an event");
}

static bool dispatch(struct sse *s, sse_event_fn *event, void *ctx, struct err *e)
{
	bool ok = true;

	/* Every data line left its \n behind; the last one ends nothing. */
	if (s->data.len > 0)
		ok = event(ctx, *buf_str(&s->name) ? buf_str(&s->name) : "message",
			   (struct cell){ s->data.data, s->data.len - 1 }, e);
	buf_clear(&s->data);
	buf_clear(&s->name);
	return ok;
}

static bool take_field(struct sse *s, struct cell name, struct cell value, struct err *e)
{
	if (name.len == 4 && memcmp(name.data, "data", 4) == 0)
		return append(&s->data, value.data, value.len, e) && append(&s->data, "\n", 1, e);
	if (name.len == 5 && memcmp(name.data, "event", 5) == 0) {
		buf_clear(&s->name);
		return append(&s->name, value.data,
			      value.len < SSE_NAME_MAX ? value.len : SSE_NAME_MAX, e);
	}
	return true;
}

static bool take_line(struct sse *s, sse_event_fn *event, void *ctx, struct err *e)
{
	struct cell line = { buf_str(&s->line), s->line.len }, value = { "", 0 };
	const size_t mark = sizeof(BYTE_ORDER_MARK) - 1;
	const char *colon;

	if (!s->began && line.len >= mark && memcmp(line.data, BYTE_ORDER_MARK, mark) == 0)
		line = (struct cell){ line.data + mark, line.len - mark };
	s->began = true;
	if (line.len == 0)
		return dispatch(s, event, ctx, e);
	colon = memchr(line.data, ':', line.len);
	if (colon) {
		size_t skip = (size_t)(colon - line.data) + 1;

		skip += skip < line.len && line.data[skip] == ' ';
		value = (struct cell){ line.data + skip, line.len - skip };
		line.len = (size_t)(colon - line.data);
	}
	return take_field(s, line, value, e);
}

static size_t to_line_end(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != '\n' && s[n] != '\r')
		n++;
	return n;
}

bool sse_feed(struct sse *s, const char *piece, size_t len, sse_event_fn *event, void *ctx,
	      struct err *e)
{
	const char *end = piece + len;

	if (piece < end && s->after_cr && *piece == '\n')
		piece++;
	if (len > 0)
		s->after_cr = false;
	while (piece < end) {
		size_t n = to_line_end(piece, (size_t)(end - piece));
		bool whole = piece + n < end, cr = whole && piece[n] == '\r';

		if (!append(&s->line, piece, n, e))
			return false;
		piece += n + whole;
		if (!whole)
			break;
		if (!take_line(s, event, ctx, e))
			return false;
		buf_clear(&s->line);
		s->after_cr = cr && piece == end;
		piece += cr && piece < end && *piece == '\n';
	}
	return true;
}
