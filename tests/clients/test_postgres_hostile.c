/* Servers that lie: whatever they send, an error, no crash, and the next run on
 * the same connection object works again. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "clients/registry.h"
#include "tests/support/collect.h"
#include "tests/support/pg_wire.h"

enum { BYTES_AFTER = 64 };

/* The fields of an error or notice; the literal's own NUL ends them. */
#define FIELDS(literal) literal, sizeof(literal)

/* What the server does. Never changed once the server can see it. */
struct plan {
	void (*answer)(struct buf *);   /* put in place of the statement's answer */
	const struct buf *raw;          /* or these bytes instead of all answers */
	void (*take_over)(int fd);      /* or whatever this does after the honest part */
	void (*greet)(struct buf *);    /* in place of the greeting */
	const char *to_ssl;             /* in answer to SSLRequest */
	size_t to_ssl_len;
};

/* The server's context. */
struct shared {
	_Atomic(const struct plan *) plan;      /* valid while a run goes on */
	atomic_int after_ssl;                   /* bytes that came after the answer to SSLRequest */
};

static void honest(struct buf *b)
{
	wire_rows(b, 1);
	wire_row(b, 1, "fine");
	wire_simple(b, 'C', "SELECT 1");
}

static void build_answers(struct buf *b, const struct plan *p)
{
	if (p->raw) {
		buf_put(b, p->raw->data, p->raw->len);
		return;
	}
	wire_before_statement(b);
	if (p->answer)
		p->answer(b);
	if (!p->take_over)
		wire_after_statement(b);
}

/* The plan is copied: the test goes on as soon as the answer is there. */
static void serve_flights(struct wire_conn *c, struct shared *shared)
{
	bool ok = true;

	while (ok && wire_flight(c->fd)) {
		struct plan p = *atomic_load(&shared->plan);
		struct buf b = BUF_INIT;

		build_answers(&b, &p);
		ok = wire_write(c->fd, b.data, b.len) && !p.raw && !p.take_over;
		buf_release(&b);
		if (p.take_over)
			p.take_over(c->fd);
	}
}

static void script(struct wire_conn *c)
{
	struct shared *shared = c->server->ctx;
	struct plan p = *atomic_load(&shared->plan);
	struct buf b = BUF_INIT;
	char more[BYTES_AFTER];

	if (c->code == WIRE_SSL) {
		ssize_t n = 0;

		wire_write(c->fd, p.to_ssl, p.to_ssl_len);
		n = recv(c->fd, more, sizeof(more), 0);
		atomic_fetch_add(&shared->after_ssl, n > 0 ? (int)n : 0);
		return;
	}
	if (p.greet)
		p.greet(&b);
	else
		wire_greeting(&b);
	if (wire_write(c->fd, b.data, b.len))
		serve_flights(c, shared);
	buf_release(&b);
}

/* ---- the client ---- */

struct fixture {
	struct shared shared;
	struct wire_server server;
	struct source source;
	struct cancel cancel;
	struct collect got;
	void *conn;
	struct err e;
};

static void set_up(struct fixture *f, const char *sslmode)
{
	memset(f, 0, sizeof(*f));
	assert_true(wire_start(&f->server, script, &f->shared));
	const char *const pairs[] = {
		"host", "127.0.0.1", "port", f->server.port_text, "user", "u", "database", "d",
		"sslmode", sslmode, "password", "env:TEST_PASSWORD", NULL,
	};
	if (!source_init(&f->source, "liar", &postgres_ops, pairs, &f->e))
		fail_msg("%s", f->e.text);
	assert_true(cancel_init(&f->cancel, &f->e));
	collect_init(&f->got);
	f->conn = postgres_ops.open(&f->source, &f->e);
}

static void tear_down(struct fixture *f)
{
	postgres_ops.close(f->conn);
	wire_stop(&f->server);
	collect_release(&f->got);
	cancel_release(&f->cancel);
	source_release(&f->source);
}

