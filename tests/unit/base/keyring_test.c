/* Keys side by side, their file, and what they seal. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/keyring.h"

#include "../../lib/unit.h"

#define TODAY 20000
#define K "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char dir[64], path[96];

static bool begin(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/ijw-keyring-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return false;
	(void)snprintf(path, sizeof path, "%s/keys", dir);
	return true;
}

static void end(void)
{
	(void)chmod(dir, 0700);
	(void)unlink(path);
	CHECK(rmdir(dir) == 0, "nothing else was left beside the file");
}

static bool put(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		  fchmod(fd, mode) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static struct keyring *opened(bool make)
{
	struct keyring *k = NULL;
	struct buf why = BUF_INIT;

	if (keyring_open(&k, path, make, TODAY, &why) < 0)
		k = NULL;
	buf_free(&why);
	return k;
}

static void made(void)
{
	struct keyring *k, *again;
	struct keyring_row rows[2];
	unsigned char sealed[64], text[64];
	struct buf why = BUF_INIT;
	struct stat s;

	NEED(begin(), "a folder");
	CHECK(keyring_open(&k, path, false, TODAY, &why) == -ENOENT &&
		      strstr(buf_str(&why), path) != NULL,
	      "a file that is not there is told");
	k = opened(true);
	NEED(k != NULL && stat(path, &s) == 0, "a missing file is made");
	CHECK((s.st_mode & 0777) == 0600, "for its owner alone");
	CHECK(keyring_rows(k, rows, 2) == 1 && rows[0].id == 1 && rows[0].made == TODAY,
	      "with one key, number 1, of today");
	CHECK(keyring_seal(k, "a", 1, "hello", 5, sealed) == 0, "it seals");
	again = opened(false);
	NEED(again != NULL, "it opens once more");
	CHECK(keyring_unseal(again, "a", 1, sealed, 5 + SEAL_HEAD + SEAL_TAG, text) == 0 &&
		      memcmp(text, "hello", 5) == 0,
	      "and what the first sealed is read by the second");
	keyring_drop(&k);
	keyring_drop(&again);
	CHECK(k == NULL, "dropping clears");
	buf_free(&why);
	end();
}

static void sealed_well(void)
{
	unsigned char one[64], two[64], text[64];
	size_t n = 5 + SEAL_HEAD + SEAL_TAG;
	struct keyring *k, *other;
	unsigned failed = 0;

	NEED(begin(), "a folder");
	k = opened(true);
	NEED(k != NULL, "keys");
	CHECK(keyring_seal(k, "a", 1, "hello", 5, one) == 0 &&
		      keyring_seal(k, "a", 1, "hello", 5, two) == 0 && memcmp(one, two, n) != 0,
	      "the same text is never sealed the same twice");
	CHECK(memmem(one, n, "hello", 5) == NULL, "it cannot be seen");
	CHECK(seal_key(one, n) == 1 &&
		      seal_key("\x28\xB5\x2F\xFD....................................", 40) == 0,
	      "the number of the key can be seen, and that zstd is not sealed");
	CHECK(keyring_unseal(k, "b", 1, one, n, text) == -EBADMSG, "it opens under no other aad");
	for (size_t i = 0; i < n; i++) {
		int r;

		one[i] ^= 1;
		r = keyring_unseal(k, "a", 1, one, n, text);
		failed += r == -EBADMSG || r == -ENOKEY;
		one[i] ^= 1;
	}
	CHECK(failed == n, "one changed bit anywhere is found");
	CHECK(keyring_unseal(k, "a", 1, one, n - 1, text) == -EBADMSG &&
		      keyring_unseal(k, "a", 1, one, 10, text) == -EBADMSG,
	      "so is a missing end");
	CHECK(keyring_seal(k, "", 0, "", 0, two) == 0 &&
		      keyring_unseal(k, "", 0, two, SEAL_HEAD + SEAL_TAG, text) == 0,
	      "nothing can be sealed too");
	keyring_drop(&k);
	CHECK(put("1 2026-01-01 " K "\n", 0600), "another key with the same number");
	other = opened(false);
	CHECK(other != NULL && keyring_unseal(other, "a", 1, one, n, text) == -EBADMSG,
	      "does not open it");
	keyring_drop(&other);
	CHECK(put("2 2026-01-01 " K "\n", 0600), "a file without that number");
	other = opened(false);
	CHECK(other != NULL && keyring_unseal(other, "a", 1, one, n, text) == -ENOKEY,
	      "says that the key is missing");
	keyring_drop(&other);
	end();
}

static void rotated(void)
{
	unsigned char one[64], two[64], text[64];
	size_t n = 5 + SEAL_HEAD + SEAL_TAG;
	struct keyring_row rows[4];
	struct buf why = BUF_INIT;
	struct keyring *k, *again;
	uint32_t id = 0;

	NEED(begin(), "a folder");
	k = opened(true);
	NEED(k != NULL && keyring_seal(k, "a", 1, "hello", 5, one) == 0, "keys");
	CHECK(keyring_add(k, TODAY + 1, &id, &why) == 0 && id == 2 && keyring_newest(k) == 2,
	      "a key is added");
	CHECK(keyring_seal(k, "a", 1, "hello", 5, two) == 0 && seal_key(two, n) == 2,
	      "it seals from now on");
	CHECK(keyring_unseal(k, "a", 1, one, n, text) == 0, "the old one still opens");
	again = opened(false);
	CHECK(again != NULL && keyring_rows(again, rows, 4) == 2 && rows[1].id == 2 &&
		      rows[1].made == TODAY + 1 && keyring_unseal(again, "a", 1, two, n, text) == 0,
	      "the file has both");
	keyring_drop(&again);
	CHECK(keyring_remove(k, 2, &why) == -EBUSY && keyring_remove(k, 9, &why) == -ENOENT,
	      "the newest is never removed, and no key that is not there");
	buf_clear(&why);
	CHECK(keyring_remove(k, 1, &why) == 0 && !keyring_has(k, 1) && keyring_has(k, 2),
	      "the old one is");
	CHECK(keyring_unseal(k, "a", 1, one, n, text) == -ENOKEY, "and opens nothing any more");
	again = opened(false);
	CHECK(again != NULL && keyring_rows(again, rows, 4) == 1 && rows[0].id == 2,
	      "the file has it no more");
	CHECK(again != NULL && keyring_add(again, TODAY, &id, &why) == 0 && id == 3,
	      "numbers only count up");
	keyring_drop(&again);
	keyring_drop(&k);
	buf_free(&why);
	end();
}

static void read_only(void)
{
	struct buf why = BUF_INIT;
	struct keyring *k;
	uint32_t id = 0;

	NEED(begin(), "a folder");
	CHECK(put("# of the service manager\n\n7 2026-01-01 " K "\n", 0400),
	      "a file that may only be read");
	k = opened(true);
	NEED(k != NULL, "it is used");
	CHECK(keyring_newest(k) == 7, "with its own number, remarks and empty lines left out");
	/* The folder away: replacing the file fails, whoever runs this. */
	(void)unlink(path);
	CHECK(rmdir(dir) == 0 && keyring_add(k, TODAY, &id, &why) < 0 &&
		      strstr(buf_str(&why), path) != NULL,
	      "that no key can be added is told");
	CHECK(keyring_newest(k) == 7, "and nothing changed");
	keyring_drop(&k);
	buf_free(&why);
}

