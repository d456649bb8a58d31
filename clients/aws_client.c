#include "clients/aws_client.h"

bool aws_client_init(struct aws_client *a, const struct source *s, const char *url,
		     const char *region, const char *service, struct err *e)
{
	*a = (struct aws_client){ .source = s, .who = AWS_IDENTITY_INIT };
	a->credentials = aws_credentials_ref(s, e);
	return a->credentials && aws_endpoint_init(&a->endpoint, s, url, region, service, e);
}

void aws_client_release(struct aws_client *a)
{
	aws_endpoint_release(&a->endpoint);
	aws_credentials_unref(a->credentials);
	a->credentials = NULL;
	aws_identity_release(&a->who);
}

bool aws_client_success(const struct aws_call *c)
{
	return c->response.status >= 200 && c->response.status < 300;
}

bool aws_client_call(struct aws_client *a, struct aws_call *c, bool *renewed, struct aws_fault *f,
		     struct err *e)
{
	for (;;) {
		if (!aws_credentials_get(a->credentials, &a->who, c->deadline, c->cancel, e))
			return false;
		c->who = &a->who;
		if (!aws_call(&a->endpoint, c, e))
			return false;
		a->skew_ms = c->response.skew_ms;
		if (aws_client_success(c))
			return true;
		aws_fault_read(c, f);
		if (!aws_fault_expired(f) || *renewed)
			return true;
		*renewed = true;
		aws_credentials_refused(a->credentials, &a->who);
	}
}

bool aws_client_err(struct aws_client *a, const struct aws_call *c, const struct aws_fault *f,
		    struct err *e)
{
	struct err why = { 0 };

	aws_fault_err(&a->endpoint, c, f, &why);
	if (why.kind == ERR_AUTH)
		aws_credentials_refused(a->credentials, &a->who);
	if (e)
		*e = why;
	return false;
}
