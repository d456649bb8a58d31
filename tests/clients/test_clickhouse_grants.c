/* What SHOW GRANTS says of an account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "clients/clickhouse_grants.h"

static const struct { const char *lines; enum ch_grants says; } cases[] = {
	{ "", CH_GRANTS_READ },
	{ "GRANT SELECT ON db.* TO reader\n", CH_GRANTS_READ },
	{ "GRANT SELECT(a, b), SHOW TABLES, dictGet ON db.t TO reader", CH_GRANTS_READ },
	{ "GRANT SELECT ON *.* TO reader\nREVOKE INSERT ON *.* FROM reader\n", CH_GRANTS_READ },
	{ "GRANT CREATE TEMPORARY TABLE, S3 ON *.* TO reader\n", CH_GRANTS_WRITE },
	{ "GRANT SELECT, INSERT ON db.* TO writer\n", CH_GRANTS_WRITE },
	{ "GRANT SELECT(a, b), INSERT(c) ON db.t TO writer\n", CH_GRANTS_WRITE },
	{ "GRANT SELECT ON a.* TO w\nGRANT ALTER UPDATE ON b.* TO w\n", CH_GRANTS_WRITE },
	{ "GRANT ALL ON *.* TO default WITH GRANT OPTION\n", CH_GRANTS_WRITE },
	{ "GRANT analysts TO reader\n", CH_GRANTS_ROLES },
	{ "GRANT analysts TO reader\nGRANT SELECT ON db.* TO reader\n", CH_GRANTS_ROLES },
	{ "GRANT analysts TO w\nGRANT DROP TABLE ON db.* TO w\n", CH_GRANTS_WRITE },
	{ "GRANT  ON db.* TO odd\n", CH_GRANTS_READ },
	{ "GRANT SELECT(a ON db.* TO odd\n", CH_GRANTS_READ },
};

static void what_an_account_may_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ch_grants(cases[i].lines, strlen(cases[i].lines)) != cases[i].says)
			fail_msg("%s", cases[i].lines);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(what_an_account_may_do) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
