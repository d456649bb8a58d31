#include "clients/llm_api.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/jsontext.h"

static const struct llm_api *const apis[] = { &llm_anthropic, &llm_azure };

const struct llm_api *llm_api_of(const struct source *s, struct err *e)
{
	const char *name = source_get(s, "provider", "anthropic");

	for (size_t i = 0; i < sizeof(apis) / sizeof(*apis); i++)
		if (strcmp(apis[i]->provider, name) == 0)
			return apis[i];
	err_set(e, ERR_CONFIG, 0, "%s: provider \"%s\" is none of anthropic, azure_openai", s->name, name);
	return NULL;
}

/* ---- writing -------------------------------------------------------------------------- */

void llm_put_string(struct buf *out, const char *key, struct cell value)
{
	buf_printf(out, "\"%s\":", key);
	jsontext_quote(out, value);
}

/* ---- reading -------------------------------------------------------------------------- */

void llm_copy(char *out, size_t size, struct cell value)
{
	if (!cell_is_null(value))
		text_safe(out, size, value.data, value.len);
}

long llm_number(json_t *object, const char *path, long fallback)
{
	json_t *v = jsontext_at(object, path);
	struct cell digits = v && jsontext_is_number(v) ? jsontext_scalar(v) : CELL_NULL;
	char text[16] = "";

	if (digits.len == 0 || digits.len >= sizeof(text))
		return fallback;
	memcpy(text, digits.data, digits.len);
	return strtol(text, NULL, 10);
}

bool llm_add_text(struct llm_answer *a, struct cell text, struct err *e)
{
	a->began = a->began || text.len > 0;
	return buf_put(&a->text, text.data ? text.data : "", text.len) ||
	       err_set(e, ERR_MEMORY, 0, "out of memory for an answer");
}

void llm_answer_release(struct llm_answer *a)
{
	buf_release(&a->text);
}

bool llm_failure_find(json_t *root, struct llm_failure *f)
{
	json_t *error = json_is_object(root) ? json_object_get(root, "error") : NULL;
	struct cell code, type;

	*f = (struct llm_failure){ CELL_NULL, CELL_NULL };
	if (!json_is_object(error))
		return false;
	code = jsontext_scalar(json_object_get(error, "code"));
	type = jsontext_scalar(json_object_get(error, "type"));
	f->word = cell_is_null(code) ? type : code;
	f->message = jsontext_scalar(json_object_get(error, "message"));
	return true;
}

static const struct {
	const char *word;
	enum err_kind kind;
	long code;              /* the status that it would have been */
	bool transient;
} meanings[] = {
	{ "overloaded_error", ERR_REMOTE, 529, true },
	{ "api_error", ERR_REMOTE, 500, true },
	{ "timeout_error", ERR_REMOTE, 504, true },
	{ "server_error", ERR_REMOTE, 500, true },
	{ "rate_limit_error", ERR_QUOTA, 429, true },
	{ "rate_limit_exceeded", ERR_QUOTA, 429, true },
	{ "429", ERR_QUOTA, 429, true },
	{ "authentication_error", ERR_AUTH, 401, false },
	{ "permission_error", ERR_AUTH, 403, false },
	{ "content_filter", ERR_DENIED, 400, false },
};

/* What an error within a stream stands for. False. */
static bool failure_err(const char *source, const struct llm_failure *f, struct err *e)
{
	struct buf text = BUF_INIT;
	enum err_kind kind = ERR_REMOTE;
	bool transient = false;
	long code = 0;

	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (!cell_is(f->word, meanings[i].word))
			continue;
		kind = meanings[i].kind;
		code = meanings[i].code;
		transient = meanings[i].transient;
	}
	buf_put(&text, f->word.data ? f->word.data : "", f->word.len);
	buf_puts(&text, f->word.len > 0 ? ": " : "");
	buf_put(&text, f->message.data ? f->message.data : "", f->message.len);
	err_set(e, kind, code, "%s: %s", source, buf_str(&text));
	if (e)
		e->transient = transient;
	buf_release(&text);
	return false;
}

bool llm_take(const struct llm_api *api, const char *source, struct llm_answer *a, struct cell data,
	      struct err *e)
{
	struct llm_failure failure;
	json_t *root;
	bool ok;

	if (data.len == 0)
		return true;
	if (cell_is(data, "[DONE]")) {
		a->over = true;
		return true;
	}
	root = jsontext_read(data.data, data.len, e);
	if (!root)
		return false;
	ok = llm_failure_find(root, &failure) ? failure_err(source, &failure, e) : api->take(a, root, e);
	json_decref(root);
	return ok;
}