static bool ask_for(struct fixture *f, const struct plan *plan, int64_t ms)
{
	struct query q = { .name = "q", .text = "SELECT 'fine'",
			   .deadline = clock_mono(&clock_system) + ms * USEC_MS };

	collect_release(&f->got);
	collect_init(&f->got);
	f->e = (struct err){ 0 };
	atomic_store(&f->shared.plan, plan);
	return postgres_ops.run(f->conn, &q, &f->cancel, &f->got.sink, &f->e);
}

static void expect_healed(struct fixture *f)
{
	static const struct plan fine = { .answer = honest };

	if (!ask_for(f, &fine, 10000))
		fail_msg("not healed: %s", f->e.text);
	assert_string_equal(buf_str(&f->got.first), "fine");
}

static void expect_lie_seen(void (*answer)(struct buf *), enum err_kind kind, const char *text)
{
	const struct plan plan = { .answer = answer };
	struct fixture f;

	set_up(&f, "disable");
	expect_healed(&f);
	if (ask_for(&f, &plan, 3000))
		fail_msg("believed: %s", text);
	if (f.e.kind != kind || !strstr(f.e.text, text))
		fail_msg("%s instead of %s (%s): %s", err_word(f.e.kind), err_word(kind), text,
			 f.e.text);
	expect_healed(&f);
	tear_down(&f);
}

/* ---- rows that are none ---- */

static void more_cells_than_columns(struct buf *b)
{
	wire_rows(b, 1);
	wire_row(b, 2, "x");
	wire_simple(b, 'C', "SELECT 1");
}

static void cell_of_length(struct buf *b, uint32_t len)
{
	size_t m;

	wire_rows(b, 1);
	m = wire_open(b, 'D');
	wire_u16(b, 1);
	wire_u32(b, len);
	wire_close(b, m);
	wire_simple(b, 'C', "SELECT 1");
}

static void huge_cell(struct buf *b)
{
	cell_of_length(b, 0x7fffffff);
}

static void message_of_length(struct buf *b, char type, uint32_t len)
{
	wire_rows(b, 1);
	buf_putc(b, type);
	wire_u32(b, len);
}

static void huge_row(struct buf *b)
{
	message_of_length(b, 'D', 0x7fffffff);
}

static void tiny_row(struct buf *b)
{
	message_of_length(b, 'D', 1);
}

static void huge_command(struct buf *b)
{
	message_of_length(b, 'C', 0x7fffffff);
}

static void unknown_type(struct buf *b)
{
	wire_rows(b, 1);
	wire_simple(b, '~', "what");
}

static void rows_without_columns(struct buf *b)
{
	wire_simple(b, '1', NULL);
	wire_simple(b, '2', NULL);
	wire_row(b, 1, "x");
	wire_simple(b, 'C', "SELECT 1");
}

static void columns_without_end(struct buf *b)
{
	size_t m;

	wire_simple(b, '1', NULL);
	wire_simple(b, '2', NULL);
	m = wire_open(b, 'T');
	wire_u16(b, 3);
	buf_puts(b, "no end of string");
	wire_close(b, m);
	wire_simple(b, 'C', "SELECT 1");
}

static void thousands_of_columns(struct buf *b)
{
	wire_rows(b, ROWS_MAX_COLUMNS + 1);
	wire_row(b, ROWS_MAX_COLUMNS + 1, "");
	wire_simple(b, 'C', "SELECT 1");
}

static void test_P33_bad_rows_are_errors(void **state)
{
	(void)state;
	expect_lie_seen(more_cells_than_columns, ERR_DECODE, "field count");
	expect_lie_seen(huge_cell, ERR_DECODE, "");
	expect_lie_seen(huge_row, ERR_DECODE, "");
	expect_lie_seen(tiny_row, ERR_DECODE, "lost synchronization");
	expect_lie_seen(huge_command, ERR_DECODE, "lost synchronization");
	expect_lie_seen(unknown_type, ERR_DECODE, "");
	expect_lie_seen(rows_without_columns, ERR_DECODE, "");
	expect_lie_seen(columns_without_end, ERR_DECODE, "");
	expect_lie_seen(thousands_of_columns, ERR_LIMIT, "4096 columns");
}

