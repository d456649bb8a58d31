/* The same trials for every kind of source: what the server does, and what must come
 * of it, whatever the kind. A kind that lacks a trial says why. The table is printed, and
 * kept in docs/conformance.md (UPDATE_GOLDEN=1 writes it anew). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/registry.h"
#include "tests/support/client_fixture.h"
#include "tests/support/conformance.h"

#define DOCUMENT "docs/conformance.md"

#define REPLY(...) .replies = { __VA_ARGS__ }, .n = sizeof((struct reply[]){ __VA_ARGS__ }) / sizeof(struct reply)

static const struct trial trials[] = {
	{ "rows", "ok", REPLY({ BODY_TWO }), .rows = 2 },
	{ "no rows", "ok, no rows", REPLY({ BODY_EMPTY }), .rows = 0 },
	{ "three pages", "ok, all rows in order", REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2 }, { BODY_PAGE_3 }),
	  .rows = 3, .pages = true },
	{ "slow first byte", "ok", REPLY({ BODY_TWO, .delay_ms = 700 }), .rows = 2 },
	{ "nobody listens", "network, transient", REPLY({ BODY_TWO }), ERR_NETWORK, true, .place = REFUSES },
	{ "cut in the body", "network", REPLY({ BODY_TWO, .fault = CUT }), ERR_NETWORK, .rows = ANY },
	{ "cut in the second page", "network, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2, .fault = CUT }), ERR_NETWORK, .rows = 1, .pages = true },
	{ "401", "auth, asked once", REPLY({ BODY_WORDS, 401 }), ERR_AUTH, .once = true, .words = "HTTP 401" },
	{ "403", "auth, asked once", REPLY({ BODY_WORDS, 403 }), ERR_AUTH, .once = true, .words = "HTTP 403" },
	{ "404", "remote", REPLY({ BODY_WORDS, 404 }), ERR_REMOTE, .once = true, .words = "HTTP 404" },
	{ "429, Retry-After in seconds", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 429, .headers = "Retry-After: 7\r\n" }), ERR_QUOTA, true, .words = "HTTP 429" },
	{ "429, Retry-After as a date", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 429, .headers = "" }), ERR_QUOTA, true, .words = "HTTP 429" },
	{ "403 that is a limit, Retry-After", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 403, .headers = "Retry-After: 7\r\n" }), ERR_QUOTA, true, .words = "HTTP 403" },
	{ "403 that is a limit, X-RateLimit-Reset", "quota, transient, waits as told",
	  REPLY({ BODY_WORDS, 403, .headers = "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 7\r\n" }), ERR_QUOTA,
	  true, .words = "HTTP 403" },
	{ "500", "remote, transient", REPLY({ BODY_WORDS, 500 }), ERR_REMOTE, true, .words = "HTTP 500" },
	{ "malformed body", "decode", REPLY({ BODY_MALFORMED }), ERR_DECODE, .rows = ANY },
	{ "a login page with status 200", "decode, named", REPLY({ BODY_HTML }), ERR_DECODE,
	  .words = "got text/html (login page?)" },
	{ "more bytes than allowed", "limit", REPLY({ BODY_BIG }), ERR_LIMIT, .rows = ANY, .max_bytes = 20000 },
	{ "more rows than allowed", "limit, those allowed stay", REPLY({ BODY_BIG }), ERR_LIMIT, .rows = 100,
	  .max_rows = 100 },
	{ "redirect", "trust, the target named, never followed", REPLY({ BODY_WORDS, 302, .elsewhere = true }),
	  ERR_TRUST, .once = true, .words = "refused to follow the redirect to http://127.0.0.1:" },
	{ "redirect that keeps the method", "the same", REPLY({ BODY_WORDS, 307, .elsewhere = true }), ERR_TRUST,
	  .once = true, .words = "refused to follow the redirect to http://127.0.0.1:" },
	{ "an error that repeats the credentials", "remote, without them", REPLY({ BODY_SECRETS, 400 }), ERR_REMOTE,
	  .once = true, .words = "HTTP 400" },
	{ "credentials expire between pages", "auth, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_WORDS, 401 }, { BODY_WORDS, 401 }), ERR_AUTH, .rows = 1, .pages = true },
	{ "credentials expire between pages, and are renewed", "ok, all rows in order",
	  REPLY({ BODY_PAGE_1 }, { BODY_WORDS, 401 }, { BODY_PAGE_2 }, { BODY_PAGE_3 }), .rows = 3, .pages = true,
	  .renews = true },
	{ "cancel in the TLS handshake", "cancelled at once", REPLY({ BODY_TWO }), ERR_CANCELLED,
	  .stop = CANCELLED, .place = MUTE },
	{ "cancel before the first byte", "cancelled at once", REPLY({ BODY_TWO, .fault = HANG }), ERR_CANCELLED,
	  .stop = CANCELLED },
	{ "cancel in the body", "cancelled at once", REPLY({ BODY_BIG, .fault = STALL }), ERR_CANCELLED,
	  .rows = ANY, .stop = CANCELLED },
	{ "cancel in the second page", "cancelled at once, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2, .fault = HANG }), ERR_CANCELLED, .rows = 1, .pages = true,
	  .stop = CANCELLED },
	{ "deadline in the TLS handshake", "timeout", REPLY({ BODY_TWO }), ERR_TIMEOUT, true, .stop = LATE,
	  .place = MUTE },
	{ "deadline before the first byte", "timeout", REPLY({ BODY_TWO, .fault = HANG }), ERR_TIMEOUT, true,
	  .stop = LATE },
	{ "deadline in the body", "timeout", REPLY({ BODY_BIG, .fault = STALL }), ERR_TIMEOUT, .rows = ANY,
	  .stop = LATE },
	{ "deadline in the second page", "timeout, the first page's rows stay",
	  REPLY({ BODY_PAGE_1 }, { BODY_PAGE_2, .fault = HANG }), ERR_TIMEOUT, .rows = 1, .pages = true,
	  .stop = LATE },
};

enum { TRIALS = sizeof(trials) / sizeof(*trials) };

/* Where redirects lead: nothing may ever come there. */
static struct fault_server elsewhere;

