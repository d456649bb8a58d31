#include "base/redact.h"

#include <stdlib.h>
#include <string.h>

#include "base/regex.h"
#include "base/secret.h"

#define HIDDEN "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

/* A match is what is hidden; \K leaves out what shows that it is secret. */
static const char *const patterns[] = {
	/* password=…, "api_key": "…", X-Amz-Signature=… */
	"(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|signature|credentials?|authorization"
	"|cookie|private[_-]?key)[\"']?\\s*[:=]\\s*[\"']?(?:bearer\\s+|basic\\s+)?\\K[^\\s\"',;&|}\\]\xe2\x80\xa2]+",
	"\\b(?:bearer|basic)\\s+\\K[a-z0-9+/_.=~-]{8,}",
	"://[^\\s/:@]*:\\K[^\\s/@]+(?=@)",
	"(?-i)\\beyJ[A-Za-z0-9_-]{6,}\\.[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]*)?",
	"(?-i)\\b(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}"
	"|xox[abeprs]-[A-Za-z0-9-]{10,}|hvs\\.[A-Za-z0-9_-]{20,})",
};

enum { PATTERNS = sizeof(patterns) / sizeof(patterns[0]) };

struct redact {
	struct regex *looks[PATTERNS];
	struct buf from, to;
};

struct redact *redact_new(struct err *e)
{
	struct redact *r = calloc(1, sizeof(*r));

	if (!r) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < PATTERNS; i++) {
		r->looks[i] = regex_new(patterns[i], strlen(patterns[i]), e);
		if (!r->looks[i]) {
			redact_free(r);
			return NULL;
		}
	}
	return r;
}

void redact_free(struct redact *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < PATTERNS; i++)
		regex_free(r->looks[i]);
	buf_release(&r->from);
	buf_release(&r->to);
	free(r);
}

/* From r->from to r->to. False when it would take too long. */
static bool look(struct redact *r, struct regex *what, size_t *hidden)
{
	const char *s = buf_str(&r->from);
	size_t len = r->from.len, at = 0, start, end;
	enum regex_result found;

	buf_clear(&r->to);
	while ((found = regex_find(what, s, len, at, &start, &end)) == REGEX_YES && end > start) {
		buf_put(&r->to, s + at, start - at);
		buf_puts(&r->to, HIDDEN);
		at = end;
		++*hidden;
	}
	buf_put(&r->to, s + at, len - at);
	return found != REGEX_COSTLY;
}

bool redact_put(struct redact *r, struct buf *out, const char *text, size_t len, size_t *hidden)
{
	bool ok = true;

	buf_clear(&r->from);
	buf_put(&r->from, text, len);
	*hidden += secret_hide(&r->from, HIDDEN);
	for (size_t i = 0; ok && i < PATTERNS; i++) {
		struct buf former = r->from;

		ok = look(r, r->looks[i], hidden);
		r->from = r->to;
		r->to = former;
	}
	if (!ok)
		++*hidden;
	return ok ? buf_put(out, buf_str(&r->from), r->from.len) && !r->from.failed : buf_puts(out, HIDDEN);
}
