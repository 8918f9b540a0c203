/* A recursive parser that allocates from a static arena. */
#include "json.h"
typedef struct { const char *at; const char *error; unsigned depth; } Parser;
static union { double align; char bytes[6000]; } arena;
static unsigned used;
static void *allocate(unsigned size) {
  size = (size + 7) & ~7u;
  if (used + size > sizeof arena) return 0;
  void *block = arena.bytes + used;
  used += size;
  return memset(block, 0, size);
}
void json_free(void) { used = 0; }
static void blanks(Parser *p) { while (*p->at == ' ' || *p->at == '\n' || *p->at == '\t') p->at++; }
static Json *fail(Parser *p, const char *why) { if (!p->error) p->error = why; return 0; }
static Json *node(Parser *p, Kind kind) {
  Json *json = allocate(sizeof *json);
  if (!json) return fail(p, "memory");
  json->kind = kind;
  return json;
}
static const char *string(Parser *p) {
  const char *end = ++p->at;
  unsigned length = 0;
  while (*end && *end != '"') { if (*end == '\\' && end[1]) end++; end++; length++; }
  if (!*end) { fail(p, "string"); return 0; }
  char *to = allocate(length + 1), *start = to;
  if (!to) { fail(p, "memory"); return 0; }
  while (p->at < end) {
    char c = *p->at++;
    if (c == '\\') switch (c = *p->at++) {
      case 'n': c = '\n'; break;
      case 't': c = '\t'; break;
      case 'u': {
        unsigned code = 0;
        for (int n = 0; n < 4; n++) {
          char h = *p->at;
          int v = h >= '0' && h <= '9' ? h - '0' : h >= 'a' && h <= 'f' ? h - 'a' + 10 : -1;
          if (v < 0) { fail(p, "escape"); return 0; }
          code = code * 16 + (unsigned)v;
          p->at++;
        }
        c = (char)code;
        break;
      }
      default: break;
    }
    *to++ = c;
  }
  p->at++;
  return start;
}
static Json *value(Parser *p);
static Json *list(Parser *p, Kind kind, char close) {
  Json *json = node(p, kind), **tail;
  if (!json || ++p->depth > 20) return fail(p, "depth");
  tail = &json->list.first;
  p->at++;
  blanks(p);
  if (*p->at == close) { p->at++; p->depth--; return json; }
  for (;;) {
    const char *key = 0;
    blanks(p);
    if (kind == JSON_OBJECT) {
      if (*p->at != '"' || !(key = string(p))) return fail(p, "key");
      blanks(p);
      if (*p->at++ != ':') return fail(p, "colon");
    }
    Json *item = value(p);
    if (!item) return 0;
    item->key = key;
    *tail = item;
    tail = &item->next;
    json->list.count++;
    blanks(p);
    if (*p->at == ',') { p->at++; continue; }
    if (*p->at == close) { p->at++; p->depth--; return json; }
    return fail(p, "separator");
  }
}
static Json *number(Parser *p) {
  int negative = *p->at == '-';
  if (negative) p->at++;
  if (*p->at < '0' || *p->at > '9') return fail(p, "number");
  double v = 0, scale = 1;
  while (*p->at >= '0' && *p->at <= '9') v = v * 10 + (*p->at++ - '0');
  if (*p->at == '.') for (p->at++; *p->at >= '0' && *p->at <= '9';) v = v * 10 + (*p->at++ - '0'), scale *= 10;
  Json *json = node(p, JSON_NUMBER);
  if (json) json->number = (negative ? -v : v) / scale;
  return json;
}
static Json *word(Parser *p) {
  static const struct { const char *text; Kind kind; int boolean; } words[] = {{"true", JSON_BOOL, 1}, {"false", JSON_BOOL, 0}, {"null", JSON_NULL, 0}};
  for (unsigned n = 0; n < 3; n++) {
    unsigned k = 0;
    while (words[n].text[k] && words[n].text[k] == p->at[k]) k++;
    if (!words[n].text[k]) {
      Json *json = node(p, words[n].kind);
      if (json) json->boolean = words[n].boolean;
      p->at += k;
      return json;
    }
  }
  return fail(p, "word");
}
static Json *value(Parser *p) {
  blanks(p);
  switch (*p->at) {
  case '{': return list(p, JSON_OBJECT, '}');
  case '[': return list(p, JSON_ARRAY, ']');
  case '"': {
    const char *text = string(p);
    Json *json = text ? node(p, JSON_STRING) : 0;
    if (json) json->string = text;
    return json;
  }
  case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': return number(p);
  default: return word(p);
  }
}
Json *json_parse(const char *text, const char **error) {
  Parser p = {text, 0, 0};
  Json *json = value(&p);
  blanks(&p);
  if (json && *p.at) fail(&p, "rest");
  *error = p.error;
  return p.error ? 0 : json;
}
