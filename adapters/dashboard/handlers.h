/*
 * Who answers what: one function for each route, grouped by file as the pages
 * are.  Each reads the request, and fills in the answer.
 */
#ifndef DASHBOARD_HANDLERS_H
#define DASHBOARD_HANDLERS_H

#include <stdbool.h>

struct request;

/* api_login.c */
void handle_login(struct request *q);
void handle_logout(struct request *q);
void handle_me(struct request *q);

/* api_page.c */
void handle_index(struct request *q);
void handle_static(struct request *q);
void handle_openapi(struct request *q);
void handle_health(struct request *q);

/* api_overview.c */
void handle_overview(struct request *q);

/* api_errors.c */
void handle_errors(struct request *q);
void handle_mail(struct request *q);
void handle_rules(struct request *q);

/* api_conformance.c */
void handle_conformance(struct request *q);

/* api_messages.c */
void handle_messages(struct request *q);
void handle_clients(struct request *q);
void handle_message(struct request *q);
void handle_body(struct request *q);

/* api_care.c */
void handle_due(struct request *q);
void handle_open_ends(struct request *q);

/* api_reports.c */
void handle_flows(struct request *q);
void handle_burden(struct request *q);

/* api_parties.c */
void handle_parties(struct request *q);
void handle_party_test(struct request *q);

/* api_admin.c */
void handle_admin(struct request *q);
void handle_act(struct request *q);
bool act_known(const char *path); /* whether handle_act knows what a route asks */

/* api_audit.c */
void handle_audit(struct request *q);
void handle_audit_verify(struct request *q);

#endif
