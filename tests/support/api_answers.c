/* What the APIs answer when all is well. */
#include "tests/support/api_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A string or a whole number as text. */
static bool is_text(const json_t *v, const char *text)
{
	char digits[32];

	if (json_is_string(v))
		return strcmp(json_string_value(v), text) == 0;
	snprintf(digits, sizeof(digits), "%lld", (long long)json_integer_value(v));
	return json_is_integer(v) && strcmp(digits, text) == 0;
}

static bool ships(const json_t *load, const char *company)
{
	return !company || is_text(json_object_get(load, "shipperId"), company) ||
	       is_text(json_object_get(json_object_get(load, "shipper"), "id"), company);
}

static void find_loads(json_t *data, const char *field, const char *wanted, const char *company,
		       json_t *out)
{
	size_t i;
	json_t *load;

	json_array_foreach(json_object_get(data, "loads"), i, load)
		if (is_text(json_object_get(load, field), wanted) && ships(load, company))
			json_array_append(out, load);
}

static json_t *answer_of(unsigned *status, unsigned code)
{
	*status = code;
	return json_pack("{s:i}", "statusCode", (int)code);
}

static json_t *failure(unsigned *status, unsigned code, const char *message)
{
	json_t *a = answer_of(status, code);

	json_object_set_new(a, "message", json_string(message));
	return a;
}

static long number(const char *text, long fallback)
{
	long n = text ? strtol(text, NULL, 10) : fallback;

	return n >= 0 && n < 100000 ? n : fallback;
}

/* Moves one page of `all` to `a`, and says how many there are. */
static void put_page(json_t *a, const char *name, json_t *all, long page, long first,
		     long per_page, enum api_paging paging)
{
	long count = (long)json_array_size(all), pages;
	json_t *rows = json_array();
	long skip = (paging == API_SAME_PAGE ? 0 : page - first) * per_page;

	per_page = per_page > 0 ? per_page : 1;
	for (long i = skip; i < skip + per_page && i < count; i++)
		json_array_append(rows, json_array_get(all, (size_t)i));
	pages = (count + per_page - 1) / per_page;
	if (paging == API_SAME_PAGE)
		pages = 1000;
	if (paging == API_PAGES_FOREVER) {
		pages = page - first + 2;
		json_array_clear(rows);
		json_array_append_new(rows, json_pack("{s:i}", "id", (int)page));
	}
	json_object_set_new(a, name, rows);
	json_object_set_new(a, "pagination",
			    json_pack("{s:i,s:i,s:i,s:i}", "page", (int)page, "perPage",
				      (int)per_page, "totalPages", (int)pages, "count",
				      (int)count));
	json_decref(all);
}

/* One argument that may be repeated. */
struct wanted {
	json_t *data, *found;
	const char *name, *field, *company;
	size_t asked;
};

static enum MHD_Result each_argument(void *ctx, enum MHD_ValueKind kind, const char *key,
				     const char *value)
{
	struct wanted *w = ctx;

	(void)kind;
	if (value && strcmp(key, w->name) == 0) {
		w->asked++;
		find_loads(w->data, w->field, value, w->company, w->found);
	}
	return MHD_YES;
}

static struct wanted wanted(json_t *data, const struct loopback_call *c, const char *name,
			    const char *field)
{
	struct wanted w = { .data = data, .found = json_array(), .name = name, .field = field,
			    .company = api_argument(c, "company_id") };

	MHD_get_connection_values(c->connection, MHD_GET_ARGUMENT_KIND, each_argument, &w);
	return w;
}

static json_t *tracking(json_t *data, const struct loopback_call *c, enum api_paging paging,
			unsigned *status)
{
	struct wanted w = wanted(data, c, "tracking_ids", "id");
	json_t *a;

	if (w.asked == 1 && json_array_size(w.found) == 1) {
		a = answer_of(status, 200);
		json_object_set(a, "load", json_array_get(w.found, 0));
	} else if (w.asked > 0 && json_array_size(w.found) == 0) {
		a = failure(status, 404, "Load not found");
	} else {
		if (w.asked == 0) {
			json_decref(w.found);
			w = wanted(data, c, "load_ids", "loadNumber");
		}
		if (w.asked == 0) {
			a = failure(status, 422, "tracking_ids or load_ids is required");
		} else {
			a = answer_of(status, 200);
			put_page(a, "loads", json_incref(w.found), number(api_argument(c, "page"), 1), 1, 20, paging);
		}
	}
	json_decref(w.found);
	return a;
}

