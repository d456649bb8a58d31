#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define ELLIPSIS "..."

/* The printable form is at least a third as long as what went in (a wide space
 * of three bytes becomes one), so more than this cannot show. */
enum { RAW_MAX = 4 * ERR_TEXT_MAX };

/* Libraries end their messages with a newline; nobody wants to see it. */
static size_t trimmed(const char *s, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", s[len - 1]))
		len--;
	return len;
}

static void fill_text(struct err *e, const char *fmt, va_list ap)
{
	char raw[RAW_MAX];
	size_t room = sizeof(e->text) - sizeof(ELLIPSIS) + 1;
	int n = vsnprintf(raw, sizeof(raw), fmt, ap);
	size_t len;

	if (n < 0)
		n = snprintf(raw, sizeof(raw), "(the error text cannot be formatted)");
	len = (size_t)n < sizeof(raw) ? (size_t)n : sizeof(raw) - 1;
	len = trimmed(raw, len);
	if (text_safe(e->text, sizeof(e->text), raw, len) < sizeof(e->text))
		return;
	text_safe(e->text, room, raw, len);
	memcpy(e->text + strlen(e->text), ELLIPSIS, sizeof(ELLIPSIS));
}

static void fill(struct err *e, enum err_kind kind, long code, bool transient,
		 const char *fmt, va_list ap)
{
	if (!e)
		return;
	/* First the text: its arguments may point into *e. */
	fill_text(e, fmt, ap);
	e->kind = kind;
	e->code = code;
	e->transient = transient;
	e->retry_after_ms = 0;
}

bool err_set(struct err *e, enum err_kind kind, long code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, kind, code, false, fmt, ap);
	va_end(ap);
	return false;
}

bool err_transient(struct err *e, enum err_kind kind, long code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, kind, code, true, fmt, ap);
	va_end(ap);
	return false;
}

const char *err_word(enum err_kind kind)
{
	static const char *const words[] = {
#define X(name, word, meaning) [ERR_##name] = word,
		ERR_KINDS(X)
#undef X
	};

	return (unsigned)kind < ERR_KIND_COUNT ? words[kind] : "";
}
