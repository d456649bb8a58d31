/* Inside of the fake of AWS. */
#ifndef TESTS_SUPPORT_AWS_FAKE_PARTS_H
#define TESTS_SUPPORT_AWS_FAKE_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "tests/support/aws_fake.h"
#include "tests/support/loopback.h"

enum { AWS_KEYS = 4096 };

struct aws_key {
	char id[40], secret[64], token[80];
	time_t until;
	bool expired;
};

/* What to send. */
struct aws_reply {
	unsigned status;
	const char *type;
	struct buf body;
	char content_range[64];
	const char *modified, *bucket_region, *error_type;   /* header lines; NULL = none */
	bool drop, encoded;
};

/* The key that signed it well, or NULL with the fault's code and why. */
struct aws_key *aws_verify(const struct loopback_call *, struct aws_key *keys, size_t nkeys, time_t now,
			   const char *service, const char **code, char why[static 200]);

/* Runs statements; one connection, under the caller's lock. */
struct aws_tables;
struct aws_tables *aws_tables_new(const char *sql, char why[static 200]);
void aws_tables_free(struct aws_tables *);

struct aws_result {
	char **names;
	size_t ncolumns, nrows;
	char **cells;            /* NULL = NULL */
};

bool aws_tables_run(struct aws_tables *, const char *sql, struct aws_result *, char why[static 200]);
void aws_result_release(struct aws_result *);

enum { SECRETS = 16, EXECUTIONS = 512, OPERATIONS = 16, FAULTS = 8, OBJECTS = 4096 };

struct aws_execution {
	char id[40];
	char *token, *sql;
	const char *state;       /* at its end, or "QUEUED", "RUNNING" */
	char reason[200], *error;
	const char *told;       /* the outcome's reason, instead; NULL = none */
	unsigned looks;
	struct aws_result result;
};

struct aws_fault_plan {
	char operation[40], mode[16], arg[400];
	long left;               /* -1 = for good */
};

struct aws_object {
	char *bucket, *key, *data;
	size_t len;
};

struct aws_fake {
	struct aws_fake_options options;
	struct loopback http;    /* its lock is for all below */
	struct aws_tables *tables;
	struct aws_key keys[AWS_KEYS];
	size_t nkeys, nexecutions;
	struct aws_execution executions[EXECUTIONS];
	struct aws_object objects[OBJECTS];    /* by bucket and key */
	size_t nobjects;
	struct { char name[40]; size_t n; } counts[OPERATIONS];
	struct aws_fault_plan faults[FAULTS];
	const char *outcome;     /* NULL = SUCCEEDED */
	const char *outcome_reason;
	char outcome_error[400], refusal[200];
	struct { char name[80]; char *string, *binary; } secrets[SECRETS];
	size_t nsecrets, nissued;
	bool hold;
	long skew;
};

time_t aws_now(const struct aws_fake *);
/* Under the lock. */
void aws_count(struct aws_fake *, const char *operation);
/* What befalls this request, if anything. */
struct aws_fault_plan aws_take_fault(struct aws_fake *, const char *operation);

#define AWS_JSON "application/x-amz-json-1.1"

void aws_say(struct aws_reply *, unsigned status, const char *type, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void aws_say_fault(struct aws_reply *, unsigned status, const char *code, const char *message);
void aws_say_xml_fault(struct aws_reply *, unsigned status, const char *code, const char *message);
void aws_say_invalid(struct aws_reply *, const char *message);
void aws_say_document(struct aws_reply *, json_t *);   /* takes it over */

/* One call each, under the lock. `loop`: NextToken never changes. */
void aws_athena(struct aws_fake *, const char *operation, json_t *, bool loop, struct aws_reply *);
bool aws_has_ended(const struct aws_execution *);
void aws_sts(struct aws_fake *, const char *body, const char *action, struct aws_reply *);
void aws_secretsmanager(struct aws_fake *, const char *operation, json_t *, bool, struct aws_reply *);
void aws_redshift_serverless(struct aws_fake *, const char *operation, json_t *, bool, struct aws_reply *);
void aws_redshift(struct aws_fake *, const char *body, const char *action, struct aws_reply *);
void aws_s3(struct aws_fake *, const struct loopback_call *, struct aws_reply *);
void aws_objects_release(struct aws_fake *);
void aws_near_by(struct aws_fake *, const struct loopback_call *, struct aws_reply *);

#endif
