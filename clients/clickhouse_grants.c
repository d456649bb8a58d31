#include "clients/clickhouse_grants.h"

#include <stdbool.h>
#include <string.h>

static bool begins(const char *at, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - at) >= n && memcmp(at, word, n) == 0;
}

/* Tables that end with the session, and functions that read from elsewhere, change nothing. */
static bool reads_only(const char *at, const char *end)
{
	static const char *const rights[] = {
		"SELECT", "SHOW", "USAGE", "dictGet", "CREATE TEMPORARY TABLE", "CREATE ARBITRARY TEMPORARY TABLE",
		"SOURCES", "READ", "INTROSPECTION", "displaySecretsInShowAndSelect", "TABLE ENGINE",
	};

	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
		if (begins(at, end, rights[i]))
			return true;
	return false;
}

/* Behind the right that begins here and its columns in parentheses. */
static const char *behind_right(const char *at, const char *end)
{
	for (int depth = 0; at < end && (depth || *at != ','); at++)
		depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
	return at;
}

static bool all_read(const char *at, const char *end)
{
	while (at < end) {
		if (!reads_only(at, end))
			return false;
		at = behind_right(at, end);
		while (at < end && (*at == ',' || *at == ' '))
			at++;
	}
	return true;
}

static enum ch_grants of_line(const char *at, const char *end)
{
	static const char grant[] = "GRANT ", on[] = " ON ";
	const char *object;

	if (!begins(at, end, grant))
		return CH_GRANTS_READ;          /* REVOKE takes away */
	at += sizeof grant - 1;
	object = memmem(at, (size_t)(end - at), on, sizeof on - 1);
	if (!object)
		return CH_GRANTS_ROLES;
	return all_read(at, object) ? CH_GRANTS_READ : CH_GRANTS_WRITE;
}

enum ch_grants ch_grants(const char *lines, size_t len)
{
	const char *end = lines + len;
	enum ch_grants most = CH_GRANTS_READ;

	while (lines < end) {
		const char *newline = memchr(lines, '\n', (size_t)(end - lines));
		enum ch_grants one = of_line(lines, newline ? newline : end);

		if (one == CH_GRANTS_WRITE)
			return one;
		most = one == CH_GRANTS_ROLES ? one : most;
		lines = newline ? newline + 1 : end;
	}
	return most;
}
