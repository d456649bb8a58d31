#include "clients/aws_sts.h"

#include <stdio.h>
#include <string.h>

#include "clients/xmltext.h"

/* ---- the answer -------------------------------------------------------------------- */

static bool take(const char *xml, size_t len, const char *action, const char *field,
		 struct buf *out, struct err *e)
{
	char path[200];
	bool found;

	snprintf(path, sizeof(path), "%sResponse/%sResult/Credentials/%s", action, action, field);
	return xmltext_get(xml, len, path, out, &found, e) &&
	       (found || err_set(e, ERR_DECODE, 0, "the answer of STS has no %s", field));
}

static struct cell bytes(const struct buf *b)
{
	return (struct cell){ buf_str(b), b->len };
}

bool aws_sts_read(const char *xml, size_t len, const char *action, struct aws_identity *out,
		  struct err *e)
{
	struct buf id = BUF_INIT, secret = BUF_INIT, token = BUF_INIT, until = BUF_INIT;
	bool ok;

	ok = take(xml, len, action, "AccessKeyId", &id, e) &&
	     take(xml, len, action, "SecretAccessKey", &secret, e) &&
	     take(xml, len, action, "SessionToken", &token, e) &&
	     take(xml, len, action, "Expiration", &until, e);
	if (ok && !time_parse(buf_str(&until), until.len, &out->expires))
		ok = err_set(e, ERR_DECODE, 0, "the answer of STS has no readable Expiration");
	ok = ok && aws_identity_set(out, bytes(&id), bytes(&secret), bytes(&token), e);
	aws_wipe(&id);
	aws_wipe(&secret);
	aws_wipe(&token);
	buf_release(&until);
	return ok;
}

/* ---- the call ---------------------------------------------------------------------- */

static void put_field(struct buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(out, "&%s=", name);
	http_escape(out, value, strlen(value));
}

static const char *action_of(const struct aws_role *r)
{
	return r->token ? "AssumeRoleWithWebIdentity" : "AssumeRole";
}

static bool is_number(const char *s)
{
	size_t digits = s ? strspn(s, "0123456789") : 0;

	return digits > 0 && !s[digits];
}

static void put_form(struct buf *out, const struct aws_role *r)
{
	buf_printf(out, "Action=%s&Version=2011-06-15&DurationSeconds=%s", action_of(r),
		   is_number(r->seconds) ? r->seconds : "3600");
	put_field(out, "RoleArn", r->arn);
	put_field(out, "RoleSessionName", r->session && *r->session ? r->session : "sextant");
	put_field(out, "ExternalId", r->external_id);
	put_field(out, "WebIdentityToken", r->token);
}

/* A refused role says nothing against the source itself: its own words tell which. */
static bool refused(struct aws_endpoint *p, const struct aws_call *c, const struct aws_role *r,
		    struct err *e)
{
	struct aws_fault f;
	struct err why = { 0 };

	aws_fault_read(c, &f);
	aws_fault_err(p, c, &f, &why);
	if (why.kind == ERR_DENIED)
		why.kind = ERR_AUTH;
	err_set(e, why.kind, why.code, "%s (taking the role %s)", why.text, r->arn);
	if (e) {
		e->transient = why.transient;
		e->retry_after_ms = why.retry_after_ms;
	}
	return false;
}

bool aws_assume_role(const struct source *s, const char *region, const struct aws_role *r,
		     const struct aws_identity *who, struct aws_identity *out, usec deadline,
		     struct cancel *cancel, struct err *e)
{
	struct aws_endpoint p;
	struct buf form = BUF_INIT;
	struct aws_call c = {
		.who = r->token ? NULL : who, .deadline = deadline, .cancel = cancel,
	};
	struct err why = { 0 };
	bool ok = aws_endpoint_init(&p, s, source_get(s, "sts_url", NULL), region, "sts", e);

	put_form(&form, r);
	c.body = buf_str(&form);
	c.body_len = form.len;
	ok = ok && (!form.failed || err_set(e, ERR_MEMORY, 0, "out of memory for a request"));
	ok = ok && aws_call(&p, &c, e);
	if (ok && c.response.status != 200)
		ok = refused(&p, &c, r, e);
	else if (ok && !aws_sts_read(buf_str(&c.answer), c.answer.len, action_of(r), out, &why))
		ok = err_set(e, why.kind, 0, "%s: %s", s->name, why.text);
	aws_wipe(&c.answer);
	aws_wipe(&form);
	aws_endpoint_release(&p);
	return ok;
}
