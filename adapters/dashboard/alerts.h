/*
 * Alarms while nobody looks at the page: a thread looks every half minute and
 * tells what is new, worse, still there or over (alert_book.h) to the journal
 * (DASH-ALERT), by mail and to a webhook.  On by default: mail to root through
 * the machine's own mail server.  What cannot be sent is tried again, and
 * logged once.
 */
#ifndef DASHBOARD_ALERTS_H
#define DASHBOARD_ALERTS_H

#include "base/buf.h"
#include "dashboard.h"

struct alerts;

/* Where alarms go; texts are borrowed for the thread's life, NULL or "": not there. */
struct alert_ways {
	const char *mail;     /* addresses with commas between */
	const char *from;
	const char *smtp;     /* smtp://host:port, smtps://… */
	const char *sendmail; /* a program instead of smtp; asked as sendmail -t -i */
	const char *webhook;  /* https://… */
};

int alerts_start(struct alerts **ret, struct dashboard *d, struct buf *why);
void alerts_stop(struct alerts **a);

/* alert_send gives a text to every way that is set; 0, or -EIO with a line in why about those that failed. */
int alert_send(const struct alert_ways *w, const char *subject, const char *text, const char *payload, struct buf *why);

#endif
