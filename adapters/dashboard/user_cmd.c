#include "user_cmd.h"

#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "users.h"

#include "base/banned.h"

static const char usage[] =
	"usage: ijw-dashboard user add NAME --role beheerder|inzage|partij [--name TEXT]\n"
	"                          [--code 0363 ...] [--fingerprint SHA256] [--users FILE]\n"
	"       ijw-dashboard user passwd NAME [--users FILE]\n"
	"       ijw-dashboard user list [--users FILE]\n"
	"       ijw-dashboard user remove NAME [--users FILE]\n"
	"\n"
	"The password is read from the terminal, or one line from standard input.\n"
	"Reload the dashboard afterwards: systemctl reload ijw-dashboard.\n";

static const struct option options[] = {
	{"role", required_argument, NULL, 'r'},	 {"name", required_argument, NULL, 'n'},
	{"code", required_argument, NULL, 'c'},	 {"fingerprint", required_argument, NULL, 'f'},
	{"users", required_argument, NULL, 'u'}, {NULL, 0, NULL, 0}};

struct wishes {
	const char *command, *user, *file, *name, *fingerprint;
	const char *codes[USER_CODES_MOST];
	uint32_t n_codes;
	enum role role; /* 0: not said */
};

static bool read_wishes(int argc, char **argv, struct wishes *w)
{
	int o;

	*w = (struct wishes){.file = USERS_FILE};
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (o) {
		case 'r':
			if (!role_parse(optarg, &w->role))
				return false;
			break;
		case 'n':
			w->name = optarg;
			break;
		case 'f':
			w->fingerprint = optarg;
			break;
		case 'u':
			w->file = optarg;
			break;
		case 'c':
			if (w->n_codes == USER_CODES_MOST)
				return false;
			w->codes[w->n_codes++] = optarg;
			break;
		default:
			return false;
		}
	}
	w->command = argv[optind];
	if (w->command != NULL && optind + 1 < argc)
		w->user = argv[optind + 1];
	return w->command != NULL && argc - optind <= 2;
}

/* One line, without its end; false when it is empty, too short or too long. */
static bool read_line(char line[PASSWORD_MOST + 2])
{
	if (fgets(line, PASSWORD_MOST + 2, stdin) == NULL || strchr(line, '\n') == NULL)
		return line[0] != '\0' && feof(stdin) && strlen(line) >= PASSWORD_LEAST;
	line[strcspn(line, "\r\n")] = '\0';
	return strlen(line) >= PASSWORD_LEAST;
}

static bool read_silently(const char *prompt, char line[PASSWORD_MOST + 2])
{
	struct termios was, silent;
	bool tty = tcgetattr(STDIN_FILENO, &was) == 0, ok;

	line[0] = '\0';
	if (!tty)
		return read_line(line);
	silent = was;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	(void)fprintf(stderr, "%s: ", prompt);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	ok = read_line(line);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	(void)fputs("\n", stderr);
	return ok;
}

/* Asks for a password (twice on a terminal) and hashes it; NULL after it has said why not. */
static char *ask_password(void)
{
	char one[PASSWORD_MOST + 2], two[PASSWORD_MOST + 2] = "";
	char *hash = NULL;

	if (!read_silently("password", one))
		(void)fprintf(stderr, "ijw-dashboard: expected a password of %d to %d characters\n",
			      PASSWORD_LEAST, PASSWORD_MOST);
	else if (isatty(STDIN_FILENO) && (!read_silently("again", two) || strcmp(one, two) != 0))
		(void)fputs("ijw-dashboard: the two are not the same\n", stderr);
	else if ((hash = password_make(one)) == NULL)
		(void)fputs("ijw-dashboard: this system cannot make yescrypt passwords\n", stderr);
	OPENSSL_cleanse(one, sizeof one);
	OPENSSL_cleanse(two, sizeof two);
	return hash;
}

static char *copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

