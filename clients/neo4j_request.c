#include "clients/neo4j_request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/rows.h"
#include "base/text.h"
#include "clients/cypher.h"
#include "clients/jsontext.h"
#include "clients/sqltext.h"

/* What the statement turned out to be. */
struct shape {
	size_t len;             /* without a separator at its end */
	bool returns;           /* has a RETURN that is not part of a subquery */
	bool limited;           /* and a LIMIT behind the last one */
	bool *used;             /* which of the query's parameters it names */
};

static bool note_param(struct shape *s, const struct query *q, const struct cypher_token *t,
		       struct err *e)
{
	const struct param *p = query_param(q, t->text, t->len);

	if (!p)
		return err_set(e, ERR_CONFIG, 0, "%s: no value for $%.*s", q->name, (int)t->len, t->text);
	s->used[p - q->params] = true;
	return true;
}

static bool read_shape(struct shape *s, const struct query *q, struct err *e)
{
	struct err why = { 0 };
	struct cypher_token t;
	struct cypher c;
	bool over = false;

	cypher_begin(&c, q->text);
	while (cypher_next(&c, &t, &why)) {
		bool outside = t.depth == 0;

		if (over)
			return err_set(e, ERR_CONFIG, 0, "%s: Cypher: only one statement is allowed", q->name);
		over = outside && t.len == 1 && *t.text == ';';
		if (!over)
			s->len = (size_t)(t.text + t.len - q->text);
		if (outside && cypher_is(&t, "RETURN")) {
			s->returns = true;
			s->limited = false;
		}
		s->limited = s->limited || (outside && cypher_is(&t, "LIMIT"));
		if (t.kind == CYPHER_PARAM && !note_param(s, q, &t, e))
			return false;
	}
	if (why.kind != ERR_NONE)
		return err_set(e, why.kind, 0, "%s: %s", q->name, why.text);
	return s->len > 0 || err_set(e, ERR_CONFIG, 0, "%s: the statement is empty", q->name);
}

static bool put_params(struct buf *out, const struct query *q, const struct shape *s, struct err *e)
{
	buf_puts(out, "\"parameters\":{\"" NEO4J_MARK "\":");
	jsontext_quote(out, cell_of(q->id));
	for (size_t i = 0; i < q->nparams; i++) {
		const struct param *p = &q->params[i];

		if (!s->used[i])
			continue;
		buf_printf(out, ",\"%s\":", p->name);
		if (!p->value)
			buf_puts(out, "null");
		else if (text_is_utf8(p->value, strlen(p->value)))
			jsontext_quote(out, cell_of(p->value));
		else
			return err_set(e, ERR_CONFIG, 0, "%s: the value of $%s is no UTF-8", q->name, p->name);
	}
	return buf_putc(out, '}');
}

static bool put_statement(struct buf *out, const struct query *q, const struct shape *s,
			  uint64_t max_rows, struct err *e)
{
	struct buf text = BUF_INIT;
	bool ok;

	buf_put(&text, q->text, s->len);
	/* One more than is kept: only then is it known that there are more. */
	if (s->returns && !s->limited)
		buf_printf(&text, "\nLIMIT %" PRIu64, max_rows + 1);
	ok = text_is_utf8(buf_str(&text), text.len) ||
	     err_set(e, ERR_CONFIG, 0, "%s: the statement is no UTF-8", q->name);
	buf_puts(out, "{\"statement\":");
	jsontext_quote(out, (struct cell){ buf_str(&text), text.len });
	buf_release(&text);
	return ok;
}

bool neo4j_request_build(struct buf *out, const struct query *q, uint64_t max_rows, long seconds,
			 struct err *e)
{
	struct shape s = { .used = calloc(q->nparams + 1, sizeof(*s.used)) };
	bool ok = s.used ? read_shape(&s, q, e) : err_set(e, ERR_MEMORY, 0, "out of memory for a request");

	ok = ok && put_statement(out, q, &s, max_rows, e);
	if (ok)
		buf_putc(out, ',');
	ok = ok && put_params(out, q, &s, e);
	buf_printf(out, ",\"accessMode\":\"Read\",\"maxExecutionTime\":%ld}", seconds);
	free(s.used);
	return ok && (!out->failed || err_set(e, ERR_LIMIT, 0, "%s: the statement is too long", q->name));
}