static json_t *search(json_t *data, const struct loopback_call *c, enum api_paging paging,
		      unsigned *status)
{
	json_t *asked = json_loadb(buf_str(&c->body), c->body.len, 0, NULL), *id;
	const char *company = api_argument(c, "company_id");
	json_t *a, *found = json_array();
	size_t i;

	if (!json_is_array(json_object_get(asked, "load_ids")) || !company) {
		json_decref(found);
		a = failure(status, 422, "company_id and load_ids are required");
	} else {
		json_array_foreach(json_object_get(asked, "load_ids"), i, id)
			if (json_is_string(id))
				find_loads(data, "loadNumber", json_string_value(id), company, found);
		a = answer_of(status, 200);
		put_page(a, "loads", found, (long)json_integer_value(json_object_get(asked, "page")),
			 0, (long)json_integer_value(json_object_get(asked, "per_page")), paging);
	}
	json_decref(asked);
	return a;
}

/* As an API gives it: our own keys begin with an underscore. */
static json_t *public_copy(json_t *o)
{
	json_t *copy = json_object(), *v;
	const char *key;

	json_object_foreach(o, key, v)
		if (*key != '_')
			json_object_set(copy, key, v);
	return copy;
}

static json_t *relationships(json_t *data, const struct loopback_call *c, const char *shipper,
			     enum api_paging paging, unsigned *status)
{
	const char *carrier = api_argument(c, "related_company_id");
	json_t *a = answer_of(status, 200), *found = json_array(), *r;
	size_t i;

	json_array_foreach(json_object_get(data, "relationships"), i, r)
		if (is_text(json_object_get(r, "_shipper"), shipper) &&
		    (!carrier || is_text(json_object_get(r, "_carrier"), carrier)))
			json_array_append_new(found, public_copy(r));
	put_page(a, "relationships", found, number(api_argument(c, "page"), 1), 1,
		 number(api_argument(c, "per_page"), 50), paging);
	return a;
}

/* By one identifier, of three kinds. */
static json_t *ocean_events(json_t *data, const struct loopback_call *c, unsigned *status)
{
	static const char *const by[][2] = {
		{ "container", "_container" }, { "booking", "_booking" }, { "bl", "_bol" },
	};
	json_t *found = json_array(), *event;
	size_t asked = 0, i;

	for (size_t k = 0; k < sizeof(by) / sizeof(*by); k++) {
		const char *wanted = api_argument(c, by[k][0]);

		asked += wanted != NULL;
		json_array_foreach(json_object_get(data, "ocean_events"), i, event)
			if (wanted && is_text(json_object_get(event, by[k][1]), wanted))
				json_array_append_new(found, public_copy(event));
	}
	*status = asked != 1 ? 422 : json_array_size(found) ? 200 : 404;
	if (*status == 200)
		return json_pack("{s:o, s:n, s:n}", "events", found, "carrier_code", "last_update");
	json_decref(found);
	return json_pack("{s:s}", "error", asked != 1 ? "one of container, booking, bl" : "Not found");
}

/* "/api/v1/companies/SHIPPER/relationships" gives SHIPPER, decoded. */
static bool shipper_of(const char *path, char *out, size_t size)
{
	static const char before[] = "/api/v1/companies/", after[] = "/relationships";
	size_t len = strlen(path), extra = sizeof(before) - 1 + sizeof(after) - 1;

	if (len <= extra || len - extra >= size || strncmp(path, before, sizeof(before) - 1) != 0 ||
	    strcmp(path + len - (sizeof(after) - 1), after) != 0)
		return false;
	snprintf(out, size, "%.*s", (int)(len - extra), path + sizeof(before) - 1);
	MHD_http_unescape(out);
	return !strchr(out, '/');
}

char *api_answer(json_t *data, const struct loopback_call *c, enum api_paging paging, unsigned *status)
{
	bool get = strcmp(c->method, "GET") == 0;
	char shipper[256], *text;
	json_t *a;

	if (get && strcmp(c->path, "/api/v1/tracking") == 0)
		a = tracking(data, c, paging, status);
	else if (!get && strcmp(c->path, "/api/v1/tracking/search") == 0)
		a = search(data, c, paging, status);
	else if (get && strcmp(c->path, "/v1/ocean/events") == 0)
		a = ocean_events(data, c, status);
	else if (get && shipper_of(c->path, shipper, sizeof(shipper)))
		a = relationships(data, c, shipper, paging, status);
	else
		a = failure(status, 404, "no such endpoint");
	text = json_dumps(a, JSON_COMPACT);
	json_decref(a);
	return text;
}
