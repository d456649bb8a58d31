#include "clients/registry.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/lazy.h"

const struct client_ops *const client_kinds[] = {
	&postgres_ops,
	&clickhouse_ops,
	&rest_ops,
	&sqlite_ops,
	&trino_ops,
	&athena_ops,
	&llm_ops,
	&s3_ops,
	&neo4j_ops,
	NULL,
};

const struct client_ops *client_find(const char *kind)
{
	for (const struct client_ops *const *k = client_kinds; *k; k++) {
		if (strcmp((*k)->kind, kind) == 0)
			return *k;
	}
	return NULL;
}

/* Names that libpq, libcurl, OpenSSL, Kerberos and the resolver read. A server,
 * key or trust chosen by them would be one that the configuration never named. */
static bool library_reads(const char *name, size_t len)
{
	static const char *const exact[] = {
		"SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_DIR", "NETRC",
		"OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_MODULES", "OPENSSL_ENGINES",
		"OPENSSL_ia32cap", "QLOGDIR", "HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS",
		"KRB5_CONFIG", "KRB5_KTNAME", "KRB5_TRACE",
	};
	static const char proxy[] = "_proxy";

	if (strncmp(name, "PG", 2) == 0 || strncmp(name, "CURL_", 5) == 0)
		return true;
	if (len >= sizeof(proxy) - 1 &&
	    strncasecmp(name + len - (sizeof(proxy) - 1), proxy, sizeof(proxy) - 1) == 0)
		return true;
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++) {
		if (strlen(exact[i]) == len && memcmp(exact[i], name, len) == 0)
			return true;
	}
	return false;
}

void clients_scrub_env(void)
{
	char name[256];

	/* unsetenv() moves the entries behind it down: the same place is read again. */
	for (char **env = environ; env && *env;) {
		size_t len = strcspn(*env, "=");

		if (len >= sizeof(name) || !library_reads(*env, len)) {
			env++;
			continue;
		}
		memcpy(name, *env, len);
		name[len] = '\0';
		unsetenv(name);
	}
}

bool clients_init(struct err *e)
{
	if (!lazy_load(e))
		return false;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, ERR_INTERNAL, 0, "libcurl cannot be started");
	return true;
}

void clients_release(void)
{
	curl_global_cleanup();
}
