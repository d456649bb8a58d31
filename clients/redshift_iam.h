/* Temporary credentials of Amazon Redshift, by the setting `iam` of a source of the kind
 * postgres: "cluster" (GetClusterCredentials), "cluster-iam" (…WithIAM) or "serverless". */
#ifndef CLIENTS_REDSHIFT_IAM_H
#define CLIENTS_REDSHIFT_IAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "clients/secret_stores.h"
#include "clients/source.h"

#define REDSHIFT_IAM_REF "redshift_iam:"

bool redshift_iam_used(const struct source *);
/* Makes *login what is good now. Blocks. */
bool redshift_iam_login(const struct source *, struct login *, usec deadline, struct cancel *,
			struct err *);
/* Whether the settings are what the kind of credentials needs. Pure. */
bool redshift_iam_check(const struct source *, struct err *);

/* The answers; `now` is the time where they were made. Pure. */
bool redshift_iam_read_xml(const char *xml, size_t len, const char *action, usec now,
			   struct issued *, struct err *);
bool redshift_iam_read_json(const char *text, size_t len, usec now, struct issued *,
			    struct err *);

#endif