/* libpq reads every negative length as NULL: strange, but harmless. */
static void negative_cell(struct buf *b)
{
	cell_of_length(b, 0xfffffffe);
}

static void test_P33_negative_cells_are_null(void **state)
{
	static const struct plan plan = { .answer = negative_cell };
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	assert_true(ask_for(&f, &plan, 3000));
	assert_string_equal(buf_str(&f.got.first), "NULL");
	tear_down(&f);
}

/* ---- errors that are none ---- */

static void error_with(struct buf *b, const char *fields, size_t len)
{
	size_t m;

	wire_rows(b, 1);
	wire_row(b, 1, "one");
	m = wire_open(b, 'E');
	buf_put(b, fields, len);
	wire_close(b, m);
}

static void error_without_state(struct buf *b)
{
	error_with(b, FIELDS("SERROR\0Mfell \x1b[2Jover\0"));
}

static void error_without_anything(struct buf *b)
{
	error_with(b, FIELDS(""));
}

static void error_with_bad_state(struct buf *b)
{
	error_with(b, FIELDS("SERROR\0C28\x1b[1\0Mhm\0"));
}

static void error_without_end(struct buf *b)
{
	error_with(b, "SERROR\0Mno end", 14);
}

static void test_P33_bad_errors_are_errors(void **state)
{
	(void)state;
	expect_lie_seen(error_without_state, ERR_DECODE, "without an SQLSTATE: fell <1B>[2Jover");
	expect_lie_seen(error_without_anything, ERR_DECODE, "liar");
	expect_lie_seen(error_with_bad_state, ERR_DECODE, "without an SQLSTATE");
	expect_lie_seen(error_without_end, ERR_DECODE, "");
}

/* ---- answers that do not belong there ---- */

static void copy_out(struct buf *b)
{
	size_t m;

	wire_simple(b, '1', NULL);
	wire_simple(b, '2', NULL);
	m = wire_open(b, 'H');
	buf_putc(b, 0);
	wire_u16(b, 0);
	wire_close(b, m);
	wire_simple(b, 'd', "data");
}

static void copy_in(struct buf *b)
{
	size_t m;

	wire_simple(b, '1', NULL);
	wire_simple(b, '2', NULL);
	m = wire_open(b, 'G');
	buf_putc(b, 0);
	wire_u16(b, 0);
	wire_close(b, m);
}

static void only_ready(struct buf *b)
{
	for (int i = 0; i < 6; i++)
		wire_ready(b, 'I');
}

static void test_P33_misplaced_answers_are_errors(void **state)
{
	(void)state;
	expect_lie_seen(copy_out, ERR_CONFIG, "no query for rows");
	expect_lie_seen(copy_in, ERR_CONFIG, "no query for rows");
}

/* Only that it ends, and that the next run is unharmed. */
static void early_readiness_is_survived(void **state)
{
	static const struct plan plan = { .answer = only_ready };
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	ask_for(&f, &plan, 1000);
	expect_healed(&f);
	tear_down(&f);
}

static void hang_up(int fd)
{
	struct buf b = BUF_INIT;

	wire_rows(&b, 1);
	wire_row(&b, 1, "one");
	wire_row(&b, 1, "two");
	buf_puts(&b, "D");
	wire_write(fd, b.data, b.len);
	buf_release(&b);
}

static void hanging_up_keeps_rows(void **state)
{
	static const struct plan plan = { .take_over = hang_up };
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	assert_false(ask_for(&f, &plan, 5000));
	assert_int_equal(f.e.kind, ERR_NETWORK);
	assert_false(f.e.transient);
	assert_int_equal(f.got.rows, 2);
	expect_healed(&f);
	tear_down(&f);
}

