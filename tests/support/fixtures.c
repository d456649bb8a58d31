#include "tests/support/fixtures.h"

#include <dirent.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/support/process.h"

enum { ARGS_MAX = 12 };

/* Waits for it; as ourselves, because the build folder need not be open to others. */
static bool run(const char *program, const char *const *args, struct err *e)
{
	char *argv[ARGS_MAX + 2];
	int n = 0, status = -1, rc;
	pid_t pid;

	argv[n++] = strdup(program);
	for (; *args && n <= ARGS_MAX; args++)
		argv[n++] = strdup(*args);
	argv[n] = NULL;
	rc = posix_spawnp(&pid, program, NULL, NULL, argv, environ);
	while (n > 0)
		free(argv[--n]);
	if (rc != 0)
		return err_set(e, ERR_INTERNAL, rc, "%s: %s", program, strerror(rc));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_INTERNAL, status, "%s failed, status %d", program, status);
	return true;
}

bool demo_data(const char *const *args, struct err *e)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - sizeof "/demo-data");

	exe[n > 0 ? n : 0] = '\0';
	/* BUILD/tests/FOLDER/test_x */
	for (int up = 0; up < 3; up++) {
		char *slash = strrchr(exe, '/');

		if (!slash)
			return err_set(e, ERR_INTERNAL, 0, "the build folder is not where it should be");
		*slash = '\0';
	}
	memcpy(exe + strlen(exe), "/demo-data", sizeof "/demo-data");
	return run(exe, args, e);
}

static bool make(const char *kind, const char *where, const char *option, struct err *e)
{
	const char *const args[] = { kind, where, option, NULL };

	return demo_data(args, e);
}

bool fixtures_init(struct fixtures *f, struct err *e)
{
	f->dir = temp_dir("fixtures", e);
	if (!f->dir)
		return false;
	snprintf(f->api_file, sizeof f->api_file, "%s/api.json", f->dir);
	snprintf(f->db_file, sizeof f->db_file, "%s/demo.db", f->dir);
	if (make("api", f->api_file, NULL, e) && make("sqlite", f->db_file, "--no-volume", e))
		return true;
	fixtures_release(f);
	return false;
}

void fixtures_release(struct fixtures *f)
{
	if (f->dir)
		temp_dir_remove(f->dir);
	free(f->dir);
	f->dir = NULL;
}

bool fixtures_load_postgres(const struct fixtures *f, const struct postgres_server *s, struct err *e)
{
	char dir[200], file[240], port[16];
	const char *const args[] = { "-X", "-q", "-h", s->dir, "-p", port, "-U", "admin", "-d", "postgres",
				     "-f", file, NULL };

	snprintf(dir, sizeof dir, "%s/postgres", f->dir);
	snprintf(file, sizeof file, "%s/load.sql", dir);
	snprintf(port, sizeof port, "%u", s->port);
	return make("postgres", dir, NULL, e) && run("psql", args, e) &&
	       postgres_exec(s, "GRANT USAGE ON SCHEMA platform, hadoop, pgs_company TO analyst", e);
}

/* ---- ClickHouse ------------------------------------------------------------------- */

static bool read_all(FILE *f, struct buf *out)
{
	char block[65536];
	size_t n;

	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_put(out, block, n);
	return !ferror(f) && !out->failed;
}

static bool insert_file(const struct clickhouse_server *s, const char *dir, const char *name,
			struct err *e)
{
	struct buf sql = BUF_INIT;
	char path[600];
	FILE *f;
	bool ok;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "r");
	buf_printf(&sql, "INSERT INTO %.*s FORMAT TabSeparated\n",
		   (int)(strlen(name) - strlen(".tsv")), name);
	ok = f && read_all(f, &sql) ? clickhouse_exec(s, buf_str(&sql), e)
				    : err_set(e, ERR_INTERNAL, 0, "cannot read %s", path);
	if (f)
		fclose(f);
	buf_release(&sql);
	return ok;
}

static bool run_schema(const struct clickhouse_server *s, const char *dir, struct err *e)
{
	char path[300], *line = NULL;
	size_t cap = 0;
	FILE *f;
	bool ok = true;

	snprintf(path, sizeof path, "%s/schema.sql", dir);
	f = fopen(path, "r");
	if (!f)
		return err_set(e, ERR_INTERNAL, 0, "cannot read %s", path);
	while (ok && getline(&line, &cap, f) > 0)
		ok = clickhouse_exec(s, line, e);
	free(line);
	fclose(f);
	return ok;
}

bool fixtures_load_clickhouse(const struct fixtures *f, const struct clickhouse_server *s, struct err *e)
{
	char dir[200];
	struct dirent *entry;
	DIR *d;
	bool ok;

	snprintf(dir, sizeof dir, "%s/clickhouse", f->dir);
	if (!make("clickhouse", dir, NULL, e) || !run_schema(s, dir, e))
		return false;
	d = opendir(dir);
	ok = d != NULL || err_set(e, ERR_INTERNAL, 0, "cannot read %s", dir);
	while (ok && (entry = readdir(d))) {
		size_t len = strlen(entry->d_name);

		if (len > 4 && strcmp(entry->d_name + len - 4, ".tsv") == 0)
			ok = insert_file(s, dir, entry->d_name, e);
	}
	if (d)
		closedir(d);
	return ok;
}
