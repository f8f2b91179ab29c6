#include "care/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

#include "base/banned.h"

static int read_all(int fd, struct buf *out)
{
	char piece[16384];
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf_add(out, piece, (size_t)n);
		if (out->failed)
			return -ENOMEM;
		if (out->len > FILE_READ_MAX)
			return -EFBIG;
	}
	return 0;
}

int file_read(const char *dir, const char *name, char **ret, size_t *size)
{
	struct buf path = BUF_INIT, content = BUF_INIT;
	int fd, r;

	buf_addf(&path, "%s%s%s", dir != NULL ? dir : "", dir != NULL ? "/" : "", name);
	fd = path.failed ? -1 : open(buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOCTTY);
	r = path.failed ? -ENOMEM : fd < 0 ? -errno : read_all(fd, &content);
	buf_free(&path);
	if (fd >= 0)
		(void)close(fd); /* only read from */
	if (r == 0) {
		*size = content.len;
		*ret = buf_take(&content);
		r = *ret == NULL ? -ENOMEM : 0;
	}
	buf_free(&content);
	return r;
}
