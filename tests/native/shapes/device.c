/* Registers of devices at constant addresses. */
struct uart { volatile unsigned status, control, data, rate; };
#define UART ((struct uart *)0x40011000)
#define PORT (*(volatile unsigned short *)0x40020412)
#define CORE (*(volatile unsigned *)0xe000ed08)
void transmit(const char *text) {
  while (*text) {
    while (!(UART->status & 0x80)) continue;
    UART->data = (unsigned char)*text++;
  }
  UART->control |= 4;
  UART->rate = 0x683;
  PORT ^= 1;
  CORE = 0x8000;
}
