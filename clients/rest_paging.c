/* An endpoint mapping's `pages`: how further pages are asked for, and when they end. */
#include "clients/rest_mapping_parts.h"

#include <string.h>

static bool read_counted(struct rest_paging *p, const struct doc_node *n, struct err *e)
{
	static const char *const known[] = { "param", "first", "total", "max", NULL };

	p->how = REST_COUNTED;
	return mapping_known_keys(n, known, e) && rest_read_word(n, "param", &p->param, e) &&
	       rest_read_word(n, "total", &p->total, e) && rest_check_paths(doc_get(n, "total"), e) &&
	       (!doc_get(n, "first") || doc_int(doc_get(n, "first"), 0, 1, &p->first, e));
}

static bool read_address(struct rest_paging *p, const struct doc_node *n, struct err *e)
{
	static const char *const known[] = { "next", "below", "max", NULL };
	const struct doc_node *below = doc_get(n, "below");

	p->how = REST_ADDRESS;
	p->next = doc_get(n, "next");
	p->below_url = below && doc_str(below) && strcmp(doc_str(below), "url") == 0;
	if (below && !p->below_url)
		return err_set(e, ERR_CONFIG, 0, "%s: expected url", doc_where(below));
	return mapping_known_keys(n, known, e) && rest_check_paths(p->next, e);
}

static bool read_link(struct rest_paging *p, const struct doc_node *n, struct err *e)
{
	static const char *const known[] = { "link", "max", NULL };
	const char *rel = doc_str(doc_get(n, "link"));

	p->how = REST_LINK;
	if (!rel || strcmp(rel, "next") != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: expected next", doc_where(doc_get(n, "link")));
	return mapping_known_keys(n, known, e);
}

static bool read_token(struct rest_paging *p, const struct doc_node *n, const struct doc_node *body,
		       struct err *e)
{
	static const char *const known[] = { "token", "param", "body", "last", "max", NULL };

	p->how = REST_TOKEN;
	p->next = doc_get(n, "token");
	p->last = doc_get(n, "last");
	if (!mapping_known_keys(n, known, e) || !rest_check_paths(p->next, e) ||
	    (p->last && !rest_check_paths(p->last, e)))
		return false;
	if (!doc_get(n, "body"))
		return rest_read_word(n, "param", &p->param, e);
	if (!body || doc_get(n, "param"))
		return err_set(e, ERR_CONFIG, 0, "%s: the token goes into the query or into a body",
			       doc_where(n));
	return rest_read_word(n, "body", &p->key, e);
}

bool rest_read_paging(struct rest_paging *p, const struct doc_node *root, struct err *e)
{
	const struct doc_node *n = doc_get(root, "pages");
	bool ok;

	*p = (struct rest_paging){ .first = 1, .max = 20 };
	if (!n)
		return true;
	if (!rest_is_type(n, DOC_MAP, "a map", e))
		return false;
	if (doc_get(n, "next"))
		ok = read_address(p, n, e);
	else if (doc_get(n, "link"))
		ok = read_link(p, n, e);
	else if (doc_get(n, "token"))
		ok = read_token(p, n, doc_get(root, "body"), e);
	else
		ok = read_counted(p, n, e);
	return ok && (!doc_get(n, "max") || doc_int(doc_get(n, "max"), 1, REST_PAGES_MAX, &p->max, e));
}
