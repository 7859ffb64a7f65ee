/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream copies one file descriptor to another and never waits for either:
 * it reads only when everything read before was written, and only when poll()
 * said that there is something, so a slow reader slows the writer down and
 * blocks nobody else. Used on both sides of the machine's ports.
 */
#ifndef VM_STREAM_H
#define VM_STREAM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A pipe that poll() calls writable takes this much without blocking, even
 * where, as with the user's stdout, O_NONBLOCK is not ours to set.
 */
#define VM_STREAM_CHUNK 4096

/**
 * struct vm_stream - one direction of copying
 * @in: read from here; -1 once it ended
 * @out: written to; not owned
 * @total: bytes written so far
 * @error: errno of a failed write, 0 if none
 */
struct vm_stream {
	int in;
	int out;
	uint64_t total;
	int error;
	size_t start;
	size_t end;
	char data[VM_STREAM_CHUNK];
};

/* What to wait for: fills one pollfd (fd -1 when there is nothing to do). */
void vm_stream_prepare(const struct vm_stream *s, struct pollfd *pfd);

/* After poll(): move what can be moved. */
void vm_stream_step(struct vm_stream *s, const struct pollfd *pfd);

/* Nothing more will come, and all that came was written or cannot be. */
bool vm_stream_done(const struct vm_stream *s);

#endif
