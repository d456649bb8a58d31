/* AWS Secrets Manager: the current version of a secret. */
#include "clients/secretsmanager.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/aws_client.h"
#include "clients/jsontext.h"
#include "clients/secret_stores.h"

enum { ID_MAX = 600, BINARY_MAX = 88 << 10 };

/* ---- the reference ------------------------------------------------------------------- */

static bool is_arn(const char *id)
{
	return strncmp(id, "arn:aws", 7) == 0;
}

static const char *wrong(const char *what)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+=.@-:";
	const char *hash = strrchr(what, '#');
	size_t len = hash ? (size_t)(hash - what) : strlen(what);

	if (len == 0 || len >= ID_MAX)
		return "it has no name, or too long a one";
	if (strspn(what, letters) < len || (!is_arn(what) && memchr(what, ':', len)))
		return "the name has a character that none has";
	return hash && !hash[1] ? "the field behind # is missing" : NULL;
}

/* arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME is in its own region. */
static const char *region_of(const struct source *aws, const char *id, char out[static AWS_NAME_MAX])
{
	const char *at = id;

	snprintf(out, AWS_NAME_MAX, "%s", source_get(aws, "region", ""));
	for (int i = 0; is_arn(id) && at && i < 3; i++)
		at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL;
	if (is_arn(id) && at)
		snprintf(out, AWS_NAME_MAX, "%.*s", (int)strcspn(at, ":"), at);
	return out;
}

/* ---- the answer ---------------------------------------------------------------------- */

static bool take_text(struct cell c, struct issued *out, struct err *e)
{
	return c.len > 0 ? secret_set(&out->secret, c.data, c.len, e)
			 : err_set(e, ERR_CONFIG, 0, "aws: the secret is empty");
}

static void take_user(json_t *fields, struct issued *out)
{
	struct cell user = jsontext_scalar(json_object_get(fields, "username"));

	if (user.len > 0 && user.len < sizeof(out->user) && !memchr(user.data, '\0', user.len)) {
		memcpy(out->user, user.data, user.len);
		out->user[user.len] = '\0';
	}
}

static bool from_text(const char *text, size_t len, const char *field, struct issued *out,
		      struct err *e)
{
	json_t *fields;
	struct cell value;
	bool ok;

	if (!field)
		return take_text((struct cell){ text, len }, out, e);
	/* The parser's words could quote what it read. */
	fields = jsontext_read(text, len, NULL);
	value = jsontext_scalar(json_object_get(fields, field));
	if (!json_is_object(fields))
		ok = err_set(e, ERR_CONFIG, 0, "aws: the secret is no JSON object: it has no field \"%s\"",
			     field);
	else if (cell_is_null(value))
		ok = err_set(e, ERR_CONFIG, 0, "aws: the secret has no text in a field \"%s\"", field);
	else
		ok = take_text(value, out, e);
	take_user(fields, out);
	json_decref(fields);
	return ok;
}

/* Decodes and wipes. */
static bool from_binary(struct cell text, const char *field, struct issued *out, struct err *e)
{
	size_t size = text.len / 4 * 3, pad = 0;
	unsigned char *data = text.len % 4 == 0 && text.len < BINARY_MAX ? malloc(size + 1) : NULL;
	bool ok;

	while (pad < 2 && pad < text.len && text.data[text.len - 1 - pad] == '=')
		pad++;
	if (!data || EVP_DecodeBlock(data, (const unsigned char *)text.data, (int)text.len) < 0)
		ok = err_set(e, ERR_DECODE, 0, "aws: SecretBinary is no base64");
	else
		ok = from_text((const char *)data, size - pad, field, out, e);
	if (data)
		explicit_bzero(data, size);
	free(data);
	return ok;
}

bool secretsmanager_read(const char *text, size_t len, const char *field, struct issued *out,
			 struct err *e)
{
	json_t *root = jsontext_read(text, len, e);
	struct cell string = jsontext_scalar(json_object_get(root, "SecretString"));
	struct cell binary = jsontext_scalar(json_object_get(root, "SecretBinary"));
	bool ok = root != NULL;

	if (ok && !cell_is_null(string))
		ok = from_text(string.data, string.len, field, out, e);
	else if (ok && !cell_is_null(binary))
		ok = from_binary(binary, field, out, e);
	else if (ok)
		ok = err_set(e, ERR_DECODE, 0, "aws: the answer has no secret");
	json_decref(root);
	return ok;
}

/* ---- the call ------------------------------------------------------------------------- */

/* What another attempt cannot heal is for who keeps the configuration, or the account. */
static bool refused(struct aws_client *a, const struct aws_call *c, const struct aws_fault *f,
		    const char *id, struct err *e)
{
	const char *said = f->message[0] ? f->message : f->code;

	if (strcmp(f->code, "ResourceNotFoundException") == 0)
		return err_set(e, ERR_CONFIG, c->response.status, "aws: there is no secret %s, or it has no "
			       "current version", id);
	if (strcmp(f->code, "InvalidRequestException") == 0)
		return err_set(e, ERR_CONFIG, c->response.status, "aws: %s: %s", id, said);
	if (strcmp(f->code, "DecryptionFailure") == 0)
		return err_set(e, ERR_DENIED, c->response.status, "aws: %s: its key does not decrypt for us: %s",
			       id, said);
	return aws_client_err(a, c, f, e);
}

static bool ask(struct aws_client *a, struct aws_call *c, const char *id, const char *field,
		struct issued *out, struct err *e)
{
	struct aws_fault fault;
	bool renewed = false;

	if (!aws_client_call(a, c, &renewed, &fault, e))
		return false;
	if (!aws_client_success(c))
		return refused(a, c, &fault, id, e);
	return secretsmanager_read(buf_str(&c->answer), c->answer.len, field, out, e);
}

static bool fetch(const struct source *s, const char *what, struct issued *out, usec deadline,
		  struct cancel *cancel, struct err *e)
{
	const char *hash = strrchr(what, '#');
	char id[ID_MAX], region[AWS_NAME_MAX], body[ID_MAX + 32];
	struct aws_call c = {
		.target = "secretsmanager.GetSecretValue", .body = body, .deadline = deadline,
		.cancel = cancel,
	};
	struct aws_client a;
	bool ok;

	snprintf(id, sizeof(id), "%.*s", hash ? (int)(hash - what) : (int)strlen(what), what);
	/* wrong() let no character through that JSON would have to escape. */
	c.body_len = (size_t)snprintf(body, sizeof(body), "{\"SecretId\":\"%s\"}", id);
	ok = aws_client_init(&a, s->aws, source_get(s->aws, "secretsmanager_url", NULL),
			     region_of(s->aws, id, region), "secretsmanager", e) &&
	     ask(&a, &c, id, hash ? hash + 1 : NULL, out, e);
	aws_wipe(&c.answer);
	aws_client_release(&a);
	return ok;
}

const struct secret_store secretsmanager_store = {
	.scheme = "secretsmanager:", .needs = "aws", .fresh = 5 * USEC_MIN, .wrong = wrong,
	.fetch = fetch,
};
