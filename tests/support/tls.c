#include "tests/support/tls.h"

#include <stdio.h>
#include <time.h>

#include "tests/support/process.h"

static const char ca_config[] =
	"[req]\ndistinguished_name=n\nprompt=no\nx509_extensions=v3\n"
	"[n]\nCN=Sextant test CA\n"
	"[v3]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
	"subjectKeyIdentifier=hash\n";

static const char server_config[] =
	"[req]\ndistinguished_name=n\nprompt=no\n"
	"[n]\nCN=localhost\n"
	"[v3]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
	"subjectAltName=DNS:localhost,DNS:api.localhost,IP:127.0.0.1\n";

bool tls_files(const char *dir, struct err *e)
{
	static const char *const ca[] = {
		"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-nodes", "-days", "2", "-config", "ca.cnf", "-keyout", "ca.key", "-out", "ca.crt",
		NULL,
	};
	static const char *const request[] = {
		"openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-config",
		"server.cnf", "-keyout", "server.key", "-out", "server.csr", NULL,
	};
	static const char *const sign[] = {
		"openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
		"-CAcreateserial", "-days", "2", "-extfile", "server.cnf", "-extensions", "v3",
		"-out", "server.crt", NULL,
	};

	return temp_file(dir, "ca.cnf", ca_config, 0644, e) &&
	       temp_file(dir, "server.cnf", server_config, 0644, e) &&
	       child_run(ca, dir, e) && child_run(request, dir, e) && child_run(sign, dir, e);
}

/* What `openssl ca` keeps, and what it signs. */
static const char other_ca[] =
	"[ca]\ndefault_ca=d\n"
	"[d]\nnew_certs_dir=.\ndatabase=index.txt\nrand_serial=yes\nunique_subject=no\ndefault_md=sha256\npolicy=p\n"
	"[p]\ncommonName=supplied\n";

static void utc(char out[static 20], int days)
{
	time_t at = time(NULL) + days * 86400;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, 20, "%Y%m%d%H%M%SZ", &tm);
}

bool tls_other(const char *dir, const char *name, const char *bits, int from, int until, struct err *e)
{
	char key[60], csr[60], crt[60], size[20], begin[20], end[20];
	const char *const request[] = {
		"openssl", "req", "-new", "-newkey", size, "-nodes", "-config", "server.cnf", "-keyout", key,
		"-out", csr, NULL,
	};
	const char *const sign[] = {
		"openssl", "ca", "-batch", "-notext", "-config", "other.cnf", "-cert", "ca.crt", "-keyfile", "ca.key",
		"-extfile", "server.cnf", "-extensions", "v3", "-startdate", begin, "-enddate", end,
		"-in", csr, "-out", crt, NULL,
	};

	snprintf(key, sizeof key, "%s.key", name);
	snprintf(csr, sizeof csr, "%s.csr", name);
	snprintf(crt, sizeof crt, "%s.crt", name);
	snprintf(size, sizeof size, "rsa:%s", bits);
	utc(begin, from);
	utc(end, until);
	return temp_file(dir, "other.cnf", other_ca, 0644, e) && temp_file(dir, "index.txt", "", 0666, e) &&
	       child_run(request, dir, e) && child_run(sign, dir, e);
}