static void wrong_files(void)
{
	static const struct {
		const char *name, *text;
		mode_t mode;
		int result;
	} cases[] = {
		{"an empty file", "", 0600, -EINVAL},
		{"only remarks", "# nothing\n", 0600, -EINVAL},
		{"others may read it", "1 2026-01-01 " K "\n", 0640, -EPERM},
		{"no number", "x 2026-01-01 " K "\n", 0600, -EINVAL},
		{"number 0", "0 2026-01-01 " K "\n", 0600, -EINVAL},
		{"a number too large", "4294967296 2026-01-01 " K "\n", 0600, -EINVAL},
		{"no real day", "1 2026-02-30 " K "\n", 0600, -EINVAL},
		{"a key too short", "1 2026-01-01 0011\n", 0600, -EINVAL},
		{"a key too long", "1 2026-01-01 " K "00\n", 0600, -EINVAL},
		{"not hexadecimal", "1 2026-01-01 zz" K "\n", 0600, -EINVAL},
		{"a number twice", "1 2026-01-01 " K "\n1 2026-01-01 " K "\n", 0600, -EINVAL},
		{"numbers that fall", "2 2026-01-01 " K "\n1 2026-01-01 " K "\n", 0600, -EINVAL},
	};

	NEED(begin(), "a folder");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf why = BUF_INIT;
		struct keyring *k = NULL;

		CHECK(put(cases[i].text, cases[i].mode), "a file");
		CHECK(keyring_open(&k, path, true, TODAY, &why) == cases[i].result && k == NULL &&
			      strstr(buf_str(&why), path) != NULL &&
			      strstr(buf_str(&why), K) == NULL,
		      cases[i].name);
		buf_free(&why);
	}
	end();
}

