#include "clients/llm_prompt.h"

#include <string.h>

#include "base/doc.h"
#include "base/text.h"
#include "clients/sqltext.h"

static bool known_keys(const struct doc_node *root, struct err *e)
{
	static const char *const known[] = { "system", "prompt", "max_tokens", NULL };

	for (size_t i = 0; i < doc_count(root); i++) {
		const char *const *k = known;

		while (*k && strcmp(*k, doc_key(root, i)) != 0)
			k++;
		if (!*k)
			return err_set(e, ERR_CONFIG, 0, "%s: unknown key \"%s\"", doc_where_key(root, i),
				       doc_key(root, i));
	}
	return true;
}

static bool put_item(struct llm_prompt *p, const struct query *q, const struct doc_node *item,
		     struct err *e)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *text = doc_str(item);
	const struct param *value;
	size_t len;

	if (!text)
		return err_set(e, ERR_CONFIG, 0, "%s: expected words or a \":name\"", doc_where(item));
	len = strlen(text);
	if (*text == ':' && len > 1 && text[1 + strspn(text + 1, names)] == '\0') {
		value = query_param(q, text + 1, len - 1);
		if (!value || !value->value || !*value->value)
			return err_set(e, ERR_CONFIG, 0, "%s: no value of %s is bound", q->name, text);
		text = value->value;
	}
	if (!text_is_utf8(text, strlen(text)))
		return err_set(e, ERR_CONFIG, 0, "%s: a value is not valid UTF-8", q->name);
	p->user.max = LLM_PROMPT_MAX;
	return buf_puts(&p->user, text) ||
	       err_set(e, ERR_LIMIT, 0, "%s: the prompt is over %d bytes", q->name, (int)LLM_PROMPT_MAX);
}

static bool put_prompt(struct llm_prompt *p, const struct query *q, const struct doc_node *list,
		       const struct doc_node *root, struct err *e)
{
	if (doc_type(list) != DOC_LIST || doc_count(list) == 0)
		return err_set(e, ERR_CONFIG, 0, "%s: \"prompt\" must be a list", doc_where(root));
	for (size_t i = 0; i < doc_count(list); i++)
		if (!put_item(p, q, doc_item(list, i), e))
			return false;
	return true;
}

static bool read_root(struct llm_prompt *p, const struct query *q, const struct doc_node *root,
		      long max_tokens, struct err *e)
{
	const struct doc_node *system = doc_get(root, "system"), *tokens = doc_get(root, "max_tokens");

	p->max_tokens = max_tokens;
	if (doc_type(root) != DOC_MAP)
		return err_set(e, ERR_CONFIG, 0, "%s: expected a prompt", q->name);
	if (!known_keys(root, e) || (tokens && !doc_int(tokens, 1, LLM_TOKENS_MAX, &p->max_tokens, e)))
		return false;
	if (system && !doc_str(system))
		return err_set(e, ERR_CONFIG, 0, "%s: expected words", doc_where(system));
	if (p->max_tokens > max_tokens)
		p->max_tokens = max_tokens;
	return put_prompt(p, q, doc_get(root, "prompt"), root, e) &&
	       (!system || buf_puts(&p->system, doc_str(system)) ||
		err_set(e, ERR_MEMORY, 0, "out of memory for a prompt"));
}

bool llm_prompt_read(struct llm_prompt *p, const struct query *q, long max_tokens, struct err *e)
{
	struct doc *doc = doc_parse(q->text, strlen(q->text), q->name, e);
	bool ok = doc && read_root(p, q, doc_root(doc), max_tokens, e);

	doc_free(doc);
	return ok;
}

void llm_prompt_release(struct llm_prompt *p)
{
	buf_release(&p->system);
	buf_release(&p->user);
}
