#include "tests/support/llm_fake.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/loopback.h"

enum { PIECE = 7 };

struct llm_fake {
	struct loopback http;
	struct llm_script script;
	struct llm_seen seen;
};

/* ---- streams --------------------------------------------------------------------------- */

static void put_json(struct buf *out, const char *s, size_t len)
{
	json_t *v = json_stringn(s, len);
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

	buf_puts(out, text);
	free(text);
	json_decref(v);
}

static void put_anthropic_delta(struct buf *out, const char *s, size_t len)
{
	buf_puts(out, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
		      "\"delta\":{\"type\":\"text_delta\",\"text\":");
	put_json(out, s, len);
	buf_puts(out, "}}\n\n");
}

static void put_azure_delta(struct buf *out, const char *s, size_t len)
{
	buf_puts(out, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":");
	put_json(out, s, len);
	buf_puts(out, "},\"finish_reason\":null}],\"model\":\"gpt-4o-2024-11-20\"}\n\n");
}

static void put_text(struct buf *out, const char *text, void (*put)(struct buf *, const char *, size_t))
{
	while (text && *text) {
		size_t n = strcspn(text, "|");

		put(out, text, n);
		text += n + (text[n] != '\0');
	}
}

static void put_anthropic(const struct llm_script *s, struct buf *out)
{
	buf_puts(out, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\","
		      "\"model\":\"" LLM_FAKE_MODEL "\",\"content\":[],\"usage\":{\"input_tokens\":812,"
		      "\"cache_read_input_tokens\":100,\"output_tokens\":1}}}\n\n"
		      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
		      "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
		      "event: ping\ndata: {\"type\":\"ping\"}\n\n"
		      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
		      "\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"NOT SHOWN\"}}\n\n"
		      ": a comment\n\ndata:\n\nevent: of_the_future\ndata: {\"type\":\"of_the_future\",\"text\":\"NOT SHOWN\"}\n\n");
	put_text(out, s->text, put_anthropic_delta);
	if (s->fault == LLM_ERROR)
		buf_printf(out, "event: error\ndata: %s\n\n", s->error);
	if (s->fault != LLM_WHOLE && s->fault != LLM_LINGERS)
		return;
	buf_printf(out, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
			"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\"},"
			"\"usage\":{\"output_tokens\":57}}\n\n"
			"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
		   s->stop ? s->stop : "end_turn");
}

static void put_azure(const struct llm_script *s, bool usage, struct buf *out)
{
	buf_puts(out, "data: {\"choices\":[],\"model\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0,"
		      "\"content_filter_results\":{}}]}\n\n");
	put_text(out, s->text, put_azure_delta);
	if (s->fault == LLM_ERROR)
		buf_printf(out, "data: %s\n\n", s->error);
	if (s->fault != LLM_WHOLE && s->fault != LLM_LINGERS)
		return;
	buf_printf(out, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]}\n\n",
		   s->stop ? s->stop : "stop");
	if (usage)
		buf_puts(out, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":912,\"completion_tokens\":57}}\n\n");
	buf_puts(out, "data: [DONE]\n\n");
}

/* ---- what is refused --------------------------------------------------------------------- */

struct reply {
	unsigned status;
	const char *type;
	struct buf body;
};

static void refuse(struct llm_fake *f, struct reply *r, unsigned status, const char *word, const char *fmt,
		   const char *arg)
{
	f->seen.refused++;
	r->status = status;
	r->type = "application/json";
	buf_clear(&r->body);
	buf_printf(&r->body, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s%s\"}}", word, arg,
		   fmt);
}

/* Names parted by blanks. */
static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static bool has_key(const struct loopback_call *c, const char *name)
{
	const char *key = loopback_header(c, name);

	return strcmp(key, LLM_FAKE_KEY) == 0 ||
	       (!*key && strcmp(loopback_header(c, "Authorization"), "Bearer " LLM_FAKE_KEY) == 0);
}

static bool only_known(struct llm_fake *f, json_t *root, const char *known, const char *words, struct reply *r)
{
	const char *key;
	json_t *v;

	json_object_foreach(root, key, v) {
		if (listed(known, key))
			continue;
		refuse(f, r, 400, "invalid_request_error", words, key);
		return false;
	}
	return true;
}

