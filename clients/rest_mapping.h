/* An endpoint as data: which request a query of the kind "rest" is, and how its
 * JSON answer becomes rows. Pure: text in, text out. rest_page.c reads the
 * answers, rest.c does the talking.
 *
 *   method: GET                     # or POST
 *   path: /api/v1/companies/:shipper_id/relationships
 *       # a segment ":name" is the bound value, percent-encoded. Values that are
 *       # empty, ".", "..", or hold "/", "\" or a control character are refused.
 *   query: { tracking_ids: ":tracking_id", locale: en, show: [stops, ":more"] }
 *       # in order, form-escaped; a list repeats its key; ":name" is the bound
 *       # value and is left out when it is NULL; ":name:FORM" inside of a longer
 *       # text is a literal (rest_literal.h): "repo:acme/x :error:exact"; anything
 *       # else is sent as it is
 *   choose: { container: ":container_number", booking: ":booking_number" }
 *       # optional: of these only the first whose value is not NULL goes into the
 *       # query; ERR_CONFIG when there is none
 *   body: |                         # POST only; a JSON object or array
 *     { "load_ids": [":load_number"], "per_page": ":limit:int", "page": 0 }
 *       # a string that is exactly ":name" becomes the bound value (a string, or
 *       # null), ":name:int" the bound value as a number, ":name:FORM" inside of
 *       # a longer string a literal; sent compact
 *   status: { field: statusCode, ok: 200 }
 *       # optional: must hold in the body, else ERR_REMOTE with the body's code
 *       # (the field) and its message
 *   rows: [load, loads]             # one dotted path or a list of them
 *       # the first that holds anything: an object is one row, an array a row
 *       # each (nulls in it are passed over). All there are null, {} or []: no
 *       # rows. None is there: ERR_DECODE that names them.
 *   absent: [404]                   # optional
 *       # an HTTP status, or a code in `status.field`, that means "asked, and
 *       # there is none": no rows. Only when the answer is JSON: the 404 page of
 *       # a proxy says nothing about the thing asked for.
 *   pages: { param: page, first: 1, total: pagination.totalPages, max: 20 }
 *       # optional: `param` is added to the query, counting from `first`, until
 *       # the number of pages at the path `total`. More than `max` pages, or rows
 *       # that came before, is ERR_LIMIT; what came stays.
 *   pages: { next: nextRecordsUrl, max: 20 }
 *       # or: the answer itself names the address of the next page at `next`, until
 *       # there is none. Only at the source's own origin: ERR_TRUST otherwise. With
 *       # `below: url` a path counts from the source's url, not from its origin.
 *   pages: { link: next, max: 20 }
 *       # or: the answer's header "Link" names it, under the same rules
 *   pages: { token: nextPageToken, body: nextPageToken, last: isLast, max: 20 }
 *       # or: the answer holds a token, which goes into the next body at the key
 *       # `body`, or into the next query as `param`; until there is none, or `last`
 *       # is true
 *   errors: { code: [0.errorCode, code], quota: [REQUEST_LIMIT_EXCEEDED], denied: [X],
 *             advice: { "401": a sentence } }
 *       # optional: where a refusal names its code, and what its codes mean (auth,
 *       # denied, quota), whatever the status; without it the status decides.
 *       # "*words*" is a code that holds them. `advice` is said of a code or status.
 *   headers: { Accept: application/vnd.github+json }
 *       # optional: sent as they are; not those that the client itself sends
 *   columns:                        # in order
 *     tracking_id: id               # a dotted path into the row; "a.0.b" indexes
 *     shipper_id: [shipper.id, shipperId]   # the first that is not null
 *     raw: .                        # the whole row
 *       # strings as they are, numbers digit for digit, true and false as words,
 *       # arrays and objects as compact JSON; null or not there is NULL. A row in
 *       # which no column but "." is found is ERR_DECODE: the answer changed shape.
 *   then: { path: /v1/subscriptions/:subscription_id, rows: ., columns: { … }, max: 1,
 *           known: subscription_known }
 *       # optional: one more GET about each of the first `max` rows, whose columns can be
 *       # bound like parameters; the columns of its first row stand behind the row's own.
 *       # Not asked when a value of its path is NULL. Takes path, query, status, absent,
 *       # errors, rows, columns. When it fails the row stays, without them. The column
 *       # `known` (optional) says true when there was a row, false when there was none,
 *       # and is NULL when nobody said either.
 *
 * Unknown keys are errors with their place. A key with a dot in its name cannot
 * be reached by a path. */