/* ---- floods ---- */

static void flood_of_notices(int fd)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 100; i++) {
		size_t m = wire_open(&b, 'N');

		buf_put(&b, FIELDS("SNOTICE\0C00000\0M\x1b]0;owned\a\0"));
		wire_close(&b, m);
	}
	while (wire_write(fd, b.data, b.len))
		continue;
	buf_release(&b);
}

static void test_P34_floods_end_at_a_limit(void **state)
{
	static const struct plan plan = { .take_over = flood_of_notices };
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	assert_false(ask_for(&f, &plan, 1000));
	if (f.e.kind != ERR_TIMEOUT && f.e.kind != ERR_LIMIT)
		fail_msg("%s: %s", err_word(f.e.kind), f.e.text);
	assert_non_null(strstr(f.got.progress.note, " notices: <1B>]0;owned<07>"));
	expect_healed(&f);
	tear_down(&f);
}

static void row_without_end(int fd)
{
	static const char zeros[1 << 16];
	struct buf b = BUF_INIT;
	bool ok;

	wire_rows(&b, 1);
	buf_putc(&b, 'D');
	wire_u32(&b, 500 << 20);
	ok = wire_write(fd, b.data, b.len);
	buf_release(&b);
	while (ok)
		ok = wire_write(fd, zeros, sizeof(zeros));
}

static void test_P16_a_row_without_end_is_left(void **state)
{
	static const struct plan plan = { .take_over = row_without_end };
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	assert_false(ask_for(&f, &plan, 20000));
	if (f.e.kind != ERR_LIMIT || !strstr(f.e.text, "without a complete row"))
		fail_msg("%s: %s", err_word(f.e.kind), f.e.text);
	expect_healed(&f);
	tear_down(&f);
}

static void many_parameters(struct buf *b)
{
	size_t m = wire_open(b, 'R');

	wire_u32(b, 0);
	wire_close(b, m);
	for (int i = 0; i < 10000; i++) {
		char name[24];

		snprintf(name, sizeof(name), "p%d", i);
		wire_parameter(b, name, "\x1b[31m");
	}
	m = wire_open(b, 'Z');
	buf_putc(b, 'I');
	wire_close(b, m);
}

static void endless_greeting(struct buf *b)
{
	size_t m = wire_open(b, 'R');

	wire_u32(b, 0);
	wire_close(b, m);
	for (int i = 0; i < 400000; i++)
		wire_parameter(b, "name", "value");
}

static void test_P34_long_greetings_are_bounded(void **state)
{
	static const struct plan many = { .greet = many_parameters, .answer = honest };
	static const struct plan endless = { .greet = endless_greeting };
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	if (!ask_for(&f, &many, 20000))
		fail_msg("%s", f.e.text);
	tear_down(&f);
	set_up(&f, "disable");
	assert_false(ask_for(&f, &endless, 20000));
	assert_int_equal(f.e.kind, ERR_LIMIT);
	expect_healed(&f);
	tear_down(&f);
}

/* ---- no password without TLS ---- */

static void expect_no_tls(const char *to_ssl, size_t len, enum err_kind kind, const char *text,
			  bool nothing_follows)
{
	const struct plan plan = { .to_ssl = to_ssl, .to_ssl_len = len };
	struct fixture f;

	set_up(&f, "verify-full");
	assert_false(ask_for(&f, &plan, 5000));
	if (f.e.kind != kind || !strstr(f.e.text, text))
		fail_msg("%.*s: %s: %s", (int)len, to_ssl, err_word(f.e.kind), f.e.text);
	tear_down(&f);
	if (nothing_follows)
		assert_int_equal(f.shared.after_ssl, 0);
}

