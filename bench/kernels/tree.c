#include "kern.h"
/* A search tree and a list of what was found in it, in nodes from a pool. */
struct node { struct node *left, *right, *next; i32 key; u32 count; };
struct pool { struct node *root, *found; u32 used; struct node nodes[96]; };
static struct node *insert(struct pool *p, i32 key) {
  struct node **at = &p->root;
  while (*at) {
    if ((*at)->key == key) { (*at)->count++; return *at; }
    at = key < (*at)->key ? &(*at)->left : &(*at)->right;
  }
  struct node *n = &p->nodes[p->used++];
  n->left = n->right = n->next = 0; n->key = key; n->count = 1;
  *at = n;
  return n;
}
static u32 depth(const struct node *n) {
  if (!n) return 0;
  u32 l = depth(n->left), r = depth(n->right);
  return 1 + (l > r ? l : r);
}
u32 tree(struct pool *p, const u8 *keys, u32 n) {
  p->root = p->found = 0; p->used = 0;
  for (u32 i = 0; i < n; i++) {
    struct node *x = insert(p, (keys[i] * 37) & 0x7f);
    if (x->count == 2) { x->next = p->found; p->found = x; }
  }
  struct node *reversed = 0;
  for (struct node *x = p->found; x;) { struct node *next = x->next; x->next = reversed; reversed = x; x = next; }
  p->found = reversed;
  u32 sum = 0;
  for (struct node *x = p->found; x; x = x->next) sum = sum * 5 + x->key + x->count;
  return sum + (depth(p->root) << 24);
}
