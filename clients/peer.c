#include "clients/peer.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

struct talk {
	int fd;
	struct cancel *cancel;
	usec deadline;
};

/* What a socket says of a connect() that went on in the background. */
static int connect_result(int fd)
{
	int rc = 0;
	socklen_t size = sizeof(rc);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &rc, &size) == 0 ? rc : errno;
}

static bool open_socket(struct talk *p, const struct peer_target *who, bool *waits)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	char service[24];
	int rc;

	snprintf(service, sizeof(service), "%ld", who->port);
	if (getaddrinfo(who->address, service, &hints, &ai))
		return false;
	p->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = p->fd < 0 ? -1 : connect(p->fd, ai->ai_addr, ai->ai_addrlen);
	*waits = p->fd >= 0 && rc != 0 && errno == EINPROGRESS;
	freeaddrinfo(ai);
	return rc == 0 || *waits;
}

static bool peer_connect(struct talk *p, const struct peer_target *who, struct err *e)
{
	struct err why = { 0 };
	bool waits = false;
	int rc;

	if (!open_socket(p, who, &waits))
		return err_transient(e, ERR_NETWORK, 0, "TCP: cannot connect to %s port %ld: %s",
				     who->address, who->port, strerror(errno));
	if (waits && !cancel_wait(p->cancel, p->fd, POLLOUT, p->deadline, &why)) {
		if (why.kind == ERR_TIMEOUT)
			return err_transient(e, ERR_TIMEOUT, 0, "TCP: no answer from %s port %ld in time",
					     who->address, who->port);
		return err_set(e, why.kind, 0, "%s", why.text);
	}
	rc = connect_result(p->fd);
	return rc == 0 || err_transient(e, ERR_NETWORK, 0, "TCP: cannot connect to %s port %ld: %s",
					who->address, who->port, strerror(rc));
}

static bool peer_send(struct talk *p, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(p->fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0 && !cancel_wait(p->cancel, p->fd, POLLOUT, p->deadline, NULL))
			return false;
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* At least one byte. */
static size_t peer_receive(struct talk *p, char *data, size_t size)
{
	ssize_t n;

	if (!cancel_wait(p->cancel, p->fd, POLLIN, p->deadline, NULL))
		return 0;
	n = recv(p->fd, data, size, 0);
	return n > 0 ? (size_t)n : 0;
}

static bool peer_wants_tls(struct talk *p)
{
	static const char request[] = { 0, 0, 0, 8, 0x04, (char)0xd2, 0x16, 0x2f };
	char answer;

	return peer_send(p, request, sizeof(request)) && peer_receive(p, &answer, 1) == 1 &&
	       answer == 'S';
}

/* What TLS wants to say goes out by send(), which raises no SIGPIPE. */
static bool peer_handshake(struct talk *p, SSL *ssl, BIO *in, BIO *out)
{
	char bytes[4096];

	for (;;) {
		size_t got;
		int rc, n;

		ERR_clear_error();
		rc = SSL_connect(ssl);
		while ((n = BIO_read(out, bytes, sizeof(bytes))) > 0)
			if (!peer_send(p, bytes, (size_t)n))
				return false;
		if (rc == 1 || SSL_get_error(ssl, rc) != SSL_ERROR_WANT_READ)
			return rc == 1;
		got = now_mono() < p->deadline ?
		      peer_receive(p, bytes, sizeof(bytes)) : 0;
		if (got == 0)
			return false;
		BIO_write(in, bytes, (int)got);
	}
}

/* ---- what the certificate says ---- */

static void common_name(const X509_NAME *name, char *out, size_t size)
{
	char text[128];
	int n = X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof(text));

	if (n < 0)
		snprintf(out, size, "?");
	else
		text_safe(out, size, text, (size_t)n);
}

static void write_until(const ASN1_TIME *until, struct peer_facts *facts)
{
	BIO *b = BIO_new(BIO_s_mem());
	int n = 0, days = 0, seconds = 0;

	if (b && ASN1_TIME_print(b, until))
		n = BIO_read(b, facts->until, sizeof(facts->until) - 1);
	facts->until[n > 0 ? n : 0] = '\0';
	BIO_free(b);
	if (ASN1_TIME_diff(&days, &seconds, NULL, until))
		facts->days_left = seconds < 0 ? days - 1 : days;
}

