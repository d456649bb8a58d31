/* The generator of the demonstration's data (build/demo-data).
 *
 *   scenarios.yaml -> scenario.c \                      / to_sqlite.c
 *                                 > emit.c -> row.c -> <  to_text.c (PostgreSQL, ClickHouse)
 *   fixed seed ----> volume.c    /           /          \ to_api.c
 *   tables.yaml ---> given.c ---------------/
 *
 * Everything becomes rows of the tables of schema.sql; a store writes those rows in
 * its own dialect. So a load looks the same from every store. One thread; the first
 * error is kept in the generator and ends the run. */
#ifndef SECTIONS_DEMO_MODEL_H
#define SECTIONS_DEMO_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/doc.h"
#include "base/err.h"

/* ---- tables ------------------------------------------------------------------- */

enum table_id {
	TABLE_API_LOADS, TABLE_API_RELATIONSHIPS, TABLE_API_OCEAN_EVENTS,
	TABLE_FACT_LOADS, TABLE_FACT_STOPS, TABLE_VALIDATION,
	TABLE_COMPANIES, TABLE_RELATIONSHIPS, TABLE_SCACS,
	TABLE_FILE_LOGS, TABLE_RECORD_LOGS,
	TABLE_REWIND_FILES, TABLE_REWIND_RECORDS, TABLE_CALLBACKS, TABLE_LOGS,
	TABLE_ISSUES, TABLE_DOCUMENTS, TABLE_CODE, TABLE_FUNCTIONS, TABLE_CHATS,
	TABLE_CONFIGS, TABLE_SUBSCRIPTIONS, TABLE_SCRAPES, TABLE_CASES, TABLE_OBJECTS,
	TABLE_COUNT
};

enum column_kind { COLUMN_IS_TEXT, COLUMN_IS_INT, COLUMN_IS_FLAG, COLUMN_IS_TIME };
enum { TABLE_COLUMNS_MAX = 48, COLUMN_NAME_MAX = 48 };

struct demo_column {
	char name[COLUMN_NAME_MAX];
	enum column_kind kind;
	bool nullable;                  /* in ClickHouse */
};

struct demo_table {
	const char *name;               /* as in schema.sql */
	const char *postgres;           /* its name there; NULL = not in that store */
	const char *clickhouse;
	const char *order;              /* ClickHouse: ORDER BY; the first is a text or an integer */
	const char *columns;            /* "name[:i|f|t][?] ..." */
};

extern const struct demo_table demo_tables[TABLE_COUNT];
size_t demo_columns(enum table_id, struct demo_column out[static TABLE_COLUMNS_MAX]);

/* ---- stores --------------------------------------------------------------------- */

struct script_line {
	const char *source, *query, *load;   /* "*" = any */
	long latency_ms, jitter_ms, row_delay_ms, scan_rows;
	const char *fault, *arg;             /* NULL = none */
};

/* Cells are NUL-terminated text; NULL = SQL NULL. */
struct store {
	bool (*row)(struct store *, enum table_id, const char *const *cells, size_t n, struct err *);
	/* How a source behaves for a load; NULL where that means nothing. */
	bool (*script)(struct store *, const struct script_line *, struct err *);
	/* Finishes and frees, also after a failure (`ok` false). */
	bool (*close)(struct store *, bool ok, struct err *);
};

struct store *store_sqlite(const char *file, usec now, struct err *);
struct store *store_postgres(const char *dir, struct err *);
struct store *store_clickhouse(const char *dir, struct err *);
struct store *store_api(const char *file, struct err *);

/* ---- the generator ---------------------------------------------------------------- */

struct generator {
	struct store *store;
	struct doc *doc;                /* scenarios.yaml */
	usec now;
	uint64_t random;                /* state; every draw advances it */
	uint64_t next_stop, next_scac;
	struct demo_column columns[TABLE_COUNT][TABLE_COLUMNS_MAX];
	size_t ncolumns[TABLE_COUNT];
	enum table_id table;            /* of the row being made */
	struct buf text;                /* its cells, NUL after each */
	size_t at[TABLE_COLUMNS_MAX];   /* 1 + offset of a cell in `text`; 0 = NULL */
	struct buf scratch;
	struct err err;                 /* the first failure */
};

void generator_init(struct generator *, struct store *);
void generator_release(struct generator *);

