/* The part `telemetry` of the configuration. The environment is looked at only where the
 * file switches telemetry on: a variable that is set for other programs switches nothing on. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "clients/otlp.h"
#include "clients/otlp_post.h"
#include "sections/config_parts.h"

const char *const config_secret_env[1] = { "OTEL_EXPORTER_OTLP_HEADERS" };

#define TIMEOUT_DEFAULT (10 * USEC_SEC)

enum { HEADERS_READ = 8, NAME_MAX_LEN = 64 };

static const char *const keys[] = { "enabled", "endpoint", "headers", "ca_file", "proxy", "timeout" };

static bool check_keys(const struct doc_node *map, struct err *e)
{
	for (size_t i = 0; i < doc_count(map); i++) {
		struct buf known = BUF_INIT;
		bool found = false;

		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			found = found || strcmp(keys[k], doc_key(map, i)) == 0;
			config_list(&known, keys[k]);
		}
		if (!found)
			err_set(e, ERR_CONFIG, 0, "%s: telemetry has no setting \"%s\"; known: %s",
				doc_where_key(map, i), doc_key(map, i), buf_str(&known));
		buf_release(&known);
		if (!found)
			return false;
	}
	return true;
}

/* ---- headers ------------------------------------------------------------------------------ */

static bool is_header_name(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || (s[n] && strchr("-_.", s[n])))
		n++;
	return n > 0 && n <= NAME_MAX_LEN && !s[n];
}

static bool read_headers(struct telemetry_settings *t, const struct doc_node *map, struct err *e)
{
	if (map && (doc_type(map) != DOC_MAP || doc_count(map) > HEADERS_READ))
		return err_set(e, ERR_CONFIG, 0, "%s: \"headers\" is a map of at most %d names to secrets",
			       doc_where(map), HEADERS_READ);
	for (size_t i = 0; i < doc_count(map); i++) {
		const char *name = doc_key(map, i);
		char *ref;
		bool ok;

		if (!is_header_name(name))
			return err_set(e, ERR_CONFIG, 0, "%s: \"%s\" is no header name",
				       doc_where_key(map, i), name);
		ref = config_secret_ref(doc_value(map, i), name, true, e);
		ok = ref && setting_add(&t->headers, &t->nheaders, name, ref, doc_where(doc_value(map, i)), e);
		free(ref);
		if (!ok)
			return false;
	}
	return true;
}

/* ---- where to ------------------------------------------------------------------------------- */

/* The base address gets the signal's path behind it, one of a signal is used as it is. */
static bool put_url(struct source *s, enum otlp_signal signal, const char *base, const char *whole,
		    const char *origin, struct err *e)
{
	size_t len = base ? strlen(base) : 0;
	char *url;
	bool ok;

	while (len > 0 && base[len - 1] == '/')
		len--;
	if (asprintf(&url, "%.*s%s", whole ? 0 : (int)len, base ? base : "",
		     whole ? whole : otlp_path(signal)) < 0)
		return config_no_memory(e);
	ok = setting_add(&s->settings, &s->nsettings, "url", url, origin, e);
	free(url);
	return ok;
}

static const char *env_of(const char *name, bool use_env)
{
	const char *value = use_env ? secret_env(name) : NULL;

	return value && *value ? value : NULL;
}

/* The file wins over the environment, there the signal's own name over the common one. */
static bool find_url(struct source *s, enum otlp_signal signal, const struct doc_node *map, bool use_env,
		     struct err *e)
{
	static const char common[] = "OTEL_EXPORTER_OTLP_ENDPOINT";
	static const char *const own[] = {
		[OTLP_TRACES] = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
		[OTLP_METRICS] = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
	};
	const struct doc_node *node = doc_get(map, "endpoint");
	const char *text;

