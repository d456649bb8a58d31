/* The services that know how a shipment at sea is tracked, behind the API simulator
 * (api_options.service). They refuse what the real ones refuse.
 *
 * DataHub    GET /v1/tracking/config/LOAD, /v1/subscriptions/ID; Basic
 *            GET /v1/ocean/LOAD/checklist; Bearer
 * Super API  GET /api/v1/super/LOAD, /v1/loads/ID/identifiers; X-Super-Key
 * JT         GET /api/v1/ocean/subscriptions/ID/history?days=|from_date=&to_date=; Basic */
#ifndef TESTS_SUPPORT_OCEAN_FAKES_H
#define TESTS_SUPPORT_OCEAN_FAKES_H

#include <jansson.h>

#include "tests/support/api_parts.h"

struct ocean_fake {
	/* { "configs": { LOAD: {…} }, "subscriptions": { ID: {…} }, "checklists": { LOAD: {…} },
	 *   "supers": { LOAD: {…} }, "identifiers": { ID: {…} }, "histories": { ID: […] } } */
	json_t *data;
	const char *user, *password, *token, *key;
	bool vendor;                    /* JT: days by from_date and to_date, not by number */
	unsigned left;                  /* JT: requests of the minute that are left; 0 = no limit */
	unsigned asked;
};

void datahub_fake(void *ctx, const struct loopback_call *, struct api_reply *);
void super_fake(void *ctx, const struct loopback_call *, struct api_reply *);
void jt_fake(void *ctx, const struct loopback_call *, struct api_reply *);

#endif
