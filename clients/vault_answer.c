#include "clients/vault_answer.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "clients/jsontext.h"

#define LASTS_MAX (10 * 365 * USEC_DAY)

static json_t *read_object(const char *text, size_t len, struct err *e)
{
	json_t *root = jsontext_read(text, len, e);

	if (!root || json_is_object(root))
		return root;
	json_decref(root);
	err_set(e, ERR_DECODE, 0, "vault: its answer is no JSON object");
	return NULL;
}

static bool not_found(const char *what, struct err *e)
{
	return err_set(e, ERR_DECODE, 0, "vault: its answer has no %s", what);
}

/* ---- members ------------------------------------------------------------------------ */

static usec seconds(json_t *o, const char *key)
{
	struct cell c = jsontext_scalar(json_object_get(o, key));
	char text[24];
	long long v;

	if (cell_is_null(c) || c.len >= sizeof(text))
		return 0;
	memcpy(text, c.data, c.len);
	text[c.len] = '\0';
	v = strtoll(text, NULL, 10);
	return v <= 0 ? 0 : v > LASTS_MAX / USEC_SEC ? LASTS_MAX : v * USEC_SEC;
}

static bool take_user(json_t *o, struct issued *out, struct err *e)
{
	struct cell user = jsontext_scalar(json_object_get(o, "username"));

	if (user.len >= sizeof(out->user) || (user.len && memchr(user.data, '\0', user.len)))
		return err_set(e, ERR_DECODE, 0, "vault: the name of the user cannot be used");
	if (user.len)
		memcpy(out->user, user.data, user.len);
	out->user[user.len] = '\0';
	return true;
}

static bool take_secret(json_t *o, const char *key, struct issued *out, struct err *e)
{
	struct cell c = jsontext_scalar(json_object_get(o, key));

	if (c.len == 0)
		return false;
	return secret_set(&out->secret, c.data, c.len, e);
}

static bool take_lease(json_t *root, struct issued *out, struct err *e)
{
	struct cell id = jsontext_scalar(json_object_get(root, "lease_id"));

	if (id.len >= sizeof(out->lease) || (id.len && memchr(id.data, '\0', id.len)))
		return err_set(e, ERR_DECODE, 0, "vault: the name of the lease cannot be used");
	if (id.len)
		memcpy(out->lease, id.data, id.len);
	out->lease[id.len] = '\0';
	out->lasts = seconds(root, "lease_duration");
	out->renewable = json_is_true(json_object_get(root, "renewable"));
	return true;
}

/* ---- answers ------------------------------------------------------------------------ */

/* Version 2 wraps the fields once more, beside what it knows of the version. */
static json_t *fields_of(json_t *root)
{
	json_t *data = json_object_get(root, "data"), *inner = json_object_get(data, "data");

	return json_is_object(json_object_get(data, "metadata")) ? inner : data;
}

bool vault_read_field(const char *text, size_t len, const char *field, struct issued *out,
		      struct err *e)
{
	json_t *root = read_object(text, len, e), *fields = fields_of(root);
	bool ok = root != NULL;

	if (ok && !json_is_object(fields))
		ok = not_found("secret at this path", e);
	/* No lease: the duration that version 1 has is nothing to rely on. */
	ok = ok && take_user(fields, out, e);
	if (ok && !json_object_get(fields, field))
		ok = err_set(e, ERR_CONFIG, 0, "vault: the secret has no field \"%s\"", field);
	else if (ok && !take_secret(fields, field, out, e))
		ok = err_set(e, ERR_CONFIG, 0, "vault: the field \"%s\" is no text, or too long", field);
	json_decref(root);
	return ok;
}

bool vault_read_credentials(const char *text, size_t len, struct issued *out, struct err *e)
{
	json_t *root = read_object(text, len, e), *data = json_object_get(root, "data");
	bool ok = root && take_lease(root, out, e) && take_user(data, out, e);

	if (ok && (!out->user[0] || !take_secret(data, "password", out, e)))
		ok = not_found("username and password", e);
	/* A static role has no lease, but a time until its next rotation. */
	if (ok && !out->lease[0])
		out->lasts = seconds(data, "ttl");
	out->renewable = out->renewable && out->lease[0];
	out->closes = out->lease[0] != '\0';
	json_decref(root);
	return ok;
}

bool vault_read_login(const char *text, size_t len, struct issued *out, struct err *e)
{
	json_t *root = read_object(text, len, e), *auth = json_object_get(root, "auth");
	bool ok = root != NULL;

	if (ok && !take_secret(auth, "client_token", out, e))
		ok = not_found("token", e);
	out->lasts = seconds(auth, "lease_duration");
	out->renewable = json_is_true(json_object_get(auth, "renewable"));
	json_decref(root);
	return ok;
}

bool vault_read_time(const char *text, size_t len, struct issued *out, struct err *e)
{
	json_t *root = read_object(text, len, e), *auth = json_object_get(root, "auth");
	json_t *data = json_object_get(root, "data");

	/* A token that is renewed, one that is looked up, a lease. */
	json_t *from = json_is_object(auth) ? auth : json_is_object(data) ? data : root;

	out->lasts = seconds(from, from == data ? "ttl" : "lease_duration");
	out->renewable = json_is_true(json_object_get(from, "renewable"));
	json_decref(root);
	return root != NULL;
}

/* ---- complaints --------------------------------------------------------------------- */

static struct cell first_of(json_t *root, const char *key)
{
	return jsontext_scalar(json_array_get(json_object_get(root, key), 0));
}

void vault_said(const char *text, size_t len, char out[static VAULT_SAID_MAX])
{
	json_t *root = jsontext_read(text, len, NULL);
	struct cell said = first_of(root, "errors");

	if (said.len == 0)
		said = first_of(root, "warnings");
	/* "1 error occurred:\n\t* permission denied\n\n" */
	if (said.len) {
		const char *star = memmem(said.data, said.len, "\t* ", 3);

		if (star)
			said = (struct cell){ star + 3, said.len - (size_t)(star + 3 - said.data) };
		while (said.len && (unsigned char)said.data[said.len - 1] <= ' ')
			said.len--;
	}
	text_safe(out, VAULT_SAID_MAX, said.len ? said.data : "", said.len);
	json_decref(root);
}

bool vault_deleted(const char *text, size_t len)
{
	json_t *root = jsontext_read(text, len, NULL);
	bool yes = json_is_object(json_object_get(json_object_get(root, "data"), "metadata"));

	json_decref(root);
	return yes;
}
