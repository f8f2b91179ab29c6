#include "users.h"

#include <crypt.h>
#include <cyaml/cyaml.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/yamltext.h"
#include "care/file.h"

#include "base/banned.h"

static const cyaml_strval_t role_words[] = {
	{"beheerder", ROLE_BEHEERDER}, {"inzage", ROLE_INZAGE}, {"partij", ROLE_PARTIJ}};

static const cyaml_schema_value_t code_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 4, 8),
};

/* clang-format off */
#define MAY (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

static const cyaml_schema_field_t user_fields[] = {
	CYAML_FIELD_STRING_PTR("user", CYAML_FLAG_POINTER, struct user, user, 1, 32),
	CYAML_FIELD_STRING_PTR("name", MAY, struct user, name, 1, 100),
	CYAML_FIELD_ENUM("role", CYAML_FLAG_STRICT, struct user, role, role_words, CYAML_ARRAY_LEN(role_words)),
	CYAML_FIELD_SEQUENCE("codes", MAY, struct user, codes, &code_value, 0, USER_CODES_MOST),
	CYAML_FIELD_STRING_PTR("fingerprint", MAY, struct user, fingerprint, 64, 64),
	CYAML_FIELD_STRING_PTR("password", CYAML_FLAG_POINTER, struct user, password, 1, CRYPT_OUTPUT_SIZE),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t user_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct user, user_fields),
};

static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_SEQUENCE("users", CYAML_FLAG_POINTER, struct users, users, &user_value, 0, USERS_MOST),
	CYAML_FIELD_END
};
/* clang-format on */

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct users, file_fields),
};

/* ---- rows ---- */

const char *role_name(enum role r)
{
	for (size_t i = 0; i < sizeof role_words / sizeof *role_words; i++)
		if (role_words[i].val == (int)r)
			return role_words[i].str;
	return "";
}

bool role_parse(const char *text, enum role *ret)
{
	for (size_t i = 0; i < sizeof role_words / sizeof *role_words; i++)
		if (strcmp(role_words[i].str, text) == 0) {
			*ret = (enum role)role_words[i].val;
			return true;
		}
	return false;
}

static bool all_of(const char *s, const char *set)
{
	return s[0] != '\0' && s[strspn(s, set)] == '\0';
}

bool user_name_ok(const char *name)
{
	return all_of(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") && strlen(name) <= 32 &&
	       name[0] != '-' && name[0] != '.';
}

const char *user_check(const struct user *u)
{
	if (u->user == NULL || !user_name_ok(u->user))
		return "expected a user of 1 to 32 lower-case letters, digits and . _ -";
	if (u->password == NULL || strncmp(u->password, "$y$", 3) != 0)
		return "expected a yescrypt password ($y$…); ijw-dashboard user passwd makes one";
	if (u->fingerprint != NULL &&
	    (strlen(u->fingerprint) != 64 || !all_of(u->fingerprint, "0123456789abcdef")))
		return "expected a fingerprint of 64 lower-case hexadecimal digits";
	for (uint32_t i = 0; i < u->codes_count; i++)
		if ((strlen(u->codes[i]) != 4 && strlen(u->codes[i]) != 8) ||
		    !all_of(u->codes[i], "0123456789"))
			return "expected codes of 4 digits (gemeente) or 8 digits (AGB), in quotes";
	/* Without codes a filter on codes would let everything through. */
	if ((u->role == ROLE_PARTIJ) != (u->codes_count > 0))
		return "expected codes with the role partij, and with no other";
	for (const char *c = u->name; c != NULL && *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == '"' || *c == '\\')
			return "expected a name without quotes, backslashes and control characters";
	return NULL;
}

const struct user *users_find(const struct users *u, const char *name)
{
	for (uint32_t i = 0; i < u->users_count; i++)
		if (strcmp(u->users[i].user, name) == 0)
			return &u->users[i];
	return NULL;
}

static void clear_user(struct user *u)
{
	for (uint32_t i = 0; i < u->codes_count; i++)
		free(u->codes[i]);
	free(u->codes);
	free(u->user);
	free(u->name);
	free(u->password);
	free(u->fingerprint);
}

struct users *users_new(void)
{
	struct users *u = calloc(1, sizeof *u);

	if (u != NULL)
		u->references = 1;
	return u;
}

struct user *users_add(struct users *u)
{
	struct user *bigger;

	if (u->users_count == USERS_MOST)
		return NULL;
	bigger = realloc(u->users, (u->users_count + 1) * sizeof *bigger);
	if (bigger == NULL)
		return NULL;
	u->users = bigger;
	memset(&u->users[u->users_count], 0, sizeof *bigger);
	return &u->users[u->users_count++];
}

bool users_remove(struct users *u, const char *name)
{
	for (uint32_t i = 0; i < u->users_count; i++)
		if (strcmp(u->users[i].user, name) == 0) {
			clear_user(&u->users[i]);
			memmove(&u->users[i], &u->users[i + 1],
				(u->users_count - i - 1) * sizeof *u->users);
			u->users_count--;
			return true;
		}
	return false;
}

struct users *users_hold(struct users *u)
{
	u->references++;
	return u;
}

void users_drop(struct users **u)
{
	struct users *left = *u;

	*u = NULL;
	if (left == NULL || --left->references > 0)
		return;
	for (uint32_t i = 0; i < left->users_count; i++)
		clear_user(&left->users[i]);
	free(left->users);
	free(left);
}

/* ---- the file ---- */

static int check_users(const struct users *u, const char *file, struct buf *why)
{
	for (uint32_t i = 0; i < u->users_count; i++) {
		const char *wrong = user_check(&u->users[i]);

		if (wrong == NULL && users_find(u, u->users[i].user) != &u->users[i])
			wrong = "this user stands in it twice";
		if (wrong != NULL) {
			buf_addf(why, "%s: user %u: %s\n", file, i + 1, wrong);
			return -EINVAL;
		}
	}
	return 0;
}

int users_load(struct users **ret, const char *file, struct buf *why)
{
	struct users *u = NULL;
	struct stat st;
	char *text = NULL;
	size_t size;
	int r = stat(file, &st) < 0 ? -errno : file_read(NULL, file, &text, &size);

	if (r < 0) {
		buf_addf(why, "%s: cannot be read (%s)\n", file, strerror(-r));
	} else if ((st.st_mode & 027) != 0) {
		buf_addf(why, "%s: others may read or write it; expected mode 0600 or 0640\n",
			 file);
		r = -EINVAL;
	} else {
		r = yamltext_load(file, text, size, &schema, (void **)&u, why);
	}
	if (text != NULL)
		OPENSSL_cleanse(text, size);
	free(text);
	if (r < 0)
		return r;
	u->references = 1;
	r = check_users(u, file, why);
	if (r < 0)
		users_drop(&u);
	else
		*ret = u;
	return r;
}

static void write_user(struct buf *b, const struct user *u)
{
	buf_addf(b, "  - user: \"%s\"\n", u->user);
	if (u->name != NULL)
		buf_addf(b, "    name: \"%s\"\n", u->name);
	buf_addf(b, "    role: %s\n", role_name(u->role));
	if (u->codes_count > 0)
		buf_adds(b, "    codes: [");
	for (uint32_t i = 0; i < u->codes_count; i++)
		buf_addf(b, "%s\"%s\"%s", i > 0 ? ", " : "", u->codes[i],
			 i + 1 == u->codes_count ? "]\n" : "");
	if (u->fingerprint != NULL)
		buf_addf(b, "    fingerprint: \"%s\"\n", u->fingerprint);
	buf_addf(b, "    password: \"%s\"\n", u->password);
}

/* The folder of a file, and its group and mode: those of the file that it replaces, if there is
 * one. */
static void place_of(const char *file, char dir[PATH_MAX], gid_t *group, mode_t *mode)
{
	const char *slash = strrchr(file, '/');
	struct stat st;

	(void)snprintf(dir, PATH_MAX, "%.*s", slash != NULL ? (int)(slash - file + 1) : 2,
		       slash != NULL ? file : "./");
	*group = (gid_t)-1;
	*mode = 0640;
	if (stat(file, &st) == 0)
		*mode = st.st_mode & 0640;
	if (stat(file, &st) == 0 || stat(dir, &st) == 0)
		*group = st.st_gid;
}

static int write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, text, n);

		if (w < 0 && errno != EINTR)
			return -errno;
		text += w > 0 ? w : 0;
		n -= w > 0 ? (size_t)w : 0;
	}
	return 0;
}

