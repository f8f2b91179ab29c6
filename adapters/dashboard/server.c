#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "care/file.h"
#include "certificate.h"
#include "page.h"
#include "request.h"
#include "watch.h"

#include "base/banned.h"

#define COOKIE "__Host-ijw"
#define PRIORITIES                                                                       \
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:" \
	"-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD"
#define TIMEOUT_S 60	   /* a connection on which nothing moves */
#define PER_ADDRESS 128	   /* connections; an office may be behind one */
#define MEMORY (32 * 1024) /* of one connection, for the head of a request */

struct server {
	struct dashboard *d;
	struct MHD_Daemon *daemon;
	struct certificates *certificates;
	char *client_ca; /* PEM, or NULL */
};

/* One request while it comes in. */
struct visit {
	struct request q;
	struct buf upload;
	bool too_large;
};

/* Sent with every answer. */
static const char *const headers[][2] = {
	{"Content-Security-Policy",
	 "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	 "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
	 "frame-ancestors 'none'"},
	{"Strict-Transport-Security", "max-age=31536000"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy",
	 "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

/* ---- what came in ---- */

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static const char *query_get(void *ctx, const char *name)
{
	return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

static void read_address(struct MHD_Connection *c, char ret[64])
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = i != NULL ? i->client_addr : NULL;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)a;

	ret[0] = '\0';
	if (a != NULL && a->sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr,
				ret, 64);
	else if (a != NULL && a->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		(void)inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], ret, 64);
	else if (a != NULL && a->sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &six->sin6_addr, ret, 64);
}

static void read_fingerprint(struct MHD_Connection *c, char ret[65])
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	ret[0] = '\0';
	if (i != NULL)
		certificate_of_client(i->tls_session, ret);
}

/* Browsers say where a request comes from; other programs say nothing, and have no cookies to
 * misuse. */
static bool same_origin(struct MHD_Connection *c)
{
	const char *site = header(c, "Sec-Fetch-Site"), *origin = header(c, "Origin"),
		   *host = header(c, "Host");

	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	return origin == NULL || (host != NULL && strncmp(origin, "https://", 8) == 0 &&
				  strcasecmp(origin + 8, host) == 0);
}

static bool says_json(struct MHD_Connection *c)
{
	const char *type = header(c, "Content-Type");

	return type != NULL && strncasecmp(type, "application/json", 16) == 0 &&
	       (type[16] == '\0' || type[16] == ';' || type[16] == ' ');
}

static struct visit *visit_new(struct server *s, struct MHD_Connection *c)
{
	struct visit *v = calloc(1, sizeof *v);
	const char *cookie = MHD_lookup_connection_value(c, MHD_COOKIE_KIND, COOKIE);

	if (v == NULL)
		return NULL;
	v->q.d = s->d;
	v->q.query = (struct query){.get = query_get, .ctx = c};
	v->q.now = clock_us();
	v->q.users = dashboard_users(s->d);
	v->q.ref = dashboard_reference(s->d);
	v->q.page = dashboard_page(s->d);
	read_address(c, v->q.address);
	if (cookie != NULL && strlen(cookie) < sizeof v->q.cookie)
		(void)snprintf(v->q.cookie, sizeof v->q.cookie, "%s", cookie);
	return v;
}

static void visit_free(struct visit **vv)
{
	struct visit *v = *vv;

	if (v == NULL)
		return;
	json_decref(v->q.json);
	users_drop(&v->q.users);
	reference_drop(&v->q.ref);
	page_drop(&v->q.page);
	buf_free(&v->upload);
	buf_free(&v->q.answer.body);
	free(v);
	*vv = NULL;
}

/* ---- what goes out ---- */

static void add(struct MHD_Response *r, const char *name, const char *value)
{
	(void)MHD_add_response_header(
		r, name, value); /* fails without memory only: MHD then ends the connection */
}

static void add_cookie(struct MHD_Response *r, const char *value)
{
	char text[SESSION_TEXT + 100];

	(void)snprintf(text, sizeof text, COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
		       value, value[0] == '\0' ? "; Max-Age=0" : "");
	add(r, "Set-Cookie", text);
}

static void add_common(struct MHD_Response *r, const struct request *q, bool page)
{
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		add(r, headers[i][0], headers[i][1]);
	add(r, "Cache-Control", page ? "no-cache" : "no-store");
	if (q->answer.cookie != NULL)
		add_cookie(r, q->answer.cookie);
}

