/* Redshift's peculiarities, by a proxy in front of a real PostgreSQL: it calls itself
 * 8.0.2, speaks of UNICODE, knows `SET readonly`, and knows none of the settings that came
 * after 8.0. Who may log in is PostgreSQL's affair. */
#ifndef TESTS_SUPPORT_REDSHIFT_PROXY_H
#define TESTS_SUPPORT_REDSHIFT_PROXY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/support/pg_wire.h"

struct redshift_proxy {
	struct wire_server wire;
	unsigned upstream;              /* port of the server behind it */
	uint32_t auth;                  /* the method to ask for; 0 = the server's own */
	bool knows_readonly;
	pthread_mutex_t lock;
	struct buf seen;                /* every statement, one a line */
	char options[64];               /* of the startup packet, "" when there are none */
};

bool redshift_proxy_start(struct redshift_proxy *, unsigned upstream, uint32_t auth,
			  bool knows_readonly);
void redshift_proxy_stop(struct redshift_proxy *);

#endif
