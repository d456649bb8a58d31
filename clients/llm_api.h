/* What differs between those who run language models: one const table each
 * (llm_anthropic.c, llm_azure.c). Everything here is pure. No tools are offered to a
 * model: what it answers is text, and nothing is done with it but showing it. */
#ifndef CLIENTS_LLM_API_H
#define CLIENTS_LLM_API_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/source.h"

/* What a model is told: UTF-8. */
struct llm_prompt {
	struct buf system, user;
	long max_tokens;        /* of the answer */
};
#define LLM_PROMPT_INIT { .system = BUF_INIT }

/* What came of an answer so far. */
struct llm_answer {
	struct buf text;        /* not taken yet */
	char model[80];         /* as the service names it; printable */
	char stop[48];          /* why it ended; printable */
	long read, written;     /* tokens; 0 = not told */
	bool began;             /* some text came: asking again would begin anew */
	bool over;              /* the service said that this was all */
};

struct llm_api {
	const char *provider;           /* value of the setting */
	const char *url_key, *url;      /* which setting says where, and without it */
	const char *secret_key, *header; /* which setting proves who asks, in which header */
	/* Whether the settings fit together. ERR_CONFIG. */
	bool (*check)(const struct source *, struct err *);
	/* Behind the url: "/v1/messages"; `health` names what is read without cost. */
	void (*put_path)(const struct source *, bool health, struct buf *out);
	/* "Name: value\n" each. */
	void (*put_headers)(const struct source *, struct buf *out);
	void (*put_body)(const struct source *, const struct llm_prompt *, struct buf *out);
	/* Takes one event of the stream. Unknown ones are passed over. */
	bool (*take)(struct llm_answer *, json_t *event, struct err *);
	/* What the reason of an end means; true = it said all it wanted to. */
	bool (*ended)(const struct llm_answer *, struct err *);
	/* Of a health answer: what it says of the model; printable. False: it is about
	 * something else. */
	bool (*put_health)(json_t *, struct buf *out);
};

extern const struct llm_api llm_anthropic, llm_azure;

/* NULL with ERR_CONFIG. */
const struct llm_api *llm_api_of(const struct source *, struct err *);

/* One event's data. "[DONE]" is the end in the one dialect, and known to nobody in the
 * other. An event that is an error becomes one. */
bool llm_take(const struct llm_api *, const char *source, struct llm_answer *, struct cell data,
	      struct err *);
void llm_answer_release(struct llm_answer *);

/* The error object of a body or event, or NULL: { type or code, message }. */
struct llm_failure {
	struct cell word, message;      /* borrowed from the tree; may be NULL */
};
bool llm_failure_find(json_t *root, struct llm_failure *);

/* Written by the tables: "key":"value", and a text for a member of struct llm_answer. */
void llm_put_string(struct buf *out, const char *key, struct cell value);
void llm_copy(char *out, size_t size, struct cell value);
long llm_number(json_t *object, const char *path, long fallback);
bool llm_add_text(struct llm_answer *, struct cell text, struct err *);

#endif
