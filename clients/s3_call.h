/* One request of a query of S3, and what refuses it. */
#ifndef CLIENTS_S3_CALL_H
#define CLIENTS_S3_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "clients/s3_ask.h"

const char *s3_name(const struct s3_asking *);
/* Puts the source's name in front. Returns false. */
bool s3_prefixed(const struct s3_asking *, struct err *);

/* True: *c has an answer, or *fault says what refused it. */
bool s3_call(struct s3_asking *, struct aws_call *, struct aws_fault *, struct err *);
/* The error that it stands for. Returns false. */
bool s3_refusal(struct s3_asking *, const struct aws_call *, const struct aws_fault *, struct err *);
/* Bytes that an answer may still have, `usual` at most. */
size_t s3_room(const struct s3_asking *, size_t usual);

#endif
