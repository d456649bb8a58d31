/* As much SOQL as cases are asked by: SELECT fields FROM Case WHERE … ORDER BY … LIMIT … */
#include "tests/support/salesforce_fake.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELDS_MAX = 32, CONDITIONS_MAX = 8, WORD_MAX = 256 };

struct condition {
	char field[WORD_MAX], value[WORD_MAX];
	bool null;
};

struct soql {
	const char *at;
	char word[WORD_MAX];            /* the token before `at` */
	bool quoted, failed;
	char fields[FIELDS_MAX][WORD_MAX];
	size_t nfields;
	struct condition conditions[CONDITIONS_MAX];
	size_t nconditions;
	bool any;                       /* OR */
	bool newest_first;
	long limit;
	const char *code, *why;
};

static const char *const known[] = {
	"Id", "CaseNumber", "Subject", "Description", "Status", "Priority", "CreatedDate",
	"LastModifiedDate", "ClosedDate", "IsClosed", "Account.Name", "Contact.Name", "Owner.Name",
	"Load_ID__c", "Issue_Category__c", "Mode__c", NULL,
};

static bool fail(struct soql *q, const char *code, const char *why)
{
	if (!q->failed) {
		q->failed = true;
		q->code = code;
		q->why = why;
	}
	return false;
}

static bool malformed(struct soql *q, const char *why)
{
	return fail(q, "MALFORMED_QUERY", why);
}

/* 'it\'s' */
static bool read_string(struct soql *q)
{
	size_t n = 0;

	for (q->at++; *q->at != '\''; q->at++) {
		if (*q->at == '\0' || *q->at == '\n' || n + 2 > sizeof(q->word))
			return malformed(q, "line breaks not allowed in string literals");
		if (*q->at == '\\') {
			q->at++;
			if (!*q->at || !strchr("nNrRtTbBfF\"'\\_%", *q->at))
				return malformed(q, "Illegal escape");
		}
		q->word[n++] = *q->at;
	}
	q->at++;
	q->word[n] = '\0';
	q->quoted = true;
	return true;
}

/* The next token into `word`; "" at the end. */
static bool next(struct soql *q)
{
	size_t n = 0;

	q->quoted = false;
	while (isspace((unsigned char)*q->at))
		q->at++;
	if (*q->at == '\'')
		return read_string(q);
	while ((isalnum((unsigned char)*q->at) || *q->at == '_' || *q->at == '.') && n + 1 < sizeof(q->word))
		q->word[n++] = *q->at++;
	if (n == 0 && *q->at)
		q->word[n++] = *q->at++;
	q->word[n] = '\0';
	return true;
}

static bool is(const struct soql *q, const char *word)
{
	return !q->quoted && strcasecmp(q->word, word) == 0;
}

static bool expect(struct soql *q, const char *word)
{
	return (next(q) && is(q, word)) || malformed(q, "unexpected token");
}

static bool check_field(struct soql *q)
{
	if (q->quoted || !isalpha((unsigned char)q->word[0]) || is(q, "FROM") || is(q, "WHERE"))
		return malformed(q, "unexpected token");
	for (size_t i = 0; known[i]; i++)
		if (!q->quoted && strcasecmp(known[i], q->word) == 0) {
			snprintf(q->word, sizeof(q->word), "%s", known[i]);
			return true;
		}
	return fail(q, "INVALID_FIELD", "No such column on entity 'Case'");
}

static bool read_fields(struct soql *q)
{
	do {
		if (q->nfields == FIELDS_MAX || !next(q) || !check_field(q))
			return malformed(q, "unexpected token");
		memcpy(q->fields[q->nfields++], q->word, WORD_MAX);
		next(q);
	} while (is(q, ","));
	return is(q, "FROM") || malformed(q, "unexpected token");
}

static bool read_condition(struct soql *q)
{
	struct condition *c = &q->conditions[q->nconditions++];

	if (!next(q) || !check_field(q))
		return false;
	memcpy(c->field, q->word, WORD_MAX);
	if (!expect(q, "=") || !next(q))
		return false;
	c->null = is(q, "null");
	if (!q->quoted && !c->null)
		return fail(q, "INVALID_FIELD", "filter criteria must be of type string and should be "
			    "enclosed in quotes");
	memcpy(c->value, q->word, WORD_MAX);
	return next(q);
}