/* Words in messages, the last by the user, and streamed. */
static bool sound(struct llm_fake *f, json_t *root, struct reply *r)
{
	json_t *messages = json_object_get(root, "messages");
	json_t *last = json_array_get(messages, json_array_size(messages) - 1);
	const char *role = json_string_value(json_object_get(last, "role"));

	if (json_is_true(json_object_get(root, "stream")) && role && strcmp(role, "user") == 0 &&
	    json_string_length(json_object_get(last, "content")) > 0)
		return true;
	refuse(f, r, 400, "invalid_request_error", "stream and words of a user are expected", "");
	return false;
}

static bool is_word(json_t *root, const char *key, const char *word)
{
	const char *v = json_string_value(json_object_get(root, key));

	return v && strcmp(v, word) == 0;
}

static bool ask_anthropic(struct llm_fake *f, const struct loopback_call *c, json_t *root, struct reply *r)
{
	bool newest = strcmp(loopback_header(c, "anthropic-version"), "2026-10-21") == 0;

	if (!only_known(f, root, newest ? "model max_tokens stream system messages" :
					  "model max_tokens stream system messages temperature top_p top_k",
			": Extra inputs are not permitted", r) || !sound(f, root, r))
		return false;
	if (json_integer_value(json_object_get(root, "max_tokens")) < 1)
		refuse(f, r, 400, "invalid_request_error", ": Field required", "max_tokens");
	else if (!is_word(root, "model", LLM_FAKE_MODEL))
		refuse(f, r, 404, "not_found_error", "model", "");
	else
		put_anthropic(&f->script, &r->body);
	return r->status == 200;
}

static bool ask_azure(struct llm_fake *f, json_t *root, const char *version, struct reply *r)
{
	bool knows = !*version || strcmp(version, "2024-09-01") >= 0;

	if (!only_known(f, root, !*version ? "model stream messages temperature max_completion_tokens stream_options" :
				 knows ? "stream messages temperature max_tokens max_completion_tokens stream_options" :
					 "stream messages temperature max_tokens",
			": Unrecognized request argument supplied", r) || !sound(f, root, r))
		return false;
	if (!*version && !is_word(root, "model", LLM_FAKE_DEPLOYMENT))
		refuse(f, r, 404, "DeploymentNotFound", "The API deployment for this resource does not exist", "");
	else
		put_azure(&f->script, json_object_get(root, "stream_options") != NULL, &r->body);
	return r->status == 200;
}

static void ask(struct llm_fake *f, const struct loopback_call *c, struct reply *r)
{
	const char *body = buf_str(&c->body);
	json_t *root = json_loads(body, 0, NULL);
	bool ok;

	if (!root || strcmp(loopback_header(c, "Content-Type"), "application/json") != 0) {
		refuse(f, r, 400, "invalid_request_error", "no JSON", "");
		return;
	}
	ok = strcmp(c->path, "/v1/messages") == 0 ? ask_anthropic(f, c, root, r) :
						    ask_azure(f, root, loopback_argument(c, "api-version"), r);
	json_decref(root);
	f->seen.questions++;
	if (ok)
		snprintf(f->seen.body, sizeof(f->seen.body), "%s", body);
	if (ok && f->script.status) {
		r->status = f->script.status;
		r->type = "application/json";
		buf_clear(&r->body);
		buf_puts(&r->body, f->script.error);
	}
}

