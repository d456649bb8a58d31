#include "clients/reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/base_url.h"
#include "clients/client.h"
#include "clients/peer.h"
#include "clients/redshift_iam.h"
#include "clients/resolve.h"
#include "clients/secrets.h"

#define STEP_TIME (3 * USEC_SEC)

enum { ADDRESSES_TRIED = 8 };

struct walk {
	const struct source *source;
	struct reach *reach;
	struct cancel *cancel;
	usec deadline;
	char host[256];
	long port;
	enum peer_tls tls;
	struct address addresses[ADDRESSES_TRIED];
	size_t naddresses;
};

const char *reach_word(enum reach_name name)
{
	static const char *const words[] = {
#define X(name, word) [REACH_##name] = word,
		REACH_STEPS(X)
#undef X
	};

	return words[name];
}

static usec step_end(const struct walk *w)
{
	usec end = now_mono() + STEP_TIME;

	return end < w->deadline ? end : w->deadline;
}

static struct reach_step *skip(struct walk *w, enum reach_name name, const char *why)
{
	struct reach_step *step = &w->reach->steps[name];

	*step = (struct reach_step){ .outcome = REACH_SKIPPED };
	snprintf(step->text, sizeof(step->text), "%s", why);
	return step;
}

/* `why` without the source's name in front: whoever reads it sees the name already. */
static bool failed(struct walk *w, enum reach_name name, usec began, const struct err *why)
{
	struct reach_step *step = &w->reach->steps[name];
	size_t own = strlen(w->source->name);
	const char *text = why->text;

	if (strncmp(text, w->source->name, own) == 0 && strncmp(text + own, ": ", 2) == 0)
		text += own + 2;
	*step = (struct reach_step){ REACH_FAILED, now_mono() - began, "", why->kind };
	snprintf(step->text, sizeof(step->text), "%s", text);
	return false;
}

static struct reach_step *passed(struct walk *w, enum reach_name name, usec took)
{
	struct reach_step *step = &w->reach->steps[name];

	*step = (struct reach_step){ .outcome = REACH_OK, .took = took };
	return step;
}

/* ---- secrets ---- */

/* "password", or where a store has it: "password (vault:secret/data/signoz#password)". */
static void note_secret(char *out, size_t size, const char *key, const char *ref)
{
	bool stored = secrets_stored(ref);
	size_t len = strlen(out);

	if (len < size)
		snprintf(out + len, size - len, "%s%s%s%s%s", len ? ", " : "", key, stored ? " (" : "",
			 stored ? ref : "", stored ? ")" : "");
}

/* `ref`: what `key` refers to, or stands for. */
static bool read_secret(struct walk *w, const char *key, const char *ref, char *found, size_t size)
{
	struct login login = LOGIN_INIT;
	usec began = now_mono();
	struct err why = { 0 };
	bool ok = strcmp(ref, REDSHIFT_IAM_REF) == 0
			  ? redshift_iam_login(w->source, &login, w->deadline, w->cancel, &why)
			  : source_login(w->source, key, &login, w->deadline, w->cancel, &why);

	login_release(&login);
	if (!ok)
		return failed(w, REACH_SECRET, began, &why);
	note_secret(found, size, key, ref);
	return true;
}

static bool read_secrets(struct walk *w)
{
	char found[ERR_TEXT_MAX - 16] = "";
	struct reach_step *step;
	usec began = now_mono();

	for (const struct setting_def *d = w->source->client->settings; d->key; d++) {
		const char *ref = d->secret ? source_get(w->source, d->key, "") : "";

		if (*ref && !read_secret(w, d->key, ref, found, sizeof(found)))
			return false;
	}
	if (redshift_iam_used(w->source) &&
	    !read_secret(w, "iam", REDSHIFT_IAM_REF, found, sizeof(found)))
		return false;
	if (!*found) {
		skip(w, REACH_SECRET, "none is configured");
		return true;
	}
	step = passed(w, REACH_SECRET, now_mono() - began);
	snprintf(step->text, sizeof(step->text), "found: %s", found);
	return true;
}

/* ---- the network ---- */

/* "scheme://host:port"; an IPv6 host may be in brackets. False for what is no network. */
static bool split_origin(struct walk *w, const char *origin)
{
	const char *host = strstr(origin, "://"), *colon;
	size_t len;

	if (!host || strncmp(origin, "sqlite", 6) == 0)
		return false;
	host += 3;
	colon = strrchr(host, ':');
	if (!colon || *host == '/' || *host == '\0')
		return false;
	len = (size_t)(colon - host);
	if (*host == '[' && len >= 2) {
		host++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(w->host))
		return false;
	memcpy(w->host, host, len);
	w->host[len] = '\0';
	w->port = strtol(colon + 1, NULL, 10);
	return w->port > 0;
}

