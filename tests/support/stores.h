/* The demonstration's scenarios in real servers, and an engine that asks them: how
 * one load looks from PostgreSQL, ClickHouse and the APIs, beside how it looks from
 * the embedded database. The wall clock stands at FIXTURES_NOW. */
#ifndef TESTS_SUPPORT_STORES_H
#define TESTS_SUPPORT_STORES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "sections/engine.h"
#include "tests/support/api_simulator.h"
#include "tests/support/fixtures.h"

struct stores {
	struct fixtures fixtures;
	struct postgres_server postgres;
	struct clickhouse_server clickhouse;
	struct api_simulator *api;
	char secret_file[200];          /* what signs requests to the APIs */
};

/* True when every server is installed. */
bool stores_installed(void);
bool stores_start(struct stores *, struct err *);
void stores_stop(struct stores *);

struct stores_options {
	const char *head;               /* lines before the sources; NULL = none */
	const char *signoz;             /* the ClickHouse user that reads the logs; NULL = analyst */
	const char *company;            /* more settings of the company API: ", timeout: 1s" */
	const char *off;                /* sources switched off, besides the archives: "tracking company" */
};

/* Configurations, to be released. */
struct buf stores_servers(const struct stores *, const struct stores_options *);
struct buf stores_embedded(const struct stores *, const struct stores_options *);

/* An engine of its own with one load open. */
struct opened {
	struct config config;
	struct clock clock;
	struct engine *engine;
	struct investigation *inv;
};

/* All of these fail the test when they cannot. */
void opened_start(struct opened *, const char *config, const char *load);
/* Until the load is settled, or with `until` when that says so; a minute at most. */
void opened_run(struct opened *, bool (*until)(struct opened *, void *), void *ctx);
/* Asks every source how it is, as `doctor` does. */
void opened_check(struct opened *);
/* The document of `show --format json`; the caller's. */
json_t *opened_json(const struct opened *);
struct section *opened_section(struct opened *, const char *id);
void opened_end(struct opened *);

#endif
