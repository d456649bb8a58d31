/* A stream of either provider, then perhaps behind "\n---\n" a prompt: nothing may crash,
 * texts that are shown must be printable, and an error must say something. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/llm_api.h"
#include "clients/llm_prompt.h"
#include "clients/sse.h"

struct stream {
	const struct llm_api *api;
	struct llm_answer answer;
};

static bool on_event(void *ctx, const char *name, struct cell data, struct err *e)
{
	struct stream *s = ctx;

	(void)name;
	return s->answer.over || llm_take(s->api, "fuzz", &s->answer, data, e);
}

static void shown(const char *text)
{
	char safe[200];

	text_safe(safe, sizeof(safe), text, strlen(text));
	if (strcmp(safe, text) != 0)
		abort();
}

static void read_stream(const struct llm_api *api, const char *text, size_t len)
{
	struct stream s = { .api = api };
	struct sse sse = SSE_INIT;
	struct err e = { 0 };
	bool ok = sse_feed(&sse, text, len, on_event, &s, &e);

	if (ok && !api->ended(&s.answer, &e))
		ok = false;
	if (!ok && e.kind == ERR_NONE)
		abort();
	shown(s.answer.model);
	shown(s.answer.stop);
	llm_answer_release(&s.answer);
	sse_release(&sse);
}

static void read_prompt(const char *text, size_t len)
{
	char *copy = strndup(text, len);
	const struct param value = { "a", "v" };
	const struct query q = { .name = "fuzz", .text = copy, .params = &value, .nparams = 1 };
	struct llm_prompt p = LLM_PROMPT_INIT;
	struct err e = { 0 };

	if (!llm_prompt_read(&p, &q, 100, &e) ? e.kind == ERR_NONE : p.max_tokens < 1 || p.max_tokens > 100)
		abort();
	llm_prompt_release(&p);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char cut[] = "\n---\n";
	const char *text = (const char *)data;
	const char *second = memmem(text, size, cut, sizeof(cut) - 1);
	size_t len = second ? (size_t)(second - text) : size;

	read_stream(&llm_anthropic, text, len);
	read_stream(&llm_azure, text, len);
	if (second)
		read_prompt(second + sizeof(cut) - 1, size - len - (sizeof(cut) - 1));
	return 0;
}
