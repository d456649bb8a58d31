/* HTTP(S) over libcurl, one exchange at a time, for every client that speaks it.
 * Never follows redirects (a 3xx is ERR_TRUST naming the target); TLS >= 1.2,
 * verification always on; counts decoded bytes against the ceiling; stall rule
 * (< 64 B/s for 20 s); connection limits 3 s DNS + 3 s TCP + 5 s TLS, 10 s in
 * all; first byte 30 s unless the caller asks for more; wakes at once on cancel. */
#ifndef CLIENTS_HTTP_H
#define CLIENTS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/err.h"
#include "clients/client.h"

struct http;  /* a kept-alive handle: one thread at a time */

/* Rows of a kind's settings that http_new() reads; first_byte: "30". It reads besides:
 * cleartext_password (without it a Basic password leaves this machine by TLS only). */
#define HTTP_SETTINGS(first_byte) \
	{ "ca_file", NULL, false, false, "certificates to trust instead of the system's" }, \
	{ "proxy", NULL, false, false, "proxy to go through; the environment's is not used" }, \
	{ "connect_timeout", "10", false, false, "seconds to connect at most" }, \
	{ "first_byte_timeout", first_byte, false, false, "seconds until an answer begins at most" }

/* Requests go to source->origin only: any other scheme, host or port is ERR_TRUST. */
struct http *http_new(const struct source *, struct err *);
void http_free(struct http *);

struct http_field {             /* multipart form field (ClickHouse external data) */
	const char *name;
	const char *data;
	size_t len;
	bool file;              /* sent as a file part */
};

struct http_request {
	const char *method;             /* "GET", "POST" */
	const char *url;                /* absolute */
	const char *const *headers;     /* "Name: value", ends with NULL; may hold secrets */
	const char *body;               /* NULL = none; kept by the caller */
	size_t body_len;
	const struct http_field *fields; /* instead of body */
	size_t nfields;
	const char *user, *password;    /* Basic; NULL = none */
	usec deadline;                  /* monotonic */
	usec first_byte;                /* 0 = default */
	usec stall;                     /* how long the body may stand still; 0 = default */
	size_t max_bytes;               /* decoded; 0 = CLIENT_MAX_BYTES */
	/* Called about once a second while the answer is awaited or read, with the
	 * body's ctx; may use another handle. True = the server is known to be at
	 * work, which restarts the stall clock. NULL = none. */
	bool (*tick)(void *ctx);
};

/* Cuts lines "Name: value" in place: at most max - 1 of them, ended by NULL. False: the
 * buffer is not whole. */
bool http_list_headers(struct buf *lines, const char **out, size_t max);

struct http_response {
	long status;
	char content_type[80];          /* printable, lower case, without parameters */
	char date[40];
	char location[200];             /* printable; of a 3xx */
	int retry_after_ms;             /* both forms, and in ms; of a limit also X-RateLimit-Reset; 0 = none */
	bool limited;                   /* a 403 that is a limit: Retry-After, or nothing remains */
	char next[2048];                /* Link: rel="next", as sent; "" = none */
	int should_retry;               /* x-should-retry: 1 or -1; 0 = not said */
	char request_id[64];            /* of the server; printable */
	int64_t skew_ms;                /* Date minus our clock; 0 = unknown */
	char exception_tag[32];         /* X-ClickHouse-Exception-Tag */
	long exception_code;            /* X-ClickHouse-Exception-Code; 0 = none */
	char bucket_region[32];         /* X-Amz-Bucket-Region; printable */
	char error_type[160];           /* X-Amzn-ErrorType; printable */
	char usage[80];                 /* Sforce-Limit-Info: what is used of what is allowed; printable */
	int64_t modified;               /* Last-Modified, seconds; 0 = not said */
	uint64_t upto, total;           /* a part that ends there, of so many bytes (Content-Range); 0 = not said */
	uint64_t received;              /* decoded body bytes */
	bool sent;                      /* the request left: the server may be at work */
	bool complete;                  /* the body ended as the protocol says */
};

/* Body bytes as they come, decoded. False = stop, err is set (becomes the
 * exchange's error). Called only once status and headers are known. */
typedef bool http_body_fn(void *ctx, const struct http_response *, const char *data, size_t len,
			  struct err *);

/* One exchange. True when the transport worked, whatever the status says.
 * A body that broke off gives false with `complete` unset and ERR_NETWORK
 * (transient only when no body byte was delivered). */
bool http_exchange(struct http *, const struct http_request *, struct cancel *,
		   http_body_fn *, void *ctx, struct http_response *, struct err *);

/* The error that a status stands for: 401/403 AUTH, 408/5xx transient REMOTE,
 * 429, 403 as a limit and 503 with Retry-After QUOTA transient, 3xx TRUST, other REMOTE; the
 * text names source, status and the printable beginning of `body`. */
bool http_status_err(const struct source *, const struct http_response *, const char *body,
		     size_t len, struct err *);

/* Percent-encodes (RFC 3986 unreserved stay) or form-encodes (space is +). */
bool http_escape(struct buf *out, const char *s, size_t len);
bool http_form_escape(struct buf *out, const char *s, size_t len);

/* Retry-After in both forms (seconds, HTTP date against `now` wall). 0 when unreadable. Pure. */
int http_retry_after_ms(const char *value, usec now);

#endif
