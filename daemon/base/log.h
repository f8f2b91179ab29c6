/*
 * The log: one line an event, on stderr, where journald or a terminal reads
 * it.  Lower layers return their errors; who decides what happens next logs
 * once.  Every event has a stable id (EDGE-REFUSED) to search for, and the
 * line says what failed and what follows.  Personal data never goes in: no
 * BSN, no name, no value out of a message.
 *
 * Thread-safe.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERR_, LOG_WARN_, LOG_INFO_, LOG_DEBUG_ };

/* log_open sets the program's name and whether lines carry journald's <n> priority. */
void log_open(const char *program, bool priorities);

/* log_level_set lets through events up to this level; may be called at any time. */
void log_level_set(enum log_level most);

/* log_level_parse reads error, warning, info or debug. */
bool log_level_parse(const char *text, enum log_level *ret);

void log_line(enum log_level level, const char *id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(id, ...) log_line(LOG_ERR_, id, __VA_ARGS__)
#define log_warn(id, ...) log_line(LOG_WARN_, id, __VA_ARGS__)
#define log_info(id, ...) log_line(LOG_INFO_, id, __VA_ARGS__)
#define log_debug(id, ...) log_line(LOG_DEBUG_, id, __VA_ARGS__)

#endif
