/* What went wrong, by value: nothing to free, safe to copy between threads.
 *
 * A fallible call returns bool and takes `struct err *` last; it leaves the
 * error untouched on success. err_set() makes its text printable, so an error
 * text that quotes a server can go to the screen, a message or a log as it is. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

/* One list gives the enum, the word in the trail ("class") and the docs.
 * X(NAME, word, what it means) */
#define ERR_KINDS(X) \
	X(NONE,      "",          "no error") \
	X(CONFIG,    "config",    "the configuration is wrong or incomplete") \
	X(AUTH,      "auth",      "the source refused our identity: nothing else will be allowed") \
	X(DENIED,    "denied",    "the source knows us but does not allow this one request") \
	X(TRUST,     "trust",     "the peer is not who it should be: TLS, redirect, foreign link") \
	X(NETWORK,   "network",   "no connection, or it broke: DNS, TCP, TLS, reset") \
	X(TIMEOUT,   "timeout",   "a deadline passed") \
	X(CANCELLED, "cancelled", "the user stopped it") \
	X(REMOTE,    "remote",    "the source answered with an error of its own (code says which)") \
	X(DECODE,    "decode",    "the answer could not be read") \
	X(LIMIT,     "limit",     "a ceiling of ours was reached; the text names it") \
	X(QUOTA,     "quota",     "the source asks us to slow down") \
	X(MEMORY,    "memory",    "out of memory, there (ClickHouse 241) or here") \
	X(INTERNAL,  "internal",  "a bug or a failing system call of ours")

enum err_kind {
#define X(name, word, meaning) ERR_##name,
	ERR_KINDS(X)
#undef X
	ERR_KIND_COUNT
};

enum { ERR_TEXT_MAX = 240 };

struct err {
	enum err_kind kind;
	long code;           /* HTTP status, SQLSTATE packed by its client, ClickHouse code; 0 = none */
	bool transient;      /* worth another try: the policy decides, clients only classify */
	int retry_after_ms;  /* what the source asked for (Retry-After); 0 = nothing */
	char text[ERR_TEXT_MAX]; /* printable, NUL-terminated, no newline */
};

/* Sets *e (NULL allowed) and returns false, so that `return err_set(...)` reads well.
 * The formatted text passes text_safe(); longer texts are cut with an ellipsis. */
bool err_set(struct err *e, enum err_kind kind, long code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* err_set() for a failure that another attempt may heal. */
bool err_transient(struct err *e, enum err_kind kind, long code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The word of a kind, as in the trail: "auth", "timeout"; "" for ERR_NONE. */
const char *err_word(enum err_kind kind);

#endif
