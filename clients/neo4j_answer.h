/* What Neo4j's Query API answers: one JSON document with names, rows of typed values, and
 * errors, whatever the status says. Pure. */
#ifndef CLIENTS_NEO4J_ANSWER_H
#define CLIENTS_NEO4J_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/err.h"
#include "base/rows.h"
#include "clients/client.h"

/* Everything in it lives as long as the answer. */
struct neo4j_answer {
	json_t *root;
	json_t *fields, *values;        /* arrays, or NULL */
	bool failed;
	struct cell code, message;      /* of the first error; may be NULL cells */
};

/* ERR_DECODE for what is no such answer. */
bool neo4j_answer_read(struct neo4j_answer *, const char *text, size_t len, struct err *);
void neo4j_answer_release(struct neo4j_answer *);

/* Names and rows on their way to the sink; *rows counts them. Numbers, texts and times are
 * as the server wrote them; lists, maps, nodes, relationships and paths are compact JSON
 * in the shape that the server itself gives them without types. */
bool neo4j_answer_emit(const struct neo4j_answer *, struct row_sink *, struct cancel *,
		       uint64_t max_rows, uint64_t *rows, struct err *);

/* The error of a failed answer; sets *e, returns false. `delivered`: rows came before,
 * another try would repeat them. */
bool neo4j_answer_error(const struct neo4j_answer *, const char *source, long status,
			bool delivered, struct err *e);

#endif