/* The number is bound too, even where another number would open it. */
static void number_bound(void)
{
	unsigned char one[64], text[64];
	struct keyring *k;

	NEED(begin(), "a folder");
	CHECK(put("1 2026-01-01 " K "\n2 2026-01-01 " K "\n", 0600), "one key under two numbers");
	k = opened(false);
	NEED(k != NULL && keyring_seal(k, "a", 1, "hello", 5, one) == 0 && one[4] == 2,
	     "the second seals");
	one[4] = 1;
	CHECK(keyring_unseal(k, "a", 1, one, 5 + SEAL_HEAD + SEAL_TAG, text) == -EBADMSG,
	      "under the first it does not open");
	keyring_drop(&k);
	end();
}

static atomic_bool stop_sealing;

static void *seal_on(void *arg)
{
	unsigned char sealed[64], text[64];
	struct keyring *k = arg;
	intptr_t wrong = 0;

	while (!atomic_load(&stop_sealing))
		wrong += keyring_seal(k, "a", 1, "hello", 5, sealed) != 0 ||
			 keyring_unseal(k, "a", 1, sealed, 5 + SEAL_HEAD + SEAL_TAG, text) != 0;
	return (void *)wrong;
}

static void shared(void)
{
	struct buf why = BUF_INIT;
	struct keyring *k;
	pthread_t threads[2];
	void *wrong[2] = {NULL, NULL};
	uint32_t id;
	int r = 0;

	NEED(begin(), "a folder");
	k = opened(true);
	NEED(k != NULL, "keys");
	for (int i = 0; i < 2; i++)
		NEED(pthread_create(&threads[i], NULL, seal_on, k) == 0, "a thread");
	for (int i = 0; r == 0 && i < 20; i++)
		r = keyring_add(k, TODAY, &id, &why);
	atomic_store(&stop_sealing, true);
	for (int i = 0; i < 2; i++)
		(void)pthread_join(threads[i], &wrong[i]);
	CHECK(r == 0 && wrong[0] == NULL && wrong[1] == NULL,
	      "keys are added while others seal and open");
	for (int i = 0; r == 0 && i < 100; i++)
		r = keyring_add(k, TODAY, &id, &why);
	CHECK(r == -ENOSPC && keyring_newest(k) == KEYRING_MOST, "there is a most");
	keyring_drop(&k);
	buf_free(&why);
	end();
}

int main(void)
{
	static const struct test tests[] = {
		{"a file of keys is made once", made},
		{"what is sealed opens whole or not at all", sealed_well},
		{"a key's number is bound", number_bound},
		{"keys follow one another", rotated},
		{"a file that may only be read is used", read_only},
		{"a file that is wrong is told, without its keys", wrong_files},
		{"keys are shared by threads", shared},
		{NULL, NULL},
	};

	return unit_main("keyring", tests);
}
