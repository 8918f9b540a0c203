/* Linked structures from a pool: singly and doubly linked lists, a binary search tree, a hash table with chains. */
#include "corpus.h"
#define POOL 64
struct node { i32 key; struct node *left, *right, *parent; };
static struct node pool[POOL];
static u32 used;
static struct node *make(i32 key) {
  if (used == POOL) return 0;
  struct node *n = &pool[used++];
  n->key = key;
  n->left = n->right = n->parent = 0;
  return n;
}
static struct node *insert(struct node **root, i32 key) {
  struct node **at = root, *parent = 0;
  while (*at) {
    parent = *at;
    if (key == parent->key) return parent;
    at = key < parent->key ? &parent->left : &parent->right;
  }
  struct node *n = make(key);
  if (n) { n->parent = parent; *at = n; }
  return n;
}
static void replace(struct node **root, struct node *old, struct node *with) {
  if (!old->parent) *root = with;
  else if (old->parent->left == old) old->parent->left = with;
  else old->parent->right = with;
  if (with) with->parent = old->parent;
}
static i32 erase(struct node **root, i32 key) {
  struct node *n = *root;
  while (n && n->key != key) n = key < n->key ? n->left : n->right;
  if (!n) return 0;
  if (!n->left) replace(root, n, n->right);
  else if (!n->right) replace(root, n, n->left);
  else {
    struct node *m = n->right;
    while (m->left) m = m->left;
    if (m->parent != n) {
      replace(root, m, m->right);
      m->right = n->right;
      m->right->parent = m;
    }
    replace(root, n, m);
    m->left = n->left;
    m->left->parent = m;
  }
  return 1;
}
static u32 walk(const struct node *n, u32 h) { return n ? walk(n->right, mix(walk(n->left, h), (u32)n->key)) : h; }
static u32 height(const struct node *n) {
  if (!n) return 0;
  u32 l = height(n->left), r = height(n->right);
  return 1 + (l > r ? l : r);
}
struct item { struct item *next; u32 key, value; };
static struct item items[POOL], *buckets[8];
static u32 item_count;
static struct item *lookup(u32 key, i32 create) {
  struct item **at = &buckets[(key * 2654435761u) >> 29];
  for (; *at; at = &(*at)->next) if ((*at)->key == key) return *at;
  if (!create || item_count == POOL) return 0;
  struct item *i = &items[item_count++];
  i->next = 0; i->key = key; i->value = 0;
  return *at = i;
}
struct link { struct link *prev, *next; u32 v; };
static struct link links[16], head;
static void unlink(struct link *l) { l->prev->next = l->next; l->next->prev = l->prev; }
static void push_front(struct link *l) { l->next = head.next; l->prev = &head; head.next->prev = l; head.next = l; }
static struct item *reverse(struct item *l) {
  struct item *done = 0;
  while (l) { struct item *next = l->next; l->next = done; done = l; l = next; }
  return done;
}
EXPORT(tree) u32 tree(u32 seed, u32 n, u32 removed) {
  struct node *root = 0;
  used = 0;
  rng_seed(seed);
  for (u32 i = 0; i < n % POOL; i++) insert(&root, (i32)(rng() % 100) - 50);
  u32 h = mix(height(root), used);
  for (u32 i = 0; i < removed % 64; i++) h = mix(h, (u32)erase(&root, (i32)(rng() % 100) - 50));
  return walk(root, h);
}
EXPORT(table) u32 table(u32 seed, u32 n) {
  item_count = 0;
  for (u32 i = 0; i < COUNT(buckets); i++) buckets[i] = 0;
  rng_seed(seed);
  for (u32 i = 0; i < n % 200; i++) { struct item *it = lookup(rng() % 90, 1); if (it) it->value += i; }
  u32 h = item_count;
  for (u32 i = 0; i < COUNT(buckets); i++)
    for (struct item *it = buckets[i] = reverse(buckets[i]); it; it = it->next) h = mix(h, it->key * 1000 + it->value);
  return h;
}
EXPORT(recent) u32 recent(u32 seed, u32 n) {
  head.next = head.prev = &head;
  for (u32 i = 0; i < COUNT(links); i++) { links[i].v = i; push_front(&links[i]); }
  rng_seed(seed);
  for (u32 i = 0; i < n % 100; i++) { struct link *l = &links[rng() % COUNT(links)]; unlink(l); push_front(l); }
  u32 h = 0;
  for (struct link *l = head.next; l != &head; l = l->next) h = mix(h, l->v);
  for (struct link *l = head.prev; l != &head; l = l->prev) h = mix(h, l->v);
  return h;
}
EXPORT(run) u32 run(void) { return mix(mix(tree(3, 60, 30), table(4, 150)), recent(5, 50)); }
