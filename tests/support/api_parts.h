/* Inside of the API simulator. */
#ifndef TESTS_SUPPORT_API_PARTS_H
#define TESTS_SUPPORT_API_PARTS_H

#include <jansson.h>
#include <microhttpd.h>

#include "base/buf.h"
#include "tests/support/api_simulator.h"

/* One request, from its first line to its end. */
struct api_call {
	struct MHD_Connection *connection;
	const char *method;
	char *uri;                      /* as sent, with the query */
	char *path;                     /* as sent, without it */
	struct buf body;
	bool started;
};

const char *api_argument(const struct api_call *, const char *name);
const char *api_header(const struct api_call *, const char *name);

/* NULL when the credentials are good at that wall time, else what is wrong. */
const char *api_refusal(const struct api_options *, const struct api_call *, usec now);

enum api_paging { API_PAGED, API_PAGES_FOREVER, API_SAME_PAGE };
/* The answer's body, to be freed, and its status. */
char *api_answer(json_t *data, const struct api_call *, enum api_paging, unsigned *status);

#endif
