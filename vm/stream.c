// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <unistd.h>

static bool pending(const struct vm_stream *s)
{
	return s->start < s->end;
}

void vm_stream_prepare(const struct vm_stream *s, struct pollfd *pfd)
{
	*pfd = (struct pollfd){ .fd = -1 };
	if (pending(s)) {
		pfd->fd = s->out;
		pfd->events = POLLOUT;
	} else if (s->in >= 0) {
		pfd->fd = s->in;
		pfd->events = POLLIN;
	}
}

static bool again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static void step_out(struct vm_stream *s)
{
	ssize_t n = write(s->out, s->data + s->start, s->end - s->start);

	if (n >= 0) {
		s->start += n;
		s->total += n;
	} else if (!again()) {
		s->error = errno;
		s->start = s->end;
	}
}

static void step_in(struct vm_stream *s)
{
	ssize_t n = read(s->in, s->data, sizeof(s->data));

	if (n > 0) {
		s->start = 0;
		s->end = n;
	} else if (n == 0 || !again()) {
		s->in = -1;
	}
}

void vm_stream_step(struct vm_stream *s, const struct pollfd *pfd)
{
	if (pfd->fd < 0 || !pfd->revents)
		return;
	if (pfd->events == POLLOUT)
		step_out(s);
	else
		step_in(s);
}

bool vm_stream_done(const struct vm_stream *s)
{
	return s->in < 0 && !pending(s);
}
