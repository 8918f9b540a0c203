#include "../native.h"
typedef enum { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } Kind;
typedef struct Json {
  Kind kind;
  union { int boolean; double number; const char *string; struct { struct Json *first; unsigned count; } list; };
  const char *key;
  struct Json *next;
} Json;
Json *json_parse(const char *text, const char **error);
void json_free(void);
