/* The settings of the stores: read like those of sources, asked by no section. */
#include "clients/secret_settings.h"

#include <stdio.h>
#include <string.h>

#include "clients/aws_credentials.h"
#include "clients/client.h"

/* ---- HashiCorp Vault ----------------------------------------------------------------- */

static const struct setting_def vault_settings[] = {
	{ "url", NULL, true, false, "https://host:8200 of the active node, or of what knows it" },
	{ "namespace", NULL, false, false, "namespace, where there are several" },
	{ "auth", "token", false, false, "token or approle" },
	{ "token", NULL, false, true, "reference to a token; without it ~/.vault-token" },
	{ "role_id", NULL, false, false, "role of approle" },
	{ "secret_id", NULL, false, true, "reference to the secret id of approle" },
	{ "approle_path", "approle", false, false, "where approle is mounted" },
	HTTP_SETTINGS("30"),
	{ NULL, NULL, false, false, NULL },
};

static bool plain_mount(const char *s)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/";

	return *s && *s != '/' && s[strspn(s, letters)] == '\0' && strlen(s) < AWS_NAME_MAX;
}

static bool plain_header(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x21 || (unsigned char)*s > 0x7e)
			return false;
	}
	return true;
}

static bool vault_prepare(struct source *s, struct err *e)
{
	const char *auth = source_get(s, "auth", "token");
	bool approle = strcmp(auth, "approle") == 0;

	if (!aws_url_check(s, "url", source_get(s, "url", ""), s->origin, sizeof(s->origin), e))
		return false;
	if (!approle && strcmp(auth, "token") != 0)
		return err_set(e, ERR_CONFIG, 0, "vault: auth \"%s\" is none of token, approle", auth);
	if (!plain_mount(source_get(s, "approle_path", "approle")))
		return err_set(e, ERR_CONFIG, 0, "vault: approle_path is no path of a mount");
	if (!plain_header(source_get(s, "namespace", "")))
		return err_set(e, ERR_CONFIG, 0, "vault: namespace has a character that none has");
	if (approle && !*source_get(s, "role_id", ""))
		return err_set(e, ERR_CONFIG, 0, "no role_id: set vault.role_id");
	return !approle || *source_get(s, "secret_id", "") ||
	       err_set(e, ERR_CONFIG, 0, "no secret_id: set vault.secret_id");
}

const struct client_ops vault_store_ops = {
	.kind = "vault", .libraries = true, .settings = vault_settings, .prepare = vault_prepare,
};

/* ---- AWS ------------------------------------------------------------------------------ */

static const struct setting_def aws_settings[] = {
	{ "region", NULL, true, false, "region of AWS: us-east-1" },
	AWS_KEY_SETTINGS,
	{ "secretsmanager_url", NULL, false, false, "endpoint of Secrets Manager instead of the region's own" },
	{ "ca_file", NULL, false, false, "certificates to trust instead of the system's" },
	{ "proxy", NULL, false, false, "proxy to go through; the environment's is not used" },
	{ "connect_timeout", "10", false, false, "seconds to connect at most" },
	{ "first_byte_timeout", "30", false, false, "seconds until an answer begins at most" },
	{ NULL, NULL, false, false, NULL },
};

static bool aws_prepare(struct source *s, struct err *e)
{
	static const char *const urls[] = { "secretsmanager_url", "sts_url" };
	char own[AWS_URL_MAX], origin[sizeof(s->origin)];
	struct err why = { 0 };

	if (!aws_service_url(own, "secretsmanager", source_get(s, "region", ""), &why))
		return err_set(e, ERR_CONFIG, 0, "aws: %s", why.text);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const char *url = source_get(s, urls[i], NULL);

		if (url && !aws_url_check(s, urls[i], url, origin, sizeof(origin), e))
			return false;
	}
	snprintf(s->origin, sizeof(s->origin), "%s", own);
	return true;
}

const struct client_ops aws_store_ops = {
	.kind = "aws", .libraries = true, .settings = aws_settings, .prepare = aws_prepare,
};
