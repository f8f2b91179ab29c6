#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"

#include "base/banned.h"

static const char *log_program = "ijw";
static bool log_priorities;
static _Atomic int log_most = LOG_INFO_;

static const struct {
	const char *name, *priority;
} levels[] = {
	[LOG_ERR_] = {"error", "<3>"},
	[LOG_WARN_] = {"warning", "<4>"},
	[LOG_INFO_] = {"info", "<6>"},
	[LOG_DEBUG_] = {"debug", "<7>"},
};

void log_open(const char *program, bool priorities)
{
	log_program = program;
	log_priorities = priorities;
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

void log_line(enum log_level level, const char *id, const char *format, ...)
{
	char line[1024], when[MOMENT_TEXT] = "";
	int n, m;
	va_list ap;

	if ((int)level > atomic_load(&log_most))
		return;
	if (!log_priorities)
		moment_text(clock_us(), when);
	if (log_priorities)
		n = snprintf(line, sizeof line, "%s%s: ", levels[level].priority, id);
	else
		n = snprintf(line, sizeof line, "%s %s %s %s: ", when, log_program, levels[level].name, id);
	va_start(ap, format);
	m = vsnprintf(line + n, sizeof line - (size_t)n, format, ap);
	va_end(ap);
	n = m < 0 || n + m >= (int)sizeof line ? (int)sizeof line - 1 : n + m;
	for (int i = 0; i < n; i++) /* one event stays one line, whatever a peer put in it */
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	line[n] = '\n';
	/* One write a line, so that threads do not mix; a full or closed stderr is nobody's fault. */
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return;
}
