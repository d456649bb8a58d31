/* salesforce_fake DIR: the stand-in for Salesforce for other programs, over TLS, with five
 * cases, two a page; makes its certificates in DIR. Prints "listening PORT" and serves
 * until its standard input ends. */
#include <stdio.h>
#include <string.h>

#include "tests/support/api_simulator.h"
#include "tests/support/salesforce_fake.h"
#include "tests/support/tls.h"

static json_t *some_cases(void)
{
	json_t *all = json_array();

	for (int i = 1; i <= 5; i++) {
		char number[16], created[40];

		snprintf(number, sizeof(number), "0080000%d", i);
		snprintf(created, sizeof(created), "2026-01-%02dT08:00:00.000+0000", 10 + i);
		json_array_append_new(all, json_pack("{s:s,s:s,s:s,s:s,s:s}", "CaseNumber", number, "Load_ID__c",
						     i < 5 ? "726100801" : "it's \\ O'Hara", "CreatedDate", created,
						     "Account.Name", "Norbrook Foods", "Subject", "No updates"));
	}
	return all;
}

int main(int argc, char **argv)
{
	struct salesforce_fake fake = { .client_id = "3MVG9example", .client_secret = "canary7f3a", .page = 2,
					.user = "ada@example.com", .password = "canary8b5ecT0ken" };
	char cert[300], key[300], url[64];
	struct api_options o = { .service = salesforce_fake, .service_ctx = &fake, .cert_file = cert, .key_file = key };
	struct api_simulator *api = NULL;
	struct err e = { 0 };

	if (argc == 2 && tls_files(argv[1], &e)) {
		snprintf(cert, sizeof(cert), "%s/server.crt", argv[1]);
		snprintf(key, sizeof(key), "%s/server.key", argv[1]);
		fake.cases = some_cases();
		api = api_simulator_start(&o, &e);
	}
	if (!api) {
		fprintf(stderr, "salesforce_fake: %s\n", argc == 2 ? e.text : "needs a directory");
		return 1;
	}
	snprintf(url, sizeof(url), "https://localhost:%u", api_simulator_port(api));
	fake.instance_url = url;
	printf("listening %u\n", api_simulator_port(api));
	fflush(stdout);
	while (getchar() != EOF)
		;
	api_simulator_stop(api);
	salesforce_fake_release(&fake);
	return 0;
}
