/* What an account may do, from the answer to SHOW GRANTS (ClickHouse since 20.4). Pure. */
#ifndef CLIENTS_CLICKHOUSE_GRANTS_H
#define CLIENTS_CLICKHOUSE_GRANTS_H

#include <stddef.h>

enum ch_grants {
	CH_GRANTS_READ,         /* nothing but reading */
	CH_GRANTS_WRITE,        /* data or tables could be changed */
	CH_GRANTS_ROLES,        /* it has roles, whose rights are not told here */
};

/* Lines "GRANT SELECT(a, b), INSERT ON db.* TO name", or "GRANT role TO name". A right that
 * is not known to read only counts as writing. */
enum ch_grants ch_grants(const char *lines, size_t len);

#endif
