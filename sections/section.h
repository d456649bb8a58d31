/* A section, as a table: what it asks, from whom, in which order, and how the
 * answer becomes rows. Static const data; nothing here knows a load. */
#ifndef SECTIONS_SECTION_H
#define SECTIONS_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/client.h"
#include "sections/facts.h"

enum column_type { COLUMN_TEXT, COLUMN_TIME, COLUMN_NUMBER, COLUMN_FLAG, COLUMN_BODY };

struct column_def {
	const char *id;           /* "message_type": the JSON key, the SQL alias, the REST column */
	const char *title;        /* "type": the heading; short */
	enum column_type type;    /* TIME is shown in the chosen zone, BODY only in details and as a tree */
	unsigned char priority;   /* 1 = shown at 80 columns, 2 = 120, 3 = 200, 0 = details only */
	unsigned char width;      /* cells wanted; 0 = takes what is left */
	bool key;                 /* frozen at the left, part of the row's identity */
};

/* One source that may answer. */
struct step {
	const char *source;             /* "tracking" */
	const char *query;              /* "load_by_id" */
	const char *const *needs;       /* facts that must be known, NULL-ended; else the step is skipped */
	const char *const *needs_one;   /* and at least one of these; NULL = none is needed */
	bool (*applies)(const struct facts *);  /* NULL = always */
	unsigned age_from, age_to;      /* age of the data in days that the source holds: [from, to); 0,0 = any */
	unsigned chunk_days;            /* longer windows are cut into such slices; 0 = never */
	bool shrink;                    /* memory errors: repeat with 3, 2, 1 days */
	bool authority;                 /* should know: its empty answer means there is nothing */
};

