/* What passes begins, behind blanks, comments and brackets, with a word that reads; and it
 * passes as well with a semicolon behind it, but not with a second statement. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "clients/sqlguard.h"
#include "clients/sqlliteral.h"

static void check(const char *sql)
{
	struct buf two = BUF_INIT, quoted = BUF_INIT;
	struct err e = { 0 };

	if (!sqlguard_read_only(sql, &e)) {
		if (e.kind != ERR_CONFIG || !*e.text)
			abort();
		return;
	}
	buf_printf(&two, "%s\n;DROP TABLE t", sql);
	if (sqlguard_read_only(buf_str(&two), NULL))
		abort();
	/* As a value it is one literal: nothing of it is a word. */
	if (sqlliteral_put(&quoted, sql, &e)) {
		buf_clear(&two);
		buf_printf(&two, "SELECT %s", buf_str(&quoted));
		if (!sqlguard_read_only(buf_str(&two), NULL))
			abort();
	}
	buf_release(&two);
	buf_release(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *sql = strndup((const char *)data, size);

	check(sql);
	free(sql);
	return 0;
}
