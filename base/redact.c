#include "base/redact.h"

#include <stdlib.h>
#include <string.h>

#include "base/regex.h"
#include "base/secret.h"

#define BULLET "\xe2\x80\xa2"
#define HIDDEN BULLET BULLET BULLET

#define NAMES \
	"(?:password|passwd|passphrase|\\bpass\\b|pwd|secret|token|api[_-]?key|access[_-]?key|signature" \
	"|\\bsig\\b|credentials?|private[_-]?key)"
/* ": ", "=", a Ruby hash's "=>", within JSON within JSON, percent-encoded. */
#define SAYS   "(?:\\\\*[\"']|%22)?\\s*(?:=>|[:=]|%3a|%3d)\\s*"

/* A match is what is hidden; \K leaves out what shows that it is secret. */
static const char *const patterns[] = {
	"authorization" SAYS "\\\\*[\"']?(?:(?:bearer|basic|token|apikey)\\s+\\K[^\\s\"',;|\\\\" BULLET "]+"
	"|(?!(?:bearer|basic|token|apikey)\\s)\\K[^\"'\\r\\n|\\\\" BULLET "]+)",
	"cookie" SAYS "\\\\*[\"']?\\K[^\"'\\r\\n|\\\\" BULLET "]+",
	/* password=…, "api_key": "…", X-Amz-Signature=…: up to the quote that ends it, or one word */
	NAMES SAYS "(?:\\\\+\"(?!" BULLET ")\\K(?:(?!\\\\*\").)+|\"(?!" BULLET ")\\K(?:[^\"\\\\]|\\\\.)+"
	"|'(?!" BULLET ")\\K[^']+|(?:%22)?\\K[^\\s\"',;&|}\\]<\\\\" BULLET "]+)",
	"<[\\w.:-]*" NAMES "[^<>]*>\\K[^<" BULLET "]+",
	"\\b(?:bearer|basic)\\s+\\K[a-z0-9+/_.=~-]{8,}",
	"://[^\\s/:@]*:\\K[^\\s/@]+(?=@)",
	"(?s)-----begin [a-z ]*private key-----\\K[^" BULLET "]+?(?=-----end|$)",
	"(?-i)\\beyJ[A-Za-z0-9_-]{6,}\\.[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]*)?",
	/* AWS, language models, GitHub, Slack, Vault, Atlassian, GitLab, Google, Salesforce */
	"(?-i)\\b(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}"
	"|github_pat_[A-Za-z0-9_]{20,}|xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"
	"|hv[sbr]\\.[A-Za-z0-9_-]{16,}|ATATT3[A-Za-z0-9_=-]{16,}|glpat-[A-Za-z0-9_-]{16,}"
	"|AIza[A-Za-z0-9_-]{30,}|00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{16,})",
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
