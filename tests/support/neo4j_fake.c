#include "tests/support/neo4j_fake.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cypher.h"
#include "tests/support/loopback.h"
#include "tests/support/stub_server.h"

#define TYPED "application/vnd.neo4j.query"
#define TEXT(value) "{\"$type\":\"String\",\"_value\":\"" value "\"}"
#define ONE_ROW(names, values) "{\"data\":{\"fields\":[" names "],\"values\":[[" values "]]}," \
			       "\"bookmarks\":[\"FB:kcwQ\"]}"

struct neo4j_fake {
	struct neo4j_options options;
	struct stub_server *server;
	char running[80];       /* the mark of what hangs; "" = nothing */
	struct neo4j_seen seen;
};

static bool refuse(struct neo4j_fake *f, struct stub_reply *r, unsigned status, const char *code,
		   const char *message)
{
	f->seen.refused++;
	snprintf(f->seen.wrong, sizeof(f->seen.wrong), "%s: %s", code, message);
	r->status = status;
	buf_clear(&r->body);
	buf_printf(&r->body, "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\"}]}", code, message);
	return false;
}

static bool invalid(struct neo4j_fake *f, struct stub_reply *r, unsigned status, const char *message)
{
	return refuse(f, r, status, "Neo.ClientError.Request.Invalid", message);
}

/* ---- who asks, and for what -------------------------------------------------------------- */

static bool may_ask(const struct neo4j_options *o, const struct stub_call *c)
{
	const char *authorization = stub_header(c, "Authorization");

	if (o->token)
		return strncmp(authorization, "Bearer ", 7) == 0 && strcmp(authorization + 7, o->token) == 0;
	return !o->user || loopback_password_is(c->http, o->user, o->password);
}

static bool check_head(struct neo4j_fake *f, const struct stub_call *c, struct stub_reply *r)
{
	char database[64] = "";
	int end = 0;

	if (!may_ask(&f->options, c))
		return refuse(f, r, 401, "Neo.ClientError.Security.Unauthorized", "Invalid credential.");
	if (strcmp(c->method, "POST") != 0 ||
	    sscanf(c->path, "/db/%63[^/]/query/v2%n", database, &end) != 1 || !end || c->path[end])
		return invalid(f, r, 404, "Not Found");
	if (strcmp(stub_header(c, "Content-Type"), "application/json") != 0)
		return invalid(f, r, 415, "Unsupported Media Type");
	if (strcmp(stub_header(c, "Accept"), TYPED) != 0)
		return invalid(f, r, 406, "Not Acceptable");
	r->type = TYPED;
	if (strcmp(database, "neo4j") != 0)
		return refuse(f, r, 404, "Neo.ClientError.Database.DatabaseNotFound", "Graph not found");
	return true;
}

/* ---- the body ---------------------------------------------------------------------------- */

