#include "tests/support/clickhouse_server.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/support/tls.h"

static const char program[] = "/usr/sbin/clickhouse-server";

static const char users_xml[] =
	"<yandex><profiles>\n"
	"<default><max_memory_usage>2000000000</max_memory_usage></default>\n"
	"<strict><readonly>1</readonly></strict>\n"
	"<tiny><max_memory_usage>8000000</max_memory_usage><readonly>2</readonly></tiny>\n"
	"<small><max_memory_usage>40000000</max_memory_usage><readonly>2</readonly></small>\n"
	"</profiles><quotas><default/></quotas><users>\n"
	"<default><password/><networks><ip>::/0</ip></networks><profile>default</profile>"
	"<quota>default</quota></default>\n"
	"<analyst><password>s3cret pass</password><networks><ip>::/0</ip></networks>"
	"<profile>default</profile><quota>default</quota></analyst>\n"
	"<strict><password/><networks><ip>::/0</ip></networks><profile>strict</profile>"
	"<quota>default</quota></strict>\n"
	"<tiny><password/><networks><ip>::/0</ip></networks><profile>tiny</profile>"
	"<quota>default</quota></tiny>\n"
	"<small><password/><networks><ip>::/0</ip></networks><profile>small</profile>"
	"<quota>default</quota></small>\n"
	"</users></yandex>\n";

static bool write_config(struct clickhouse_server *s, struct err *e)
{
	struct buf b = BUF_INIT;
	bool ok;

	buf_printf(&b, "<yandex><logger><level>warning</level><log>%s/log</log>"
		   "<errorlog>%s/errors</errorlog></logger>\n"
		   "<http_port>%u</http_port><https_port>%u</https_port><tcp_port>%u</tcp_port>\n"
		   "<listen_host>127.0.0.1</listen_host>\n", s->dir, s->dir, s->port,
		   s->tls_port, s->native_port);
	buf_printf(&b, "<openSSL><server><certificateFile>%s/server.crt</certificateFile>"
		   "<privateKeyFile>%s/server.key</privateKeyFile>"
		   "<verificationMode>none</verificationMode>"
		   "<loadDefaultCAFile>false</loadDefaultCAFile>"
		   "<disableProtocols>sslv2,sslv3,tlsv1,tlsv1_1</disableProtocols>"
		   "</server></openSSL>\n", s->dir, s->dir);
	buf_printf(&b, "<max_concurrent_queries>50</max_concurrent_queries>"
		   "<mark_cache_size>67108864</mark_cache_size>"
		   "<path>%s/data/</path><tmp_path>%s/tmp/</tmp_path>"
		   "<users_config>%s/users.xml</users_config>"
		   "<default_profile>default</default_profile>"
		   "<default_database>default</default_database>"
		   "<timezone>UTC</timezone></yandex>\n", s->dir, s->dir, s->dir);
	ok = !b.failed && temp_file(s->dir, "config.xml", b.data, 0644, e) &&
	     temp_file(s->dir, "users.xml", users_xml, 0644, e);
	buf_release(&b);
	return ok;
}

bool clickhouse_installed(void)
{
	return access(program, X_OK) == 0;
}

bool clickhouse_start(struct clickhouse_server *s, struct err *e)
{
	char config[300];
	const char *const argv[] = { program, config, NULL };

	*s = (struct clickhouse_server){
		.port = free_port(), .tls_port = free_port(), .native_port = free_port(),
	};
	s->dir = temp_dir("clickhouse", e);
	if (!s->dir)
		return false;
	snprintf(s->ca_file, sizeof(s->ca_file), "%s/ca.crt", s->dir);
	snprintf(config, sizeof(config), "--config-file=%s/config.xml", s->dir);
	if (tls_files(s->dir, e) && write_config(s, e) &&
	    child_start(&s->child, argv, s->dir, e)) {
		if (port_wait(s->port, &s->child, 30) && clickhouse_exec(s, "SELECT 1", e))
			return true;
		err_set(e, ERR_INTERNAL, 0, "%s does not answer (see %s)", program, s->dir);
	}
	clickhouse_stop(s);
	return false;
}

void clickhouse_stop(struct clickhouse_server *s)
{
	child_stop(&s->child);
	temp_dir_remove(s->dir);
	free(s->dir);
	s->dir = NULL;
}

static size_t keep(char *data, size_t size, size_t n, void *ctx)
{
	return buf_put(ctx, data, size * n) ? size * n : 0;
}

char *clickhouse_ask(const struct clickhouse_server *s, const char *sql, struct err *e)
{
	struct buf answer = BUF_INIT;
	CURL *c = curl_easy_init();
	char url[64];
	long status = 0;
	CURLcode rc;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", s->port);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, sql);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(sql));
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &answer);
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (rc == CURLE_OK && status == 200)
		return buf_detach(&answer);
	err_set(e, ERR_REMOTE, status, "%s %s", curl_easy_strerror(rc), buf_str(&answer));
	buf_release(&answer);
	return NULL;
}

bool clickhouse_exec(const struct clickhouse_server *s, const char *sql, struct err *e)
{
	char *answer = clickhouse_ask(s, sql, e);

	free(answer);
	return answer != NULL;
}
