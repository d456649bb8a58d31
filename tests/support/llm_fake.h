/* Those who run language models, as far as a client can tell: Anthropic's Messages API in
 * both versions, and Azure OpenAI's chat completions, the v1 API and the dated ones. What
 * they refuse is refused here: a wrong key (401), an unknown version, field or model, an
 * answer that is not streamed; temperature with version 2026-10-21.
 *
 * Streams leave in pieces of seven bytes. Listens on 127.0.0.1; all calls from any thread. */
#ifndef TESTS_SUPPORT_LLM_FAKE_H
#define TESTS_SUPPORT_LLM_FAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define LLM_FAKE_KEY "sk-test-0123456789abcdefghij"
#define LLM_FAKE_MODEL "claude-sonnet-4-5-20250929"
#define LLM_FAKE_DEPLOYMENT "gpt-4o"

struct llm_fake;

enum llm_fault {
	LLM_WHOLE,
	LLM_CUT,                /* the connection is closed behind the text */
	LLM_ENDS,               /* the stream ends in order there, without its end */
	LLM_ERROR,              /* an error event there */
	LLM_HANG,               /* nothing more there until the server stops */
	LLM_LINGERS,            /* whole, and then nothing until the server stops */
};

struct llm_script {
	const char *text;       /* what the model writes, a delta for each piece between '|' */
	const char *stop;       /* NULL = it ended by itself */
	const char *error;      /* LLM_ERROR: JSON of the error event's data */
	enum llm_fault fault;
	unsigned status;        /* 0 = 200; else `error` is the body */
	const char *headers;    /* of such: "Name: value" */
};

struct llm_fake *llm_fake_start(const struct llm_script *, struct err *);
void llm_fake_stop(struct llm_fake *);                  /* NULL allowed */
unsigned llm_fake_port(const struct llm_fake *);

struct llm_seen {
	unsigned questions, lists, refused;
	char body[8192];        /* of the last question that was answered */
};
struct llm_seen llm_fake_seen(struct llm_fake *);

#endif
