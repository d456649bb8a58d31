/* Inside the engine: what engine.c (life, mail, sources), again.c (refetching,
 * following), fetch.c (a section from being asked to its answer), segment.c (its way
 * through the chain), answer.c (what is shown of it) and launch.c (lanes, breakers, jobs)
 * share. Nobody else includes this. All of it belongs to the engine's thread. */
#ifndef SECTIONS_ENGINE_IMPL_H
#define SECTIONS_ENGINE_IMPL_H

#include "sections/engine.h"
#include "sections/plan.h"
#include "sections/worker.h"

enum { SLOT_SAMPLES = 64 };

/* Breakers are per origin: two sources on one server share one. */
struct origin {
	const char *name;
	struct breaker breaker;
};

/* A source while the engine runs. */
struct slot {
	struct source_status status;
	struct origin *origin;
	struct budget budget;
	void **idle;                     /* connections nobody uses; at most lane of them */
	size_t nidle;
	usec samples[SLOT_SAMPLES];      /* how long the last answers took */
	size_t nsamples;
	bool check_wanted;               /* engine_check(): waits for a worker */
};

enum slice_state { SLICE_READY, SLICE_DELAYED, SLICE_FLYING, SLICE_DONE };

/* One request of a step: the whole segment, or a chunk of it. */
struct slice {
	enum slice_state state;
	struct span span;
	bool shrunk;                     /* asked for less than it should have */
	unsigned tries;
	usec not_before;                 /* DELAYED */
	usec deadline;                   /* FLYING: of this attempt */
	struct job *job;                 /* FLYING */
	struct attempt *attempt;
	struct rowset rows;
	bool lost;                       /* rows came that there was no memory for */
	bool no_query;                   /* the source has no such query: it was not asked */
	struct err err;                  /* DONE; kind ERR_NONE: it worked */
};

struct segment {
	struct span span;
	bool kept;
	bool done;
	enum section_state state;        /* when done */
	size_t step;
	struct slice *slices;
	size_t nslices;
	struct hearing heard;
	const struct step *first;        /* the first step that applied */
	const struct step *answered;     /* whose rows these are */
	usec answered_wall;
	const struct step *silent;       /* the authority that said: nothing */
	usec silent_wall;
};

/* A section's fetch in progress (or the last one). */
struct fetch {
	bool wanted, active, asked_again;
	usec deadline;                   /* monotonic, of the whole fetch */
	usec now;                        /* wall, when it began */
	struct segment segments[PLAN_SEGMENTS];
	size_t nsegments;
	size_t marked;                   /* rows whose marks are counted */
	bool out_of_order;               /* rows came that do not belong at the end */
	char notes[REASON_MAX];
	struct { const char *source; enum source_rule rule; } *rules;
	size_t nrules;
};

/* An investigation with what only the engine sees. */
struct open_case {
	struct investigation inv;        /* first */
	struct open_case *next;
	struct fetch *fetches;           /* as many as sections */
	unsigned attempts;               /* numbers the lines of the log */
	unsigned number;                 /* counts the cases of the engine */
};

struct engine {
	const struct config *config;
	const struct workspace *workspace;
	const struct clock *clock;
	struct mailbox *mailbox;
	struct pool *pool;
	unsigned workers, in_flight;
	unsigned checks;                 /* of those in flight */
	struct slot *slots;              /* in the order of config->sources */
	struct origin *origins;
	size_t norigins;
	struct open_case *cases;
	struct job *flying;
	uint64_t random;                 /* xorshift state */
	unsigned requests;               /* numbers the query ids */
	char run_id[17];
	bool changed;
	struct attempt_observer observer; /* ended NULL: nobody wants to know */
	unsigned opened;                 /* numbers the cases */
	bool stopped;                    /* the idle connections are a worker's to close */
};

double engine_random(struct engine *);           /* [0,1) */
struct slot *engine_slot(struct engine *, const char *source);   /* NULL = not in the workspace */

/* again.c */
/* Begins the rounds that are due. */
void again_begin(struct engine *, struct open_case *);
/* Takes note of those that ended. When the next is due, or TIME_NONE. */
usec again_next(struct engine *, struct open_case *);

/* fetch.c */
void fetch_begin(struct engine *, struct open_case *, size_t section);
void fetch_advance(struct engine *, struct open_case *, size_t section);
void fetch_rows(struct engine *, struct job *, struct chunk *);  /* takes the reference */
void fetch_done(struct engine *, struct job *, const struct job_mail *);
void fetch_stop(struct engine *, struct open_case *, size_t section);
void fetch_release(struct fetch *);
/* Adds a sentence to what will be the section's reason. */
void fetch_note(struct fetch *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* segment.c */
/* `kept`: whether any step holds data of that age; else it is over at once. */
void segment_begin(struct engine *, struct open_case *, size_t section, size_t segment, struct span,
		   bool kept);
/* Moves on when all slices have ended; false: not yet. */
bool segment_check(struct engine *, struct open_case *, size_t section, size_t segment);
/* Frees the slices. */
void segment_clear(struct segment *);

/* answer.c */
void answer_clear(struct section *, struct fetch *);
/* Shows one more chunk of a slice; takes the reference. False without memory for it. */
bool answer_add(struct section *, struct fetch *, size_t segment, size_t slice, struct chunk *);
/* Shows what has arrived, in the order of the plan. False without memory for all. */
bool answer_rebuild(struct section *, struct fetch *);
/* The rows are complete: def->finish() has its turn. */
void answer_finish(struct section *, struct fetch *);
/* Says who answered, of when, and whether it was the first choice; of EMPTY, who
 * said so. NULL = nobody. */
const struct step *answer_name(struct engine *, struct section *, struct fetch *,
			       enum section_state);
/* Takes the facts of the answer in the place of the former one's; EMPTY has none.
 * True when the section wants to ask again with them. */
bool answer_learn(struct investigation *, struct section *, const struct step *answered);

/* launch.c */
void launch_ready(struct engine *, struct open_case *, size_t section);
/* When a waiting slice wants to be looked at again, or TIME_NONE. */
usec launch_next(const struct open_case *);
/* Starts the checks that were asked for, as far as workers are free. */
void launch_checks(struct engine *);
void launch_landed(struct engine *, struct job *, const struct job_mail *);
/* A line of the trail; NULL without memory. */
struct attempt *attempt_new(struct engine *, struct open_case *, size_t section,
			    const struct step *, size_t segment, size_t slice, struct span);
void attempt_free(struct attempt *);
/* Copies the values that the request as sent lists; without memory none is kept. */
void attempt_keep_params(struct attempt *, const struct job *);
void attempt_end(struct engine *, struct attempt *, enum attempt_outcome, const struct err *);

#endif