static void test_P32_tls_refused_means_no_word_more(void **state)
{
	static const char error[] = "E\0\0\0\x20SFATAL\0C28P01\0Mwrong password\0";

	(void)state;
	expect_no_tls("N", 1, ERR_TRUST, "does not support SSL", true);
	/* Cleartext password asked for right behind the yes: only a handshake follows. */
	expect_no_tls("SR\0\0\0\x08\0\0\0\x03", 10, ERR_NETWORK, "TLS with", false);
	expect_no_tls("X", 1, ERR_TRUST, "", true);
	expect_no_tls(error, sizeof(error), ERR_TRUST, "", true);
	expect_no_tls("S", 1, ERR_NETWORK, "TLS with", false);
}

static void asks_unknown_method(struct buf *b)
{
	size_t m = wire_open(b, 'R');

	wire_u32(b, 99);
	wire_close(b, m);
}

static void no_greeting(struct buf *b)
{
	buf_puts(b, "SSH-2.0-OpenSSH_9.2\r\n");
}

static void error_at_login(struct buf *b)
{
	size_t m = wire_open(b, 'E');

	buf_put(b, FIELDS("SFATAL\0C53300\0Mtoo many \x1b[2J\0"));
	wire_close(b, m);
}

static void test_P32_logins_can_fail(void **state)
{
	static const struct {
		void (*greet)(struct buf *);
		enum err_kind kind;
		bool transient;
		const char *text;
	} cases[] = {
		{ asks_unknown_method, ERR_AUTH, false, "99" },
		{ no_greeting, ERR_DECODE, false, "" },
		{ error_at_login, ERR_REMOTE, true, "too many <1B>[2J (53300)" },
	};
	struct fixture f;

	(void)state;
	set_up(&f, "disable");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct plan plan = { .greet = cases[i].greet };

		assert_false(ask_for(&f, &plan, 5000));
		if (f.e.kind != cases[i].kind || f.e.transient != cases[i].transient ||
		    !strstr(f.e.text, cases[i].text))
			fail_msg("%zu: %s: %s", i, err_word(f.e.kind), f.e.text);
	}
	tear_down(&f);
}

/* ---- anything at all ---- */

static void corrupt(struct buf *b, unsigned *seed)
{
	unsigned hits = 1 + (unsigned)rand_r(seed) % 4;

	for (unsigned i = 0; i < hits; i++)
		b->data[(size_t)rand_r(seed) % b->len] = (char)rand_r(seed);
	if (rand_r(seed) % 4 == 0)
		b->len = (size_t)rand_r(seed) % b->len;
}

static void test_P33_corrupted_answers_are_survived(void **state)
{
	struct fixture f;
	unsigned seed = 42;

	(void)state;
	set_up(&f, "disable");
	for (int round = 0; round < 150; round++) {
		struct buf b = BUF_INIT;
		const struct plan plan = { .raw = &b };

		wire_before_statement(&b);
		honest(&b);
		wire_after_statement(&b);
		corrupt(&b, &seed);
		ask_for(&f, &plan, 2000);
		expect_healed(&f);
		buf_release(&b);
	}
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_P33_bad_rows_are_errors),
		cmocka_unit_test(test_P33_negative_cells_are_null),
		cmocka_unit_test(test_P33_bad_errors_are_errors),
		cmocka_unit_test(test_P33_misplaced_answers_are_errors),
		cmocka_unit_test(early_readiness_is_survived),
		cmocka_unit_test(hanging_up_keeps_rows),
		cmocka_unit_test(test_P34_floods_end_at_a_limit),
		cmocka_unit_test(test_P16_a_row_without_end_is_left),
		cmocka_unit_test(test_P34_long_greetings_are_bounded),
		cmocka_unit_test(test_P32_tls_refused_means_no_word_more),
		cmocka_unit_test(test_P32_logins_can_fail),
		cmocka_unit_test(test_P33_corrupted_answers_are_survived),
	};

	setenv("TEST_PASSWORD", "s3cret", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
