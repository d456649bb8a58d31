/* Anthropic's Messages API, in its versions of 2026-10-21 and 2023-06-01. */
#include <stdio.h>
#include <string.h>

#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/llm_api.h"

#define NEWEST "2026-10-21"

static const char *version(const struct source *s)
{
	return source_get(s, "api_version", NEWEST);
}

static bool check(const struct source *s, struct err *e)
{
	bool newest = strcmp(version(s), NEWEST) == 0;

	if (!newest && strcmp(version(s), "2023-06-01") != 0)
		return err_set(e, ERR_CONFIG, 0, "%s: api_version \"%s\" of anthropic is none of " NEWEST
			       ", 2023-06-01", s->name, version(s));
	/* Refused there with 400, whatever its value. */
	if (newest && *source_get(s, "temperature", ""))
		return err_set(e, ERR_CONFIG, 0, "%s: a temperature is not taken by api_version " NEWEST,
			       s->name);
	return *source_get(s, "model", "") ||
	       err_set(e, ERR_CONFIG, 0, "no model: set sources.%s.model", s->name);
}

static void put_path(const struct source *s, bool health, struct buf *out)
{
	const char *model = source_get(s, "model", "");

	buf_puts(out, health ? "/v1/models/" : "/v1/messages");
	if (health)
		http_escape(out, model, strlen(model));
}

static void put_headers(const struct source *s, struct buf *out)
{
	buf_printf(out, "anthropic-version: %s\n", version(s));
}

static void put_body(const struct source *s, const struct llm_prompt *p, struct buf *out)
{
	const char *temperature = source_get(s, "temperature", "");

	buf_puts(out, "{");
	llm_put_string(out, "model", cell_of(source_get(s, "model", "")));
	buf_printf(out, ",\"max_tokens\":%ld,\"stream\":true", p->max_tokens);
	if (*temperature)
		buf_printf(out, ",\"temperature\":%s", temperature);
	if (p->system.len > 0) {
		buf_puts(out, ",");
		llm_put_string(out, "system", cell_of(buf_str(&p->system)));
	}
	buf_puts(out, ",\"messages\":[{\"role\":\"user\",");
	llm_put_string(out, "content", cell_of(buf_str(&p->user)));
	buf_puts(out, "}]}");
}

static void take_usage(struct llm_answer *a, json_t *holder)
{
	long cached = llm_number(holder, "usage.cache_read_input_tokens", 0) +
		      llm_number(holder, "usage.cache_creation_input_tokens", 0);
	long read = llm_number(holder, "usage.input_tokens", -1);

	if (read >= 0)
		a->read = read + cached;
	/* A running total: it replaces what was said before. */
	a->written = llm_number(holder, "usage.output_tokens", a->written);
}

static bool is(json_t *object, const char *path, const char *word)
{
	json_t *v = jsontext_at(object, path);

	return v && cell_is(jsontext_scalar(v), word);
}

/* Thinking, signatures and whatever comes to be are no part of the answer. */
static bool take(struct llm_answer *a, json_t *event, struct err *e)
{
	if (is(event, "type", "content_block_delta") && is(event, "delta.type", "text_delta"))
		return llm_add_text(a, jsontext_scalar(jsontext_at(event, "delta.text")), e);
	if (is(event, "type", "message_start")) {
		json_t *message = jsontext_at(event, "message");

		llm_copy(a->model, sizeof(a->model), jsontext_scalar(jsontext_at(event, "message.model")));
		if (message)
			take_usage(a, message);
	} else if (is(event, "type", "message_delta")) {
		llm_copy(a->stop, sizeof(a->stop), jsontext_scalar(jsontext_at(event, "delta.stop_reason")));
		take_usage(a, event);
	} else if (is(event, "type", "message_stop")) {
		a->over = true;
	}
	return true;
}

static bool ended(const struct llm_answer *a, struct err *e)
{
	if (strcmp(a->stop, "end_turn") == 0 || strcmp(a->stop, "stop_sequence") == 0)
		return true;
	if (strcmp(a->stop, "max_tokens") == 0)
		return err_set(e, ERR_LIMIT, 0, "the answer was cut at max_tokens");
	if (strcmp(a->stop, "model_context_window_exceeded") == 0)
		return err_set(e, ERR_LIMIT, 0, "the answer was cut: the model's context is full");
	if (strcmp(a->stop, "refusal") == 0)
		return err_set(e, ERR_DENIED, 0, "the model refused to answer");
	return err_set(e, ERR_REMOTE, 0, "the model stopped without an end (%s)",
		       a->stop[0] ? a->stop : "no stop_reason");
}

static bool put_health(json_t *root, struct buf *out)
{
	json_t *name = jsontext_at(root, "display_name");
	struct cell text = name ? jsontext_scalar(name) : CELL_NULL;

	buf_puts(out, "Anthropic");
	if (text.len > 0) {
		buf_puts(out, ", ");
		buf_put_safe(out, text.data, text.len);
	}
	return jsontext_scalar(jsontext_at(root, "id")).len > 0;
}

const struct llm_api llm_anthropic = {
	.provider = "anthropic",
	.url_key = "url",
	.url = "https://api.anthropic.com",
	.secret_key = "anthropic_key",
	.header = "X-API-Key",
	.check = check,
	.put_path = put_path,
	.put_headers = put_headers,
	.put_body = put_body,
	.take = take,
	.ended = ended,
	.put_health = put_health,
};