static bool known(const char *key)
{
	static const char *const keys[] = { "statement", "parameters", "accessMode", "maxExecutionTime" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static bool check_members(struct neo4j_fake *f, json_t *body, struct stub_reply *r)
{
	json_t *limit = json_object_get(body, "maxExecutionTime"), *v;
	const char *mode = json_string_value(json_object_get(body, "accessMode")), *key;

	json_object_foreach(body, key, v) {
		if (!known(key))
			return invalid(f, r, 400, "Bad Request: an unknown member");
	}
	if (!json_is_string(json_object_get(body, "statement")) ||
	    !json_is_object(json_object_get(body, "parameters")))
		return invalid(f, r, 400, "Bad Request: statement or parameters");
	if (mode && strcmp(mode, "Read") != 0 && strcmp(mode, "Write") != 0)
		return invalid(f, r, 400, "Bad Request: accessMode");
	return (json_is_integer(limit) && json_integer_value(limit) > 0) ||
	       invalid(f, r, 400, "Bad Request: maxExecutionTime");
}

/* Every parameter has a value, and only readers read. */
static bool check_statement(struct neo4j_fake *f, json_t *body, struct stub_reply *r)
{
	const char *mode = json_string_value(json_object_get(body, "accessMode"));
	struct cypher_token t;
	struct cypher c;
	bool writes = false;

	cypher_begin(&c, json_string_value(json_object_get(body, "statement")));
	while (cypher_next(&c, &t, NULL)) {
		writes = writes || cypher_is(&t, "CREATE");
		if (t.kind == CYPHER_PARAM &&
		    !json_object_getn(json_object_get(body, "parameters"), t.text, t.len))
			return refuse(f, r, 400, "Neo.ClientError.Statement.ParameterMissing",
				      "Expected parameter(s)");
	}
	if (writes && mode && strcmp(mode, "Read") == 0)
		return refuse(f, r, 400, "Neo.ClientError.Statement.AccessMode",
			      "Writing in read access mode not allowed. Attempted write to neo4j");
	f->seen.writes += writes || !mode;
	return true;
}

/* ---- answers ------------------------------------------------------------------------------ */

static void stop_running(struct neo4j_fake *f, json_t *params, struct stub_reply *r)
{
	const char *which = json_string_value(json_object_get(params, "running"));
	bool found = which && *f->running && strcmp(which, f->running) == 0;

	f->seen.stopped += found;
	buf_puts(&r->body, found ? ONE_ROW("\"message\"", TEXT("Transaction terminated."))
				 : "{\"data\":{\"fields\":[\"message\"],\"values\":[]}}");
}

static void answer_test(struct neo4j_fake *f, const struct stub_call *c, json_t *params,
			struct stub_reply *r)
{
	const struct neo4j_options *o = &f->options;
	const char *mark = json_string_value(json_object_get(params, "sextant_query"));

	snprintf(f->seen.body, sizeof(f->seen.body), "%s", c->body);
	r->status = o->status ? o->status : 202;
	r->retry_after = o->retry_after;
	r->hang = o->hang;
	if (o->hang)
		snprintf(f->running, sizeof(f->running), "%s", mark ? mark : "");
	buf_puts(&r->body, o->body ? o->body : ONE_ROW("\"a\"", TEXT("x")));
}

static void answer_statement(struct neo4j_fake *f, const struct stub_call *c, json_t *body,
			     struct stub_reply *r)
{
	const char *statement = json_string_value(json_object_get(body, "statement"));
	json_t *params = json_object_get(body, "parameters");

	f->seen.statements++;
	r->status = 202;
	if (strstr(statement, "TERMINATE TRANSACTIONS"))
		stop_running(f, params, r);
	else if (strstr(statement, "dbms.components"))
		buf_puts(&r->body, f->options.may ? ONE_ROW("\"version\",\"edition\"", TEXT("5.26.30") "," TEXT("enterprise")) :
					      ONE_ROW("\"version\",\"edition\"", TEXT("5.26.30") "," TEXT("community")));
	else if (f->options.may && strstr(statement, "SHOW USER PRIVILEGES"))
		buf_puts(&r->body, *f->options.may == 'w' ? ONE_ROW("\"may\"", TEXT("write")) : ONE_ROW("\"may\"", TEXT("read")));
	else if (strstr(statement, "SHOW CURRENT USER"))
		buf_puts(&r->body, ONE_ROW("\"user\"", TEXT("neo4j")));
	else
		answer_test(f, c, params, r);
}

/* A stub_answer_fn. */
static void answer(void *ctx, const struct stub_call *c, struct stub_reply *r)
{
	struct neo4j_fake *f = ctx;
	json_t *body;

	if (!check_head(f, c, r))
		return;
	body = json_loadb(c->body, c->body_len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(body))
		invalid(f, r, 400, "Bad Request");
	else if (check_members(f, body, r) && check_statement(f, body, r))
		answer_statement(f, c, body, r);
	json_decref(body);
}

struct neo4j_fake *neo4j_fake_start(const struct neo4j_options *o)
{
	struct neo4j_fake *f = calloc(1, sizeof(*f));

	f->options = *o;
	f->server = stub_start(answer, f);
	return f;
}

void neo4j_fake_stop(struct neo4j_fake *f)
{
	if (f)
		stub_stop(f->server);
	free(f);
}

unsigned neo4j_fake_port(const struct neo4j_fake *f)
{
	return stub_port(f->server);
}

struct neo4j_seen neo4j_fake_seen(struct neo4j_fake *f)
{
	struct neo4j_seen seen;

	stub_lock(f->server);
	seen = f->seen;
	stub_unlock(f->server);
	return seen;
}
