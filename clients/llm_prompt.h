/* What a model is told, as data:
 *
 *   system: |                 # optional: who it is to be
 *   prompt: [ "words", ":name", ... ]
 *       # an item that is exactly ":name" is the bound value, anything else is said as it is
 *   max_tokens: 2000          # optional: of the answer; the setting max_tokens bounds it
 *
 * Unknown keys are errors with their place. A value that is not there is an error: nobody
 * is asked to explain nothing. Pure. */
#ifndef CLIENTS_LLM_PROMPT_H
#define CLIENTS_LLM_PROMPT_H

#include "clients/client.h"
#include "clients/llm_api.h"

enum { LLM_PROMPT_MAX = 512 << 10, LLM_TOKENS_MAX = 64000 };

bool llm_prompt_read(struct llm_prompt *, const struct query *, long max_tokens, struct err *);
void llm_prompt_release(struct llm_prompt *);

#endif