static int replace(const char *file, const struct buf *b)
{
	char dir[PATH_MAX], beside[PATH_MAX];
	gid_t group;
	mode_t mode;
	int fd, d, r;

	place_of(file, dir, &group, &mode);
	if (snprintf(beside, sizeof beside, "%s.new", file) >= (int)sizeof beside)
		return -ENAMETOOLONG;
	(void)unlink(beside); /* left behind by one that was killed */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, b->data, b->len);
	if (fchown(fd, (uid_t)-1, group) < 0)
		mode &= 0600; /* not ours to give: then it stays this user's alone */
	if (r == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(beside, file) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(beside);
	d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d >= 0) {
		(void)fsync(d); /* a power cut may bring the old file back, never half of one */
		(void)close(d);
	}
	return r;
}

int users_save(const struct users *u, const char *file, struct buf *why)
{
	struct buf b = BUF_INIT;
	int r = check_users(u, file, why);

	if (r < 0)
		return r;
	buf_adds(&b, "# Users of ijw-dashboard; ijw-dashboard user add, passwd and remove write "
		     "this file.\n");
	buf_adds(&b, u->users_count > 0 ? "users:\n" : "users: []\n");
	for (uint32_t i = 0; i < u->users_count; i++)
		write_user(&b, &u->users[i]);
	r = b.failed ? -ENOMEM : replace(file, &b);
	if (r < 0)
		buf_addf(why, "%s: cannot be written (%s)\n", file, strerror(-r));
	buf_free(&b);
	return r;
}

/* ---- passwords ---- */

static char *nobody; /* a hash that no password gives: unknown users cost as much as known ones */

char *password_make(const char *password)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *hash = NULL;
	char *ret = NULL;

	if (data != NULL && crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof setting) != NULL)
		hash = crypt_rn(password, setting, data, sizeof *data);
	if (hash != NULL && hash[0] != '*')
		ret = strdup(hash);
	if (data != NULL)
		OPENSSL_cleanse(data, sizeof *data);
	free(data);
	return ret;
}

bool password_prepare(void)
{
	if (nobody == NULL)
		nobody = password_make("nobody");
	return nobody != NULL;
}

bool password_right(const struct user *user, const char *password)
{
	const char *kept = user != NULL ? user->password : nobody, *hash;
	struct crypt_data *data = calloc(1, sizeof *data);
	bool right = false;

	if (data == NULL || kept == NULL) {
		free(data);
		return false;
	}
	hash = crypt_rn(password, kept, data, sizeof *data);
	if (hash != NULL && hash[0] != '*' && strlen(hash) == strlen(kept))
		right = CRYPTO_memcmp(hash, kept, strlen(kept)) == 0;
	OPENSSL_cleanse(data, sizeof *data);
	free(data);
	return right && user != NULL;
}
