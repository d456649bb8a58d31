/* The request that an endpoint mapping makes of a query's values: each is escaped for the place
 * where it stands, and none can leave it. */
#include "clients/rest_mapping_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/rest_literal.h"
#include "clients/sqltext.h"

static bool put_segment(struct buf *out, const struct query *q, const char *s, size_t len,
			struct err *e)
{
	size_t name = mapping_param(s, len);
	const struct param *p;

	if (name == 0) {
		buf_put(out, s, len);
		return true;
	}
	if (!mapping_find(q, s + 1, name, &p, e))
		return false;
	if (!p->value || !mapping_safe_segment(p->value))
		return err_set(e, ERR_CONFIG, 0, "%s: the value of :%s cannot stand in a path: \"%s\"",
			       q->name, p->name, p->value ? p->value : "");
	http_escape(out, p->value, strlen(p->value));
	return true;
}

bool rest_mapping_knows(const struct rest_mapping *m, const struct query *q)
{
	for (const char *s = doc_str(m->path); *s;) {
		size_t len = strcspn(++s, "/"), name = mapping_param(s, len);
		const struct param *p = name > 0 ? query_param(q, s + 1, name) : NULL;

		if (p && !p->value)
			return false;
		s += len;
	}
	return true;
}

static bool put_path(const struct rest_mapping *m, const struct query *q, struct buf *out,
		     struct err *e)
{
	const char *s = doc_str(m->path);

	while (*s) {
		size_t len = strcspn(++s, "/");

		buf_putc(out, '/');
		if (!put_segment(out, q, s, len, e))
			return false;
		s += len;
	}
	return true;
}

static void put_pair(struct buf *out, const char *key, const char *value)
{
	if (out->len > 0)
		buf_putc(out, '&');
	http_form_escape(out, key, strlen(key));
	buf_putc(out, '=');
	http_form_escape(out, value, strlen(value));
}

static bool put_literals(struct buf *out, const struct query *q, const char *key, const char *text,
			 struct err *e)
{
	struct buf value = BUF_INIT;
	bool ok = rest_literal_expand(&value, text, q, e);

	if (ok)
		put_pair(out, key, buf_str(&value));
	buf_release(&value);
	return ok;
}

static bool put_entry(struct buf *out, const struct query *q, const char *key, const char *value,
		      struct err *e)
{
	size_t name = mapping_param(value, strlen(value));
	const struct param *p;

	if (name == 0)
		return put_literals(out, q, key, value, e);
	if (!mapping_find(q, value + 1, name, &p, e))
		return false;
	if (p->value)
		put_pair(out, key, p->value);
	return true;
}

static bool put_choice(const struct rest_mapping *m, const struct query *q, struct buf *out,
		       struct err *e)
{
	size_t before = out->len;

	for (size_t i = 0; i < doc_count(m->choose) && out->len == before; i++)
		if (!put_entry(out, q, doc_key(m->choose, i), doc_str(doc_value(m->choose, i)), e))
			return false;
	return !m->choose || out->failed || out->len > before ||
	       err_set(e, ERR_CONFIG, 0, "%s: nothing is known to ask by", doc_where(m->choose));
}

static bool put_query(const struct rest_mapping *m, const struct query *q, long page,
		      struct buf *out, struct err *e)
{
	char number[24];

	for (size_t i = 0; i < doc_count(m->query); i++) {
		const struct doc_node *v = doc_value(m->query, i);
		const char *s;

		for (size_t k = 0; (s = rest_path(v, k)); k++)
			if (!put_entry(out, q, doc_key(m->query, i), s, e))
				return false;
	}
	if (!put_choice(m, q, out, e))
		return false;
	if (m->paging.how == REST_COUNTED) {
		snprintf(number, sizeof(number), "%ld", page);
		put_pair(out, m->paging.param, number);
	}
	return true;
}

