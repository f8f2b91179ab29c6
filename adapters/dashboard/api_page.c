/* The page itself, the description of the API, and whether the program runs. */
#include <string.h>

#include "handlers.h"
#include "openapi.h"
#include "page.h"
#include "request.h"

#include "base/banned.h"

static void answer_page(struct request *q, const char *name)
{
	q->answer.file = page_find(q->page, name);
	if (q->answer.file == NULL)
		answer_problem(q, PROBLEM_UNKNOWN);
}

void handle_index(struct request *q)
{
	answer_page(q, "index.html");
}

void handle_static(struct request *q)
{
	answer_page(q, q->param);
}

void handle_openapi(struct request *q)
{
	buf_add(&q->answer.body, openapi_yaml, openapi_yaml_size);
	q->answer.status = 200;
	q->answer.type = "application/yaml; charset=utf-8";
}

void handle_health(struct request *q)
{
	answer_json(q, json_pack("{s:b}", "ok", 1));
}
