#include "clients/postgres_peer.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct talk {
	int fd;
	struct cancel *cancel;
	usec deadline;
};

static bool peer_connect(struct talk *p, const struct pg_peer *who)
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
	freeaddrinfo(ai);
	return p->fd >= 0 && (rc == 0 || errno == EINPROGRESS) &&
	       cancel_wait(p->cancel, p->fd, POLLOUT, p->deadline, NULL);
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
		got = clock_mono(&clock_system) < p->deadline ?
		      peer_receive(p, bytes, sizeof(bytes)) : 0;
		if (got == 0)
			return false;
		BIO_write(in, bytes, (int)got);
	}
}

static void common_name(const X509_NAME *name, char *out, int size)
{
	if (X509_NAME_get_text_by_NID(name, NID_commonName, out, size) < 0)
		snprintf(out, (size_t)size, "?");
}

static void write_facts(const SSL *ssl, const X509 *cert, char *out, size_t size)
{
	char subject[64], issuer[64], until[40] = "?";
	long verdict = SSL_get_verify_result(ssl);
	BIO *b = BIO_new(BIO_s_mem());
	int n = 0;

	common_name(X509_get_subject_name(cert), subject, sizeof(subject));
	common_name(X509_get_issuer_name(cert), issuer, sizeof(issuer));
	if (b && ASN1_TIME_print(b, X509_get0_notAfter(cert)))
		n = BIO_read(b, until, sizeof(until) - 1);
	if (n > 0)
		until[n] = '\0';
	BIO_free(b);
	snprintf(out, size, "%s%sCN=%s, issuer CN=%s, until %s",
		 verdict == X509_V_OK ? "" : X509_verify_cert_error_string(verdict),
		 verdict == X509_V_OK ? "" : "; ", subject, issuer, until);
}

static bool peer_facts(struct talk *p, SSL *ssl, char *out, size_t size)
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
		write_facts(ssl, cert, out, size);
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

bool pg_peer_facts(const struct pg_peer *who, char *out, size_t size, struct cancel *c,
		   usec deadline)
{
	struct talk p = { .fd = -1, .cancel = c, .deadline = deadline };
	SSL_CTX *ctx = peer_context(who->ca_file);
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	bool found = false;

	out[0] = '\0';
	if (ssl) {
		if (strcmp(who->host, who->address) != 0)
			SSL_set_tlsext_host_name(ssl, who->host);
		found = peer_connect(&p, who) && peer_wants_tls(&p) &&
			peer_facts(&p, ssl, out, size);
	}
	if (p.fd >= 0)
		close(p.fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	/* The queue is the thread's: libpq must not find our complaints in it. */
	ERR_clear_error();
	return found;
}