static bool is_integer(const char *s)
{
	s += *s == '-';
	/* JSON has no leading zeros. */
	if (*s == '0' && s[1])
		return false;
	return *s && s[strspn(s, "0123456789")] == '\0';
}

static enum jsontext_hooked put_int(struct buf *out, const struct query *q, const struct param *p,
				    struct err *e)
{
	if (is_integer(p->value))
		return buf_puts(out, p->value) ? JSONTEXT_DONE : JSONTEXT_FAILED;
	err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is not a whole number: \"%s\"", q->name,
		p->name, p->value);
	return JSONTEXT_FAILED;
}

static enum jsontext_hooked put_text(struct buf *out, const struct query *q,
				     const struct param *p, struct err *e)
{
	if (text_is_utf8(p->value, strlen(p->value)))
		return jsontext_quote(out, cell_of(p->value)) ? JSONTEXT_DONE : JSONTEXT_FAILED;
	err_set(e, ERR_CONFIG, 0, "%s: the value of :%s is not valid UTF-8: \"%s\"", q->name,
		p->name, p->value);
	return JSONTEXT_FAILED;
}

static enum jsontext_hooked bind_literals(const struct query *q, struct buf *out, struct cell s,
					  struct err *e)
{
	struct buf value = BUF_INIT;
	bool ok = rest_literal_expand(&value, s.data, q, e);

	ok = ok && jsontext_quote(out, (struct cell){ buf_str(&value), value.len });
	buf_release(&value);
	return ok ? JSONTEXT_DONE : JSONTEXT_FAILED;
}

/* A jsontext_hook: a template's ":name", ":name:int" and literals inside of a text. */
static enum jsontext_hooked bind_string(const void *ctx, struct buf *out, struct cell s, struct err *e)
{
	static const char as_int[] = ":int";
	const struct query *q = ctx;
	const size_t suffix = sizeof(as_int) - 1;
	const struct param *p;
	bool literals, number = s.len > suffix && memcmp(s.data + s.len - suffix, as_int, suffix) == 0 &&
		      mapping_param(s.data, s.len - suffix) > 0;
	size_t name = mapping_param(s.data, s.len - (number ? suffix : 0));

	if (name == 0) {
		rest_literal_has(s.data, &literals, NULL);
		return literals ? bind_literals(q, out, s, e) : JSONTEXT_PASS;
	}
	if (!mapping_find(q, s.data + 1, name, &p, e))
		return JSONTEXT_FAILED;
	if (!p->value)
		return buf_puts(out, "null") ? JSONTEXT_DONE : JSONTEXT_FAILED;
	return number ? put_int(out, q, p, e) : put_text(out, q, p, e);
}

bool rest_mapping_request(const struct rest_mapping *m, const struct query *q, long page,
			  struct rest_request *r, struct err *e)
{
	if (!put_path(m, q, &r->path, e) || !put_query(m, q, page, &r->query, e))
		return false;
	r->has_body = m->body != NULL;
	if (m->body && !jsontext_write(&r->body, m->body, bind_string, q, e))
		return false;
	return !(r->path.failed || r->query.failed) || err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

bool rest_request_token(const struct rest_mapping *m, struct cell token, struct rest_request *r,
			struct err *e)
{
	struct buf text = BUF_INIT;

	buf_put(&text, token.data, token.len);
	if (m->paging.param) {
		put_pair(&r->query, m->paging.param, buf_str(&text));
	} else {
		/* The body is an object as we wrote it: compact. */
		r->body.data[--r->body.len] = '\0';
		buf_puts(&r->body, r->body.len > 1 ? "," : "");
		jsontext_quote(&r->body, cell_of(m->paging.key));
		buf_putc(&r->body, ':');
		jsontext_quote(&r->body, token);
		buf_putc(&r->body, '}');
	}
	buf_release(&text);
	return !(text.failed || r->query.failed || r->body.failed) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for a request");
}

void rest_request_release(struct rest_request *r)
{
	buf_release(&r->path);
	buf_release(&r->query);
	buf_release(&r->body);
}
