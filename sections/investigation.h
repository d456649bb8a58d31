/* What views and the headless commands read: the sections of one investigation
 * as they stand now. Only the engine changes them, on its own thread (the UI
 * thread); readers on that thread need no lock and keep no pointers across
 * engine_tick(). */
#ifndef SECTIONS_INVESTIGATION_H
#define SECTIONS_INVESTIGATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/client.h"
#include "sections/facts.h"
#include "sections/follow.h"
#include "sections/section.h"
#include "sections/state.h"

/* One line of the trail: one request to one source, or why it was not sent. */
struct attempt {
	unsigned number;                /* counts over the investigation: "q12" */
	unsigned of_case;               /* which one of the engine's that is */
	const char *section;            /* id */
	const char *source;             /* name */
	const char *kind;               /* client kind */
	const char *query;              /* query name */
	char *sent;                     /* exact request, secrets replaced; NULL = not sent */
	struct param *params;           /* the values bound in it, whole; of a statement only */
	size_t nparams;
	char id[QUERY_ID_MAX];
	unsigned generation, segment, slice, tries; /* tries: 1 = first */
	usec from, to;                  /* window asked for; TIME_NONE = none */
	usec queued, started, first_row, ended;  /* monotonic; 0 = not yet */
	usec started_wall, ended_wall;
	uint64_t rows, bytes;
	struct progress progress;
	enum attempt_outcome outcome;
	enum err_kind cls;
	long code;
	char detail[ERR_TEXT_MAX];      /* printable */
};

enum { ABOUT_MAX = 160 };

struct section {
	const struct section_def *def;
	enum section_state state;
	char reason[REASON_MAX];        /* printable; "" when there is nothing to say */
	char about[ABOUT_MAX];          /* on demand: of a record, what it is asked about; printable,
	                                 * cut; "" = the case as a whole */
	char waiting_on[40];            /* WAITING: title of the section awaited */
	bool fallback;                  /* answered, but not by the first of its chain */
	const char *answered_by;        /* source name of the rows shown, or of who said that there
	                                 * are none; of several the fallback; NULL = nobody */
	usec as_of;                     /* wall time of the data: answer minus the source's lag, the
	                                 * oldest of several; TIME_NONE = no answer */
	usec asked_mono;                /* when this fetch began; 0 = never */
	usec settled_mono;              /* when it became final; 0 = not yet */
	const char *running_source;     /* RUNNING: who is asked now */
	unsigned step, nsteps;          /* RUNNING: k of n */
	usec deadline;                  /* RUNNING: monotonic, of the attempt */
	struct rowset rows;             /* what to show: live while it arrives, finished at the end */
	unsigned revision;              /* grows when rows are taken away; appended ones leave it */
	size_t problems, doubts;        /* rows marked so */
	unsigned generation;            /* grows with every fetch */
	struct attempt **trail;         /* of this generation; owned by the investigation */
	size_t ntrail;
	struct follow follow;
	bool by_itself;                 /* this fetch is a round of following */
	bool previous;                  /* rows are of the previous answer: a refetch runs, or it
	                                 * ended (state, reason) without an answer */
};

struct investigation {
	const struct workspace *workspace;
	char *typed;                    /* what the user asked for */
	struct facts facts;
	struct window window;
	bool window_known;
	struct section *sections;
	size_t nsections;
	struct attempt **log;           /* every attempt, oldest first; capped at LOG_MAX */
	size_t nlog;
	usec opened_mono, opened_wall;
	usec settled_mono;              /* every section final; 0 = not yet. Stays while sections
	                                 * that are followed, or on demand, are asked */
};

enum { LOG_MAX = 4096 };

struct section *investigation_section(struct investigation *, const char *id);
/* True once every section is final. */
bool investigation_settled(const struct investigation *);
/* Sections that were asked, and of these in *final (NULL allowed) how many are. One on demand
 * counts from when it is opened. */
size_t investigation_asked(const struct investigation *, size_t *final);
/* What an empty answer of this section says, after "answered: ". */
const char *section_absent(const struct section *);
/* Older than its time to live. */
bool section_stale(const struct section *, usec mono_now);
/* The cell of a column by id; CELL_NULL when there is none. */
struct cell section_cell(const struct section *, size_t row, const char *column);

/* What `show` exits with. */
enum { EXIT_COMPLETE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 3,
       EXIT_NO_ANSWER = 4, EXIT_INTERRUPTED = 130 };
int investigation_exit_code(const struct investigation *);

#endif
