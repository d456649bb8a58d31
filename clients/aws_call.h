/* One call of an AWS service and its answer: signed, sent, and asked again only with a
 * clock put right. Who signs is aws_identity; which link of the chain found it is
 * aws_credentials.h's business. */
#ifndef CLIENTS_AWS_CALL_H
#define CLIENTS_AWS_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "clients/client.h"
#include "clients/http.h"
#include "clients/sigv4.h"

enum { AWS_ID_MAX = 129, AWS_ORIGIN_MAX = 160, AWS_URL_MAX = 400, AWS_NAME_MAX = 64 };

struct aws_identity {
	char id[AWS_ID_MAX];
	struct secret secret, token;
	usec expires;                 /* wall; TIME_NONE = it does not say */
	char origin[AWS_ORIGIN_MAX];  /* "profile prod, role arn:…": printable, no secret */
	unsigned generation;          /* of aws_credentials; 0 = none */
};

#define AWS_IDENTITY_INIT { .expires = TIME_NONE }
void aws_identity_release(struct aws_identity *);
bool aws_identity_copy(struct aws_identity *, const struct aws_identity *from, struct err *);
/* Takes the three values over, as cells. ERR_CONFIG when they cannot be credentials. */
bool aws_identity_set(struct aws_identity *, struct cell id, struct cell secret, struct cell token,
		      struct err *);

/* A service at one place: a kept-alive connection and the key to sign with. */
struct aws_endpoint {
	const struct source *owner;
	struct source source;         /* the owner's settings, this origin */
	struct http *http;
	struct sigv4_key key;
	char url[AWS_URL_MAX];        /* without the slash at its end */
	char host[300];               /* as in the header Host */
	char path[AWS_URL_MAX];       /* of the url, at least "/" */
	char region[AWS_NAME_MAX], service[AWS_NAME_MAX];
	bool may_learn;               /* its Date is worth believing */
};

/* `url` NULL: the service's own place in that region. */
bool aws_endpoint_init(struct aws_endpoint *, const struct source *owner, const char *url,
		       const char *region, const char *service, struct err *);
void aws_endpoint_release(struct aws_endpoint *);   /* zeroed ones too */
/* The url of a service, and whether a url may be used at all: https, or http on this
 * machine. Pure. */
bool aws_service_url(char out[static AWS_URL_MAX], const char *service, const char *region,
		     struct err *);
bool aws_url_check(const struct source *, const char *key, const char *url, char *origin,
		   size_t originsz, struct err *);

struct aws_call {
	const char *path;                  /* GET of this below the endpoint's, escaped; NULL = POST */
	const char *query;                 /* of the GET, escaped; NULL = none */
	const char *range;                 /* of the GET: "bytes=0-99"; NULL = all */
	const char *target;                /* X-Amz-Target of JSON 1.1; NULL = a form */
	const char *body;                  /* of a POST */
	size_t body_len;
	const struct aws_identity *who;    /* NULL = not signed */
	usec deadline;
	size_t max_bytes;                  /* 0 = 1 MiB */
	struct cancel *cancel;
	struct row_sink *sink;             /* told of bytes and of a wrong clock; NULL = nobody */
	struct http_response response;
	struct buf answer;                 /* the caller wipes and releases it */
};

/* True when an answer came, whatever its status. */
bool aws_call(struct aws_endpoint *, struct aws_call *, struct err *);
void aws_wipe(struct buf *);

/* What an answer other than a success says, in JSON or XML. */
struct aws_fault {
	char code[80];                     /* "ThrottlingException"; "" when it says none */
	char message[240];                 /* printable */
};

void aws_fault_read(const struct aws_call *, struct aws_fault *);
/* Credentials that were good once: they may be read anew. */
bool aws_fault_expired(const struct aws_fault *);
/* The error that it stands for. Returns false. */
bool aws_fault_err(const struct aws_endpoint *, const struct aws_call *, const struct aws_fault *,
		   struct err *);

#endif