/* AND and OR do not mix without parentheses. */
static bool read_where(struct soql *q)
{
	bool first = true;

	do {
		if (!first && q->any != is(q, "OR") && q->nconditions > 1)
			return malformed(q, "unexpected token");
		q->any = !first && is(q, "OR");
		first = false;
		if (q->nconditions == CONDITIONS_MAX || !read_condition(q))
			return malformed(q, "unexpected token");
	} while (is(q, "AND") || is(q, "OR"));
	return true;
}

static bool read_order(struct soql *q)
{
	if (!expect(q, "BY") || !next(q) || !check_field(q))
		return false;
	next(q);
	q->newest_first = is(q, "DESC");
	return (!is(q, "DESC") && !is(q, "ASC")) || next(q);
}

static bool parse(struct soql *q)
{
	q->limit = -1;
	if (!expect(q, "SELECT") || !read_fields(q) || !next(q))
		return false;
	if (!is(q, "Case"))
		return fail(q, "INVALID_TYPE", "sObject type is not supported");
	next(q);
	if (is(q, "WHERE") && !read_where(q))
		return false;
	if (is(q, "ORDER") && !read_order(q))
		return false;
	if (is(q, "LIMIT")) {
		next(q);
		q->limit = strtol(q->word, NULL, 10);
		next(q);
	}
	return (!q->quoted && q->word[0] == '\0') || malformed(q, "unexpected token");
}

static bool holds(const struct soql *q, json_t *one)
{
	for (size_t i = 0; i < q->nconditions; i++) {
		const struct condition *c = &q->conditions[i];
		const char *value = json_string_value(json_object_get(one, c->field));
		/* Text is compared without regard to case. */
		bool equal = c->null ? !value : value && strcasecmp(value, c->value) == 0;

		if (equal == q->any)
			return equal;
	}
	return !q->any || q->nconditions == 0;
}

/* "Account.Name" is a field of an object. */
static json_t *shape(const struct soql *q, json_t *one)
{
	json_t *out = json_pack("{s:{s:s,s:s}}", "attributes", "type", "Case", "url",
				"/services/data/v68.0/sobjects/Case/500");

	for (size_t i = 0; i < q->nfields; i++) {
		const char *dot = strchr(q->fields[i], '.');
		json_t *value = json_object_get(one, q->fields[i]), *of;
		char name[WORD_MAX];

		value = value ? json_incref(value) : json_null();
		if (!dot) {
			json_object_set_new(out, q->fields[i], value);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(dot - q->fields[i]), q->fields[i]);
		of = json_is_null(value) ? json_null() :
					   json_pack("{s:{s:s},s:O}", "attributes", "type", name, dot + 1, value);
		json_decref(value);
		json_object_set_new(out, name, of);
	}
	return out;
}

static int compare(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;

	return -strcmp(json_string_value(json_object_get(*x, "CreatedDate")),
		       json_string_value(json_object_get(*y, "CreatedDate")));
}

static json_t *collect(const struct soql *q, json_t *cases)
{
	size_t n = 0, i;
	json_t **found = calloc(json_array_size(cases) + 1, sizeof(json_t *)), *one;
	json_t *out = json_array();

	if (!found)
		abort();
	json_array_foreach(cases, i, one)
		if (holds(q, one))
			found[n++] = one;
	if (q->newest_first)
		qsort(found, n, sizeof(json_t *), compare);
	for (i = 0; i < n && (q->limit < 0 || i < (size_t)q->limit); i++)
		json_array_append_new(out, shape(q, found[i]));
	free(found);
	return out;
}

json_t *soql_run(json_t *cases, const char *soql, const char **code, const char **why)
{
	struct soql q = { .at = soql };

	if (parse(&q))
		return collect(&q, cases);
	*code = q.code;
	*why = q.why;
	return NULL;
}
