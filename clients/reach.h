/* How a source is reached, step by step: where the way is broken is what somebody has
 * to know before asking anybody. The question itself is client_ops.check(). */
#ifndef CLIENTS_REACH_H
#define CLIENTS_REACH_H

#include <stdbool.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/peer.h"
#include "clients/source.h"

/* X(NAME, word) in the order in which they are gone. */
#define REACH_STEPS(X) \
	X(SECRET,  "secret")    /* every secret that is referred to can be read */ \
	X(NAME,    "dns")       /* the name has addresses */ \
	X(CONNECT, "tcp")       /* one of them accepts */ \
	X(TLS,     "tls")       /* and is who it should be */

enum reach_name {
#define X(name, word) REACH_##name,
	REACH_STEPS(X)
#undef X
	REACH_STEP_COUNT
};

enum reach_outcome { REACH_SKIPPED, REACH_OK, REACH_FAILED };

struct reach_step {
	enum reach_outcome outcome;
	usec took;
	char text[ERR_TEXT_MAX]; /* printable: what was found, or why it failed or was not gone */
	enum err_kind why;      /* of a failure */
};

struct reach {
	bool expires;           /* a certificate was seen */
	int days_left;          /* of it; negative: over */
	enum peer_flaw flaw;    /* of TLS */
	struct reach_step steps[REACH_STEP_COUNT];
};

/* The word of a step: "dns". */
const char *reach_word(enum reach_name);

/* Goes the steps that this source has: through its proxy if it has one (there TLS is the
 * client's affair), none for a file or a socket of this machine. Sends no secret and asks
 * nothing. False when the client need not try: no secret, no address, no connection. A
 * certificate that is not trusted is for the client to refuse. */
bool reach_check(const struct source *, struct reach *, struct cancel *, usec deadline);

#endif
