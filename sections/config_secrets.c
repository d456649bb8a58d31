/* How the configuration says where a secret is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "clients/client.h"
#include "clients/secrets.h"
#include "sections/config_parts.h"

static bool is_env_name(const char *s)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	return *s && !(*s >= '0' && *s <= '9') && s[strspn(s, allowed)] == '\0';
}

static bool check_env(const struct doc_node *node, const char *what, char **out, struct err *e)
{
	(void)out;
	return is_env_name(what) || err_set(e, ERR_CONFIG, 0, "%s: \"env\" must name an environment variable",
					    doc_where(node));
}

static bool check_file(const struct doc_node *node, const char *what, char **out, struct err *e)
{
	*out = config_path(what, doc_where(node), e);
	return *out != NULL;
}

static bool check_nothing(const struct doc_node *node, const char *what, char **out, struct err *e)
{
	(void)node;
	(void)what;
	(void)out;
	(void)e;
	return true;
}

static const struct secret_form {
	const char *key;
	bool stored;        /* in a store: secrets_wrong() knows how it is written */
	/* May write another text in its place, for the caller to free. */
	bool (*check)(const struct doc_node *, const char *what, char **out, struct err *);
} secret_forms[] = {
	{ "env", false, check_env },       { "file", false, check_file },
	{ "command", false, check_nothing }, { "vault", true, check_nothing },
	{ "vault_db", true, check_nothing }, { "secretsmanager", true, check_nothing },
};

/* What a store needs itself is in no store. */
static const struct secret_form *find_form(const struct doc_node *node, bool store)
{
	const char *key = doc_type(node) == DOC_MAP && doc_count(node) == 1 ? doc_key(node, 0) : "";

	for (size_t i = 0; i < sizeof(secret_forms) / sizeof(secret_forms[0]); i++)
		if (strcmp(secret_forms[i].key, key) == 0 && !(store && secret_forms[i].stored))
			return &secret_forms[i];
	return NULL;
}

static char *join_ref(const struct secret_form *form, const char *what, const struct doc_node *node,
		      struct err *e)
{
	char *ref;

	if (asprintf(&ref, "%s:%s", form->key, what) < 0) {
		config_no_memory(e);
		return NULL;
	}
	if (!form->stored || !secrets_wrong(ref))
		return ref;
	err_set(e, ERR_CONFIG, 0, "%s: \"%s\": %s", doc_where(node), form->key, secrets_wrong(ref));
	free(ref);
	return NULL;
}

/* A secret itself is refused, unquoted. */
char *config_secret_ref(const struct doc_node *node, const char *key, bool store, struct err *e)
{
	const struct secret_form *form = find_form(node, store);
	const char *what;
	char *other = NULL, *ref = NULL;

	if (!form) {
		err_set(e, ERR_CONFIG, 0, "%s: \"%s\" is a secret and must not stand here; write "
			"{ env: NAME }, { file: PATH } or { command: \"PROG ARG\" }%s", doc_where(node), key,
			store ? "" : ", or where it is stored");
		return NULL;
	}
	if (config_scalar(doc_value(node, 0), form->key, &what, e) &&
	    form->check(doc_value(node, 0), what, &other, e))
		ref = join_ref(form, other ? other : what, doc_value(node, 0), e);
	free(other);
	return ref;
}

/* ---- what the file says is in the environment ------------------------------------------- */

static void seal(const char *ref)
{
	static const char scheme[] = "env:";
	const char *name;

	if (!ref || strncmp(ref, scheme, sizeof(scheme) - 1) != 0)
		return;
	name = ref + sizeof(scheme) - 1;
	secret_seal_env(&name, 1);
}

static void seal_source(const struct source *s)
{
	for (const struct setting_def *d = s->client ? s->client->settings : NULL; d && d->key; d++)
		if (d->secret)
			seal(source_get(s, d->key, NULL));
}

void config_seal(const struct config *c)
{
	for (size_t i = 0; i < c->nsources; i++)
		seal_source(&c->sources[i]);
	for (size_t i = 0; c->stores && i < CONFIG_STORES; i++)
		seal_source(&c->stores[i]);
	for (size_t i = 0; i < c->telemetry.nheaders; i++)
		seal(c->telemetry.headers[i].value);
}
