#include "base/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "../../lib/unit.h"

#include "base/banned.h"

#define NOW 1790000000 /* the clock is the caller's; certificates do not ask */
#define DAY 86400

static char dir[] = "/tmp/ijw-pki-XXXXXX";
static struct pki_ca *ca;

static const char *at(const char *name)
{
	static char paths[4][128];
	static unsigned i;

	i = (i + 1) % 4;
	(void)snprintf(paths[i], sizeof paths[i], "%s/%s", dir, name);
	return paths[i];
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	return stat(at(name), &st) == 0 ? st.st_mode & 0777 : 0;
}

static void an_authority_is_made_and_opened(void)
{
	struct buf why = BUF_INIT;

	NEED(pki_ca_make(&ca, "Test", NOW, NOW + 99 * DAY, at("ca.pem"), at("ca.key"), &why) == 0,
	     "it is made");
	CHECK(mode_of("ca.key") == 0600, "its key is its owner's alone");
	CHECK(mode_of("ca.pem") == 0644, "its certificate is not");
	pki_ca_free(&ca);
	CHECK(ca == NULL, "it is freed");
	pki_ca_free(&ca);
	CHECK(pki_ca_open(&ca, at("ca.pem"), at("ca.key"), &why) == 0, "and opened again");
	CHECK(why.len == 0, "nobody complained");
	buf_free(&why);
}

static void certificates_say_what_was_asked(void)
{
	static const struct {
		const char *name;
		struct pki_request request;
		const char *oin, *subject;
		uint32_t use;
		bool host;
	} cases[] = {
		{"a party", {PKI_PARTY, "utrecht", "00000001001234567000", NULL, NOW, NOW + DAY},
		 "00000001001234567000", "serialNumber=00000001001234567000,CN=utrecht",
		 XKU_SSL_CLIENT, false},
		{"a party without OIN", {PKI_PARTY, "rivier", NULL, NULL, NOW, NOW + DAY}, NULL,
		 "CN=rivier", XKU_SSL_CLIENT, false},
		{"a hub", {PKI_HUB, "hub", NULL, "hub.example.nl,127.0.0.1,::1", NOW, NOW + DAY}, NULL,
		 "CN=hub", XKU_SSL_SERVER, true},
		{"a name outside ASCII", {PKI_PARTY, "Súdwest", NULL, NULL, NOW, NOW + DAY}, NULL,
		 "CN=S\\C3\\BAdwest", XKU_SSL_CLIENT, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf why = BUF_INIT;
		char text[128], hex[65];
		X509 *c = NULL;

		NEED(pki_issue(ca, &cases[i].request, at("x.pem"), at("x.key"), &why) == 0 &&
			     pki_read(&c, at("x.pem"), &why) == 0, cases[i].name);
		CHECK(mode_of("x.key") == 0600, "the key is its owner's alone");
		CHECK(pki_oin(c, text, sizeof text) == (cases[i].oin != NULL) &&
			      (cases[i].oin == NULL || strcmp(text, cases[i].oin) == 0), "the OIN");
		pki_subject(c, text, sizeof text);
		CHECK(strcmp(text, cases[i].subject) == 0, "the subject");
		CHECK(X509_get_extended_key_usage(c) == cases[i].use, "the use");
		CHECK(pki_fingerprint(c, hex) && strspn(hex, "0123456789abcdef") == 64, "the hash");
		CHECK(pki_time(X509_get0_notBefore(c)) == NOW &&
			      pki_time(X509_get0_notAfter(c)) == NOW + DAY, "the days");
		CHECK((X509_check_host(c, "hub.example.nl", 0, 0, NULL) == 1) == cases[i].host &&
			      (X509_check_ip_asc(c, "::1", 0) == 1) == cases[i].host, "the names");
		X509_free(c);
		buf_free(&why);
	}
}

static void what_cannot_be_is_refused(void)
{
	static const struct {
		const char *name, *san;
	} cases[] = {
		{"an option of the extension's syntax", "DNS:a,email:copy"},
		{"an empty name", "a,,b"},
		{"nothing", ""},
		{"a slash", "a/b"},
	};
	struct buf why = BUF_INIT;
	X509 *c = NULL;
	struct pki_ca *other = NULL;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pki_request q = {PKI_HUB, "hub", NULL, cases[i].san, NOW, NOW + DAY};

		CHECK(pki_issue(ca, &q, at("no.pem"), at("no.key"), &why) < 0, cases[i].name);
	}
	CHECK(access(at("no.pem"), F_OK) < 0 && access(at("no.key"), F_OK) < 0, "no file was made");
	buf_clear(&why);
	CHECK(pki_read(&c, at("ca.key"), &why) < 0 && strstr(buf_str(&why), "ca.key") != NULL,
	      "a key is no certificate");
	CHECK(pki_ca_open(&other, at("ca.pem"), at("x.key"), &why) < 0, "keys must belong");
	CHECK(pki_crl(ca, "/nonexistent/crl.pem", NULL, NOW, NOW + DAY, &why) < 0,
	      "a place that is not there");
	buf_free(&why);
}

