/* The users' file, and what somebody may see. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../adapters/dashboard/scope.h"
#include "../../../adapters/dashboard/users.h"
#include "../../lib/unit.h"

static char dir[] = "/tmp/ijw-users-XXXXXX", file[64];

static bool write_file(const char *text, mode_t mode)
{
	FILE *f = fopen(file, "we");
	bool ok = f != NULL && fputs(text, f) >= 0;

	return f != NULL && fclose(f) == 0 && ok && chmod(file, mode) == 0;
}

#define HASH "$y$j9T$abcdefghijklmnop$0123456789012345678901234567890123456789012"

static void reading(void)
{
	static const struct {
		const char *name, *text;
		bool right;
	} cases[] = {
		{"one of each role",
		 "users:\n  - user: a\n    role: beheerder\n    password: \"" HASH "\"\n"
		 "  - user: b.c\n    name: Bea\n    role: inzage\n    password: \"" HASH "\"\n"
		 "  - user: d\n    role: partij\n    codes: [\"0363\", \"12345678\"]\n    "
		 "password: \"" HASH "\"\n",
		 true},
		{"nobody", "users: []\n", true},
		{"an unknown role",
		 "users:\n  - user: a\n    role: baas\n    password: \"" HASH "\"\n", false},
		{"a party without codes would see everything",
		 "users:\n  - user: a\n    role: partij\n    password: \"" HASH "\"\n", false},
		{"nor with an empty list",
		 "users:\n  - user: a\n    role: partij\n    codes: []\n    password: \"" HASH
		 "\"\n",
		 false},
		{"codes for who sees all",
		 "users:\n  - user: a\n    role: inzage\n    codes: [\"0363\"]\n    password: "
		 "\"" HASH "\"\n",
		 false},
		{"a code that is none",
		 "users:\n  - user: a\n    role: partij\n    codes: [\"036\"]\n    password: "
		 "\"" HASH "\"\n",
		 false},
		{"a password in the clear",
		 "users:\n  - user: a\n    role: inzage\n    password: geheim\n", false},
		{"a name with blanks",
		 "users:\n  - user: \"a b\"\n    role: inzage\n    password: \"" HASH "\"\n",
		 false},
		{"one user twice",
		 "users:\n  - user: a\n    role: inzage\n    password: \"" HASH
		 "\"\n  - user: a\n    role: "
		 "beheerder\n    password: \"" HASH "\"\n",
		 false},
		{"a fingerprint that is too short",
		 "users:\n  - user: a\n    role: inzage\n    fingerprint: \"abc\"\n    password: "
		 "\"" HASH "\"\n",
		 false},
		{"an empty file", "", false},
		{"another file", "listen: 1\n", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct users *u = NULL;
		struct buf why = BUF_INIT;

		NEED(write_file(cases[i].text, 0600), "a file");
		CHECK((users_load(&u, file, &why) == 0) == cases[i].right, cases[i].name);
		CHECK(cases[i].right || strstr(buf_str(&why), file) != NULL,
		      "the complaint names the file");
		CHECK(strstr(buf_str(&why), "geheim") == NULL, "and no password");
		users_drop(&u);
		buf_free(&why);
	}
}

static void modes(void)
{
	static const struct {
		mode_t mode;
		bool right;
	} cases[] = {{0600, true}, {0640, true}, {0644, false}, {0660, false}, {0604, false}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct users *u = NULL;
		struct buf why = BUF_INIT;

		NEED(write_file("users: []\n", cases[i].mode), "a file");
		CHECK((users_load(&u, file, &why) == 0) == cases[i].right,
		      "others may not read it, nor a group write it");
		users_drop(&u);
		buf_free(&why);
	}
}

static void writing(void)
{
	struct users *u = users_new(), *again = NULL;
	struct user *row = u != NULL ? users_add(u) : NULL;
	struct buf why = BUF_INIT;
	struct stat st;
	const struct user *got;

	NEED(row != NULL, "a row");
	(void)unlink(file);
	row->user = strdup("jansen");
	row->name = strdup("A. Jansen: \xC3\xA9\xC3\xA9n");
	row->role = ROLE_PARTIJ;
	row->codes = calloc(2, sizeof *row->codes);
	row->codes[row->codes_count++] = strdup("0363");
	row->codes[row->codes_count++] = strdup("12345678");
	row->password = password_make("een goed wachtwoord");
	NEED(row->password != NULL && strncmp(row->password, "$y$", 3) == 0, "yescrypt");
	CHECK(users_save(u, file, &why) == 0, "saved");
	CHECK(stat(file, &st) == 0 && (st.st_mode & 0777) == 0640,
	      "for the service and nobody else");
	NEED(users_load(&again, file, &why) == 0, "and read again");
	got = users_find(again, "jansen");
	CHECK(got != NULL && strcmp(got->name, row->name) == 0 && got->role == ROLE_PARTIJ &&
		      got->codes_count == 2 && strcmp(got->codes[0], "0363") == 0 &&
		      strcmp(got->password, row->password) == 0,
	      "as it was");
	CHECK(users_remove(u, "jansen") && !users_remove(u, "jansen") &&
		      users_save(u, file, &why) == 0,
	      "removed once");
	users_drop(&again);
	CHECK(users_load(&again, file, &why) == 0 && again->users_count == 0, "and gone");
	users_drop(&again);
	users_drop(&u);
	buf_free(&why);
}

static void passwords(void)
{
	struct user u = {.password = password_make("een goed wachtwoord")},
		    odd = {.password = (char *)(uintptr_t) "$y$"};

	NEED(u.password != NULL && password_prepare(), "passwords can be made");
	CHECK(password_right(&u, "een goed wachtwoord"), "the right one");
	CHECK(!password_right(&u, "een goed wachtwoorD") && !password_right(&u, ""),
	      "and no other");
	CHECK(!password_right(NULL, "nobody") && !password_right(NULL, ""), "nobody has none");
	CHECK(!password_right(&odd, "x"), "a broken hash opens nothing");
	free(u.password);
}

static void seeing(void)
{
	char *codes[] = {(char *)(uintptr_t) "0363"};
	struct user all = {.role = ROLE_INZAGE},
		    one = {.role = ROLE_PARTIJ, .codes = codes, .codes_count = 1};
	struct user none = {.role = ROLE_PARTIJ};
	struct scope s = scope_of(&all);

	CHECK(scope_has(&s, "0363") && scope_has(&s, ""), "who sees all sees all");
	s = scope_of(&one);
	CHECK(scope_has(&s, "0363") && !scope_has(&s, "0364") && !scope_has(&s, ""),
	      "who has one code sees that");
	s = scope_of(&none);
	CHECK(!scope_has(&s, "0363") && s.n > 0, "who has none sees nothing");
	s = scope_of(NULL);
	CHECK(!scope_has(&s, "0363") && s.n > 0, "and so does nobody");
}

int main(void)
{
	static const struct test tests[] = {
		{"what may stand in the users' file", reading},
		{"who may read it", modes},
		{"it is written as it is read", writing},
		{"passwords", passwords},
		{"what somebody may see", seeing},
		{NULL, NULL},
	};
	int r;

	if (mkdtemp(dir) == NULL)
		return 2;
	(void)snprintf(file, sizeof file, "%s/users.yaml", dir);
	r = unit_main("users", tests);
	(void)unlink(file);
	(void)rmdir(dir);
	return r;
}
