/*
 * Calls that lose a length, an error or a time zone do not build here.
 * Included last, after the system's headers.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol gets
#pragma GCC poison localtime gmtime mktime ctime asctime /* dates of care: base/date.h */
#pragma GCC poison system popen xmlParseFile xmlReadFile

#endif