static int revoked_in(const char *name)
{
	BIO *in = BIO_new_file(at(name), "r");
	X509_CRL *crl = in != NULL ? PEM_read_bio_X509_CRL(in, NULL, NULL, NULL) : NULL;
	int n = crl != NULL ? sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) : -2;

	X509_CRL_free(crl);
	BIO_free(in);
	return n < 0 && n != -2 ? 0 : n;
}

static void a_list_only_grows(void)
{
	struct buf why = BUF_INIT;
	struct pki_request q = {PKI_PARTY, "a", NULL, NULL, NOW, NOW + DAY};

	NEED(pki_issue(ca, &q, at("a.pem"), at("a.key"), &why) == 0 &&
		     pki_issue(ca, &q, at("b.pem"), at("b.key"), &why) == 0, "two certificates");
	CHECK(pki_crl(ca, at("crl.pem"), NULL, NOW, NOW + DAY, &why) == 0, "an empty list");
	CHECK(revoked_in("crl.pem") == 0, "names nobody");
	CHECK(pki_crl(ca, at("crl.pem"), at("a.pem"), NOW, NOW + DAY, &why) == 0, "one revoked");
	CHECK(pki_crl(ca, at("crl.pem"), at("b.pem"), NOW, NOW + DAY, &why) == 0, "another");
	CHECK(pki_crl(ca, at("crl.pem"), at("a.pem"), NOW, NOW + DAY, &why) == 0, "one again");
	CHECK(revoked_in("crl.pem") == 2, "both are named, each once");
	CHECK(pki_crl(ca, at("crl.pem"), NULL, NOW + DAY, NOW + 2 * DAY, &why) == 0, "renewed");
	CHECK(revoked_in("crl.pem") == 2, "it still names both");
	CHECK(why.len == 0, "nobody complained");
	CHECK(pki_crl(ca, at("a.pem"), NULL, NOW, NOW + DAY, &why) < 0,
	      "a file that is no list is left alone");
	CHECK(access(at("crl.pem.new"), F_OK) < 0, "no temporary file stays");
	buf_free(&why);
}

static const struct test tests[] = {
	{"an authority is made and opened", an_authority_is_made_and_opened},
	{"certificates say what was asked", certificates_say_what_was_asked},
	{"what cannot be is refused", what_cannot_be_is_refused},
	{"a list only grows", a_list_only_grows},
	{NULL, NULL},
};

int main(void)
{
	static const char *const made[] = {"ca.pem", "ca.key", "x.pem", "x.key", "a.pem",
					   "a.key",  "b.pem",  "b.key", "crl.pem"};
	int r;

	if (mkdtemp(dir) == NULL)
		return 2;
	r = unit_main("base/pki", tests);
	pki_ca_free(&ca);
	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		(void)unlink(at(made[i]));
	(void)rmdir(dir);
	return r;
}
