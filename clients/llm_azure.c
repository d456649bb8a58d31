/* Chat completions of Azure OpenAI: the v1 API, and the dated ones before it, in which
 * the path names the deployment. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/llm_api.h"

/* The first that knows max_completion_tokens and stream_options; an older one refuses
 * what it does not know. */
#define KNOWS_USAGE "2024-09-01"

/* NULL = the v1 API. */
static const char *dated(const struct source *s)
{
	const char *version = source_get(s, "azure_api_version", "v1");

	return strcmp(version, "v1") == 0 ? NULL : version;
}

/* 2024-10-21, 2024-09-01-preview */
static bool is_date(const char *s)
{
	static const char form[] = "dddd-dd-dd";
	size_t n = sizeof(form) - 1;

	for (size_t i = 0; i < n; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
			return false;
	return s[n] == '\0' || strcmp(s + n, "-preview") == 0;
}

static bool check(const struct source *s, struct err *e)
{
	const char *version = dated(s);

	if (version && !is_date(version))
		return err_set(e, ERR_CONFIG, 0, "%s: azure_api_version \"%s\" is neither v1 nor a date",
			       s->name, version);
	if (!*source_get(s, "endpoint", ""))
		return err_set(e, ERR_CONFIG, 0, "no endpoint: set sources.%s.endpoint", s->name);
	return *source_get(s, "deployment", "") ||
	       err_set(e, ERR_CONFIG, 0, "no deployment: set sources.%s.deployment", s->name);
}

static void put_path(const struct source *s, bool health, struct buf *out)
{
	const char *deployment = source_get(s, "deployment", ""), *version = dated(s);

	if (!version) {
		buf_puts(out, health ? "/openai/v1/models" : "/openai/v1/chat/completions");
		return;
	}
	if (health) {
		buf_puts(out, "/openai/models");
	} else {
		buf_puts(out, "/openai/deployments/");
		http_escape(out, deployment, strlen(deployment));
		buf_puts(out, "/chat/completions");
	}
	buf_printf(out, "?api-version=%s", version);
}

static void put_headers(const struct source *s, struct buf *out)
{
	(void)s;
	(void)out;
}

static void put_message(struct buf *out, const char *role, const struct buf *text)
{
	buf_printf(out, "{\"role\":\"%s\",", role);
	llm_put_string(out, "content", cell_of(buf_str(text)));
	buf_puts(out, "}");
}

static void put_body(const struct source *s, const struct llm_prompt *p, struct buf *out)
{
	const char *temperature = source_get(s, "temperature", ""), *version = dated(s);
	bool knows_usage = !version || strncmp(version, KNOWS_USAGE, sizeof(KNOWS_USAGE) - 1) >= 0;

	buf_puts(out, "{");
	if (!version) {
		llm_put_string(out, "model", cell_of(source_get(s, "deployment", "")));
		buf_puts(out, ",");
	}
	buf_printf(out, "\"stream\":true,\"%s\":%ld",
		   knows_usage ? "max_completion_tokens" : "max_tokens", p->max_tokens);
	if (knows_usage)
		buf_puts(out, ",\"stream_options\":{\"include_usage\":true}");
	if (*temperature)
		buf_printf(out, ",\"temperature\":%s", temperature);
	buf_puts(out, ",\"messages\":[");
	if (p->system.len > 0) {
		put_message(out, "system", &p->system);
		buf_puts(out, ",");
	}
	put_message(out, "user", &p->user);
	buf_puts(out, "]}");
}

static struct cell at(json_t *event, const char *path)
{
	json_t *v = jsontext_at(event, path);

	return v ? jsontext_scalar(v) : CELL_NULL;
}

/* The first event has no choices but says what the filter thought of the prompt, the last
 * none but the tokens. */
static bool take(struct llm_answer *a, json_t *event, struct err *e)
{
	struct cell text = at(event, "choices.0.delta.content");

	if (at(event, "model").len > 0)
		llm_copy(a->model, sizeof(a->model), at(event, "model"));
	llm_copy(a->stop, sizeof(a->stop), at(event, "choices.0.finish_reason"));
	a->read = llm_number(event, "usage.prompt_tokens", a->read);
	a->written = llm_number(event, "usage.completion_tokens", a->written);
	return llm_add_text(a, text, e);
}

static bool ended(const struct llm_answer *a, struct err *e)
{
	if (strcmp(a->stop, "stop") == 0)
		return true;
	if (strcmp(a->stop, "length") == 0)
		return err_set(e, ERR_LIMIT, 0, "the answer was cut at max_tokens");
	if (strcmp(a->stop, "content_filter") == 0)
		return err_set(e, ERR_DENIED, 0, "the service's content filter stopped the answer");
	return err_set(e, ERR_REMOTE, 0, "the model stopped without an end (%s)",
		       a->stop[0] ? a->stop : "no finish_reason");
}

static bool put_health(json_t *root, struct buf *out)
{
	json_t *models = jsontext_at(root, "data");

	buf_printf(out, "Azure OpenAI, %zu models", json_array_size(models));
	return json_is_array(models);
}

const struct llm_api llm_azure = {
	.provider = "azure_openai",
	.url_key = "endpoint",
	.url = "",
	.secret_key = "azure_key",
	.header = "api-key",
	.check = check,
	.put_path = put_path,
	.put_headers = put_headers,
	.put_body = put_body,
	.take = take,
	.ended = ended,
	.put_health = put_health,
};
