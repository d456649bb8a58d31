/* Any value in every form of literal: what comes out is read again as the service reads
 * it, and is one string, or one number. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/rest_literal.h"

enum { LONGEST = 8 * REST_SEARCHED_MAX };

/* Behind the string that begins at `s`, NULL when it does not end. */
static const char *skip_string(const char *s, char quote)
{
	if (*s++ != quote)
		abort();
	for (; *s && *s != quote; s++)
		if (*s == '\\' && !*++s)
			return NULL;
	return *s ? s + 1 : NULL;
}

/* Inside of a searched text nothing quotes, escapes or stands for other letters. */
static void check_words(const char *s, const char *end)
{
	for (; s < end; s++)
		if ((unsigned char)*s < ' ' || strchr("\"\\*?", *s))
			abort();
}

static void check_string(const char *s, const char *form)
{
	size_t len = strlen(s), edge = strcmp(form, "phrase") == 0 ? 3 : 1;
	const char *end = skip_string(s, strcmp(form, "soql") == 0 ? '\'' : '"');

	if (!end || *end)
		abort();
	if (strcmp(form, "soql") == 0 || strcmp(form, "quoted") == 0)
		return;
	if (len < 2 * edge || len > LONGEST)
		abort();
	check_words(s + edge, s + len - edge);
}

static void check_number(const char *s)
{
	s += *s == '-';
	if (!*s || s[strspn(s, "0123456789")])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const forms[] = { "soql", "quoted", "phrase", "words", "exact", "constant", "int" };
	char *value = strndup((const char *)data, size);
	struct param p = { "v", value };
	struct query q = { .name = "fuzz", .params = &p, .nparams = 1 };

	if (!value)
		abort();
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char text[32];
		struct buf out = BUF_INIT;
		struct err e;

		snprintf(text, sizeof(text), ":v:%s", forms[i]);
		if (rest_literal_expand(&out, text, &q, &e)) {
			if (strcmp(forms[i], "int") == 0)
				check_number(buf_str(&out));
			else
				check_string(buf_str(&out), forms[i]);
		}
		buf_release(&out);
	}
	free(value);
	return 0;
}
