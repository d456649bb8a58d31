/* A TCP server on loopback that answers each connection by a script, however
 * wrong: for what no decent HTTP library would send. */
#ifndef TESTS_SUPPORT_FAULT_SERVER_H
#define TESTS_SUPPORT_FAULT_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct fault_step {
	const char *send;       /* NULL ends the script */
	size_t len;             /* 0 = strlen(send) */
	unsigned times;         /* 0 = once */
	int gap_ms;             /* waited before each; ends early when the peer leaves */
	bool reset;             /* instead of sending: close with a reset */
	/* At the end: do not close, answer the next request by this script. */
	const struct fault_step *then;
};

#define FAULT_FOREVER 0xffffffffu

struct fault_server {
	const struct fault_step *script;
	bool mute;              /* reads nothing, says nothing */
	int listener, stop;
	unsigned port;
	atomic_uint connections, requests;
	pthread_mutex_t lock;
	char request[8192];     /* the last one, NUL-terminated; read it under the lock */
	pthread_t thread;
};

/* `script` stays the caller's. */
void fault_start(struct fault_server *, const struct fault_step *script);
/* Accepts at once and never says a word. */
void fault_start_mute(struct fault_server *);
void fault_stop(struct fault_server *);

#endif
