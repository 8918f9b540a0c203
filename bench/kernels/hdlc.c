#include "kern.h"
/* A receiver of escaped frames: address, control, length, payload, checksum; a state per field. */
enum { IDLE, ADDRESS, CONTROL, LENGTH, PAYLOAD, CHECK_LOW, CHECK_HIGH };
struct link { u8 state, escaped, address, control, length, at; u16 check, wanted; u32 frames, errors; u8 payload[64]; };
static u16 update(u16 crc, u8 byte) {
  crc ^= byte << 8;
  for (i32 i = 0; i < 8; i++) crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
  return crc;
}
static void receive(struct link *l, u8 byte) {
  if (byte == 0x7e) {
    if (l->state != IDLE && l->state != ADDRESS) l->errors++;
    l->state = ADDRESS; l->escaped = 0; l->check = 0xffff;
    return;
  }
  if (byte == 0x7d) { l->escaped = 1; return; }
  if (l->escaped) { byte ^= 0x20; l->escaped = 0; }
  switch (l->state) {
  case IDLE: return;
  case ADDRESS: l->address = byte; l->state = CONTROL; break;
  case CONTROL: l->control = byte; l->state = LENGTH; break;
  case LENGTH:
    l->length = byte; l->at = 0;
    if (byte > 64) { l->errors++; l->state = IDLE; return; }
    l->state = byte ? PAYLOAD : CHECK_LOW;
    break;
  case PAYLOAD:
    l->payload[l->at++] = byte;
    if (l->at == l->length) l->state = CHECK_LOW;
    break;
  case CHECK_LOW: l->wanted = byte; l->state = CHECK_HIGH; return;
  case CHECK_HIGH:
    if ((u16)(l->wanted | byte << 8) == l->check) l->frames++; else l->errors++;
    l->state = IDLE;
    return;
  }
  l->check = update(l->check, byte);
}
u32 hdlc(struct link *l, const u8 *s, u32 n) {
  for (u32 i = 0; i < n; i++) receive(l, s[i]);
  return l->frames << 16 | l->errors;
}
