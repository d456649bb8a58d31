#include "clients/aws_chain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/helper.h"
#include "base/text.h"
#include "clients/aws_files.h"
#include "clients/aws_metadata.h"
#include "clients/aws_sts.h"

enum { PROFILES_MAX = 5, PROCESS_MAX = 64 << 10, WEB_TOKEN_MAX = 16 << 10, VALUE_MAX = 1024 };

/* One search. */
struct chain {
	const struct source *source;
	struct aws_identity *out;
	struct aws_files files;
	bool files_read;
	const char *profile;     /* who is meant; NULL = the default, if there is one */
	bool chosen;             /* by the settings, so that the environment is left out */
	usec deadline;
	struct cancel *cancel;
	const char *region;
	struct err *e;
};

/* What examples put in the place of a value: "your_token", "none", "<token>". */
static bool is_placeholder(const char *value)
{
	static const char *const words[] = { "none", "null", "changeme", "todo", "xxx" };
	size_t len = strlen(value);

	if (len == 0 || strncasecmp(value, "your_", 5) == 0 || strncasecmp(value, "your-", 5) == 0 ||
	    (value[0] == '<' && value[len - 1] == '>'))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value, words[i]) == 0)
			return true;
	}
	return false;
}

static bool is_set(const char *name)
{
	const char *value = secret_env(name);

	return value && !is_placeholder(value);
}

static struct cell secret_cell(const struct secret *s)
{
	return s->data && !is_placeholder(s->data) ? (struct cell){ s->data, s->len } : CELL_NULL;
}

static enum aws_found failed(const struct chain *c, const char *what, const struct err *why)
{
	err_set(c->e, why->kind, why->code, "%s: %s: %s", c->source->name, what, why->text);
	return AWS_FAILED;
}

