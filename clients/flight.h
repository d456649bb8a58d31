/* Something slow that several threads want at once: one of them does it, the others wait
 * for it, each within its own deadline and as long as its own user wants. */
#ifndef CLIENTS_FLIGHT_H
#define CLIENTS_FLIGHT_H

#include <pthread.h>
#include <stdbool.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

struct flight;

/* All under the lock of what is wanted, where a pointer says who is under way. */

/* NULL without descriptors or memory. */
struct flight *flight_new(void);
/* Waits for another one's, without the lock. False with its error; one that was stopped,
 * or ran late, says nothing about the next: true, so that the caller looks once more. */
bool flight_wait(struct flight *, pthread_mutex_t *lock, struct cancel *, usec deadline,
		 struct err *);
/* It is over: whoever waits is woken. Not the caller's any more. */
void flight_land(struct flight *, bool ok, const struct err *why);

#endif