/* ---- one trial --------------------------------------------------------------------------- */

static void begin(struct running *r, const struct trial *t)
{
	if (r->kind->granted)
		conformance_grant(r);
	if (t->place == ANSWERS && r->kind->sql)
		return;
	if (t->place == ANSWERS) {
		r->kind->begin(r, t);
		return;
	}
	fault_start_mute(&r->server);
	r->port = r->server.port;
	if (t->place == REFUSES)
		fault_stop(&r->server);
	else
		r->started = true;
}

static void end(struct running *r)
{
	if (r->started)
		fault_stop(&r->server);
	if (r->kind->granted)
		fault_stop(&r->tokens);
	trino_fake_stop(r->fake);
	for (size_t i = 0; i < REPLIES; i++)
		buf_release(&r->texts[i][0]);
}

static void judge(const struct kind *k, const struct trial *t, const struct err *e, bool ok, size_t rows)
{
	const char *words = k->sql ? conformance_sql_statement(k->sql, t->name).words : t->words;

	if (ok != (t->kind == ERR_NONE) || (!ok && (e->kind != t->kind || e->transient != t->transient)))
		fail_msg("%s%s: %s", ok ? "ok" : err_word(e->kind), e->transient ? ", transient" : "", e->text);
	if (t->rows != ANY && rows != t->rows)
		fail_msg("%zu rows: %s", rows, e->text);
	if (words && !strstr(e->text, words))
		fail_msg("%s", e->text);
	if (t->kind == ERR_QUOTA && !(e->retry_after_ms > 1000 && e->retry_after_ms <= 7000))
		fail_msg("waits %d ms", e->retry_after_ms);
}

/* Whatever a server says: nobody reads the secret, and nobody else is asked. */
static void judge_secrets(const struct kind *k, const struct err *e, const struct record *got)
{
	const char *const texts[] = { e->text, buf_str(&got->sent), buf_str(&got->rows), got->progress.note };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strstr(texts[i], CANARY) || (k->basic && strstr(texts[i], conformance_basic())))
			fail_msg("a secret: %s", texts[i]);
	assert_int_equal(atomic_load(&elsewhere.connections), 0);
}

static struct source *make_source(const struct running *r, const struct trial *t)
{
	char url[64];

	if (r->kind->sql)
		return conformance_sql_source(r->kind->sql, t->name, r->port);
	snprintf(url, sizeof(url), "http%s://127.0.0.1:%u", t->place == MUTE ? "s" : "", r->port);
	return r->kind->source(url);
}

struct asking {
	struct running *running;
	const struct trial *trial;
	struct cancel cancel;
	struct record got;
	struct err e;
	usec fired;             /* when the user cancelled */
	bool ok;
};

