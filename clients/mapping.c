#include "clients/mapping.h"

#include <ctype.h>
#include <string.h>

#include "clients/sqltext.h"

bool mapping_known_keys(const struct doc_node *map, const char *const *known, struct err *e)
{
	for (size_t i = 0; i < doc_count(map); i++) {
		const char *const *k = known;

		while (*k && strcmp(*k, doc_key(map, i)) != 0)
			k++;
		if (!*k)
			return err_set(e, ERR_CONFIG, 0, "%s: unknown key \"%s\"",
				       doc_where_key(map, i), doc_key(map, i));
	}
	return true;
}

size_t mapping_param(const char *s, size_t len)
{
	size_t n = 1;

	if (len < 2 || *s != ':')
		return 0;
	while (n < len && (isalnum((unsigned char)s[n]) || s[n] == '_'))
		n++;
	return n == len ? n - 1 : 0;
}

bool mapping_find(const struct query *q, const char *name, size_t len, const struct param **out,
		  struct err *e)
{
	*out = query_param(q, name, len);
	return *out || err_set(e, ERR_CONFIG, 0, "%s: no parameter :%.*s is bound", q->name,
			       (int)len, name);
}

bool mapping_climbs(const char *s, size_t len)
{
	return (len == 1 && *s == '.') || (len == 2 && memcmp(s, "..", 2) == 0);
}

bool mapping_safe_segment(const char *s)
{
	if (!*s || mapping_climbs(s, strlen(s)))
		return false;
	for (; *s; s++) {
		if (*s == '/' || *s == '\\' || (unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}