static enum MHD_Result send_page_file(struct MHD_Connection *c, const struct request *q)
{
	const struct page_file *f = q->answer.file;
	const char *accept = header(c, "Accept-Encoding"), *known = header(c, "If-None-Match");
	bool zipped = f->gzip.len > 0 && accept != NULL && strstr(accept, "gzip") != NULL;
	bool same = known != NULL && f->etag[0] != '\0' && strstr(known, f->etag) != NULL;
	const struct buf *b = zipped ? &f->gzip : &f->plain;
	struct MHD_Response *r = MHD_create_response_from_buffer(
		same ? 0 : b->len, same ? NULL : b->data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (r == NULL)
		return MHD_NO;
	add_common(r, q, true);
	add(r, "Content-Type", f->type);
	add(r, "Vary", "Accept-Encoding");
	if (f->etag[0] != '\0')
		add(r, "ETag", f->etag);
	if (zipped && !same)
		add(r, "Content-Encoding", "gzip");
	result = MHD_queue_response(c, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result send_answer(struct MHD_Connection *c, struct request *q)
{
	struct MHD_Response *r;
	enum MHD_Result result;
	char text[160];
	size_t n = q->answer.body.len;
	char *body;

	if (q->answer.file != NULL)
		return send_page_file(c, q);
	body = buf_take(&q->answer.body);
	r = MHD_create_response_from_buffer(body != NULL ? n : 0, body, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(body);
		return MHD_NO;
	}
	add_common(r, q, false);
	add(r, "Content-Type",
	    q->answer.type != NULL ? q->answer.type : "application/json; charset=utf-8");
	if (q->answer.filename[0] != '\0') {
		(void)snprintf(text, sizeof text, "attachment; filename=\"%s\"",
			       q->answer.filename);
		add(r, "Content-Disposition", text);
	}
	if (q->answer.retry_after > 0) {
		(void)snprintf(text, sizeof text, "%u", q->answer.retry_after);
		add(r, "Retry-After", text);
	}
	result = MHD_queue_response(c, q->answer.status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result send_stream(struct MHD_Connection *c, struct request *q)
{
	struct MHD_Response *r = watch_stream(q->d->watch, c, q->user->user, q->cookie);
	enum MHD_Result result;

	if (r == NULL) {
		answer_problem(q, PROBLEM_BUSY);
		q->answer.retry_after = 30;
		return send_answer(c, q);
	}
	add_common(r, q, false);
	add(r, "Content-Type", "text/event-stream; charset=utf-8");
	add(r, "X-Accel-Buffering", "no");
	result = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return result;
}

/* ---- from the one to the other ---- */

static bool read_json(struct visit *v)
{
	if (v->upload.len == 0)
		return true;
	v->q.json = json_loadb(v->upload.data, v->upload.len, JSON_REJECT_DUPLICATES, NULL);
	return json_is_object(v->q.json);
}

static enum MHD_Result answer(struct MHD_Connection *c, struct visit *v, const char *method,
			      const char *url)
{
	struct request *q = &v->q;
	struct asker a;
	int problem;

	q->route = route_find(strcmp(method, "HEAD") == 0 ? "GET" : method, url, q->param);
	if (q->route == NULL) {
		answer_problem(q, PROBLEM_UNKNOWN);
		return send_answer(c, q);
	}
	q->user = dashboard_session(q->d, q->users, q->cookie, q->now,
				    (q->route->flags & ROUTE_STREAM) == 0);
	a = (struct asker){.user = q->user,
			   .token = session_csrf_right(q->cookie, header(c, "X-CSRF-Token")),
			   .origin = same_origin(c),
			   .json = says_json(c)};
	problem = v->too_large ? PROBLEM_TOO_LARGE : route_gate(q->route, &a);
	if (problem == PROBLEM_NONE && !read_json(v))
		problem = PROBLEM_BAD_REQUEST;
	if (problem != PROBLEM_NONE) {
		answer_problem(q, (enum problem)problem);
		return send_answer(c, q);
	}
	if ((q->route->flags & ROUTE_STREAM) != 0)
		return send_stream(c, q);
	if ((q->route->flags & ROUTE_LOGIN) != 0)
		read_fingerprint(c, q->fingerprint);
	q->route->handle(q);
	return send_answer(c, q);
}

static enum MHD_Result serve(void *cls, struct MHD_Connection *c, const char *url,
			     const char *method, const char *version, const char *upload,
			     size_t *size, void **state)
{
	struct visit *v = *state;

	(void)version;
	if (v == NULL) { /* the head is in; what follows it comes with further calls */
		*state = visit_new(cls, c);
		return *state != NULL ? MHD_YES : MHD_NO;
	}
	if (*size > 0) {
		v->too_large = v->too_large || v->upload.len + *size > BODY_MOST;
		if (!v->too_large)
			buf_add(&v->upload, upload, *size);
		*size = 0;
		return v->upload.failed ? MHD_NO : MHD_YES;
	}
	return answer(c, v, method, url);
}

static void completed(void *cls, struct MHD_Connection *c, void **state,
		      enum MHD_RequestTerminationCode why)
{
	struct visit *v = *state;

	(void)cls;
	(void)c;
	(void)why;
	visit_free(&v);
	*state = NULL;
}

/* What the library has to say is about single connections: for those who look closely. */
__attribute__((format(printf, 2, 0))) static void library_log(void *cls, const char *format,
							      va_list ap)
{
	char text[300];

	(void)cls;
	(void)vsnprintf(text, sizeof text, format, ap);
	log_debug("DASH-HTTP", "%s", text);
}

/* ---- start and stop ---- */

static struct certificates
	*the_certificates; /* the library hands its callback no argument of ours */

static int choose(gnutls_session_t session, const gnutls_datum_t *ca, int n_ca,
		  const gnutls_pk_algorithm_t *algos, int n_algos, gnutls_pcert_st **certificate,
		  unsigned *n, gnutls_privkey_t *key)
{
	(void)session;
	(void)ca;
	(void)n_ca;
	(void)algos;
	(void)n_algos;
	return certificates_current(the_certificates, certificate, n, key);
}

int server_certificate(struct server *s, const char *certificate, const char *key, struct buf *why)
{
	return certificates_renew(s->certificates, certificate, key, why);
}

static int listen_at(struct server *s, struct buf *why)
{
	const struct settings *o = s->d->settings;
	struct sockaddr_storage a;
	struct MHD_OptionItem more[] = {
		{s->client_ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
		 s->client_ca},
		{MHD_OPTION_END, 0, NULL},
	};

	(void)settings_address(o->listen, &a); /* settings_load has checked it */
	the_certificates = s->certificates;
	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_USE_ERROR_LOG |
			MHD_ALLOW_SUSPEND_RESUME |
			(a.ss_family == AF_INET6 ? MHD_USE_DUAL_STACK : 0),
		0, NULL, NULL, serve, s, MHD_OPTION_EXTERNAL_LOGGER, library_log, NULL,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)(void *)&a, MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned)o->threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)PER_ADDRESS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_NOTIFY_COMPLETED,
		completed, NULL, MHD_OPTION_HTTPS_PRIORITIES, PRIORITIES,
		MHD_OPTION_HTTPS_CERT_CALLBACK, choose, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
	if (s->daemon != NULL)
		return 0;
	buf_addf(why, "listen: cannot listen on %s (%s)", o->listen, strerror(errno));
	return -EADDRINUSE;
}

int server_start(struct server **ret, struct dashboard *d, struct buf *why)
{
	struct server *s = calloc(1, sizeof *s);
	size_t size;
	int r;

	if (s == NULL)
		return -ENOMEM;
	s->d = d;
	s->certificates = certificates_new();
	r = s->certificates == NULL
		    ? -ENOMEM
		    : server_certificate(s, d->settings->certificate, d->settings->key, why);
	if (r == 0 && d->settings->client_ca != NULL) {
		r = file_read(NULL, d->settings->client_ca, &s->client_ca, &size);
		if (r < 0)
			buf_addf(why, "client_ca: %s cannot be read (%s)", d->settings->client_ca,
				 strerror(-r));
	}
	if (r == 0)
		r = listen_at(s, why);
	if (r < 0)
		server_stop(&s);
	else
		*ret = s;
	return r;
}

unsigned server_port(const struct server *s)
{
	const union MHD_DaemonInfo *i = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return i != NULL ? i->port : 0;
}

void server_stop(struct server **s)
{
	if (*s == NULL)
		return;
	if ((*s)->daemon != NULL) {
		watch_end_streams((*s)->d->watch); /* the library waits for what is suspended */
		MHD_stop_daemon((*s)->daemon);
	}
	certificates_free(&(*s)->certificates);
	free((*s)->client_ca);
	free(*s);
	*s = NULL;
}
