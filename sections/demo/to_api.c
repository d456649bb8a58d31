/* What the API simulator answers from: {"loads":[…],"relationships":[…],"ocean_events":[…]}.
 * Relationships carry "_shipper" and "_carrier", ocean events "_container", "_booking"
 * and "_bol": what they are asked by, which is not in the answer. */
#include "sections/demo/model.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct api_store {
	struct store store;
	char *file;
	json_t *root, *loads, *relationships, *events;
	struct demo_column columns[TABLE_COUNT][TABLE_COLUMNS_MAX];
};

static const char *cell(const struct api_store *s, enum table_id t, const char *const *cells,
			const char *name)
{
	for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++) {
		if (strcmp(s->columns[t][i].name, name) == 0)
			return cells[i];
	}
	return NULL;
}

static json_t *object_of(const struct api_store *s, enum table_id t, const char *const *cells)
{
	return json_loads(cell(s, t, cells, "raw"), 0, NULL);
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *relationship(const struct api_store *s, const char *const *cells)
{
	json_t *o = object_of(s, TABLE_API_RELATIONSHIPS, cells);

	json_object_set_new(o, "_shipper",
			    json_string(cell(s, TABLE_API_RELATIONSHIPS, cells, "shipper_id")));
	json_object_set_new(o, "_carrier",
			    json_string(cell(s, TABLE_API_RELATIONSHIPS, cells, "carrier_id")));
	return o;
}

static json_t *ocean_event(const struct api_store *s, const char *const *cells)
{
	static const char *const keys[] = { "event_code", "event_name", "event_time", "location",
					    "vessel", "voyage", "source", "received_at" };
	static const char *const hidden[][2] = { { "_container", "container_number" },
						 { "_booking", "booking_number" }, { "_bol", "bol_number" } };
	const enum table_id t = TABLE_API_OCEAN_EVENTS;
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		json_object_set_new(o, keys[i], text_or_null(cell(s, t, cells, keys[i])));
	for (size_t i = 0; i < 3; i++)
		json_object_set_new(o, hidden[i][0], text_or_null(cell(s, t, cells, hidden[i][1])));
	return o;
}

static bool api_row(struct store *store, enum table_id t, const char *const *cells, size_t n,
		    struct err *e)
{
	struct api_store *s = (struct api_store *)store;
	int rc = 0;

	(void)n;
	if (t == TABLE_API_LOADS)
		rc = json_array_append_new(s->loads, object_of(s, t, cells));
	else if (t == TABLE_API_RELATIONSHIPS)
		rc = json_array_append_new(s->relationships, relationship(s, cells));
	else if (t == TABLE_API_OCEAN_EVENTS)
		rc = json_array_append_new(s->events, ocean_event(s, cells));
	return rc == 0 || err_set(e, ERR_MEMORY, 0, "out of memory");
}

static bool api_close(struct store *store, bool ok, struct err *e)
{
	struct api_store *s = (struct api_store *)store;

	if (ok && json_dump_file(s->root, s->file, JSON_COMPACT) != 0)
		ok = err_set(e, ERR_INTERNAL, errno, "%s: %s", s->file, strerror(errno));
	json_decref(s->root);
	free(s->file);
	free(s);
	return ok;
}

struct store *store_api(const char *file, struct err *e)
{
	struct api_store *s = calloc(1, sizeof *s);

	if (s) {
		s->store = (struct store){ api_row, NULL, api_close };
		s->file = strdup(file);
		s->root = json_pack("{s:[],s:[],s:[]}", "loads", "relationships", "ocean_events");
	}
	if (!s || !s->file || !s->root) {
		err_set(e, ERR_MEMORY, 0, "out of memory");
		if (s)
			api_close(&s->store, false, NULL);
		return NULL;
	}
	s->loads = json_object_get(s->root, "loads");
	s->relationships = json_object_get(s->root, "relationships");
	s->events = json_object_get(s->root, "ocean_events");
	for (size_t t = 0; t < TABLE_COUNT; t++)
		demo_columns((enum table_id)t, s->columns[t]);
	return &s->store;
}