/* One row. NULL and "" are NULL; an unknown column is a bug and an error. */
void row_start(struct generator *, enum table_id);
void row_text(struct generator *, const char *column, const char *value);
void row_format(struct generator *, const char *column, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void row_int(struct generator *, const char *column, int64_t);
void row_flag(struct generator *, const char *column, bool);
void row_time(struct generator *, const char *column, usec);   /* TIME_NONE is NULL */
void row_end(struct generator *);

/* splitmix64: the same numbers on every machine. */
uint64_t random_next(struct generator *);
uint64_t random_below(struct generator *, uint64_t n);
enum { UUID_MAX = 37 };
const char *random_uuid(struct generator *, char out[static UUID_MAX]);

/* ---- what there is to tell ---------------------------------------------------------- */

struct company { const char *permalink, *name; };   /* "" = none */

enum { SLOTS_MAX = 4, STOPS_MAX = 6 };

struct relationship {
	int64_t id;
	struct company shipper, carrier;
	const char *status, *external_id, *eld_provider;
	bool active, allow_tracking, eld_enabled;
	const char *slots[SLOTS_MAX];   /* NULL = unused */
	const char *scacs[SLOTS_MAX];
	usec created;
};

struct stop {
	const char *type, *name, *city, *country, *locode;
	usec due, arrived, departed;
};

struct load {
	uint64_t id;                    /* 0 = never created */
	const char *number, *mode, *status, *via;
	struct company shipper, carrier;
	const char *container, *booking, *bol, *po, *pro, *truck, *trailer;
	const char *references[4];
	usec created, updated, delivered, terminated, expired, picked_up, pickup_check_call,
	     delivery_check_call, first_check_call, latest_check_call;
	const char *position;           /* "51.9375, 4.125": exact in binary, so every store says the same */
	usec position_at, eta, carrier_eta;
	struct stop stops[STOPS_MAX];
	size_t nstops;
};

struct attempt_told { usec at; const char *status, *error, *file; bool created; };

struct file_told {
	usec at;
	const char *file, *status, *error, *queued, *skipped;
	bool matched;
	const char *ids[SLOTS_MAX];     /* NULL: from the slots */
};

/* The file of a record: what it says of the load. */
struct edi_event {
	const char *code, *stop, *city, *country, *locode, *vessel, *voyage;
	usec at;                        /* port-local reading */
};

struct original_told {
	usec at;
	const char *file, *scac, *booking;
	size_t record;                  /* which of the file's is the load's, from 1 on */
	bool miscount;                  /* its transaction says another number of segments */
	struct edi_event events[2];     /* the second is told once more, late */
	size_t nevents;
};

struct callback_told { usec at; const char *type, *status, *error, *url; long config, attempts; };

struct ocean_told {
	const char *code, *text, *qualifier, *stop, *vessel, *voyage, *terminal;
	const char *city, *country, *locode;
	usec at, known;                 /* at: port-local reading */
	bool edi, camel, empty;         /* empty: a message without containers */
	bool brief;                     /* fewer keys: background */
	const char *correlation;        /* NULL = a new one */
};

/* correlation: NULL = one of its own */
struct log_told { usec at; const char *level, *service, *class, *text, *correlation; };

void emit_company(struct generator *, int64_t id, const struct company *);
void emit_relationship(struct generator *, const struct relationship *, int64_t shipper_id,
		       int64_t carrier_id);
void emit_load_api(struct generator *, const struct load *);
void emit_load_warehouse(struct generator *, const struct load *);
void emit_attempt(struct generator *, const struct load *, const struct attempt_told *);
void emit_file(struct generator *, const struct load *, const struct relationship *,
	       const struct file_told *);
void emit_original(struct generator *, const struct load *, const struct original_told *);
/* Which record of its file it is. */
int64_t file_record(const struct file_told *);
void emit_callback(struct generator *, const struct load *, const struct callback_told *);
/* One log line; with `listed` also a row of the ocean API. */
void emit_ocean(struct generator *, const struct load *, const struct ocean_told *, bool listed);
void emit_log(struct generator *, const struct load *, const struct log_told *);

/* A log line: its prefix, then the Ruby hash or the words. */
void body_ocean(struct generator *, struct buf *, const struct load *, const struct ocean_told *,
		usec written);
void body_log(struct generator *, struct buf *, const struct load *, const struct log_told *,
	      usec written);
const char *ocean_event_name(const char *code);

/* The objects as the APIs answer them, compact JSON; the caller frees. NULL without memory. */
char *json_load(const struct load *);
char *json_stops(const struct load *);
char *json_relationship(const struct relationship *);
char *json_slots(const struct relationship *);
char *json_strings(const char *const *items, size_t max);

/* A time as the descriptions tell it: absolute, or counted from now. */
usec told_time(struct generator *, const struct doc_node *);
/* The rows of tables.yaml. */
void emit_given_tables(struct generator *);
/* Reads companies, relationships, scripts and scenarios and emits all of it. */
void emit_scenarios(struct generator *);
/* The relationships of the description; `out` holds up to max. */
size_t scenario_relationships(struct generator *, struct relationship *out, size_t max);

struct volume_counts { unsigned loads, callbacks, ocean, logs; };
extern const struct volume_counts volume_default;   /* 2,000 loads, 200,000 events */
void emit_volume(struct generator *, const struct volume_counts *);

#endif
