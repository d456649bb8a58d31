#include "tests/support/client_talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void client_talk_begin(struct client_talk *t, struct source *source)
{
	static unsigned next;

	*t = (struct client_talk){ .source = source };
	t->conn = source->client->open(source, &t->e);
	if (!t->conn || !cancel_init(&t->cancel, &t->e))
		abort();
	record_init(&t->got);
	t->query = (struct query){ .name = "test", .deadline = in_ms(60000) };
	snprintf(t->query.id, sizeof(t->query.id), "sextant-test-%d-%u", getpid(), ++next);
}

bool client_talk_run(struct client_talk *t, const char *text)
{
	record_release(&t->got);
	record_init(&t->got);
	t->query.text = text;
	t->e = (struct err){ 0 };
	return t->source->client->run(t->conn, &t->query, &t->cancel, &t->got.sink, &t->e);
}

void client_talk_end(struct client_talk *t)
{
	t->source->client->close(t->conn);
	record_release(&t->got);
	cancel_release(&t->cancel);
	source_free(t->source);
}

void secret_file_make(char ref[static 48], const char *secret)
{
	int fd;

	snprintf(ref, 48, "file:/tmp/sextant-secret-XXXXXX");
	fd = mkstemp(ref + strlen("file:"));
	if (fd < 0 || write(fd, secret, strlen(secret)) != (ssize_t)strlen(secret) || close(fd))
		abort();
}
