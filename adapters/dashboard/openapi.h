/* openapi.yaml, embedded when the program is built. */
#ifndef DASHBOARD_OPENAPI_H
#define DASHBOARD_OPENAPI_H

#include <stddef.h>

extern const char openapi_yaml[];
extern const size_t openapi_yaml_size;

#endif
