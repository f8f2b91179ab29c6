/*
 * The log: one line an event.  Under systemd it goes to the journal with
 * fields to search by: IJW_EVENT, MESSAGE_ID (of the catalog, so that journalctl
 * -x explains it), and, where the line names them with these words, IJW_PARTY
 * ("party gemeente-a"), IJW_MESSAGE ("message 812") and IJW_CONNECTION
 * ("connection 7").  Elsewhere it goes to stderr as text or as a JSON object a
 * line with the same members.  Lower layers return their errors; who decides what happens next logs
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

enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_JOURNAL };

/* log_open sets the program's name and the form of its lines; AUTO is JOURNAL under systemd, else TEXT. */
void log_open(const char *program, enum log_format format);

/* log_format_parse reads auto, text or json. */
bool log_format_parse(const char *text, enum log_format *ret);

/* log_message_id gives the 32 hexadecimal digits that stand for an event in the journal's catalog. */
void log_message_id(const char *id, char ret[33]);

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
