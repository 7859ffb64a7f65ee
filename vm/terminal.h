/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_TERMINAL_H
#define VM_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

/* Ctrl-], as with telnet: the way out of a machine that does not answer. */
#define VM_TERMINAL_ESCAPE 0x1d

/**
 * struct vm_terminal - the user's terminal while a shell has it
 * @raw: it was changed, @before has to be put back
 * @before: how it was
 */
struct vm_terminal {
	bool raw;
	struct termios before;
};

/* Give each key to the machine. Does nothing where stdin is no terminal. */
void vm_terminal_raw(struct vm_terminal *terminal);
void vm_terminal_restore(struct vm_terminal *terminal);

/* Rows and columns: false where stdout is no terminal. */
bool vm_terminal_size(int *rows, int *columns);

#endif
