// SPDX-License-Identifier: GPL-2.0-only
#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

void vm_terminal_raw(struct vm_terminal *terminal)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal->before))
		return;
	raw = terminal->before;
	cfmakeraw(&raw);
	terminal->raw = !tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
}

void vm_terminal_restore(struct vm_terminal *terminal)
{
	if (terminal->raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
	terminal->raw = false;
}

bool vm_terminal_size(int *rows, int *columns)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return false;
	*rows = size.ws_row;
	*columns = size.ws_col;
	return true;
}
