/* What test_conformance.c asks of every kind: a trial is what the server does and what must
 * come of it; a kind knows how to begin a server that does so, and how to ask it. */
#ifndef TESTS_SUPPORT_CONFORMANCE_H
#define TESTS_SUPPORT_CONFORMANCE_H

#include "base/buf.h"
#include "clients/client.h"
#include "tests/support/conformance_sql.h"
#include "tests/support/fault_server.h"
#include "tests/support/trino_fake.h"

enum body { BODY_TWO, BODY_EMPTY, BODY_PAGE_1, BODY_PAGE_2, BODY_PAGE_3, BODY_MALFORMED, BODY_BIG,
	    BODY_HTML, BODY_WORDS, BODY_SECRETS, BODIES };

enum fault { WHOLE, CUT, HANG, STALL };

struct reply {
	enum body body;
	unsigned status;        /* 0 = 200 */
	enum fault fault;
	int delay_ms;
	const char *headers;    /* "Name: value\r\n"; "" = a Retry-After with a date */
	bool elsewhere;         /* a Location: another port, where nothing may ever ask */
};

enum { REPLIES = 4, PRELUDES = 2, ANY = 1 << 20 };

enum stop { RUNS, CANCELLED, LATE };
enum place { ANSWERS, REFUSES, MUTE };

struct trial {
	const char *name, *outcome;
	struct reply replies[REPLIES];
	size_t n;
	enum err_kind kind;     /* ERR_NONE: it goes well */
	bool transient;
	size_t rows;            /* ANY = does not matter */
	bool pages;             /* only where there are pages */
	bool renews;            /* only where other credentials can be had meanwhile */
	enum stop stop;
	enum place place;
	uint64_t max_bytes, max_rows;
	bool once;              /* nothing is asked again */
	const char *words;      /* in the error's text */
};

enum { BIG_ROWS = 4000 };       /* of BODY_BIG */

struct running;

struct kind {
	const struct client_ops *ops;
	const char *query, *type;
	const char *bodies[BODIES];     /* NULL = the same for all */
	const char *row, *between, *before, *after; /* of a big body; `row` takes a number */
	const char *no_pages;           /* why there are none; NULL = there are */
	const char *pages;              /* pages by this only, all else is another column's */
	const char *more;               /* where a Link leads, without its number */
	bool granted;                   /* tokens are had from a server of their own */
	const char *prelude[PRELUDES];  /* answer what is asked first; NULL = nothing is */
	bool basic;                     /* HTTP Basic says who asks */
	bool refused_first;             /* a refusal meets the first request, without a prelude */
	void (*begin)(struct running *, const struct trial *);
	struct source *(*source)(const char *url);
	enum conformance_sql sql;       /* speaks no HTTP: only `ops` besides */
};

struct running {
	const struct kind *kind;
	struct fault_server server, tokens;
	bool started;
	struct trino_fake *fake;
	struct fault_step steps[REPLIES + PRELUDES][3];
	unsigned asked_first;           /* requests before the first reply */
	struct buf texts[REPLIES][2];
	struct trino_answer answers[REPLIES + 2];
	char retry_after[64], location[64];
	unsigned port, elsewhere;       /* elsewhere: where redirects lead */
};

/* What proves who asks, in every kind; TEST_SECRET in the environment. */
#define CANARY "canary-5fd2c1a90b7e"
/* How HTTP Basic spells it, of the user alice. */
const char *conformance_basic(void);

enum { KINDS = 13 };
extern const struct kind conformance_kinds[KINDS];

/* Gives tokens to a kind that wants them, from `r->tokens`. */
void conformance_grant(struct running *r);
/* Requests so far, without those that come first. */
unsigned conformance_asked(struct running *r);

#endif
