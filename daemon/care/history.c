#include "care/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"

#include "base/banned.h"

#define INDEX_MAX (UINT64_C(1) << 30)

enum column { FILE_NAME, SENT_AT, SENDER, RECEIVER, TYPE, IDENTIFICATIE, N_COLUMNS };

static const char *const names[N_COLUMNS] = {
	[FILE_NAME] = "file",	 [SENT_AT] = "sent_at", [SENDER] = "sender",
	[RECEIVER] = "receiver", [TYPE] = "type",	[IDENTIFICATIE] = "identificatie",
};

static int read_text(const char *path, struct buf *out)
{
	char piece[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), r = fd < 0 ? -errno : 0;
	ssize_t n = 1;

	while (r == 0 && n > 0) {
		n = read(fd, piece, sizeof piece);
		if (n > 0)
			buf_add(out, piece, (size_t)n);
		else if (n < 0 && errno != EINTR)
			r = -errno;
		else if (n < 0)
			n = 1;
		if (out->failed || out->len > INDEX_MAX)
			r = out->failed ? -ENOMEM : -EFBIG;
	}
	if (fd >= 0)
		(void)close(fd); /* only read from */
	return r;
}

/* The next line, its end made NUL; NULL at the end. */
static char *next_line(char **at)
{
	char *line = *at, *end;

	if (*line == '\0')
		return NULL;
	end = strchrnul(line, '\n');
	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	return line;
}

/* The next cell of a line; NULL at its end. */
static char *next_cell(char **line)
{
	char *cell = *line, *tab;

	if (cell == NULL)
		return NULL;
	tab = strchr(cell, '\t');
	*line = tab == NULL ? NULL : tab + 1;
	if (tab != NULL)
		*tab = '\0';
	return cell;
}

static int fault(struct history_error *why, enum history_fault what, unsigned line,
		 const char *text)
{
	*why = (struct history_error){.fault = what, .line = line};
	(void)snprintf(why->text, sizeof why->text, "%s", text);
	return -EINVAL;
}

/* Where each column stands, from 1; 0: nowhere. */
static int read_header(char *line, unsigned places[N_COLUMNS], struct history_error *why)
{
	char *cell;

	for (unsigned at = 1; (cell = next_cell(&line)) != NULL; at++)
		for (int c = 0; c < N_COLUMNS; c++)
			if (strcmp(cell, names[c]) == 0 && places[c] == 0)
				places[c] = at;
	for (int c = FILE_NAME; c <= SENT_AT; c++)
		if (places[c] == 0)
			return fault(why, HISTORY_NO_COLUMN, 1, names[c]);
	return 0;
}

static int read_row(char *line, const unsigned places[N_COLUMNS], unsigned number,
		    struct history_row *ret, struct history_error *why)
{
	const char *cells[N_COLUMNS] = {"", "", "", "", "", ""}, *cell;

	for (unsigned at = 1; (cell = next_cell(&line)) != NULL; at++)
		for (int c = 0; c < N_COLUMNS; c++)
			if (places[c] == at)
				cells[c] = cell;
	*ret = (struct history_row){
		.line = number,
		.file = cells[FILE_NAME],
		.sender = cells[SENDER],
		.receiver = cells[RECEIVER],
		.type = cells[TYPE],
		.identificatie = cells[IDENTIFICATIE],
	};
	if (ret->file[0] == '\0')
		return fault(why, HISTORY_NO_FILE, number, "");
	if (!moment_parse(cells[SENT_AT], &ret->sent_at) || ret->sent_at <= 0)
		return fault(why, HISTORY_NO_MOMENT, number, cells[SENT_AT]);
	return 0;
}

static int by_moment(const void *a, const void *b)
{
	const struct history_row *x = a, *y = b;

	if (x->sent_at != y->sent_at)
		return x->sent_at < y->sent_at ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static int read_rows(struct history_index *h, struct history_error *why)
{
	unsigned places[N_COLUMNS] = {0}, number = 1;
	char *at = h->text, *line;
	size_t room = 0;
	int r;

	if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	line = next_line(&at);
	r = line == NULL ? fault(why, HISTORY_NO_COLUMN, 1, names[FILE_NAME])
			 : read_header(line, places, why);
	while (r == 0 && (line = next_line(&at)) != NULL) {
		number++;
		if (*line == '\0')
			continue;
		if (h->n == room) {
			size_t more = room == 0 ? 1024 : 2 * room;
			struct history_row *list = realloc(h->list, more * sizeof *list);

			if (list == NULL)
				return -ENOMEM;
			h->list = list;
			room = more;
		}
		r = read_row(line, places, number, &h->list[h->n], why);
		h->n += r == 0;
	}
	if (r == 0 && h->n > 1)
		qsort(h->list, h->n, sizeof *h->list, by_moment);
	return r;
}

int history_read(struct history_index *ret, const char *path, struct history_error *why)
{
	struct history_index h = {.text = NULL};
	struct buf text = BUF_INIT;
	int r = read_text(path, &text);

	*why = (struct history_error){.line = 0};
	buf_adds(&text, "\n"); /* so that there is a text, also of an empty file */
	h.text = buf_take(&text);
	if (r == 0 && h.text == NULL)
		r = -ENOMEM;
	if (r == 0)
		r = read_rows(&h, why);
	if (r < 0)
		history_free(&h);
	else
		*ret = h;
	return r;
}

void history_free(struct history_index *h)
{
	free(h->text);
	free(h->list);
	*h = (struct history_index){.text = NULL};
}

bool history_path(const char *file)
{
	for (const char *at = file; *at != '\0'; at += *at == '/') {
		size_t n = strcspn(at, "/");

		if (n == 2 && at[0] == '.' && at[1] == '.')
			return false;
		at += n;
	}
	return true;
}

bool history_differs(const struct history_row *row, const struct bericht *b, unsigned n,
		     const char **column, const char **index, const char **message)
{
	const struct {
		enum column column;
		const char *index, *message;
	} fields[] = {
		{SENDER, row->sender, b->van},
		{RECEIVER, row->receiver, b->naar},
		{TYPE, row->type, b->type != NULL ? b->type->naam : ""},
		{IDENTIFICATIE, row->identificatie, b->identificatie},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (fields[i].index[0] == '\0' || strcmp(fields[i].index, fields[i].message) == 0)
			continue;
		if (n-- > 0)
			continue;
		*column = names[fields[i].column];
		*index = fields[i].index;
		*message = fields[i].message;
		return true;
	}
	return false;
}
