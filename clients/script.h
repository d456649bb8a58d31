/* How a source of the demonstration behaves: how long it takes and how it fails.
 * The sqlite client reads one such line per query from the table demo_script and
 * plays it around the real answer. Knows nothing of SQLite. */
#ifndef CLIENTS_SCRIPT_H
#define CLIENTS_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "clients/client.h"

/* X(NAME, word, what happens). The argument is demo_script.fault_arg: a number
 * where one is wanted, otherwise the words of the server (NULL = usual ones). */
#define SCRIPT_FAULTS(X) \
	X(NONE,             "none",             "answers after its latency") \
	X(EMPTY,            "empty",            "answers without rows") \
	X(AUTH,             "auth",             "401, who we are is not believed") \
	X(DENIED,           "denied",           "403, not allowed") \
	X(TIMEOUT,          "timeout",          "gives up after its latency; latency 0: never answers") \
	X(NETWORK,          "network",          "the connection is reset") \
	X(HTTP_500,         "http_500",         "503, three tries will not help") \
	X(MEMORY_OVER_DAYS, "memory_over_days", "241 while the window is longer than N days") \
	X(CUT_AFTER_ROWS,   "cut_after_rows",   "the connection is reset after N rows") \
	X(LIMIT,            "limit",            "a ceiling is reached after N rows")

enum script_fault {
#define X(name, word, meaning) SCRIPT_##name,
	SCRIPT_FAULTS(X)
#undef X
	SCRIPT_FAULT_COUNT
};

struct script {
	enum script_fault fault;
	char arg[200];
	long n;                         /* the argument as a number */
	usec asked;                     /* monotonic: the latency counts from here */
	usec latency, row_delay;
	uint64_t scan_rows;             /* rows the server says it goes through; 0 = it says nothing */
};

/* ERR_CONFIG for an unknown word. */
bool script_fault_parse(const char *word, enum script_fault *, struct err *);

/* Waits as long as the source takes and fails as it does. `what` names the source. */
bool script_before(const struct script *, const char *what, const struct query *,
		   struct cancel *, struct row_sink *, struct err *);
/* Between rows: `rows` have been delivered. */
bool script_row(const struct script *, const char *what, uint64_t rows, const struct query *,
		struct cancel *, struct err *);

#endif
