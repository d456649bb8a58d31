/* api-simulator --port 0 --data FILE [--secret S] [--app APP] [--user U --password P]
 * [--token T] [--cert FILE --key FILE] [--fault [PATH=]MODE]...
 *
 * Prints "listening PORT" and serves until a signal ends it. A line on standard
 * input is another --fault; "PATH=" ends the one of that path. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/api_simulator.h"

enum { OPTIONS = 32 };

static bool set_fault(struct api_simulator *s, char *text)
{
	char *equals = *text == '/' ? strchr(text, '=') : NULL;

	if (!equals)
		return api_simulator_fault(s, "", text);
	*equals = '\0';
	return api_simulator_fault(s, text, equals[1] ? equals + 1 : NULL);
}

static int usage(const char *why)
{
	fprintf(stderr, "api-simulator: %s\n", why);
	return 2;
}

static int serve(const struct api_options *o, char *const *faults, size_t n)
{
	struct err e = { 0 };
	struct api_simulator *s = api_simulator_start(o, &e);
	char line[512];

	if (!s)
		return usage(e.text);
	for (size_t i = 0; i < n; i++)
		if (!set_fault(s, faults[i]))
			return usage("unknown fault");
	printf("listening %u\n", api_simulator_port(s));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!set_fault(s, line))
			fprintf(stderr, "api-simulator: unknown fault: %s\n", line);
	}
	pause();
	api_simulator_stop(s);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "port", 1, NULL, 'p' }, { "data", 1, NULL, 'd' }, { "secret", 1, NULL, 's' },
		{ "app", 1, NULL, 'a' }, { "user", 1, NULL, 'u' }, { "password", 1, NULL, 'w' },
		{ "token", 1, NULL, 't' }, { "cert", 1, NULL, 'c' }, { "key", 1, NULL, 'k' },
		{ "fault", 1, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	struct api_options o = { .port = 0 };
	char *faults[OPTIONS];
	size_t n = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		const char **const to[] = { ['d'] = &o.data_file, ['s'] = &o.secret,
					    ['a'] = &o.app, ['u'] = &o.user, ['w'] = &o.password,
					    ['t'] = &o.token, ['c'] = &o.cert_file,
					    ['k'] = &o.key_file };

		if (c == 'p')
			o.port = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'f' && n < OPTIONS)
			faults[n++] = optarg;
		else if (c != 'f' && c != '?')
			*to[c] = optarg;
		else
			return usage("see the head of tests/tools/api_simulator_main.c");
	}
	if (o.secret && !o.app)
		o.app = "airflow-worker";
	return serve(&o, faults, n);
}
