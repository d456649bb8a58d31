/* Worker threads: take a job, ask the source, post what comes.
 *
 * A job is a struct of copies that the engine owns, lent to one worker from
 * pool_submit() until its MAIL_DONE; in between the engine may only fire its
 * cancel and call job_flush(). The connection travels with the job, so no two
 * threads ever share one. */
#ifndef SECTIONS_WORKER_H
#define SECTIONS_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mailbox.h"
#include "clients/client.h"
#include "clients/reach.h"
#include "sections/config.h"
#include "sections/freshness.h"
#include "sections/section.h"

struct attempt;
struct investigation;

enum { JOB_FLUSH_MS = 50 };      /* rows wait at most so long in a worker */

struct job;

enum mail_kind {
	MAIL_SENT,       /* text: the request as sent (owned) */
	MAIL_PENDING,    /* rows began to collect: flush them soon */
	MAIL_ROWS,       /* chunk (one reference) */
	MAIL_PROGRESS,   /* progress */
	MAIL_DONE,       /* err, rows, bytes, first_row, health: the last letter of a job */
};

struct job_mail {
	struct mail mail;                /* first */
	enum mail_kind kind;
	struct job *job;                 /* the last letter of a job is &job->done */
	char *text;
	struct chunk *chunk;
	struct progress progress;
	struct health health;
	struct err err;                  /* kind ERR_NONE: it worked */
	uint64_t rows, bytes;            /* source rows; raw bytes so far */
	usec first_row, ended;           /* monotonic; 0 = none */
	bool no_query;                   /* the source has no such query */
};

struct job {
	struct job *next;                /* the pool's queue */
	struct job *also_flying;         /* the engine's list */

	/* Whom the answer is for; the worker does not touch these. */
	struct investigation *inv;       /* NULL once it was closed */
	struct attempt *attempt;
	size_t section, segment, slice;
	unsigned generation;
	size_t source_index;
	bool probe;                      /* of a half-open breaker */
	usec flush_at;                   /* engine's timer for job_flush(); TIME_NONE = none */

	/* What to do. def NULL: a health check. */
	const struct config *config;
	const struct source *source;
	const struct section_def *def;
	char *query_name;
	struct query query;              /* text is found by the worker */
	struct param *params;            /* owned, values too */
	size_t nparams;
	usec now;                        /* wall, when the fetch or the check began */
	struct reach reach;              /* of a health check */
	struct freshness freshness;      /* the same */
	struct cancel cancel;
	void *conn;                      /* from the idle pool, or NULL; handed back with MAIL_DONE */

	/* Rows on their way: the builder is shared with job_flush(). */
	pthread_mutex_t lock;
	struct chunk_builder *builder;
	bool told;                       /* that rows wait, since the last job_flush() */
	struct mailbox *out;
	struct job_mail done;            /* part of the job, so that the end can always be told */
};

struct job *job_new(struct mailbox *, struct err *);
void job_free(struct job *);
/* Names and values that were allocated one by one. */
void params_free(struct param *, size_t n);
/* Posts the rows that wait in the builder, if any. False without memory: they wait on. */
bool job_flush(struct job *);
/* Frees a letter; of the last one only its contents, the rest goes with the job. */
void job_mail_free(struct job_mail *);

/* The client libraries are slow to start: the first thread that needs one does it, long
 * after the first frame. Any thread. */
bool worker_libraries(struct err *);

struct pool;
/* Starts one worker; pool_fill() starts the others, as many as there can be. */
struct pool *pool_new(unsigned workers, struct err *);
void pool_fill(struct pool *);
/* Lets the workers end once there is no job left; one of them calls last(arg) before.
 * To be called once at most; does not wait. */
void pool_stop(struct pool *, void (*last)(void *), void *arg);
/* After pool_stop(): joins the workers within `grace`; false when some were still
 * busy (they are left running and the pool leaks: the process ends). */
bool pool_free(struct pool *, usec grace);
void pool_submit(struct pool *, struct job *);

#endif
