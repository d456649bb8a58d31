/* Who really answers at an address, step by step: TCP, then TLS without trust and
 * without a word about us. libpq and libcurl say "certificate verify failed" and no
 * more, and neither tells how long a certificate will last. */
#ifndef CLIENTS_PEER_H
#define CLIENTS_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

#define PEER_DEFAULT_CA "/etc/ssl/certs/ca-certificates.crt"

enum peer_tls {
	PEER_PLAIN,             /* TCP only */
	PEER_TLS,
	PEER_POSTGRES_TLS,      /* asked for with an SSLRequest first */
};

/* What is wrong with TLS there, as far as it says what to do about it. */
enum peer_flaw {
	PEER_NO_FLAW, PEER_EXPIRED, PEER_NOT_YET_VALID, PEER_OTHER_NAME, PEER_UNKNOWN_ISSUER, PEER_UNTRUSTED,
	PEER_NO_TLS,            /* it does not shake hands */
	PEER_SILENT,            /* it accepts, and says nothing */
};

struct peer_target {
	const char *host;       /* as configured: for the server's choice of certificate, and its name */
	const char *address;    /* numeric */
	long port;
	const char *ca_file;
	enum peer_tls tls;
};

struct peer_facts {
	usec connected, secured;        /* how long TCP and TLS took; 0 = not done */
	char version[16];               /* "TLSv1.3"; printable, as all that follows */
	char subject[64], issuer[64];   /* common names */
	char until[40];                 /* "Nov 24 10:00:00 2026 GMT" */
	int days_left;                  /* negative: expired so long ago */
	char verdict[120];              /* why the certificate is not trusted; "" = it is */
	enum peer_flaw flaw;
};

/* True when everything asked for was done, trusted or not. ERR_NETWORK and ERR_TIMEOUT: no
 * connection; with `connected` set ERR_TRUST (no TLS there) and ERR_TIMEOUT: no handshake.
 * What was found before it is kept. */
bool peer_look(const struct peer_target *, struct peer_facts *, struct cancel *, usec deadline,
	       struct err *);

/* "certificate has expired; CN=db, issuer CN=Corp CA, until Nov 24 10:00:00 2026 GMT" */
void peer_describe(const struct peer_facts *, char *out, size_t size);

#endif