#ifndef CLIENTS_REST_MAPPING_H
#define CLIENTS_REST_MAPPING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "clients/client.h"

enum { REST_ABSENT_MAX = 8, REST_PAGES_MAX = 10000, REST_HEADERS_MAX = 4,
       REST_THEN_MAX = 20,
       REST_QUOTA_PAUSE_MS = 60000 };   /* where a limit does not say when it ends */

struct doc;
struct doc_node;

/* How an endpoint gives its pages. */
struct rest_paging {
	enum { REST_ONE_PAGE, REST_COUNTED, REST_ADDRESS, REST_LINK, REST_TOKEN } how;
	const char *param, *total;              /* COUNTED; of TOKEN the parameter, or */
	const char *key;                        /* the body's key */
	const struct doc_node *next;            /* ADDRESS, TOKEN: see rest_path() */
	const struct doc_node *last;            /* TOKEN; NULL = the token alone tells */
	bool below_url;                         /* ADDRESS: counts from the url */
	long first, max;
};

/* What refusals mean; NULL = the mapping does not say. */
struct rest_refusals {
	const struct doc_node *map, *code, *advice;
};

/* Read only; everything points into `doc` or belongs to it. */
struct rest_mapping {
	struct doc *doc;
	const char *method;
	const struct doc_node *path, *query, *choose;
	json_t *body;                           /* NULL = none */
	const char *status_field, *status_ok;   /* NULL = not looked at */
	const struct doc_node *rows;            /* see rest_path() */
	long absent[REST_ABSENT_MAX];
	size_t nabsent;
	struct rest_refusals refusals;
	struct rest_paging paging;
	const struct doc_node *headers;         /* name: value; NULL = none */
	struct rest_mapping *then;              /* about each row; NULL = nothing */
	long then_max;
	const char *then_known;                 /* NULL = no such column */
	const char **columns;                   /* its own, then those of `then` */
	const struct doc_node **paths;          /* of the columns, see rest_path() */
	size_t ncolumns, nall;                  /* its own; with those of `then` */
};

/* `name` is what errors call the text. */
struct rest_mapping *rest_mapping_new(const char *text, size_t len, const char *name, struct err *);
void rest_mapping_free(struct rest_mapping *);   /* NULL allowed */

bool rest_mapping_absent(const struct rest_mapping *, long status);
/* What a refusal's own code means; ERR_NONE = the mapping does not say. */
enum err_kind rest_mapping_error(const struct rest_mapping *, struct cell code);
/* What is said of that code or status; NULL = nothing. */
const char *rest_mapping_advice(const struct rest_mapping *, struct cell code, long status);
/* Whether every value of its path is known. */
bool rest_mapping_knows(const struct rest_mapping *, const struct query *);
/* The i-th of the paths that may hold a value, NULL behind the last. */
const char *rest_path(const struct doc_node *paths, size_t i);

/* What to send, with the parameters bound. Start from REST_REQUEST_INIT. */
struct rest_request {
	struct buf path;        /* escaped, begins with "/" */
	struct buf query;       /* escaped, without "?"; may be empty */
	struct buf body;
	bool has_body;
	bool rooted;            /* the path counts from the origin, not from the url */
};
#define REST_REQUEST_INIT { .path = BUF_INIT, .query = BUF_INIT, .body = BUF_INIT }
bool rest_mapping_request(const struct rest_mapping *, const struct query *, long page,
			  struct rest_request *, struct err *);
/* Puts the token of the last page in. */
bool rest_request_token(const struct rest_mapping *, struct cell token, struct rest_request *,
			struct err *);
void rest_request_release(struct rest_request *);

#endif
