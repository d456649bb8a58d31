/* How much memory a client needs while rows stream through it: stream KIND ADDRESS...
 *
 *   stream postgres DIRECTORY PORT    the million rows of the servers program
 *   stream clickhouse HTTP-PORT
 *   stream sqlite FILE                rows that a query makes
 *   stream trino                      a fake in a process of its own, as real ones
 *   stream athena                     keep the whole answer
 *
 * Prints "ROWS GROWTH": what the process grew by, in bytes, from row 10,000 (buffers are
 * as large as they get, libraries are loaded) to its peak until the end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "clients/registry.h"
#include "tests/support/aws_fake.h"
#include "tests/support/client_fixture.h"
#include "tests/support/trino_fake.h"

enum { ROWS = 1000000, WARM = 10000, PAGE = 1000 };

static const char all_events[] = "SELECT * FROM events";
static const char made_rows[] =
	"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000000)"
	" SELECT n AS id, 'carrier-' || n AS carrier, 'stop ' || n || ' reached, next in 5 min' AS message FROM s";

/* ---- memory ---- */

static unsigned long status_bytes(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, name, strlen(name)) == 0)
			kb = strtoul(line + strlen(name) + 1, NULL, 10);
	}
	if (f)
		fclose(f);
	return kb * 1024;
}

/* The peak is what is used now. */
static void forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "we");

	if (!f || fputs("5", f) < 0 || fclose(f))
		abort();
}

struct counter {
	struct row_sink sink;
	unsigned long rows, before;
};

static void on_sent(struct row_sink *s, const char *text) { (void)s, (void)text; }
static void on_progress(struct row_sink *s, const struct progress *p) { (void)s, (void)p; }
static void on_bytes(struct row_sink *s, size_t n) { (void)s, (void)n; }

static bool on_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	(void)s, (void)names, (void)n, (void)e;
	return true;
}

static bool on_row(struct row_sink *s, const struct cell *cells, struct err *e)
{
	struct counter *c = (struct counter *)s;

	(void)cells, (void)e;
	if (++c->rows == WARM) {
		forget_peak();
		c->before = status_bytes("VmRSS");
	}
	return true;
}

/* ---- servers of our own ---- */

static unsigned start_trino(struct err *e)
{
	static const struct trino_answer answers[] = { { 0 }, { .many = PAGE }, { 0 } };
	const struct trino_options o = { .answers = answers, .nanswers = 3, .repeat = ROWS / PAGE - 1 };
	struct trino_fake *f = trino_fake_start(&o, e);

	return f ? trino_fake_port(f) : 0;
}

static unsigned start_athena(struct err *e)
{
	struct aws_fake *f = aws_fake_start(&(struct aws_fake_options){ 0 }, e);

	return f ? aws_fake_port(f) : 0;
}

/* Its port, in `url`; it ends with us. Before there are threads. */
static void serve(unsigned (*start)(struct err *), char url[static 64])
{
	struct err e = { 0 };
	unsigned port = 0;
	int fds[2];

	if (pipe(fds))
		abort();
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		port = start(&e);
		if (write(fds[1], &port, sizeof port) != sizeof port)
			abort();
		for (;;)
			pause();
	}
	if (read(fds[0], &port, sizeof port) != sizeof port || !port)
		abort();
	snprintf(url, 64, "http://127.0.0.1:%u", port);
}

static struct source *make_source(char **argv, const char **sql)
{
	char url[64] = "";

	*sql = all_events;
	if (!strcmp(argv[1], "postgres") && argv[2] && argv[3])
		return source_make(&postgres_ops, "store", "host", argv[2], "port", argv[3], "user", "admin",
				   "database", "postgres", NULL);
	if (!strcmp(argv[1], "clickhouse") && argv[2])
		return source_make(&clickhouse_ops, "store", "host", "127.0.0.1", "port", argv[2], NULL);
	*sql = made_rows;
	if (!strcmp(argv[1], "sqlite") && argv[2])
		return source_make(&sqlite_ops, "store", "path", argv[2], NULL);
	if (!strcmp(argv[1], "trino")) {
		serve(start_trino, url);
		return source_make(&trino_ops, "store", "url", url, "user", "alice", "catalog", "hive",
				   "schema", "log", NULL);
	}
	if (!strcmp(argv[1], "athena")) {
		serve(start_athena, url);
		setenv("BENCH_ID", AWS_FAKE_ID, 1);
		setenv("BENCH_SECRET", AWS_FAKE_SECRET, 1);
		return source_make(&athena_ops, "store", "region", "us-east-1", "database", "raw_data_db",
				   "output_location", "s3://results/", "url", url, "access_key",
				   "env:BENCH_ID", "secret_key", "env:BENCH_SECRET", NULL);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct counter c = { .sink = { on_sent, on_columns, on_row, on_progress, on_bytes } };
	struct query q = { .name = "stream", .id = "sextant-stream-1", .max_rows = CLIENT_MAX_ROWS };
	struct source *s = argc > 1 ? make_source(argv, &q.text) : NULL;
	struct cancel cancel;
	struct err e = { 0 };

	if (!s) {
		fprintf(stderr, "usage: stream KIND ADDRESS...\n");
		return 2;
	}
	q.deadline = in_ms(300000);

	void *conn = cancel_init(&cancel, &e) && clients_init(&e) ? s->client->open(s, &e) : NULL;
	bool ok = conn && s->client->run(conn, &q, &cancel, &c.sink, &e);

	unsigned long peak = status_bytes("VmHWM");

	if (ok)
		printf("%lu %lu\n", c.rows, peak > c.before ? peak - c.before : 0);
	else
		fprintf(stderr, "stream: %s\n", e.text);
	s->client->close(conn);
	clients_release();
	source_free(s);
	return ok ? 0 : 1;
}
