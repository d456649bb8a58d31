#include "clients/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clients/aside.h"

struct lookup {
	struct aside aside;
	char *host;
	struct addrinfo hints;
	struct addrinfo *found;
	int rc;
};

static void lookup_work(struct aside *a)
{
	struct lookup *l = (struct lookup *)a;

	l->rc = getaddrinfo(l->host, NULL, &l->hints, &l->found);
}

static void lookup_free(struct aside *a)
{
	struct lookup *l = (struct lookup *)a;

	if (l->found)
		freeaddrinfo(l->found);
	free(l->host);
	free(l);
}

static struct lookup *lookup_new(const char *host)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->aside.work = lookup_work;
	l->aside.free = lookup_free;
	l->hints.ai_family = AF_UNSPEC;
	l->hints.ai_socktype = SOCK_STREAM;
	l->host = strdup(host);
	if (l->host)
		return l;
	free(l);
	return NULL;
}

static bool is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	return sa->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
}

static size_t take(const struct addrinfo *found, struct address *out, size_t max)
{
	size_t n = 0;

	for (const struct addrinfo *ai = found; ai && n < max; ai = ai->ai_next) {
		if (getnameinfo(ai->ai_addr, ai->ai_addrlen, out[n].text, sizeof(out[n].text),
				NULL, 0, NI_NUMERICHOST))
			continue;
		out[n].loopback = is_loopback(ai->ai_addr);
		n++;
	}
	return n;
}

static bool numeric(const char *host, struct address *out, size_t max, size_t *n)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	if (getaddrinfo(host, NULL, &hints, &found))
		return false;
	*n = take(found, out, max);
	freeaddrinfo(found);
	return *n > 0;
}

bool resolve(const char *host, struct address *out, size_t max, size_t *n, struct cancel *c,
	     usec deadline, struct err *e)
{
	struct lookup *l;
	struct err why = { 0 };
	int rc;

	if (numeric(host, out, max, n))
		return true;
	l = lookup_new(host);
	if (!l)
		return err_set(e, ERR_MEMORY, 0, "out of memory for a lookup");
	if (!aside_run(&l->aside, c, deadline, &why)) {
		if (why.kind == ERR_TIMEOUT)
			return err_transient(e, ERR_NETWORK, 0, "DNS: no answer for %s in time", host);
		if (e)
			*e = why;
		return false;
	}
	rc = l->rc;
	*n = rc ? 0 : take(l->found, out, max);
	aside_unref(&l->aside);
	if (*n > 0)
		return true;
	return err_transient(e, ERR_NETWORK, 0, "DNS: cannot resolve %s: %s", host,
			     rc ? gai_strerror(rc) : "it has no address");
}