/* A user who cancels once the last answer is being waited for, or in the handshake. */
static void *cancel_later(void *ctx)
{
	struct asking *a = ctx;
	enum conformance_sql sql = a->running->kind->sql;
	usec patience = in_ms(20000);
	unsigned wanted = (unsigned)a->trial->n;

	/* Behind the POST there are the pages. */
	if (a->running->fake && a->trial->replies[0].fault != HANG)
		wanted++;
	if (a->trial->place != MUTE && sql)
		conformance_sql_wait(sql);
	while (a->trial->place != MUTE && !sql && conformance_asked(a->running) < wanted && in_ms(0) < patience)
		poll(NULL, 0, 5);
	poll(NULL, 0, 150);
	a->fired = in_ms(0);
	cancel_fire(&a->cancel);
	return NULL;
}

/* Long enough for what comes before the phase in which it strikes. */
static usec deadline_of(const struct kind *k, const struct trial *t)
{
	bool at_once = t->place == MUTE || (t->replies[0].fault == HANG && !k->refused_first);

	return in_ms(t->stop != LATE ? 20000 : at_once ? 500 : 2000);
}

/* Returns how long it went on after the cancel, 0 when there was none. */
static usec ask(struct asking *a)
{
	const struct client_ops *ops = a->running->kind->ops;
	const struct kind *k = a->running->kind;
	const struct trial *t = a->trial;
	struct source *source = make_source(a->running, t);
	struct query q = { .name = "trial", .id = "sextant-1",
			   .text = k->sql ? conformance_sql_statement(k->sql, t->name).query : k->query,
			   .deadline = deadline_of(k, t), .max_bytes = t->max_bytes, .max_rows = t->max_rows };
	void *conn = ops->open(source, &a->e);
	pthread_t user;
	usec ended;

	assert_non_null(conn);
	if (t->stop == CANCELLED)
		assert_int_equal(pthread_create(&user, NULL, cancel_later, a), 0);
	a->ok = ops->run(conn, &q, &a->cancel, &a->got.sink, &a->e);
	ended = in_ms(0);
	if (t->stop == CANCELLED)
		pthread_join(user, NULL);
	ops->close(conn);
	source_free(source);
	return t->stop == CANCELLED ? ended - a->fired : 0;
}

static struct running running;          /* large */

struct cell_of_table {
	const struct kind *kind;
	const struct trial *trial;
};

static void run_trial(void **state)
{
	const struct cell_of_table *c = *state;
	struct asking a = { .running = &running, .trial = c->trial };
	unsigned requests;
	usec took;

	running = (struct running){ .kind = c->kind, .elsewhere = elsewhere.port };
	begin(&running, c->trial);
	record_init(&a.got);
	assert_true(cancel_init(&a.cancel, &a.e));
	took = ask(&a);
	requests = c->trial->once && !c->kind->sql ? conformance_asked(&running) : 1;
	end(&running);
	judge(c->kind, c->trial, &a.e, a.ok, a.got.nrows);
	judge_secrets(c->kind, &a.e, &a.got);
	assert_int_equal(requests, 1);
	/* Telling the server to stop is part of it. */
	assert_true(took < 3 * USEC_SEC);
	record_release(&a.got);
	cancel_release(&a.cancel);
}

/* ---- the table --------------------------------------------------------------------------- */

static const char *lacks(const struct kind *k, const struct trial *t)
{
	if (k->sql)
		return conformance_sql_statement(k->sql, t->name).why;
	if (t->renews && !k->granted)
		return "its credentials are not renewed within a question, or in words of its own";
	return t->pages ? k->no_pages : k->pages;
}

/* What kinds without HTTP lack, the trials of one reason together. */
static void put_lacking(struct buf *out, const struct kind *k)
{
	for (size_t t = 0; t < TRIALS; t++) {
		const char *why = lacks(k, &trials[t]);
		size_t first = 0;

		while (why && first < t && (!lacks(k, &trials[first]) || strcmp(lacks(k, &trials[first]), why) != 0))
			first++;
		if (!why || first < t)
			continue;
		buf_printf(out, "`%s` lacks \"%s\"", k->ops->kind, trials[t].name);
		for (size_t more = t + 1; more < TRIALS; more++)
			if (lacks(k, &trials[more]) && strcmp(lacks(k, &trials[more]), why) == 0)
				buf_printf(out, ", \"%s\"", trials[more].name);
		buf_printf(out, ": %s.\n", why);
	}
}

