#include "tests/support/show_contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "sections/section.h"

/* Types: s text, i integer, b bool, a array; a capital allows null, t is a time. */
struct member {
	const char *name;
	char type;
};

static const struct member section_members[] = {
	{ "id", 's' }, { "title", 's' }, { "state", 's' }, { "reason", 'S' }, { "source", 'S' },
	{ "fallback", 'b' }, { "as_of", 'T' }, { "count", 'i' }, { "columns", 'a' }, { "rows", 'a' },
	{ "trail", 'a' }, { "about", 'S' }, { NULL, 0 },
};

static const struct member on_demand_members[] = {
	{ "id", 's' }, { "title", 's' }, { "question", 's' }, { "state", 's' }, { NULL, 0 },
};

static const struct member attempt_members[] = {
	{ "source", 's' }, { "kind", 's' }, { "query", 's' }, { "started", 'T' }, { "ms", 'I' },
	{ "rows", 'i' }, { "bytes", 'i' }, { "outcome", 's' }, { "class", 'S' }, { "detail", 'S' },
	{ "id", 'S' }, { "name", 's' }, { "from", 'T' }, { "to", 'T' }, { NULL, 0 },
};

static const struct member window_members[] = {
	{ "from", 'T' }, { "to", 'T' }, { "reason", 'S' }, { NULL, 0 },
};

static const char *const section_ids[] = {
	"load", "network", "creation", "carrier_files", "callbacks", "ocean_events", "logs",
};

static const char *const states[] = {
	"ok", "empty", "partial", "skipped", "failed", "unavailable", "cancelled", "not_asked", NULL,
};

static const char *const outcomes[] = {
	"ok", "empty", "partial", "failed", "paused", "unavailable", "skipped", "cancelled", NULL,
};

static const char *const classes[] = {
	"config", "auth", "denied", "trust", "network", "timeout", "cancelled", "remote", "decode",
	"limit", "quota", "memory", "internal", NULL,
};

static void one_of(const char *what, json_t *v, const char *const *words)
{
	while (*words && strcmp(json_string_value(v), *words) != 0)
		words++;
	if (!*words)
		fail_msg("%s: \"%s\" is not in the contract", what, json_string_value(v));
}

/* "2026-01-23T14:22:07Z" */
static bool is_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

	for (size_t i = 0; i < sizeof form; i++) {
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
			return false;
	}
	return true;
}

static bool has_type(json_t *v, char type)
{
	if (isupper((unsigned char)type) && json_is_null(v))
		return true;
	switch (tolower((unsigned char)type)) {
	case 's': return json_is_string(v);
	case 't': return json_is_string(v) && is_time(json_string_value(v));
	case 'i': return json_is_integer(v) && json_integer_value(v) >= 0;
	case 'b': return json_is_boolean(v);
	default:  return json_is_array(v);
	}
}

static void check_members(const char *what, json_t *o, const struct member *members)
{
	size_t n = 0;

	assert_true(json_is_object(o));
	for (; members[n].name; n++) {
		json_t *v = json_object_get(o, members[n].name);

		if (!v)
			fail_msg("%s has no \"%s\"", what, members[n].name);
		if (!has_type(v, members[n].type))
			fail_msg("%s.%s has the wrong type", what, members[n].name);
	}
	assert_int_equal(json_object_size(o), n);
}

static void check_rows(const char *id, json_t *columns, json_t *rows)
{
	size_t i, k;
	json_t *row, *column;

	json_array_foreach(rows, i, row) {
		assert_int_equal(json_object_size(row), json_array_size(columns));
		json_array_foreach(columns, k, column) {
			json_t *v = json_object_get(row, json_string_value(column));

			if (!json_is_string(v) && !json_is_null(v))
				fail_msg("%s row %zu: %s is no text", id, i, json_string_value(column));
		}
	}
}

static void check_trail(json_t *trail)
{
	size_t i;
	json_t *a;

	json_array_foreach(trail, i, a) {
		check_members("attempt", a, attempt_members);
		one_of("outcome", json_object_get(a, "outcome"), outcomes);
		if (json_is_string(json_object_get(a, "class")))
			one_of("class", json_object_get(a, "class"), classes);
		assert_int_equal(json_is_null(json_object_get(a, "started")),
				 json_is_null(json_object_get(a, "ms")));
	}
}

static void check_section(json_t *s)
{
	const char *id = json_string_value(json_object_get(s, "id"));
	json_t *rows = json_object_get(s, "rows");

	check_members(id ? id : "section", s, section_members);
	one_of("state", json_object_get(s, "state"), states);
	assert_int_equal(json_integer_value(json_object_get(s, "count")), json_array_size(rows));
	check_rows(id, json_object_get(s, "columns"), rows);
	check_trail(json_object_get(s, "trail"));
	if (json_array_size(rows) > 0)
		assert_string_not_equal(json_string_value(json_object_get(s, "state")), "empty");
}

static void check_on_demand(json_t *all)
{
	size_t i;
	json_t *one;

	assert_true(json_is_array(all));
	json_array_foreach(all, i, one) {
		check_members("on_demand", one, on_demand_members);
		one_of("state", json_object_get(one, "state"), states);
	}
}

static void check_load(json_t *load)
{
	size_t n = 1;

	assert_true(json_is_string(json_object_get(load, "query")));
	for (const char *const *f = workspace_load.subject_facts; *f; f++, n++)
		assert_true(has_type(json_object_get(load, *f), 'S'));
	assert_int_equal(json_object_size(load), n);
}

/* Pure printable ASCII and line ends. */
static void check_bytes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\n' && (text[i] < 0x20 || text[i] > 0x7e))
			fail_msg("byte %02x at %zu", (unsigned char)text[i], i);
	}
}

json_t *show_contract(const char *text, size_t len, const char *const *sections, size_t n)
{
	json_error_t why;
	json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why), *all;

	if (!doc)
		fail_msg("line %d: %s: %.200s", why.line, why.text, text);
	check_bytes(text, len);
	assert_int_equal(json_object_size(doc), 4);
	check_load(json_object_get(doc, "load"));
	check_members("window", json_object_get(doc, "window"), window_members);
	check_on_demand(json_object_get(doc, "on_demand"));
	all = json_object_get(doc, "sections");
	n = sections ? n : sizeof section_ids / sizeof *section_ids;
	sections = sections ? sections : section_ids;
	assert_int_equal(json_array_size(all), n);
	for (size_t i = 0; i < n; i++) {
		json_t *s = json_array_get(all, i);

		assert_string_equal(json_string_value(json_object_get(s, "id")), sections[i]);
		check_section(s);
	}
	return doc;
}

json_t *show_section(json_t *doc, const char *id)
{
	size_t i;
	json_t *s;

	json_array_foreach(json_object_get(doc, "sections"), i, s) {
		if (strcmp(json_string_value(json_object_get(s, "id")), id) == 0)
			return s;
	}
	fail_msg("no section %s", id);
	return NULL;
}

const char *show_text(json_t *doc, const char *id, const char *member)
{
	const char *s = json_string_value(json_object_get(show_section(doc, id), member));

	return s ? s : "";
}
