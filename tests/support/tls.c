#include "tests/support/tls.h"

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
	"subjectAltName=DNS:localhost,IP:127.0.0.1\n";

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