static enum peer_flaw flaw_of(long verdict)
{
	switch (verdict) {
	case X509_V_OK:
		return PEER_NO_FLAW;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return PEER_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return PEER_NOT_YET_VALID;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return PEER_OTHER_NAME;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return PEER_UNKNOWN_ISSUER;
	default:
		return PEER_UNTRUSTED;
	}
}

static void write_facts(const SSL *ssl, const X509 *cert, struct peer_facts *facts)
{
	long verdict = SSL_get_verify_result(ssl);

	common_name(X509_get_subject_name(cert), facts->subject, sizeof(facts->subject));
	common_name(X509_get_issuer_name(cert), facts->issuer, sizeof(facts->issuer));
	write_until(X509_get0_notAfter(cert), facts);
	snprintf(facts->version, sizeof(facts->version), "%s", SSL_get_version(ssl));
	snprintf(facts->verdict, sizeof(facts->verdict), "%s",
		 verdict == X509_V_OK ? "" : X509_verify_cert_error_string(verdict));
	facts->flaw = flaw_of(verdict);
}

void peer_describe(const struct peer_facts *facts, char *out, size_t size)
{
	snprintf(out, size, "%s%sCN=%s, issuer CN=%s, until %s", facts->verdict,
		 facts->verdict[0] ? "; " : "", facts->subject, facts->issuer, facts->until);
}

/* ---- TLS ---- */

static bool shake_hands(struct talk *p, SSL *ssl, struct peer_facts *facts)
{
	BIO *in = BIO_new(BIO_s_mem()), *to = BIO_new(BIO_s_mem());
	X509 *cert;

	if (!in || !to) {
		BIO_free(in);
		BIO_free(to);
		return false;
	}
	SSL_set_bio(ssl, in, to);
	if (!peer_handshake(p, ssl, in, to))
		return false;
	cert = SSL_get1_peer_certificate(ssl);
	if (cert)
		write_facts(ssl, cert, facts);
	X509_free(cert);
	return cert != NULL;
}

static SSL_CTX *peer_context(const char *ca_file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx) {
		SSL_CTX_load_verify_locations(ctx, ca_file, NULL);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	}
	return ctx;
}

/* The name is checked as the clients check it; a numeric one is sent nowhere. */
static void expect_name(SSL *ssl, const struct peer_target *who)
{
	if (strcmp(who->host, who->address) == 0) {
		X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), who->host);
		return;
	}
	SSL_set_tlsext_host_name(ssl, who->host);
	SSL_set1_host(ssl, who->host);
}

static bool peer_secure(struct talk *p, const struct peer_target *who, struct peer_facts *facts,
			struct err *e)
{
	SSL_CTX *ctx = peer_context(who->ca_file);
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	bool done = false;

	if (ssl) {
		expect_name(ssl, who);
		done = (who->tls != PEER_POSTGRES_TLS || peer_wants_tls(p)) && shake_hands(p, ssl, facts);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	/* The queue is the thread's: libpq must not find our complaints in it. */
	ERR_clear_error();
	if (done)
		return true;
	if (cancel_fired(p->cancel))
		return err_set(e, ERR_CANCELLED, 0, "cancelled");
	facts->flaw = now_mono() < p->deadline ? PEER_NO_TLS : PEER_SILENT;
	if (facts->flaw == PEER_SILENT)
		return err_set(e, ERR_TIMEOUT, 0, "TLS: no answer from %s port %ld in time", who->host, who->port);
	return err_set(e, ERR_TRUST, 0, "TLS: %s port %ld does not shake hands", who->host, who->port);
}

bool peer_look(const struct peer_target *who, struct peer_facts *facts, struct cancel *c,
	       usec deadline, struct err *e)
{
	struct talk p = { .fd = -1, .cancel = c, .deadline = deadline };
	usec began = now_mono();
	bool ok;

	*facts = (struct peer_facts){ 0 };
	ok = peer_connect(&p, who, e);
	if (ok)
		facts->connected = now_mono() - began;
	if (ok && who->tls != PEER_PLAIN) {
		ok = peer_secure(&p, who, facts, e);
		facts->secured = now_mono() - began - facts->connected;
	}
	if (p.fd >= 0)
		close(p.fd);
	return ok;
}