static bool known_path(const struct loopback_call *c)
{
	bool post = strcmp(c->method, "POST") == 0, dated = *loopback_argument(c, "api-version") != '\0';
	const char *const paths[] = {
		post ? "/v1/messages" : "/v1/models/" LLM_FAKE_MODEL,
		post ? "/openai/v1/chat/completions" : "/openai/v1/models",
		!dated ? "" : post ? "/openai/deployments/" LLM_FAKE_DEPLOYMENT "/chat/completions" :
			"/openai/models",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (strcmp(paths[i], c->path) == 0)
			return true;
	return false;
}

static void handle(struct llm_fake *f, const struct loopback_call *c, struct reply *r)
{
	bool anthropic = strncmp(c->path, "/v1/", 4) == 0;
	const char *version = loopback_header(c, "anthropic-version");

	if (!has_key(c, anthropic ? "x-api-key" : "api-key")) {
		refuse(f, r, 401, "authentication_error", "invalid x-api-key", "");
	} else if (anthropic && strcmp(version, "2026-10-21") != 0 && strcmp(version, "2023-06-01") != 0) {
		refuse(f, r, 400, "invalid_request_error", "anthropic-version: header is required", "");
	} else if (!known_path(c)) {
		refuse(f, r, 404, "not_found_error", "nothing there", "");
	} else if (strcmp(c->method, "POST") == 0) {
		ask(f, c, r);
	} else {
		f->seen.lists++;
		r->type = "application/json";
		buf_puts(&r->body, anthropic ? "{\"type\":\"model\",\"id\":\"" LLM_FAKE_MODEL "\","
					       "\"display_name\":\"Claude Sonnet 4.5\"}" :
					       "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\"},{\"id\":\"o3\"}]}");
	}
}

/* ---- transport ------------------------------------------------------------------------ */

struct stream {
	struct llm_fake *fake;
	struct buf body;
	enum llm_fault fault;
};

static ssize_t read_stream(void *ctx, uint64_t at, char *out, size_t max)
{
	struct stream *s = ctx;
	struct loopback *http = &s->fake->http;
	size_t left = s->body.len - (size_t)at, n = left < PIECE ? left : PIECE;

	if (left == 0 && (s->fault == LLM_HANG || s->fault == LLM_LINGERS)) {
		pthread_mutex_lock(&http->lock);
		while (!http->stopping)
			pthread_cond_wait(&http->changed, &http->lock);
		pthread_mutex_unlock(&http->lock);
	}
	if (left == 0)
		return s->fault == LLM_WHOLE || s->fault == LLM_ENDS || s->fault == LLM_ERROR ?
			       MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
	n = n < max ? n : max;
	memcpy(out, s->body.data + at, n);
	return (ssize_t)n;
}

static void free_stream(void *ctx)
{
	struct stream *s = ctx;

	buf_release(&s->body);
	free(s);
}

static enum MHD_Result send_reply(struct llm_fake *f, struct MHD_Connection *c, struct reply *r)
{
	struct stream *s = calloc(1, sizeof(*s));
	bool streamed = r->status == 200 && !r->type;
	struct MHD_Response *response;
	enum MHD_Result rc;

	*s = (struct stream){ f, r->body, streamed ? f->script.fault : LLM_WHOLE };
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, s, free_stream);
	MHD_add_response_header(response, "Content-Type",
				streamed ? "text/event-stream; charset=utf-8" : r->type);
	MHD_add_response_header(response, "request-id", "req_fake_1");
	if (r->status == f->script.status && f->script.headers) {
		char name[64];
		const char *colon = strchr(f->script.headers, ':');

		snprintf(name, sizeof(name), "%.*s", (int)(colon - f->script.headers), f->script.headers);
		MHD_add_response_header(response, name, colon + 2);
	}
	rc = MHD_queue_response(c, r->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* A loopback_fn. */
static enum MHD_Result respond(void *ctx, struct loopback_call *c)
{
	struct reply r = { .status = 200 };
	struct llm_fake *f = ctx;

	pthread_mutex_lock(&f->http.lock);
	handle(f, c, &r);
	pthread_mutex_unlock(&f->http.lock);
	return send_reply(f, c->connection, &r);
}

struct llm_fake *llm_fake_start(const struct llm_script *script, struct err *e)
{
	struct llm_fake *f = calloc(1, sizeof(*f));

	f->script = *script;
	if (loopback_start(&f->http, &(struct loopback_options){ 0 }, respond, f, e))
		return f;
	free(f);
	return NULL;
}

void llm_fake_stop(struct llm_fake *f)
{
	if (f)
		loopback_stop(&f->http);
	free(f);
}

unsigned llm_fake_port(const struct llm_fake *f)
{
	return f->http.port;
}

struct llm_seen llm_fake_seen(struct llm_fake *f)
{
	struct llm_seen seen;

	pthread_mutex_lock(&f->http.lock);
	seen = f->seen;
	pthread_mutex_unlock(&f->http.lock);
	return seen;
}
