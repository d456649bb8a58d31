#include "clients/aws_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"

/* ---- one text ---------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct cell trimmed(const char *s, size_t len)
{
	while (len > 0 && is_blank(*s)) {
		s++;
		len--;
	}
	while (len > 0 && is_blank(s[len - 1]))
		len--;
	return (struct cell){ s, len };
}

/* `aws configure` puts a name that holds blanks between quotes. */
static struct cell unquoted(struct cell c)
{
	bool quoted = c.len >= 2 && (*c.data == '\'' || *c.data == '"') && c.data[c.len - 1] == *c.data;

	return quoted ? (struct cell){ c.data + 1, c.len - 2 } : c;
}

/* "[profile prod]" names prod; "[default]" needs no prefix. */
static bool names_profile(struct cell line, const char *prefix, const char *profile)
{
	const char *stop = memchr(line.data, ']', line.len);
	struct cell name = trimmed(line.data + 1, stop ? (size_t)(stop - line.data - 1) : 0);
	size_t n = strlen(prefix);

	if (n > 0 && name.len > n && memcmp(name.data, prefix, n) == 0)
		name = unquoted(trimmed(name.data + n, name.len - n));
	else if (n > 0 && strcmp(profile, "default") != 0)
		return false;
	return name.len == strlen(profile) && memcmp(name.data, profile, name.len) == 0;
}

/* "key = value", with a comment behind a blank. */
static bool has_key(struct cell line, const char *key, struct cell *value)
{
	const char *equals = memchr(line.data, '=', line.len);
	struct cell name = trimmed(line.data, equals ? (size_t)(equals - line.data) : 0);

	if (!equals || name.len != strlen(key) || strncasecmp(name.data, key, name.len) != 0)
		return false;
	*value = trimmed(equals + 1, line.len - (size_t)(equals + 1 - line.data));
	for (size_t i = 1; i < value->len; i++) {
		if ((value->data[i] == '#' || value->data[i] == ';') && is_blank(value->data[i - 1])) {
			*value = trimmed(value->data, i);
			break;
		}
	}
	return true;
}

bool aws_ini_find(const char *text, size_t len, const char *prefix, const char *profile,
		  const char *key, struct cell *value)
{
	bool inside = false;

	*value = CELL_NULL;
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : len - at;
		/* An indented line belongs to the key above it. */
		bool nested = n > 0 && is_blank(text[at]);
		struct cell line = trimmed(text + at, n);

		at += n + 1;
		if (line.len == 0 || nested || *line.data == '#' || *line.data == ';')
			continue;
		if (*line.data == '[')
			inside = names_profile(line, prefix, profile);
		if (inside && !key)
			return true;
		if (inside && *line.data != '[' && has_key(line, key, value))
			return true;
	}
	return false;
}

/* ---- the files --------------------------------------------------------------------- */

static void release(struct aws_file *f)
{
	if (f->text)
		explicit_bzero(f->text, f->len);
	free(f->text);
	*f = (struct aws_file){ "" };
}

static bool find_path(struct aws_file *f, const char *variable, const char *name, struct err *e)
{
	const char *said = secret_env(variable), *home = secret_env("HOME");
	int n;

	if (said && *said && said[0] == '~' && said[1] == '/')
		n = snprintf(f->path, sizeof(f->path), "%s%s", home ? home : "", said + 1);
	else if (said && *said)
		n = snprintf(f->path, sizeof(f->path), "%s", said);
	else
		n = snprintf(f->path, sizeof(f->path), "%s/.aws/%s", home ? home : "", name);
	return (n >= 0 && (size_t)n < sizeof(f->path)) ||
	       err_set(e, ERR_CONFIG, 0, "the path that %s names is too long", variable);
}

static bool read_file(struct aws_file *f, const char *variable, const char *name, struct err *e)
{
	struct err why = { 0 };

	*f = (struct aws_file){ "" };
	if (!find_path(f, variable, name, e))
		return false;
	f->text = malloc(AWS_FILE_MAX);
	if (!f->text)
		return err_set(e, ERR_MEMORY, 0, "out of memory for %s", f->path);
	if (secret_file(f->path, f->text, AWS_FILE_MAX, &f->len, &why))
		return f->len < AWS_FILE_MAX ||
		       err_set(e, ERR_LIMIT, 0, "over %d bytes: %s", (int)AWS_FILE_MAX, f->path);
	free(f->text);
	f->text = NULL;
	if (why.code == ENOENT || why.code == ENOTDIR)
		return true;
	return err_set(e, why.kind, why.code, "%s", why.text);
}

bool aws_files_read(struct aws_files *f, struct err *e)
{
	*f = (struct aws_files){ { "" }, { "" } };
	return read_file(&f->config, "AWS_CONFIG_FILE", "config", e) &&
	       read_file(&f->credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials", e);
}

void aws_files_release(struct aws_files *f)
{
	release(&f->config);
	release(&f->credentials);
}

static bool find(const struct aws_files *f, enum aws_file_kind kind, const char *profile,
		 const char *key, struct cell *value)
{
	const struct aws_file *file = kind == AWS_CONFIG ? &f->config : &f->credentials;

	*value = CELL_NULL;
	return file->text && aws_ini_find(file->text, file->len, kind == AWS_CONFIG ? "profile " : "",
					  profile, key, value);
}

bool aws_files_has(const struct aws_files *f, const char *profile)
{
	struct cell value;

	return find(f, AWS_CREDENTIALS, profile, NULL, &value) ||
	       find(f, AWS_CONFIG, profile, NULL, &value);
}

struct cell aws_files_get_of(const struct aws_files *f, enum aws_file_kind kind, const char *profile,
			     const char *key)
{
	struct cell value;

	return find(f, kind, profile, key, &value) && value.len > 0 ? value : CELL_NULL;
}

struct cell aws_files_get(const struct aws_files *f, const char *profile, const char *key)
{
	struct cell value;

	return find(f, AWS_CREDENTIALS, profile, key, &value)
		       ? aws_files_get_of(f, AWS_CREDENTIALS, profile, key)
		       : aws_files_get_of(f, AWS_CONFIG, profile, key);
}