/* Fingerprints as any tool prints them: with or without colons, either case. */
static char *copy_fingerprint(const char *text)
{
	char *hex = text != NULL ? calloc(1, strlen(text) + 1) : NULL;
	size_t n = 0;

	for (; hex != NULL && *text != '\0'; text++)
		if (*text != ':')
			hex[n++] = (char)(*text >= 'A' && *text <= 'F' ? *text + 32 : *text);
	return hex;
}

static int add(struct users *u, const struct wishes *w)
{
	struct user *row;

	if (w->user == NULL || w->role == 0) {
		(void)fputs(usage, stderr);
		return -EINVAL;
	}
	if (users_find(u, w->user) != NULL) {
		(void)fprintf(stderr, "ijw-dashboard: there is a user %s already\n", w->user);
		return -EEXIST;
	}
	row = users_add(u);
	if (row == NULL)
		return -ENOMEM;
	row->user = copy(w->user);
	row->name = copy(w->name);
	row->fingerprint = copy_fingerprint(w->fingerprint);
	row->role = w->role;
	row->codes = calloc(w->n_codes + 1, sizeof *row->codes);
	for (uint32_t i = 0; row->codes != NULL && i < w->n_codes; i++)
		row->codes[row->codes_count++] = copy(w->codes[i]);
	row->password = ask_password();
	return row->password != NULL ? 0 : -EINVAL;
}

static struct user *existing(struct users *u, const struct wishes *w)
{
	struct user *found =
		w->user != NULL ? (struct user *)(uintptr_t)users_find(u, w->user) : NULL;

	if (found == NULL)
		(void)fprintf(stderr, "ijw-dashboard: there is no user %s\n",
			      w->user != NULL ? w->user : "");
	return found;
}

static int passwd(struct users *u, const struct wishes *w)
{
	struct user *row = existing(u, w);
	char *hash = row != NULL ? ask_password() : NULL;

	if (hash == NULL)
		return -EINVAL;
	free(row->password);
	row->password = hash;
	return 0;
}

static int remove_user(struct users *u, const struct wishes *w)
{
	return existing(u, w) != NULL && users_remove(u, w->user) ? 0 : -EINVAL;
}

/* Changes nothing, so nothing is written. */
static int list(struct users *u, const struct wishes *w)
{
	(void)w;
	for (uint32_t i = 0; i < u->users_count; i++) {
		const struct user *x = &u->users[i];

		(void)printf("%-20s %-10s %s%s", x->user, role_name(x->role),
			     x->name != NULL ? x->name : "",
			     x->fingerprint != NULL ? " [certificate]" : "");
		for (uint32_t k = 0; k < x->codes_count; k++)
			(void)printf(" %s", x->codes[k]);
		(void)puts("");
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct users *u, const struct wishes *w);
	bool writes, makes; /* makes: the file need not exist */
} commands[] = {
	{"add", add, true, true},
	{"passwd", passwd, true, false},
	{"list", list, false, false},
	{"remove", remove_user, true, false},
};

static int run(size_t command, const struct wishes *w)
{
	struct users *u = NULL;
	struct buf why = BUF_INIT;
	int r;

	if (commands[command].makes && access(w->file, F_OK) < 0)
		r = (u = users_new()) != NULL ? 0 : -ENOMEM;
	else
		r = users_load(&u, w->file, &why);
	if (r == 0)
		r = commands[command].run(u, w);
	if (r == 0 && commands[command].writes)
		r = users_save(u, w->file, &why);
	if (why.len > 0)
		(void)fprintf(stderr, "ijw-dashboard: %s", buf_str(&why));
	buf_free(&why);
	users_drop(&u);
	return r < 0 ? 1 : 0;
}

int user_command(int argc, char **argv)
{
	struct wishes w;

	if (read_wishes(argc, argv, &w))
		for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
			if (strcmp(commands[i].name, w.command) == 0)
				return run(i, &w);
	(void)fputs(usage, stderr);
	return 2;
}