/* Makes section rows out of source rows, on the worker. */
struct row_maker;
/* Emits one row; `cells` in the section's column order. */
bool row_emit(struct row_maker *, const struct cell *cells, struct err *);
/* Memory for derived cells; lives until the row is emitted. */
struct cell row_printf(struct row_maker *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct cell row_bytes(struct row_maker *, const char *data, size_t len);
/* The wall time at which the fetch began (for ages). */
usec row_now(const struct row_maker *);

enum mark { MARK_FINE, MARK_DOUBT, MARK_PROBLEM };

struct investigation;
struct section;

enum { REASON_MAX = 240 };

/* Something a row says happened, for the timeline. Columns by their number from 1 on
 * (MOMENT_COLUMN); 0 = none. */
enum { MOMENT_WHAT = 5 };
#define MOMENT_COLUMN(column) (unsigned char)((column) + 1)

struct moment_def {
	const char *word;                /* begins its line: "created"; NULL = nothing */
	unsigned char event, known;      /* when it happened; when it became known to us */
	unsigned char local;             /* flag: the event's time is of an unknown zone */
	unsigned char what[MOMENT_WHAT]; /* their values make its line, as many as there are */
	bool optional;                   /* without an event time it did not happen */
};

/* From a record to a record of another section that has to do with it. Columns by id. */
enum { JUMP_KEYS = 6, JUMPS_MAX = 12 };
enum jump_when { JUMP_WHENEVER, JUMP_BEFORE, JUMP_AFTER };

struct jump_def {
	const char *word;                /* "the event of the same message" */
	const char *to;                  /* id of the section */
	struct { const char *here, *there; } same[JUMP_KEYS];  /* equal values; ends with NULLs */
	bool any;                        /* one such pair is enough, else all must be equal */
	enum jump_when when;             /* the nearest in time on that side */
	const char *at, *there_at;       /* of these times */
	usec within;                     /* no farther away */
};

/* A section on demand may be asked about a record of another one: values of that become
 * facts of this section alone, so their names are no other section's. */
enum { ASK_FACTS = 4 };

struct ask_def {
	const char *word;                /* "tickets about this error" */
	const char *from;                /* id of the section whose records offer it */
	struct { const char *column, *fact; } takes[ASK_FACTS]; /* the first is what is asked about:
	                                  * a record without it offers nothing; ends with NULLs */
};

enum { SECTIONS_MAX = 24 };          /* of a workspace */

struct section_def {
	const char *id;                  /* "carrier_files" */
	const char *title;               /* "Carrier files" */
	char letter;                     /* of its evidence references: 'F' gives F1, F2 … */
	const struct column_def *columns;
	size_t ncolumns;
	const char *const *after;        /* ids of sections that must be final first, NULL-ended */
	const struct step *steps;
	size_t nsteps;
	bool windowed;                   /* queries bind :from and :to; ages route */
	unsigned lead_days;              /* the window starts so many days earlier */
	unsigned max_rows;               /* rows kept; :limit is one more, which turns the state PARTIAL */
	usec ttl;                        /* older answers are shown as stale */
	usec deadline;                   /* of the whole fetch; 0 = 60 s */

	/* Why not to ask at all, or false. Writes `reason`. */
	bool (*skip)(const struct facts *, char reason[static REASON_MAX]);
	/* Fills derived cells and emits 0..n rows. NULL = emit as mapped by column name.
	 * Worker thread; pure. */
	bool (*derive)(struct row_maker *, struct cell *cells, struct err *);
	/* At the end, over all rows (at most max_rows a request): de-duplicates, marks corrections,
	 * sorts. Emits the final rows. NULL = as they came. Pure. */
	bool (*finish)(const struct rowset *in, struct row_maker *, struct err *);
	/* What the row says: shown at its right edge, counted on the rail. Pure. */
	enum mark (*mark)(const struct rowset *, size_t row);
	/* One line of counters for the pane's head ("61 sent, 47 failed, last ok 8.5 h ago"). */
	void (*summary)(const struct rowset *, usec now, struct buf *out);
	/* The row that is looked for among them, once all are there; NULL = the first. Pure. */
	size_t (*start)(const struct rowset *);
	/* Takes facts from a final OK or PARTIAL answer. `answered` is the step. May
	 * return true to ask the chain again from its start with the new facts (at
	 * most once a fetch). */
	bool (*learn)(const struct section *, const struct step *answered, struct facts *);
	/* The final word of the section, after learn: may turn OK into PARTIAL with a
	 * reason (several candidates). NULL = nothing to add. */
	bool (*verdict)(const struct section *, const struct facts *, char reason[static REASON_MAX]);
	const char *absent;              /* what a source that should know said by no rows, as its words
	                                  * ("no callback in these days"); NULL = there is nothing */
	const char *otherwise;           /* what a person can do when nobody answered; NULL = nothing */
	const char *older;               /* what there still is of what no source keeps any more, as a
	                                  * clause; NULL = nothing */
	/* What the timeline shows of a row. */
	const struct moment_def *moments;
	size_t nmoments;
	/* Where its records lead to; at most JUMPS_MAX. */
	const struct jump_def *jumps;
	size_t njumps;
	const char *opens;               /* column with the id of a case that a record stands for */
	/* Asked when it is opened, not before; has no number, stands behind all that have. */
	bool on_demand;
	const char *question;            /* on demand: what it asks, in a line */
	const char *told;                /* on demand: the fact that is a text of the case for somebody
	                                  * outside (evidence.h), which a person has agreed to first;
	                                  * never asked otherwise. NULL = no such thing */
	const struct ask_def *asks;      /* on demand: the records it may be asked about */
	size_t nasks;
};

/* A time window of an investigation. TIME_NONE = open end. */
struct window {
	usec from, to;
	usec anchor;                     /* the end that matters when it must shrink */
	char reason[REASON_MAX];         /* how it was found, what was missing */
};

/* Where a source's settings may come from besides the configuration file. */
struct env_alias { const char *key; const char *names[6]; };

struct source_def {
	const char *name, *title, *kind; /* kind: the default, the configuration may name another */
	const struct env_alias *env;     /* ends with a NULL key */
	const char *const *presets;      /* "key=value" defaults, NULL-ended; may be NULL */
	unsigned lane;
	const char *lag;                 /* "30h": how far its data is behind; NULL = live */
	const char *timeout;             /* "60s": of one request; NULL = the usual */
	bool opt_in;                     /* only where the file says `enabled: true` */
};

/* What is investigated: the sections and sources of one workspace. */
struct workspace {
	const char *name;                /* "load" */
	const char *subject;             /* "load": what one case is called */
	const struct section_def *const *sections;
	size_t nsections;
	const struct source_def *sources;
	size_t nsources;
	/* Writes what the user typed into facts ("identifier", "id_digits", …). */
	bool (*identify)(const char *typed, struct facts *, struct err *);
	/* Finds the window once the first section is final. */
	void (*window)(const struct facts *, usec now, struct window *);
	/* Names of facts that make the "load" object of the JSON output, NULL-ended. */
	const char *const *subject_facts;
	/* Names that queries may bind before anything is known of them: NULL then.
	 * NULL-ended. Any other unknown name is a mistake in a query. */
	const char *const *params;
	/* The column, of whatever section, that names zones of its rows; NULL = none does. */
	const char *zone_column;
	/* Secrets that may stand in the environment, to be sealed at start; NULL-ended. */
	const char *const *secret_env;
};

extern const struct workspace workspace_load;

#endif
