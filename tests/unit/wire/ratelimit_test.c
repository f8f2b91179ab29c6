/* How often one address may connect; v4, v6, and v4 on a socket for both. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "wire/ratelimit.h"

#include "../../lib/unit.h"

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage s = {0};

	if (strchr(text, ':') != NULL) {
		s.ss_family = AF_INET6;
		(void)inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)(void *)&s)->sin6_addr);
	} else {
		s.ss_family = AF_INET;
		(void)inet_pton(AF_INET, text, &((struct sockaddr_in *)(void *)&s)->sin_addr);
	}
	return s;
}

static bool allowed(struct ratelimit *r, const char *text, int64_t now)
{
	struct sockaddr_storage s = address(text);

	return ratelimit_allow(r, (struct sockaddr *)&s, now);
}

static void one_address(void)
{
	struct ratelimit *r = ratelimit_new(3);

	for (int i = 0; i < 3; i++)
		CHECK(allowed(r, "192.0.2.1", 1000), "three in a second are fine");
	CHECK(!allowed(r, "192.0.2.1", 1000), "the fourth is not");
	CHECK(allowed(r, "192.0.2.1", 3000), "later it may again");
	ratelimit_free(&r);
}

static void apart(void)
{
	static const struct {
		const char *name, *one, *other;
		bool same;
	} cases[] = {
		{"two IPv4 addresses", "192.0.2.1", "192.0.2.2", false},
		{"two IPv4 addresses on a socket for both", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
		{"the same IPv4 address on either socket", "192.0.2.1", "::ffff:192.0.2.1", true},
		{"two IPv6 networks", "2001:db8:1::1", "2001:db8:2::1", false},
		{"two addresses of one IPv6 network", "2001:db8:1::1", "2001:db8:1::2", true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ratelimit *r = ratelimit_new(1);

		CHECK(allowed(r, cases[i].one, 1000), cases[i].name);
		CHECK(allowed(r, cases[i].other, 1000) != cases[i].same, cases[i].name);
		ratelimit_free(&r);
	}
}

int main(void)
{
	static const struct test tests[] = {
		{"one address is limited", one_address},
		{"who shares a limit and who does not", apart},
		{NULL, NULL},
	};

	return unit_main("ratelimit", tests);
}
