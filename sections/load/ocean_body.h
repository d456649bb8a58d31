/* Ocean events out of a log body: messages of three shapes, two key spellings,
 * stops nested in updates. Pure. */
#ifndef SECTIONS_LOAD_OCEAN_BODY_H
#define SECTIONS_LOAD_OCEAN_BODY_H

#include "base/err.h"
#include "base/rows.h"
#include "sections/payload.h"

/* As written; cells point into the payload. */
struct ocean_event {
	struct cell message_type;
	struct cell code, qualifier, time, zone, status;
	struct cell stop_type, unlocode, place, terminal;
	struct cell vessel, voyage, container, action;
	struct cell source, sub_source, vendor, fetched;
};

typedef bool ocean_event_fn(void *ctx, const struct ocean_event *, struct err *);

/* Calls `fn` for each event of the message, in order; *count is how many. */
bool ocean_events_each(const struct payload *, ocean_event_fn *fn, void *ctx, size_t *count,
		       struct err *);
/* What a message without events is about: its type, container … from its top level. */
struct ocean_event ocean_message(const struct payload *);
/* "containers: []": which list of the message is empty; NULL when none is. */
const char *ocean_empty_list(const struct payload *);
/* "ADDRESS_NOT_FOUND" of an [OCEAN_ALERT] line; CELL_NULL when it is no alert. */
struct cell ocean_alert(struct cell body);
/* What a code means, as far as agreed; NULL when unknown. */
const char *ocean_code_name(struct cell code);

#endif
