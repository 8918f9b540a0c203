const char *name_of(int which) {
  switch (which) {
  case 0: return "alpha";
  case 1: return "beta";
  case 2: return "alphabeta";
  case 3: return "";
  default: return "other";
  }
}
const char *tail(void) { return "abeta"; }
