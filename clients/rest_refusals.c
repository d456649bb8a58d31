/* An endpoint mapping's `errors`: what a service's own words for a refusal stand for, and what to
 * do about them. */
#include "clients/rest_mapping_parts.h"

#include <stdio.h>
#include <string.h>

static const enum err_kind kinds[] = { ERR_AUTH, ERR_DENIED, ERR_QUOTA };

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* One code or a list of them. */
static bool check_codes(const struct doc_node *n, struct err *e)
{
	size_t count = doc_type(n) == DOC_LIST ? doc_count(n) : 1;

	for (size_t i = 0; n && i < count; i++)
		if (!rest_is_type(doc_type(n) == DOC_LIST ? doc_item(n, i) : n, DOC_SCALAR,
				  "a code or a list of them", e))
			return false;
	return true;
}

static bool check_advice(const struct doc_node *n, struct err *e)
{
	if (n && !rest_is_type(n, DOC_MAP, "a map", e))
		return false;
	for (size_t i = 0; i < doc_count(n); i++)
		if (!rest_is_type(doc_value(n, i), DOC_SCALAR, "a sentence", e))
			return false;
	return true;
}

bool rest_read_refusals(struct rest_refusals *r, const struct doc_node *root, struct err *e)
{
	const char *known[KINDS + 3] = { [KINDS] = "code", [KINDS + 1] = "advice" };
	const struct doc_node *n = doc_get(root, "errors");

	if (!n)
		return true;
	for (size_t i = 0; i < KINDS; i++)
		known[i] = err_word(kinds[i]);
	if (!rest_is_type(n, DOC_MAP, "a map", e) || !mapping_known_keys(n, known, e))
		return false;
	for (size_t i = 0; i < KINDS; i++)
		if (!check_codes(doc_get(n, known[i]), e))
			return false;
	*r = (struct rest_refusals){ .map = n, .code = doc_get(n, "code"), .advice = doc_get(n, "advice") };
	return check_advice(r->advice, e) &&
	       (r->code ? rest_check_paths(r->code, e) :
			  err_set(e, ERR_CONFIG, 0, "%s: \"code\" is missing", doc_where(n)));
}

/* "*words*" is found anywhere in the code. */
static bool fits(struct cell code, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len > 2 && pattern[0] == '*' && pattern[len - 1] == '*')
		return memmem(code.data, code.len, pattern + 1, len - 2) != NULL;
	return cell_eq(code, cell_of(pattern));
}

enum err_kind rest_mapping_error(const struct rest_mapping *m, struct cell code)
{
	for (size_t i = 0; m->refusals.map && !cell_is_null(code) && i < KINDS; i++) {
		const struct doc_node *n = doc_get(m->refusals.map, err_word(kinds[i]));
		const char *s;

		for (size_t k = 0; (s = rest_path(n, k)); k++)
			if (fits(code, s))
				return kinds[i];
	}
	return ERR_NONE;
}

const char *rest_mapping_advice(const struct rest_mapping *m, struct cell code, long status)
{
	const struct doc_node *advice = m->refusals.advice;
	char number[24];

	snprintf(number, sizeof(number), "%ld", status);
	for (size_t i = 0; i < doc_count(advice); i++)
		if ((!cell_is_null(code) && fits(code, doc_key(advice, i))) ||
		    strcmp(doc_key(advice, i), number) == 0)
			return doc_str(doc_value(advice, i));
	return NULL;
}
