/* A source of the kind "rest" at an API simulator that all of a test share, queries for it,
 * and what came of them. */
#ifndef TESTS_SUPPORT_REST_CASE_H
#define TESTS_SUPPORT_REST_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "clients/client.h"
#include "tests/support/api_simulator.h"

#define REST_SECRET "canary+secret/7f3a"
#define REST_COLUMNS "columns: { id: id, shipper: [shipper.id, shipperId], refs: referenceNumbers }\n"
#define REST_HEAD "id|shipper|refs\n"
#define REST_LOAD REST_HEAD "726100801|norbrook-foods|[\"R1\",\"R2\"]\n"

extern struct api_simulator *rest_api;
extern const char rest_data[];          /* what it has */
/* Mappings: the load by its id or number; three relationships on two pages. */
extern const char rest_by_id[], rest_search[], rest_related[];

/* For a test's set-up and tear-down. */
int rest_case_start(void **state);
int rest_case_stop(void **state);

enum { REST_SETTINGS = 16 };

struct rest_case {
	struct source source;
	struct setting settings[REST_SETTINGS];
	char *texts[2 * REST_SETTINGS];
	char url[64];
};

/* With the url, and good credentials for every scheme. */
void rest_case_make(struct rest_case *, const char *auth);
void rest_case_set(struct rest_case *, const char *key, const char *value);
void rest_case_release(struct rest_case *);

/* What a sink was told: rows as text, the request as sent, notes. */
struct rest_seen {
	struct row_sink sink;
	struct buf text, sent, notes;
	size_t columns, rows, bytes;
};
void rest_seen_release(struct rest_seen *);

struct query rest_case_query(const char *mapping);
/* Initialises `seen`; false with the error. */
bool rest_case_run(struct rest_case *, const struct query *, struct rest_seen *, struct cancel *, struct err *);
/* Those rows; fails the test otherwise. */
void rest_gives(struct rest_case *, const char *mapping, const char *rows);
/* That error, which names the source; fails the test otherwise. */
struct err rest_fails(struct rest_case *, const char *mapping, enum err_kind, const char *says);

#endif
