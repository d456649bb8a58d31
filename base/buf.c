#include "base/buf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { FIRST_CAP = 64 };

static bool refuse(struct buf *b)
{
	b->failed = true;
	return false;
}

/* Room for `more` bytes and the NUL. A buffer that failed once stays failed:
 * an append after a lost one would close the gap unseen. */
static bool reserve(struct buf *b, size_t more)
{
	size_t max = b->max ? b->max : BUF_MAX_DEFAULT;
	size_t cap = b->cap ? b->cap : FIRST_CAP;
	char *data;

	if (b->failed || b->len > max || more > max - b->len)
		return refuse(b);
	if (b->cap > 0 && more < b->cap - b->len)
		return true;
	while (cap - b->len <= more)
		cap += cap / 2;
	data = realloc(b->data, cap);
	if (!data)
		return refuse(b);
	b->data = data;
	b->cap = cap;
	return true;
}

bool buf_put(struct buf *b, const void *data, size_t len)
{
	if (!reserve(b, len))
		return false;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

bool buf_putc(struct buf *b, char c)
{
	return buf_put(b, &c, 1);
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return refuse(b);
	if (!reserve(b, (size_t)n))
		return false;
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
	return true;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ok;
}

bool buf_put_safe(struct buf *b, const char *in, size_t len)
{
	char none[1];
	size_t need = text_safe(none, sizeof(none), in, len);

	if (!reserve(b, need))
		return false;
	text_safe(b->data + b->len, need + 1, in, len);
	b->len += need;
	return true;
}

bool buf_put_kept(struct buf *b, const char *in, size_t len)
{
	size_t at = 0, begin = 0;
	struct glyph g;

	while (at < len && !b->failed) {
		size_t bad = text_malformed(in + at, len - at);

		if (bad > 0) {
			buf_put_safe(b, in + begin, at - begin);
			buf_put(b, in + at, bad);
			begin = at + bad;
		}
		at += bad ? bad : text_next(in + at, len - at, &g);
	}
	return begin == len ? !b->failed : buf_put_safe(b, in + begin, len - begin);
}

bool buf_put_line(struct buf *b, const char *in, size_t len, size_t most)
{
	for (size_t i = 0; i < len && i < most; i++)
		buf_putc(b, isspace((unsigned char)in[i]) ? ' ' : in[i]);
	return !b->failed;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

char *buf_detach(struct buf *b)
{
	char *data = NULL;

	if (!b->failed)
		data = b->data ? b->data : calloc(1, 1);
	if (data != b->data)
		free(b->data);
	*b = (struct buf)BUF_INIT;
	return data;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}