static void put_table(struct buf *out)
{
	buf_puts(out, "# Conformance of the clients\n\n"
		      "What `tests/clients/test_conformance.c` tries with every kind of source, and "
		      "what must come of it\nfor all of them alike. Written by that test.\n\n| trial | outcome |");
	for (size_t k = 0; k < KINDS; k++)
		buf_printf(out, " %s%s%s |", conformance_kinds[k].ops->kind, conformance_kinds[k].pages ? ", " : "",
			   conformance_kinds[k].pages ? conformance_kinds[k].pages : "");
	buf_puts(out, "\n|---|---|");
	for (size_t k = 0; k < KINDS; k++)
		buf_puts(out, "---|");
	for (size_t t = 0; t < TRIALS; t++) {
		buf_printf(out, "\n| %s | %s |", trials[t].name, trials[t].outcome);
		for (size_t k = 0; k < KINDS; k++)
			buf_puts(out, !lacks(&conformance_kinds[k], &trials[t]) ? " yes |" :
				      conformance_kinds[k].pages ? " |" : " lacks |");
	}
	buf_puts(out, "\n\n");
	for (size_t k = 0; k < KINDS; k++) {
		if (conformance_kinds[k].no_pages)
			buf_printf(out, "`%s` lacks pages: %s.\n", conformance_kinds[k].ops->kind, conformance_kinds[k].no_pages);
		if (conformance_kinds[k].sql)
			put_lacking(out, &conformance_kinds[k]);
	}
	buf_puts(out, "`rest` counts its pages, or follows an address, a token or a header of the answer: what has\n"
		      "nothing to do with pages is tried once. Only OAuth's tokens can be renewed after a bare 401;\n"
		      "what AWS says of expired credentials is tried in `tests/clients/test_athena_faults.c`.\n");
	buf_puts(out, "\nWhatever the trial: the secret is in no error, no request as shown and no row, and nothing\n"
		      "ever connects to where a redirect leads.\n");
	buf_puts(out, "\n`postgres` meets a real server there, and an SQLSTATE where others meet a status; "
		      "`sqlite` meets files.\n");
}

static void the_table_is_kept(void **state)
{
	struct buf table = BUF_INIT;
	char kept[16384] = "";
	FILE *f;

	(void)state;
	put_table(&table);
	printf("%s", table.data);
	f = fopen(DOCUMENT, getenv("UPDATE_GOLDEN") ? "w+" : "r");
	assert_non_null(f);
	if (getenv("UPDATE_GOLDEN"))
		assert_int_equal(fwrite(table.data, 1, table.len, f), table.len);
	rewind(f);
	kept[fread(kept, 1, sizeof(kept) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(kept, table.data);
	buf_release(&table);
}

/* A kind that is new has to be tried too. */
static void no_kind_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; client_kinds[i]; i++) {
		size_t k = 0;

		while (k < KINDS && conformance_kinds[k].ops != client_kinds[i])
			k++;
		if (k == KINDS)
			fail_msg("%s is not in the table", client_kinds[i]->kind);
	}
}

static int start(void **state)
{
	struct err e = { 0 };

	(void)state;
	setenv("TEST_ID", "AKIAEXAMPLE", 1);
	setenv("TEST_SECRET", CANARY, 1);
	fault_start_mute(&elsewhere);
	if (conformance_sql_start(CANARY, &e) && clients_init(&e))
		return 0;
	print_error("%s\n", e.text);
	return -1;
}

static int stop(void **state)
{
	(void)state;
	fault_stop(&elsewhere);
	conformance_sql_stop();
	clients_release();
	return 0;
}

int main(void)
{
	static struct CMUnitTest tests[KINDS * TRIALS + 2];
	static struct cell_of_table cells[KINDS * TRIALS];
	static char names[KINDS * TRIALS][80];
	size_t n = 0;

	for (size_t k = 0; k < KINDS; k++) {
		for (size_t t = 0; t < TRIALS; t++) {
			if (lacks(&conformance_kinds[k], &trials[t]))
				continue;
			cells[n] = (struct cell_of_table){ &conformance_kinds[k], &trials[t] };
			snprintf(names[n], sizeof(names[n]), "%s%s%s: %s", conformance_kinds[k].ops->kind,
				 conformance_kinds[k].pages ? " by " : "", conformance_kinds[k].pages ? conformance_kinds[k].pages : "", trials[t].name);
			tests[n] = (struct CMUnitTest){ .name = names[n], .test_func = run_trial,
							.initial_state = &cells[n] };
			n++;
		}
	}
	tests[n++] = (struct CMUnitTest){ .name = "no kind is missing", .test_func = no_kind_is_missing };
	tests[n++] = (struct CMUnitTest){ .name = "the table is kept", .test_func = the_table_is_kept };
	return _cmocka_run_group_tests("conformance", tests, n, start, stop);
}