static void say_origin(struct chain *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say_origin(struct chain *c, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	text_safe(c->out->origin, sizeof(c->out->origin), buf_str(&text), text.len);
	buf_release(&text);
}

/* ---- settings and environment ------------------------------------------------------ */

static bool read_setting(struct chain *c, const char *key, struct secret *out, struct err *why)
{
	struct login l = LOGIN_INIT;

	if (!*source_get(c->source, key, ""))
		return true;
	if (!source_login(c->source, key, &l, c->deadline, c->cancel, why))
		return false;
	*out = l.secret;
	return true;
}

/* Long-lived keys have no token: a variable left empty for them is no mistake. */
static bool read_token_setting(struct chain *c, struct secret *out, struct err *why)
{
	const char *ref = source_get(c->source, "session_token", "");

	if (strncmp(ref, "env:", 4) == 0 && !is_set(ref + 4))
		return true;
	return read_setting(c, "session_token", out, why);
}

static enum aws_found from_settings(struct chain *c)
{
	struct secret id = SECRET_INIT, secret = SECRET_INIT, token = SECRET_INIT;
	enum aws_found found = AWS_ABSENT;
	struct err why = { 0 };

	if (!read_setting(c, "access_key", &id, &why) ||
	    !read_setting(c, "secret_key", &secret, &why) ||
	    !read_token_setting(c, &token, &why)) {
		found = failed(c, "its AWS credentials", &why);
	} else if (secret_cell(&id).len > 0 || secret_cell(&secret).len > 0) {
		found = aws_identity_set(c->out, secret_cell(&id), secret_cell(&secret),
					 secret_cell(&token), &why)
				? AWS_FOUND : failed(c, "access_key and secret_key", &why);
		say_origin(c, "settings access_key and secret_key");
	}
	secret_release(&id);
	secret_release(&secret);
	secret_release(&token);
	return found;
}

static struct cell env_cell(const char *name)
{
	return is_set(name) ? cell_of(secret_env(name)) : CELL_NULL;
}

static enum aws_found from_env(struct chain *c)
{
	struct err why = { 0 };

	if (!is_set("AWS_ACCESS_KEY_ID") && !is_set("AWS_SECRET_ACCESS_KEY"))
		return AWS_ABSENT;
	say_origin(c, "environment AWS_ACCESS_KEY_ID");
	return aws_identity_set(c->out, env_cell("AWS_ACCESS_KEY_ID"), env_cell("AWS_SECRET_ACCESS_KEY"),
				env_cell("AWS_SESSION_TOKEN"), &why)
		       ? AWS_FOUND : failed(c, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", &why);
}

/* ---- web identity ------------------------------------------------------------------ */

/* Made for us by an agent, behind symbolic links: the rule for secrets would refuse it. */
static bool read_web_token(struct buf *out, const char *path, struct err *e)
{
	char text[4096];
	FILE *f = fopen(path, "re");
	size_t n;

	out->max = WEB_TOKEN_MAX;
	while (f && (n = fread(text, 1, sizeof(text), f)) > 0)
		buf_put(out, text, n);
	if (f)
		fclose(f);
	explicit_bzero(text, sizeof(text));
	while (out->len > 0 && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r'))
		out->data[--out->len] = '\0';
	return (out->len > 0 && !out->failed) ||
	       err_set(e, ERR_CONFIG, 0, "the web identity token cannot be read: %s", path);
}

static enum aws_found web_identity(struct chain *c, const char *path, const char *arn,
				   const char *session)
{
	struct buf token = BUF_INIT;
	struct err why = { 0 };
	struct aws_role role = { .arn = arn, .session = session };
	bool ok = read_web_token(&token, path, &why);

	if (!ok)
		failed(c, "web identity", &why);
	role.token = buf_str(&token);
	ok = ok && aws_assume_role(c->source, c->region, &role, NULL, c->out, c->deadline, c->cancel,
				   c->e);
	aws_wipe(&token);
	say_origin(c, "web identity, role %s", arn);
	return ok ? AWS_FOUND : AWS_FAILED;
}

/* ---- near by ----------------------------------------------------------------------- */

static enum aws_found from_container(struct chain *c)
{
	return aws_container(c->source, c->out, c->deadline, c->cancel, c->e);
}

static enum aws_found from_instance(struct chain *c)
{
	return aws_instance(c->source, c->out, c->deadline, c->cancel, c->e);
}

/* ---- profiles ---------------------------------------------------------------------- */

static enum aws_found profile_named(struct chain *c, const char *name, unsigned depth);

/* A value as text; "" when the profile does not say, or says too much. */
static const char *value_of(const struct chain *c, const char *profile, const char *key,
			    char out[static VALUE_MAX])
{
	struct cell v = aws_files_get(&c->files, profile, key);

	snprintf(out, VALUE_MAX, "%.*s", v.len < VALUE_MAX ? (int)v.len : 0, v.data ? v.data : "");
	return out;
}

static enum aws_found from_process(struct chain *c, const char *profile, struct cell command)
{
	char *text = malloc(PROCESS_MAX), *line = strndup(command.data, command.len);
	struct err why = { 0 };
	size_t len = 0;
	bool ok = (text && line) || err_set(&why, ERR_MEMORY, 0, "out of memory");

	ok = ok && helper_run(line, text, PROCESS_MAX, &len, c->deadline, c->cancel, &why) &&
	     aws_json_identity(text, len, c->out, &why);
	if (text)
		explicit_bzero(text, PROCESS_MAX);
	free(text);
	free(line);
	say_origin(c, "profile %s, credential_process", profile);
	return ok ? AWS_FOUND : failed(c, "credential_process", &why);
}

/* The three of one file: a token that stands in the other one is of other keys. */
static enum aws_found from_keys_of(struct chain *c, enum aws_file_kind kind, const char *profile)
{
	struct err why = { 0 };

	say_origin(c, "profile %s", profile);
	return aws_identity_set(c->out, aws_files_get_of(&c->files, kind, profile, "aws_access_key_id"),
				aws_files_get_of(&c->files, kind, profile, "aws_secret_access_key"),
				aws_files_get_of(&c->files, kind, profile, "aws_session_token"), &why)
		       ? AWS_FOUND : failed(c, c->out->origin, &why);
}

static bool has_keys_of(const struct chain *c, enum aws_file_kind kind, const char *profile)
{
	return !cell_is_null(aws_files_get_of(&c->files, kind, profile, "aws_access_key_id"));
}

static bool has_keys(const struct chain *c, const char *profile)
{
	return has_keys_of(c, AWS_CREDENTIALS, profile) || has_keys_of(c, AWS_CONFIG, profile);
}

/* Its own keys, or what hands them out. */
static enum aws_found profile_keys(struct chain *c, const char *profile)
{
	struct cell command = aws_files_get(&c->files, profile, "credential_process");

	if (has_keys_of(c, AWS_CREDENTIALS, profile))
		return from_keys_of(c, AWS_CREDENTIALS, profile);
	if (!cell_is_null(command))
		return from_process(c, profile, command);
	if (has_keys_of(c, AWS_CONFIG, profile))
		return from_keys_of(c, AWS_CONFIG, profile);
	return AWS_ABSENT;
}

/* What credential_source names. */
static enum aws_found named_place(struct chain *c, const char *profile, const char *place)
{
	struct err why = { 0 };

	if (strcmp(place, "Environment") == 0)
		return from_env(c);
	if (strcmp(place, "EcsContainer") == 0)
		return from_container(c);
	if (strcmp(place, "Ec2InstanceMetadata") == 0)
		return from_instance(c);
	if (*place)
		err_set(&why, ERR_CONFIG, 0, "its credential_source is none of Environment, EcsContainer and "
			"Ec2InstanceMetadata");
	else
		err_set(&why, ERR_CONFIG, 0, "a role needs source_profile or credential_source");
	return failed(c, profile, &why);
}

/* Who takes the role: another profile, or what credential_source names. */
static enum aws_found role_base(struct chain *c, const char *profile, unsigned depth)
{
	char source[VALUE_MAX], place[VALUE_MAX];
	struct err why = { 0 };

	value_of(c, profile, "source_profile", source);
	value_of(c, profile, "credential_source", place);
	if (*source && *place) {
		err_set(&why, ERR_CONFIG, 0, "it has both source_profile and credential_source");
		return failed(c, profile, &why);
	}
	/* A profile may take its role with its own keys. */
	if (strcmp(source, profile) == 0 && has_keys(c, profile))
		return profile_keys(c, profile);
	return *source ? profile_named(c, source, depth + 1) : named_place(c, profile, place);
}

static enum aws_found take_role(struct chain *c, const struct aws_role *role)
{
	char base[AWS_ORIGIN_MAX];

	memcpy(base, c->out->origin, sizeof(base));
	if (!aws_assume_role(c->source, c->region, role, c->out, c->out, c->deadline, c->cancel, c->e))
		return AWS_FAILED;
	say_origin(c, "%s, role %s", base, role->arn);
	return AWS_FOUND;
}

static enum aws_found from_role(struct chain *c, const char *profile, unsigned depth)
{
	char arn[VALUE_MAX], session[VALUE_MAX], external[VALUE_MAX], mfa[VALUE_MAX], seconds[VALUE_MAX];
	const struct aws_role role = {
		.arn = value_of(c, profile, "role_arn", arn), .session = value_of(c, profile, "role_session_name", session),
		.external_id = value_of(c, profile, "external_id", external),
		.seconds = value_of(c, profile, "duration_seconds", seconds),
	};
	struct err why = { 0 };
	enum aws_found found;

	if (*value_of(c, profile, "mfa_serial", mfa)) {
		err_set(&why, ERR_CONFIG, 0, "it asks for a code of a device: use credential_process");
		return failed(c, profile, &why);
	}
	found = role_base(c, profile, depth);
	if (found == AWS_ABSENT) {
		err_set(&why, ERR_CONFIG, 0, "nobody to take its role");
		return failed(c, profile, &why);
	}
	return found == AWS_FOUND ? take_role(c, &role) : found;
}

/* What the environment says, where it counts, or else the profile (NULL: there is none). */
static const char *said(const struct chain *c, bool environment, const char *variable,
			const char *profile, const char *key, char out[static VALUE_MAX])
{
	if (environment && is_set(variable))
		snprintf(out, VALUE_MAX, "%s", secret_env(variable));
	else if (profile)
		value_of(c, profile, key, out);
	else
		*out = '\0';
	return out;
}

static enum aws_found said_web_identity(struct chain *c, bool environment, const char *profile)
{
	char path[VALUE_MAX], arn[VALUE_MAX], session[VALUE_MAX];
	struct err why = { 0 };

	if (!*said(c, environment, "AWS_WEB_IDENTITY_TOKEN_FILE", profile, "web_identity_token_file", path))
		return AWS_ABSENT;
	if (*said(c, environment, "AWS_ROLE_ARN", profile, "role_arn", arn))
		return web_identity(c, path, arn, said(c, environment, "AWS_ROLE_SESSION_NAME", profile,
						       "role_session_name", session));
	err_set(&why, ERR_CONFIG, 0, "there is a token, and no role for it: set %s",
		environment ? "AWS_ROLE_ARN" : "role_arn");
	return failed(c, "web identity", &why);
}

static bool takes_role(const struct chain *c, const char *profile)
{
	return !cell_is_null(aws_files_get(&c->files, profile, "role_arn")) &&
	       cell_is_null(aws_files_get(&c->files, profile, "web_identity_token_file"));
}

static bool signs_in(const struct chain *c, const char *profile)
{
	static const char *const keys[] = { "sso_session", "sso_start_url", "login_session" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!cell_is_null(aws_files_get(&c->files, profile, keys[i])))
			return true;
	}
	return false;
}

static enum aws_found profile_itself(struct chain *c, const char *profile)
{
	enum aws_found found = profile_keys(c, profile);
	struct err why = { 0 };

	if (found != AWS_ABSENT || !signs_in(c, profile))
		return found;
	err_set(&why, ERR_CONFIG, 0, "it signs in by SSO: give it credential_process = "
		"aws configure export-credentials --profile %s --format process", profile);
	return failed(c, profile, &why);
}

/* A profile that another one names: its keys come before its role. */
static enum aws_found profile_says(struct chain *c, const char *profile, unsigned depth)
{
	enum aws_found found;

	if (takes_role(c, profile) && !has_keys(c, profile))
		return from_role(c, profile, depth);
	found = said_web_identity(c, false, profile);
	return found == AWS_ABSENT ? profile_itself(c, profile) : found;
}

static bool read_files(struct chain *c)
{
	struct err why = { 0 };

	if (!c->files_read && !aws_files_read(&c->files, &why)) {
		failed(c, "AWS profiles", &why);
		return false;
	}
	c->files_read = true;
	return true;
}

static enum aws_found profile_named(struct chain *c, const char *name, unsigned depth)
{
	struct err why = { 0 };
	enum aws_found found;

	if (!read_files(c))
		return AWS_FAILED;
	if (depth >= PROFILES_MAX)
		err_set(&why, ERR_CONFIG, 0, "its profiles name each other over %d times",
			(int)PROFILES_MAX);
	else if (!aws_files_has(&c->files, name))
		err_set(&why, ERR_CONFIG, 0, "there is no such profile in %s or %s",
			c->files.config.path, c->files.credentials.path);
	if (why.kind != ERR_NONE)
		return failed(c, name, &why);
	found = profile_says(c, name, depth);
	if (found != AWS_ABSENT)
		return found;
	err_set(&why, ERR_CONFIG, 0, "the profile has no credentials");
	return failed(c, name, &why);
}

/* The profile that is meant; *found is what to say when there is none to look into. */
static const char *meant(struct chain *c, enum aws_found *found)
{
	const char *name = c->profile ? c->profile : "default";
	struct err why = { 0 };

	*found = AWS_FAILED;
	if (!read_files(c))
		return NULL;
	if (aws_files_has(&c->files, name))
		return name;
	*found = AWS_ABSENT;
	/* Without a name nothing is missed when it is not there. */
	if (c->profile) {
		err_set(&why, ERR_CONFIG, 0, "there is no such profile in %s or %s", c->files.config.path,
			c->files.credentials.path);
		*found = failed(c, name, &why);
	}
	return NULL;
}

/* A name that is nobody's is a mistake, whatever else there is. */
static enum aws_found from_nobody(struct chain *c)
{
	enum aws_found found;

	return c->profile && !meant(c, &found) ? found : AWS_ABSENT;
}

static enum aws_found from_env_first(struct chain *c)
{
	return c->chosen ? AWS_ABSENT : from_env(c);
}

static enum aws_found from_profile_role(struct chain *c)
{
	enum aws_found found;
	const char *name = meant(c, &found);

	if (!name)
		return found;
	return takes_role(c, name) ? from_role(c, name, 0) : AWS_ABSENT;
}

static enum aws_found from_web_identity(struct chain *c)
{
	enum aws_found found;

	return said_web_identity(c, !c->chosen, meant(c, &found));
}

static enum aws_found from_profile(struct chain *c)
{
	enum aws_found found;
	const char *name = meant(c, &found);

	return name ? profile_itself(c, name) : found;
}

/* ---- the chain --------------------------------------------------------------------- */

/* In the order of AWS's own command line. */
static enum aws_found search(struct chain *c)
{
	static enum aws_found (*const links[])(struct chain *) = {
		from_settings, from_nobody, from_env_first, from_profile_role, from_web_identity,
		from_profile, from_container, from_instance,
	};
	enum aws_found found = AWS_ABSENT;

	for (size_t i = 0; found == AWS_ABSENT && i < sizeof(links) / sizeof(links[0]); i++) {
		c->out->expires = TIME_NONE;
		found = links[i](c);
	}
	return found;
}

static void choose_profile(struct chain *c)
{
	const char *set = source_get(c->source, "profile", ""), *env = secret_env("AWS_PROFILE");

	c->chosen = *set != '\0';
	c->profile = *set ? set : env && *env ? env : NULL;
}

static bool nobody(const struct chain *c, const struct err *last)
{
	const char *profile = c->profile;

	return err_set(c->e, ERR_CONFIG, 0, "%s: no AWS credentials: none set, %s%s, no role of a "
		       "container or machine%s%s%s", c->source->name,
		       profile ? "none in profile " : "no profile", profile ? profile : "",
		       last->text[0] ? " (" : "", last->text, last->text[0] ? ")" : "");
}

bool aws_chain(const struct source *s, struct aws_identity *out, usec deadline, struct cancel *cancel,
	       struct err *e)
{
	const struct aws_role role = {
		.arn = source_get(s, "role_arn", ""), .external_id = source_get(s, "external_id", NULL),
		.session = source_get(s, "role_session_name", NULL),
	};
	struct err why = { 0 };
	struct chain c = {
		.source = s, .out = out, .deadline = deadline, .cancel = cancel,
		.region = source_get(s, "region", ""), .e = &why,
	};
	enum aws_found found;

	choose_profile(&c);
	found = search(&c);
	if (found == AWS_FOUND && *role.arn)
		found = take_role(&c, &role);
	aws_files_release(&c.files);
	if (found == AWS_FOUND)
		return true;
	aws_identity_release(out);
	if (e)
		*e = why;
	if (found == AWS_ABSENT)
		c.e = e;
	return found == AWS_ABSENT ? nobody(&c, &why) : false;
}
