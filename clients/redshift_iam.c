#include "clients/redshift_iam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/aws_client.h"
#include "clients/http.h"
#include "clients/jsontext.h"
#include "clients/secrets.h"
#include "clients/xmltext.h"

enum { NUMBER_MAX = 40, SETTINGS_MAX = 24 };

static const struct iam_kind {
	const char *word, *needs;       /* the setting that names what to ask for */
	const char *service, *action;
	bool user;                      /* somebody to be is named in the request */
	bool json;
} kinds[] = {
	{ "cluster", "cluster_id", "redshift", "GetClusterCredentials", true, false },
	{ "cluster-iam", "cluster_id", "redshift", "GetClusterCredentialsWithIAM", false, false },
	{ "serverless", "workgroup", "redshift-serverless", "GetCredentials", false, true },
};

/* ---- settings ------------------------------------------------------------------------ */

static const struct iam_kind *kind_of(const struct source *s)
{
	const char *word = source_get(s, "iam", "");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	}
	return NULL;
}

bool redshift_iam_used(const struct source *s)
{
	return *source_get(s, "iam", "") != '\0';
}

bool redshift_iam_login(const struct source *s, struct login *login, usec deadline,
			struct cancel *c, struct err *e)
{
	struct err why = { 0 };

	if (secrets_get(s, REDSHIFT_IAM_REF, login, deadline, c, &why))
		return true;
	err_set(e, why.kind, why.code, "%s: its IAM credentials: %s", s->name, why.text);
	if (e) {
		e->transient = why.transient;
		e->retry_after_ms = why.retry_after_ms;
	}
	return false;
}

/* The source's own settings come before those of the block `aws`. */
static const char *of_either(const struct source *s, const char *key)
{
	const char *own = source_get(s, key, "");

	return *own || !s->aws ? own : source_get(s->aws, key, "");
}

bool redshift_iam_check(const struct source *s, struct err *e)
{
	const struct iam_kind *k = kind_of(s);
	const char *url = source_get(s, "iam_url", NULL);
	char own[AWS_URL_MAX], origin[sizeof(s->origin)];
	struct err why = { 0 };

	if (!k)
		return err_set(e, ERR_CONFIG, 0, "%s: iam \"%s\" is none of cluster, cluster-iam, serverless",
			       s->name, source_get(s, "iam", ""));
	if (!*source_get(s, k->needs, ""))
		return err_set(e, ERR_CONFIG, 0, "no %s: set sources.%s.%s", k->needs, s->name, k->needs);
	if (!*of_either(s, "region"))
		return err_set(e, ERR_CONFIG, 0, "no region: set sources.%s.region", s->name);
	if (!aws_service_url(own, k->service, of_either(s, "region"), &why))
		return err_set(e, ERR_CONFIG, 0, "%s: %s", s->name, why.text);
	return !url || aws_url_check(s, "iam_url", url, origin, sizeof(origin), e);
}

/* ---- answers ------------------------------------------------------------------------- */

static bool take(struct cell user, struct cell password, usec expires, usec now,
		 struct issued *out, struct err *e)
{
	if (user.len == 0 || user.len >= sizeof(out->user) || memchr(user.data, '\0', user.len))
		return err_set(e, ERR_DECODE, 0, "aws: the answer has no usable name of a user");
	if (password.len == 0)
		return err_set(e, ERR_DECODE, 0, "aws: the answer has no password");
	if (expires <= now)
		return err_set(e, ERR_DECODE, 0, "aws: the credentials are expired already");
	/* As it is, "IAM:" and all: the password is good for this name only. */
	memcpy(out->user, user.data, user.len);
	out->user[user.len] = '\0';
	out->lasts = expires - now;
	return secret_set(&out->secret, password.data, password.len, e);
}

static bool get(const char *xml, size_t len, const char *action, const char *field,
		struct buf *out, struct err *e)
{
	char path[160];
	bool found;

	snprintf(path, sizeof(path), "%sResponse/%sResult/%s", action, action, field);
	return xmltext_get(xml, len, path, out, &found, e) &&
	       (found || err_set(e, ERR_DECODE, 0, "aws: the answer has no %s", field));
}

bool redshift_iam_read_xml(const char *xml, size_t len, const char *action, usec now,
			   struct issued *out, struct err *e)
{
	struct buf user = BUF_INIT, password = BUF_INIT, until = BUF_INIT;
	usec expires = 0;
	bool ok;

	ok = get(xml, len, action, "DbUser", &user, e) &&
	     get(xml, len, action, "DbPassword", &password, e) &&
	     get(xml, len, action, "Expiration", &until, e);
	if (ok && !time_parse(buf_str(&until), until.len, &expires))
		ok = err_set(e, ERR_DECODE, 0, "aws: the answer has no readable Expiration");
	ok = ok && take((struct cell){ buf_str(&user), user.len },
			(struct cell){ buf_str(&password), password.len }, expires, now, out, e);
	aws_wipe(&password);
	buf_release(&user);
	buf_release(&until);
	return ok;
}

/* Seconds since 1970, perhaps with a fraction or an exponent. */
static usec read_epoch(struct cell c)
{
	char text[NUMBER_MAX];
	double v;

	if (cell_is_null(c) || c.len >= sizeof(text))
		return 0;
	memcpy(text, c.data, c.len);
	text[c.len] = '\0';
	v = strtod(text, NULL);
	return v > 0 && v < 1e11 ? (usec)(v * USEC_SEC) : 0;
}

