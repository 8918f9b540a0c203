/* Trees of unions and lists that a recursive parser makes of texts, right and wrong ones. */
#include "json.h"
static void print(const Json *json, int depth) {
  printf("%*s", depth * 2, "");
  if (json->key) printf("%s: ", json->key);
  switch (json->kind) {
  case JSON_NULL: puts("null"); break;
  case JSON_BOOL: puts(json->boolean ? "true" : "false"); break;
  case JSON_NUMBER: printf("%d/1000\n", (int)(json->number * 1000)); break;
  case JSON_STRING: printf("\"%s\"\n", json->string); break;
  case JSON_ARRAY:
  case JSON_OBJECT:
    printf("%s of %u\n", json->kind == JSON_ARRAY ? "array" : "object", json->list.count);
    for (const Json *item = json->list.first; item; item = item->next) print(item, depth + 1);
  }
}
static const char *const texts[] = {
  "{\"a\": [1, 2.5, -3.125, []], \"b\": {\"c\": null, \"d\": true}, \"e\": \"x\\ty\\u0041\\\"\"}",
  "[[[[[[1]]]]]]", "[1, 2", "{\"a\" 1}", "nul", "\"open", "[1] 2", "-", "{}", "  [ false , true ]  ",
  "[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]",
};
int main(void) {
  for (unsigned n = 0; n < sizeof texts / sizeof *texts; n++) {
    const char *error;
    Json *json = json_parse(texts[n], &error);
    if (json) print(json, 0);
    else printf("error: %s\n", error);
    json_free();
  }
  return 0;
}
