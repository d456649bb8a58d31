#include "tests/support/trino_talk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/registry.h"

static void write_secret(int fd, const char *value)
{
	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value) || close(fd))
		abort();
}

void trino_talk_replace_secret(struct trino_talk *t, const char *secret)
{
	write_secret(open(t->secret_file, O_WRONLY | O_TRUNC | O_CLOEXEC), secret);
}

static void make_source(struct trino_talk *t, const struct trino_options *o)
{
	const char *auth = o->token ? "bearer" : o->password ? "basic" : "none";
	const char *secret = o->token ? o->token : o->password;
	char url[64], ref[64] = "";

	if (secret) {
		snprintf(t->secret_file, sizeof(t->secret_file), "/tmp/sextant-secret-XXXXXX");
		write_secret(mkstemp(t->secret_file), secret);
		snprintf(ref, sizeof(ref), "file:%s", t->secret_file);
	}
	snprintf(url, sizeof(url), "http%s://127.0.0.1:%u/", o->cert_file ? "s" : "",
		 trino_fake_port(t->fake));
	t->source = source_make(&trino_ops, "trino", "url", url, "auth", auth, "user",
				o->token ? "" : o->user ? o->user : "alice",
				o->token ? "token" : "password", ref, "catalog", "hive", "schema", "log",
				o->ca_file ? "ca_file" : NULL, o->ca_file, NULL);
}

void trino_talk_begin(struct trino_talk *t, const struct trino_options *o)
{
	*t = (struct trino_talk){ .fake = trino_fake_start(o, &t->e) };
	if (!t->fake)
		abort();
	make_source(t, o);
	t->conn = trino_ops.open(t->source, &t->e);
	record_init(&t->got);
	if (!t->conn || !cancel_init(&t->cancel, &t->e))
		abort();
	t->query = (struct query){ .name = "test", .deadline = in_ms(20000), .id = "sextant-1" };
}

bool trino_talk_run(struct trino_talk *t, const char *sql)
{
	t->query.text = sql;
	t->e = (struct err){ 0 };
	return trino_ops.run(t->conn, &t->query, &t->cancel, &t->got.sink, &t->e);
}

void trino_talk_end(struct trino_talk *t)
{
	if (*t->secret_file)
		unlink(t->secret_file);
	trino_ops.close(t->conn);
	t->seen = trino_fake_seen(t->fake);
	trino_fake_stop(t->fake);
	record_release(&t->got);
	cancel_release(&t->cancel);
	source_free(t->source);
}