bool redshift_iam_read_json(const char *text, size_t len, usec now, struct issued *out,
			    struct err *e)
{
	json_t *root = jsontext_read(text, len, e);
	bool ok = root && take(jsontext_scalar(json_object_get(root, "dbUser")),
			       jsontext_scalar(json_object_get(root, "dbPassword")),
			       read_epoch(jsontext_scalar(json_object_get(root, "expiration"))), now, out, e);

	json_decref(root);
	return ok;
}

/* ---- the call ------------------------------------------------------------------------- */

/* Who signs: the block `aws`, with what the source says of its own in front. */
struct signer {
	struct source source;
	struct setting settings[SETTINGS_MAX];
};

static void add(struct signer *who, const struct setting *from)
{
	if (who->source.nsettings < SETTINGS_MAX)
		who->settings[who->source.nsettings++] = *from;
}

/* Keys of the block would be found before a profile of the source's own. */
static bool is_overruled(const struct source *s, const char *key)
{
	return *source_get(s, "profile", "") && (strcmp(key, "access_key") == 0 ||
						 strcmp(key, "secret_key") == 0 ||
						 strcmp(key, "session_token") == 0);
}

static void choose_signer(struct signer *who, const struct source *s)
{
	static const char *const own[] = {
		"region", "profile", "role_arn", "external_id", "role_session_name",
	};

	*who = (struct signer){ .source = { .name = "aws", .settings = who->settings } };
	for (size_t i = 0; i < s->nsettings; i++) {
		for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++) {
			if (strcmp(s->settings[i].key, own[k]) == 0)
				add(who, &s->settings[i]);
		}
	}
	for (size_t i = 0; s->aws && i < s->aws->nsettings; i++) {
		if (!is_overruled(s, s->aws->settings[i].key))
			add(who, &s->aws->settings[i]);
	}
}

static void put_field(struct buf *out, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_printf(out, "&%s=", name);
	http_escape(out, value, strlen(value));
}

static void put_form(struct buf *out, const struct source *s, const struct iam_kind *k)
{
	buf_printf(out, "Action=%s&Version=2012-12-01", k->action);
	put_field(out, "ClusterIdentifier", source_get(s, "cluster_id", ""));
	put_field(out, "DbName", source_get(s, "database", ""));
	if (k->user)
		put_field(out, "DbUser", source_get(s, "user", ""));
}

static void put_json(struct buf *out, const struct source *s)
{
	buf_puts(out, "{\"workgroupName\":");
	jsontext_quote(out, cell_of(source_get(s, "workgroup", "")));
	buf_puts(out, ",\"dbName\":");
	jsontext_quote(out, cell_of(source_get(s, "database", "")));
	buf_putc(out, '}');
}

/* What does not exist, or cannot be, is for who keeps the configuration. */
static bool refused(struct aws_client *a, const struct aws_call *c, const struct aws_fault *f,
		    struct err *e)
{
	static const char *const settings[] = {
		"ClusterNotFound", "ClusterNotFoundFault", "ResourceNotFoundException",
		"UnsupportedOperation", "UnsupportedOperationFault", "ValidationException",
		"ValidationError", "InvalidParameterValue",
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i], f->code) == 0)
			return err_set(e, ERR_CONFIG, c->response.status, "aws: %s: %s", f->code,
				       f->message[0] ? f->message : "no reason given");
	}
	return aws_client_err(a, c, f, e);
}

static bool ask(struct aws_client *a, const struct iam_kind *k, struct aws_call *c,
		struct issued *out, struct err *e)
{
	struct aws_fault fault;
	bool renewed = false;
	usec now;

	if (!aws_client_call(a, c, &renewed, &fault, e))
		return false;
	if (!aws_client_success(c))
		return refused(a, c, &fault, e);
	now = now_wall() + c->response.skew_ms * USEC_MS;
	return k->json ? redshift_iam_read_json(buf_str(&c->answer), c->answer.len, now, out, e)
		       : redshift_iam_read_xml(buf_str(&c->answer), c->answer.len, k->action, now, out, e);
}

static bool fetch(const struct source *s, const char *what, struct issued *out, usec deadline,
		  struct cancel *cancel, struct err *e)
{
	const struct iam_kind *k = kind_of(s);
	struct signer who;
	struct aws_client a;
	struct buf body = BUF_INIT;
	struct aws_call c = { .deadline = deadline, .cancel = cancel };
	bool ok;

	(void)what;
	if (!k)
		return err_set(e, ERR_CONFIG, 0, "iam is not set");
	if (k->json)
		c.target = "RedshiftServerless.GetCredentials";
	choose_signer(&who, s);
	if (k->json)
		put_json(&body, s);
	else
		put_form(&body, s, k);
	c.body = buf_str(&body);
	c.body_len = body.len;
	ok = aws_client_init(&a, &who.source, source_get(s, "iam_url", NULL), of_either(s, "region"),
			     k->service, e) && ask(&a, k, &c, out, e);
	aws_wipe(&c.answer);
	buf_release(&body);
	aws_client_release(&a);
	return ok;
}

/* Nobody writes such a reference: the setting `iam` stands for it. */
static const char *wrong(const char *what)
{
	(void)what;
	return "temporary credentials of Redshift are asked for by the setting iam";
}

/* Sessions outlive the credentials that opened them. */
const struct secret_store redshift_iam_store = {
	.scheme = REDSHIFT_IAM_REF, .fresh = USEC_MIN, .wrong = wrong, .fetch = fetch,
};
