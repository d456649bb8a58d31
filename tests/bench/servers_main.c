/* Starts a PostgreSQL and a ClickHouse with the same million rows, says in one line
 * where they are ("DIRECTORY PORT HTTP-PORT NATIVE-PORT"; the first is PostgreSQL's
 * socket), and stops them when its input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/support/clickhouse_server.h"
#include "tests/support/postgres_server.h"

/* Six columns, about 105 bytes a row as text. */
static bool fill_postgres(const struct postgres_server *s, const char *rows, struct err *e)
{
	struct buf sql = BUF_INIT;

	buf_printf(&sql, "CREATE UNLOGGED TABLE events AS SELECT n AS id, "
		   "to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD HH24:MI:SS') AS at, "
		   "'carrier-' || (n * 7919 %% 1000) AS carrier, "
		   "CASE WHEN n %% 17 = 0 THEN 'failed' ELSE 'sent' END AS status, "
		   "n * 31 AS bytes, "
		   "'stop ' || n || ' reached, next in ' || n %% 60 || ' min' || repeat('.', 21) AS message "
		   "FROM generate_series(0::bigint, %s - 1) AS n", rows);

	/* Else a reader begins where the last one was broken off. */
	bool ok = postgres_exec(s, "ALTER DATABASE postgres SET synchronize_seqscans = off", e) &&
		  postgres_exec(s, buf_str(&sql), e);

	buf_release(&sql);
	return ok;
}

static bool fill_clickhouse(const struct clickhouse_server *s, const char *rows, struct err *e)
{
	struct buf sql = BUF_INIT;

	buf_printf(&sql, "INSERT INTO events SELECT number, "
		   "toString(toDateTime('2026-01-01 00:00:00') + number), "
		   "concat('carrier-', toString(number * 7919 %% 1000)), "
		   "if(number %% 17 = 0, 'failed', 'sent'), number * 31, "
		   "concat('stop ', toString(number), ' reached, next in ', toString(number %% 60), ' min', "
		   "'.....................') FROM system.numbers LIMIT %s", rows);

	bool ok = clickhouse_exec(s, "CREATE TABLE events (id UInt64, at String, carrier String, status String,"
				  " bytes UInt64, message String) ENGINE = Log", e) &&
		  clickhouse_exec(s, buf_str(&sql), e);

	buf_release(&sql);
	return ok;
}

int main(int argc, char **argv)
{
	struct postgres_server postgres = { 0 };
	struct clickhouse_server clickhouse = { 0 };
	struct err e = { 0 };
	char byte;
	bool ok;

	if (argc != 2) {
		fprintf(stderr, "usage: servers ROWS\n");
		return 2;
	}
	ok = postgres_start(&postgres, &e) && fill_postgres(&postgres, argv[1], &e) &&
	     clickhouse_start(&clickhouse, &e) && fill_clickhouse(&clickhouse, argv[1], &e);
	if (ok) {
		printf("%s %u %u %u\n", postgres.dir, postgres.port, clickhouse.port,
		       clickhouse.native_port);
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	if (postgres.dir)
		postgres_stop(&postgres);
	if (clickhouse.dir)
		clickhouse_stop(&clickhouse);
	if (!ok)
		fprintf(stderr, "servers: %s\n", e.text);
	return ok ? 0 : 1;
}
