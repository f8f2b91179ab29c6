/* Pseudonyms and their key. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pseudonym.h"

#include "../../lib/unit.h"

static char dir[40], path[60];

static void begin(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/ijw-pseudonym-XXXXXX");
	if (mkdtemp(dir) == NULL)
		(void)fprintf(stderr, "no folder in /tmp\n");
	(void)snprintf(path, sizeof path, "%s/key", dir);
}

static void end(void)
{
	(void)unlink(path);
	CHECK(rmdir(dir) == 0, "nothing else was left in the folder");
}

static void known_answer(void)
{
	/* Of 32 times 0x0b, computed by another program. */
	static const unsigned char expected[PSEUDONYM_BYTES] = {0x98, 0xe3, 0x6d, 0x02, 0x0b, 0x12, 0x35, 0xa9, 0x26, 0x65, 0xdf, 0xd1, 0x26, 0x91, 0x5c, 0x4e};
	struct pseudonym_key k;
	unsigned char got[PSEUDONYM_BYTES], other[PSEUDONYM_BYTES];

	memset(k.bytes, 0x0b, sizeof k.bytes);
	CHECK(pseudonym_of(&k, "999990019", got) == 0 && memcmp(got, expected, sizeof got) == 0,
	      "it is the head of HMAC-SHA256");
	CHECK(pseudonym_of(&k, "999990020", other) == 0 && memcmp(got, other, sizeof got) != 0,
	      "another text has another");
	k.bytes[31] ^= 1;
	CHECK(pseudonym_of(&k, "999990019", other) == 0 && memcmp(got, other, sizeof got) != 0,
	      "another key too");
}

static void made_once(void)
{
	struct pseudonym_key first, second;
	struct buf why = BUF_INIT;
	struct stat s;

	begin();
	CHECK(pseudonym_key_open(&first, path, false, &why) == -ENOENT && strstr(buf_str(&why), path),
	      "a key that is not there is told");
	buf_clear(&why);
	NEED(pseudonym_key_open(&first, path, true, &why) == 0 && why.len == 0, "or made");
	CHECK(stat(path, &s) == 0 && (s.st_mode & 0777) == 0600 && s.st_size == PSEUDONYM_KEY,
	      "for its owner only");
	CHECK(pseudonym_key_open(&second, path, true, &why) == 0 &&
		      memcmp(&first, &second, sizeof first) == 0,
	      "the next time it is the same");
	buf_free(&why);
	end();
}

static void refused(void)
{
	struct pseudonym_key k;
	struct buf why = BUF_INIT;
	int fd;

	begin();
	CHECK(pseudonym_key_open(&k, path, true, &why) == 0 && chmod(path, 0640) == 0, "a key is made");
	CHECK(pseudonym_key_open(&k, path, true, &why) == -EPERM && strstr(buf_str(&why), "640") != NULL,
	      "one that a group may read is refused");
	buf_clear(&why);
	fd = open(path, O_WRONLY | O_APPEND);
	CHECK(fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, "\n", 1) == 1 && close(fd) == 0 &&
		      pseudonym_key_open(&k, path, true, &why) == -EINVAL &&
		      strstr(buf_str(&why), "32 bytes") != NULL,
	      "one of another size too");
	buf_clear(&why);
	CHECK(pseudonym_key_open(&k, dir, true, &why) == -EINVAL && why.len > 0, "a folder is no key");
	buf_clear(&why);
	(void)unlink(path);
	CHECK(mkfifo(path, 0600) == 0 && pseudonym_key_open(&k, path, true, &why) == -EINVAL,
	      "a pipe in its place holds nobody up");
	buf_clear(&why);
	CHECK(pseudonym_key_open(&k, "/nonexistent/key", true, &why) == -ENOENT &&
		      strstr(buf_str(&why), "/nonexistent/key") != NULL,
	      "a folder that is not there is told");
	buf_free(&why);
	end();
}

static void *open_it(void *ret)
{
	struct buf why = BUF_INIT;

	if (pseudonym_key_open(ret, path, true, &why) < 0)
		memset(ret, 0, sizeof(struct pseudonym_key));
	buf_free(&why);
	return NULL;
}

static void race(void)
{
	struct pseudonym_key keys[8], none = {{0}};
	pthread_t threads[8];
	bool same = true;

	for (int round = 0; round < 20; round++) {
		begin();
		for (int i = 0; i < 8; i++)
			(void)pthread_create(&threads[i], NULL, open_it, &keys[i]);
		for (int i = 0; i < 8; i++)
			(void)pthread_join(threads[i], NULL);
		for (int i = 0; i < 8; i++)
			same = same && memcmp(&keys[i], &keys[0], sizeof *keys) == 0 &&
			       memcmp(&keys[i], &none, sizeof none) != 0;
		end();
	}
	CHECK(same, "of many that make one at the same time all get the same");
}

int main(void)
{
	static const struct test tests[] = {
		{"a pseudonym is a keyed digest", known_answer},
		{"a key is made once", made_once},
		{"a key that is no secret is refused", refused},
		{"two make one key", race},
		{NULL, NULL},
	};

	return unit_main("pseudonym", tests);
}
