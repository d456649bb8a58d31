/* Inside of the API simulator. */
#ifndef TESTS_SUPPORT_API_PARTS_H
#define TESTS_SUPPORT_API_PARTS_H

#include <jansson.h>

#include "tests/support/api_simulator.h"
#include "tests/support/loopback.h"

/* NULL when it was not sent. */
const char *api_argument(const struct loopback_call *, const char *name);
const char *api_header(const struct loopback_call *, const char *name);

/* NULL when the credentials are good at that wall time, else what is wrong. */
const char *api_refusal(const struct api_options *, const struct loopback_call *, usec now);

enum api_paging { API_PAGED, API_PAGES_FOREVER, API_SAME_PAGE };
/* The answer's body, to be freed, and its status. */
char *api_answer(json_t *data, const struct loopback_call *, enum api_paging, unsigned *status);

#endif