	if (node)
		return config_scalar(node, "endpoint", &text, e) &&
		       put_url(s, signal, text, NULL, doc_where(node), e);
	if (env_of(own[signal], use_env))
		return put_url(s, signal, NULL, env_of(own[signal], use_env), own[signal], e);
	if (env_of(common, use_env))
		return put_url(s, signal, env_of(common, use_env), NULL, common, e);
	return err_set(e, ERR_CONFIG, 0, "%s: telemetry has no endpoint: set telemetry.endpoint or %s",
		       doc_where(map), common);
}

static bool copy_setting(struct source *s, const char *key, const struct doc_node *map, struct err *e)
{
	const struct doc_node *node = doc_get(map, key);
	const char *text;

	return !node || (config_scalar(node, key, &text, e) &&
			 setting_add(&s->settings, &s->nsettings, key, text, doc_where(node), e));
}

/* OTEL_EXPORTER_OTLP_TIMEOUT is in milliseconds. */
static bool read_timeout(struct source *s, const struct doc_node *map, bool use_env, struct err *e)
{
	const struct doc_node *node = doc_get(map, "timeout");
	const char *env = env_of("OTEL_EXPORTER_OTLP_TIMEOUT", use_env);

	s->timeout = TIMEOUT_DEFAULT;
	if (!node && env && strspn(env, "0123456789") == strlen(env) && strlen(env) < 7)
		s->timeout = strtol(env, NULL, 10) * USEC_MS;
	if (node && !config_span_at(node, "timeout", &s->timeout, e))
		return false;
	return (s->timeout >= 100 * USEC_MS && s->timeout <= USEC_MIN) ||
	       err_set(e, ERR_CONFIG, 0, "%s: the timeout of telemetry must be from 100ms to 1m",
		       doc_where(node ? node : map));
}

static bool read_target(struct source *s, enum otlp_signal signal, const struct telemetry_settings *t,
			const struct doc_node *map, bool use_env, struct err *e)
{
	bool secrets = t->nheaders > 0 || t->env_headers;

	snprintf(s->name, sizeof(s->name), "telemetry");
	snprintf(s->title, sizeof(s->title), "Telemetry");
	if (!find_url(s, signal, map, use_env, e) || !copy_setting(s, "ca_file", map, e) ||
	    !copy_setting(s, "proxy", map, e) || !read_timeout(s, map, use_env, e) || !otlp_prepare(s, e))
		return false;
	s->configured = true;
	return !(secrets && otlp_in_clear(s)) ||
	       err_set(e, ERR_CONFIG, 0, "%s: the headers of telemetry are not sent over plain http: use https",
		       doc_where(map));
}

bool config_telemetry(struct telemetry_settings *t, const struct doc_node *map, bool use_env, struct err *e)
{
	const struct doc_node *enabled = doc_get(map, "enabled");

	if (!map)
		return true;
	if (!check_keys(map, e) || (enabled && !doc_bool(enabled, &t->on, e)) ||
	    !read_headers(t, doc_get(map, "headers"), e))
		return false;
	t->env_headers = env_of(config_secret_env[0], use_env);
	return !t->on || (read_target(&t->traces, OTLP_TRACES, t, map, use_env, e) &&
			  read_target(&t->metrics, OTLP_METRICS, t, map, use_env, e));
}

void config_telemetry_release(struct telemetry_settings *t)
{
	settings_release(t->traces.settings, t->traces.nsettings);
	settings_release(t->metrics.settings, t->metrics.nsettings);
	settings_release(t->headers, t->nheaders);
	*t = (struct telemetry_settings){ 0 };
}

void config_telemetry_describe(const struct telemetry_settings *t, struct buf *out)
{
	const struct source *targets[] = { &t->traces, &t->metrics };

	for (size_t i = 0; t->on && i < 2; i++) {
		const struct setting *url = setting_find(targets[i]->settings, targets[i]->nsettings, "url");

		buf_puts(out, i ? "          " : "telemetry ");
		buf_put_safe(out, url->value, strlen(url->value));
		buf_puts(out, "  ");
		buf_put_safe(out, url->origin, strlen(url->origin));
		buf_putc(out, '\n');
	}
}
