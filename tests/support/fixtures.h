/* The scenarios of the demonstration, loaded into every kind of store, so that a load
 * can be opened from each and compared. Made by build/demo-data; the pretended time
 * is FIXTURES_NOW in all of them. */
#ifndef TESTS_SUPPORT_FIXTURES_H
#define TESTS_SUPPORT_FIXTURES_H

#include <stdbool.h>

#include "base/err.h"
#include "tests/support/clickhouse_server.h"
#include "tests/support/postgres_server.h"

#define FIXTURES_NOW "2026-01-23T14:22:07Z"

struct fixtures {
	char *dir;
	char api_file[160];     /* for api_options.data_file */
	char db_file[160];      /* the sqlite database, scripts included, without background */
};

/* Makes the directory and both files. */
bool fixtures_init(struct fixtures *, struct err *);
void fixtures_release(struct fixtures *);

/* Into the database "postgres": platform.fact_loads, hadoop.…, pgs_company.…. The
 * role analyst may read them. */
bool fixtures_load_postgres(const struct fixtures *, const struct postgres_server *, struct err *);
/* rewind_db.callbacks_v2 …, signoz_logs.distributed_logs. */
bool fixtures_load_clickhouse(const struct fixtures *, const struct clickhouse_server *,
			      struct err *);

/* Runs build/demo-data: args after the program's name, ends with NULL. */
bool demo_data(const char *const *args, struct err *);

#endif