static enum peer_tls tls_of(const struct source *s)
{
	if (strncmp(s->origin, "https:", 6) == 0)
		return PEER_TLS;
	if (strncmp(s->origin, "postgres:", 9) == 0 &&
	    strcmp(source_get(s, "sslmode", "verify-full"), "disable") != 0)
		return PEER_POSTGRES_TLS;
	return PEER_PLAIN;
}

static bool find_way(struct walk *w)
{
	const char *proxy = source_get(w->source, "proxy", "");
	struct base_url url;

	w->tls = tls_of(w->source);
	if (!*proxy)
		return split_origin(w, w->source->origin);
	w->tls = PEER_PLAIN;
	if (base_url_parse(proxy, &url))
		return false;
	snprintf(w->host, sizeof(w->host), "%s", url.host);
	w->port = url.port;
	return true;
}

static bool look_up(struct walk *w)
{
	usec began = now_mono();
	struct err why = { 0 };
	struct reach_step *step;

	if (!resolve(w->host, w->addresses, ADDRESSES_TRIED, &w->naddresses, w->cancel, step_end(w), &why))
		return failed(w, REACH_NAME, began, &why);
	step = passed(w, REACH_NAME, now_mono() - began);
	snprintf(step->text, sizeof(step->text), "%s", w->addresses[0].text);
	if (w->naddresses > 1)
		snprintf(step->text, sizeof(step->text), "%s and %zu more", w->addresses[0].text,
			 w->naddresses - 1);
	return true;
}

static void note_tls(struct walk *w, const struct peer_facts *facts, const struct err *why)
{
	struct reach_step *step;

	if (w->tls == PEER_PLAIN) {
		skip(w, REACH_TLS, *source_get(w->source, "proxy", "") ? "through the proxy" : "not used");
		return;
	}
	w->reach->flaw = facts->flaw;
	if (!facts->version[0]) {
		failed(w, REACH_TLS, now_mono() - facts->secured, why);
		return;
	}
	w->reach->expires = true;
	w->reach->days_left = facts->days_left;
	step = passed(w, REACH_TLS, facts->secured);
	if (facts->verdict[0]) {
		step->outcome = REACH_FAILED;
		step->why = ERR_TRUST;
	}
	snprintf(step->text, sizeof(step->text), "%s%s%s, issuer %s, %d day%s %s", facts->verdict,
		 facts->verdict[0] ? "; " : "", facts->version, facts->issuer, abs(facts->days_left),
		 abs(facts->days_left) == 1 ? "" : "s", facts->days_left < 0 ? "over" : "left");
}

/* The addresses in turn, as the clients do. */
static bool reach_peer(struct walk *w)
{
	usec began = now_mono();
	struct err why = { 0 };

	for (size_t i = 0; i < w->naddresses; i++) {
		struct peer_target who = { w->host, w->addresses[i].text, w->port,
					   source_get(w->source, "ca_file", PEER_DEFAULT_CA), w->tls };
		struct peer_facts facts;

		peer_look(&who, &facts, w->cancel, step_end(w), &why);
		if (facts.connected || why.kind == ERR_NONE) {
			struct reach_step *step = passed(w, REACH_CONNECT, facts.connected);

			snprintf(step->text, sizeof(step->text), "%s port %ld", who.address, who.port);
			note_tls(w, &facts, &why);
			return true;
		}
		if (i + 1 < w->naddresses)
			why = (struct err){ 0 };
	}
	return failed(w, REACH_CONNECT, began, &why);
}

bool reach_check(const struct source *s, struct reach *reach, struct cancel *c, usec deadline)
{
	struct walk w = { .source = s, .reach = reach, .cancel = c, .deadline = deadline };

	for (int i = 0; i < REACH_STEP_COUNT; i++)
		skip(&w, (enum reach_name)i, "not gone: the step before failed");
	if (!read_secrets(&w))
		return false;
	if (!find_way(&w)) {
		for (int i = REACH_NAME; i < REACH_STEP_COUNT; i++)
			skip(&w, (enum reach_name)i, "on this machine");
		return true;
	}
	return look_up(&w) && reach_peer(&w);
}
