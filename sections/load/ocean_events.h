/* The columns of the ocean events, shared by those who make the rows
 * (ocean_events.c) and those who fold them (ocean_history.c). */
#ifndef SECTIONS_LOAD_OCEAN_EVENTS_H
#define SECTIONS_LOAD_OCEAN_EVENTS_H

#include "base/err.h"
#include "base/rows.h"
#include "sections/load/cells.h"
#include "sections/section.h"

#define OCEAN_COLUMNS(X) \
	X(O_KNOWN, "known_at", "known", TIME, 1, 16, true) \
	X(O_CODE, "event_code", "code", TEXT, 1, 4, false) \
	X(O_QUALIFIER, "qualifier", "q", TEXT, 1, 1, false) \
	X(O_TIME, "event_time", "event time", TEXT, 1, 20, false) \
	X(O_STOP, "stop_type", "stop", TEXT, 1, 5, false) \
	X(O_LOCAL, "event_time_local", "local", FLAG, 2, 5, false) \
	X(O_UNLOCODE, "unlocode", "port", TEXT, 2, 6, false) \
	X(O_VESSEL, "vessel", "vessel", TEXT, 2, 16, false) \
	X(O_CORRECTION, "correction", "correction", FLAG, 2, 10, false) \
	X(O_COPIES, "copies", "copies", NUMBER, 2, 6, false) \
	X(O_STATUS, "status", "status", TEXT, 2, 18, false) \
	X(O_SOURCE, "source", "source", TEXT, 3, 13, false) \
	X(O_VOYAGE, "voyage", "voyage", TEXT, 3, 8, false) \
	X(O_CONTAINER, "container", "container", TEXT, 3, 11, false) \
	X(O_PLACE, "place", "place", TEXT, 3, 16, false) \
	X(O_CORRELATION, "correlation_id", "correlation", TEXT, 3, 12, false) \
	X(O_NAME, "event_name", "event", TEXT, 3, 16, false) \
	X(O_LAG, "lag_seconds", "lag (s)", NUMBER, 0, 8, false) \
	X(O_SUPERSEDED, "superseded", "superseded", FLAG, 0, 10, false) \
	X(O_LAST_KNOWN, "last_known_at", "last copy known", TIME, 0, 16, false) \
	X(O_RECEIVED, "received_at", "received", TIME, 0, 16, false) \
	X(O_ZONE, "event_timezone", "time zone", TEXT, 0, 14, false) \
	X(O_TERMINAL, "terminal", "terminal", TEXT, 0, 16, false) \
	X(O_ACTION, "update_action", "action", TEXT, 0, 10, false) \
	X(O_SUB_SOURCE, "sub_source", "sub-source", TEXT, 0, 10, false) \
	X(O_VENDOR, "vendor", "vendor", TEXT, 0, 14, false) \
	X(O_MESSAGE_TYPE, "message_type", "message type", TEXT, 0, 24, false) \
	X(O_MESSAGE, "message", "message", TEXT, 0, 40, false) \
	X(O_SERVICE, "service", "service", TEXT, 0, 20, false) \
	X(O_TRACE, "trace_id", "trace", TEXT, 0, 32, false) \
	X(O_BODY, "body", "body", BODY, 0, 0, false)

enum { OCEAN_COLUMNS(COLUMN_SYMBOL) O_COUNT };

/* A finish(): folds duplicates into the row that was known first (`copies` counts
 * them, `last_known_at` is the last one's time), marks an event that says something else than an earlier one about the
 * same container, stop and code as a correction and that earlier one as
 * superseded, and puts the newest known first. */
bool ocean_history(const struct rowset *in, struct row_maker *, struct err *);

#endif
