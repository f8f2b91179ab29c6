#include "base/log.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/date.h"

#include "base/banned.h"

#define LINE_MOST 1024

static const char *log_program = "ijw";
static enum log_format log_form = LOG_FORMAT_TEXT;
static _Atomic int log_most = LOG_INFO_;

static const struct {
	const char *name, *priority;
} levels[] = {
	[LOG_ERR_] = {"error", "<3>"},
	[LOG_WARN_] = {"warning", "<4>"},
	[LOG_INFO_] = {"info", "<6>"},
	[LOG_DEBUG_] = {"debug", "<7>"},
};

void log_open(const char *program, enum log_format format)
{
	bool systemd = getenv("JOURNAL_STREAM") != NULL;

	log_program = program;
	log_form = format != LOG_FORMAT_AUTO ? format : systemd ? LOG_FORMAT_JOURNAL : LOG_FORMAT_TEXT;
}

bool log_format_parse(const char *text, enum log_format *ret)
{
	static const char *const names[] = {"auto", "text", "json"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum log_format)i;
			return true;
		}
	return false;
}

void log_level_set(enum log_level most)
{
	atomic_store(&log_most, (int)most);
}

bool log_level_parse(const char *text, enum log_level *ret)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(text, levels[i].name) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	return false;
}


/* Words by which a line names what it is about. */
static const struct {
	const char *word, *journal, *json;
	bool digits;
} about[] = {
	{"party ", "IJW_PARTY", "party", false},
	{"message ", "IJW_MESSAGE", "message", true},
	{"connection ", "IJW_CONNECTION", "connection", true},
};

#define N_ABOUT (sizeof about / sizeof *about)
#define VALUE_MOST 32 /* a party's id is no longer */

/* What follows the word in the line, "" when the word is not there or something else follows. */
static void value_of(const char *line, size_t which, char ret[VALUE_MOST + 1])
{
	static const char party[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *at = line;
	size_t n;

	ret[0] = '\0';
	while ((at = strstr(at, about[which].word)) != NULL) {
		bool begins = at == line || at[-1] == ' ' || at[-1] == '(';

		at += strlen(about[which].word);
		n = strspn(at, about[which].digits ? "0123456789" : party);
		if (!begins || n == 0 || n > VALUE_MOST || (at[n] != '\0' && strchr(" ,;:.()", at[n]) == NULL))
			continue;
		memcpy(ret, at, n);
		ret[n] = '\0';
		return;
	}
}

void log_message_id(const char *id, char ret[33])
{
	unsigned char hash[32];
	char name[64];

	(void)snprintf(name, sizeof name, "ijwd %s", id);
	if (EVP_Digest(name, strlen(name), hash, NULL, EVP_sha256(), NULL) != 1)
		memset(hash, 0, sizeof hash);
	for (int i = 0; i < 16; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", hash[i]);
}

/* To the journal, with fields; false when it is not there. */
static bool write_journal(enum log_level level, const char *id, const char *text)
{
	char fields[5 + N_ABOUT][64], message[LINE_MOST + 16], value[VALUE_MOST + 1], number[33];
	struct iovec v[6 + N_ABOUT];
	int n = 0;

	log_message_id(id, number);
	(void)snprintf(message, sizeof message, "MESSAGE=%s: %s", id, text);
	(void)snprintf(fields[n++], sizeof fields[0], "PRIORITY=%c", levels[level].priority[1]);
	(void)snprintf(fields[n++], sizeof fields[0], "IJW_EVENT=%s", id);
	(void)snprintf(fields[n++], sizeof fields[0], "MESSAGE_ID=%s", number);
	(void)snprintf(fields[n++], sizeof fields[0], "SYSLOG_IDENTIFIER=%s", log_program);
	for (size_t i = 0; i < N_ABOUT; i++) {
		value_of(text, i, value);
		if (value[0] != '\0')
			(void)snprintf(fields[n++], sizeof fields[0], "%s=%s", about[i].journal, value);
	}
	for (int i = 0; i < n; i++)
		v[i] = (struct iovec){fields[i], strlen(fields[i])};
	v[n] = (struct iovec){message, strlen(message)};
	return sd_journal_sendv(v, n + 1) == 0;
}

/* How many bytes the UTF-8 character at c has, 0: it is none. */
static size_t utf8_length(const unsigned char *c)
{
	size_t n = c[0] < 0x80 ? 1 : c[0] >= 0xc2 && c[0] < 0xe0 ? 2 : c[0] >= 0xe0 && c[0] < 0xf0 ? 3 : c[0] >= 0xf0 && c[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* One event stays one line of valid text, whatever a peer put in it. */
static void clean(char *text)
{
	for (char *c = text; *c != '\0';) {
		size_t n = utf8_length((const unsigned char *)c);

		if (n == 0 || (unsigned char)*c < 0x20 || *c == 0x7f)
			*c = n == 0 ? '?' : ' ';
		c += n == 0 ? 1 : n;
	}
}

/* As JSON needs it. */
static size_t escape(const char *text, char *to, size_t room)
{
	size_t n = 0;

	for (; *text != '\0' && n + 2 < room; text++) {
		if (*text == '"' || *text == '\\')
			to[n++] = '\\';
		to[n++] = *text;
	}
	to[n] = '\0';
	return n;
}

static int as_json(enum log_level level, const char *id, const char *text, char *line, size_t room)
{
	char when[MOMENT_TEXT], safe[2 * LINE_MOST], value[VALUE_MOST + 1];
	int n;

	moment_text(clock_us(), when);
	(void)escape(text, safe, sizeof safe);
	n = snprintf(line, room, "{\"time\":\"%s\",\"program\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"", when,
		     log_program, levels[level].name, id);
	for (size_t i = 0; i < N_ABOUT; i++) {
		value_of(text, i, value);
		if (value[0] != '\0')
			n += snprintf(line + n, room - (size_t)n, about[i].digits ? ",\"%s\":%s" : ",\"%s\":\"%s\"",
				      about[i].json, value);
	}
	return n + snprintf(line + n, room - (size_t)n, ",\"text\":\"%s\"}", safe);
}

static int as_text(enum log_level level, const char *id, const char *text, char *line, size_t room)
{
	char when[MOMENT_TEXT];

	if (log_form == LOG_FORMAT_JOURNAL) /* the journal itself did not take it */
		return snprintf(line, room, "%s%s: %s", levels[level].priority, id, text);
	moment_text(clock_us(), when);
	return snprintf(line, room, "%s %s %s %s: %s", when, log_program, levels[level].name, id, text);
}

void log_line(enum log_level level, const char *id, const char *format, ...)
{
	char text[LINE_MOST], line[2 * LINE_MOST + 256];
	int n;
	va_list ap;

	if ((int)level > atomic_load(&log_most))
		return;
	va_start(ap, format);
	n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (n < 0)
		text[0] = '\0';
	clean(text);
	if (log_form == LOG_FORMAT_JOURNAL && write_journal(level, id, text))
		return;
	n = log_form == LOG_FORMAT_JSON ? as_json(level, id, text, line, sizeof line - 1)
					: as_text(level, id, text, line, sizeof line - 1);
	if (n < 0 || n > (int)sizeof line - 2)
		n = (int)sizeof line - 2;
	line[n] = '\n';
	/* One write a line, so that threads do not mix; a full or closed stderr is nobody's fault. */
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return;
}
