// Typed wrappers of libcurl's variadic calls: Swift cannot call variadic C functions.
#ifndef CCURL_H
#define CCURL_H
#include <curl/curl.h>
#endif
