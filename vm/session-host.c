// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program in the machine can ask for: things that happen to a machine
 * from outside. One request a line on the port VM_PORT_HOST, answered by a line
 * with 0 or a negative errno:
 *
 *	unplug ROLE	as by the button of the device's slot
 *	plug ROLE	the device again, once it is gone
 *	error PORT NAME	the port reports an error, by QEMU's name of it
 *	holds ROLE OFFSET HEX	is that what stands in the memory behind the
 *			device's BAR? -EUCLEAN where it is not
 *	keep ROLE OFFSET BYTES	copy so much of that memory; the answer is the
 *			copy's number
 *	same NUMBER	is that still what stands there? -EUCLEAN and where the
 *			first byte is that is another
 *	hold ROLE MS	what the device's disk is asked for from now on, but for the
 *			first, waits for so long; -EBUSY while a disk does so
 */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "image.h"
#include "machine-devices.h"
#include "qmp.h"

#define MAX_REQUEST 16384

static int run(struct vm_session *session, const char *command,
	       json_t *arguments)
{
	return vm_qmp_run(session->fds[VM_CHANNEL_QMP], command, arguments);
}

static const struct vm_device *find(const struct vm_session *session,
				    const char *role)
{
	const struct vm_topology *t = session->machine->topology;

	for (size_t i = 0; i < t->nr_devices; i++) {
		if (!strcmp(t->devices[i].role, role))
			return &t->devices[i];
	}
	return NULL;
}

static int unplug(struct vm_session *session, const char *role)
{
	char *id = vm_strf("device-%s", role);
	int ret;

	ret = run(session, "device_del", json_pack("{s:s}", "id", id));
	free(id);
	return ret;
}

/*
 * With new memory, of the same content: QEMU 7.2 does not take all of a device
 * back whose BAR was off, and aborts where it sees the old one again.
 */
static int plug(struct vm_session *session, const struct vm_device *dev)
{
	unsigned int nr = ++session->nr_plugged;
	int ret = 0;

	if (dev->memory_property)
		ret = run(session, "object-add",
			  vm_machine_memory(session->machine, dev, nr));
	return ret ? ret :
		     run(session, "device_add", vm_machine_device(dev, nr));
}

/* QEMU has it in the monitor for people only. */
static int inject(struct vm_session *session, const char *port,
		  const char *name)
{
	char *line = vm_strf("pcie_aer_inject_error port-%s %s", port, name);
	int ret;

	ret = run(session, "human-monitor-command",
		  json_pack("{s:s}", "command-line", line));
	free(line);
	return ret;
}

/* -EUCLEAN at the first byte that is another */
static int compare(const uint8_t *data, size_t size, const char *hex)
{
	unsigned int byte;

	for (; *hex; hex += 2, data++, size--) {
		if (!size || strspn(hex, "0123456789abcdef") < 2)
			return -EINVAL;
		sscanf(hex, "%2x", &byte);
		if (*data != byte)
			return -EUCLEAN;
	}
	return 0;
}

/* What the machine's own CPUs see may be in a cache of theirs: look from here. */
static int holds(struct vm_session *session, const struct vm_device *dev,
		 const char *where, const char *hex)
{
	struct vm_image image;
	char *path, *end;
	unsigned long long offset;
	int ret;

	if (!dev || !dev->memory_property || !where || !hex)
		return -EINVAL;
	offset = strtoull(where, &end, 0);
	path = vm_machine_memory_path(session->machine, dev);
	ret = *end ? -EINVAL : vm_image_open(path, &image);
	free(path);
	if (ret)
		return ret;
	ret = offset < image.size ?
		      compare(image.data + offset, image.size - offset, hex) :
		      -EINVAL;
	vm_image_close(&image);
	return ret;
}

/* A decimal, octal or hexadecimal number, and nothing else. */
static int parse(const char *text, uint64_t *value)
{
	char *end;

	if (!text || !*text)
		return -EINVAL;
	*value = strtoull(text, &end, 0);
	return *end ? -EINVAL : 0;
}

static int keep(struct vm_session *session, const struct vm_device *dev,
		const char *where, const char *much)
{
	uint64_t offset, bytes;
	char *path;
	int ret;

	if (!dev || !dev->memory_property || parse(where, &offset) ||
	    parse(much, &bytes))
		return -EINVAL;
	path = vm_machine_memory_path(session->machine, dev);
	ret = vm_kept_keep(&session->kept, path, offset, bytes);
	free(path);
	return ret;
}

static int same(struct vm_session *session, const char *which, uint64_t *at)
{
	uint64_t number;

	return parse(which, &number) ? -EINVAL :
				       vm_kept_same(&session->kept, number, at);
}

static int hold(struct vm_session *session, const struct vm_device *dev,
		const char *much)
{
	uint64_t ms;

	if (!dev || !dev->disk_mb || parse(much, &ms))
		return -EINVAL;
	return vm_hold_begin(&session->hold, session->fds[VM_CHANNEL_QMP],
			     dev->role, ms);
}

/* @at: receives where something is that is not as it was */
static int do_request(struct vm_session *session, char *line, uint64_t *at)
{
	char *rest, *verb = strtok_r(line, " ", &rest);
	char *what = strtok_r(NULL, " ", &rest);
	char *name = strtok_r(NULL, " ", &rest);

	if (!verb || !what)
		return -EINVAL;
	if (!strcmp(verb, "holds"))
		return holds(session, find(session, what), name,
			     strtok_r(NULL, " ", &rest));
	if (!strcmp(verb, "keep"))
		return keep(session, find(session, what), name,
			    strtok_r(NULL, " ", &rest));
	if (!strcmp(verb, "same"))
		return same(session, what, at);
	if (!strcmp(verb, "hold"))
		return hold(session, find(session, what), name);
	if (!strcmp(verb, "error"))
		return name && vm_topology_port(session->machine->topology,
						what) ?
			       inject(session, what, name) :
			       -EINVAL;
	if (!find(session, what) || name)
		return -EINVAL;
	if (!strcmp(verb, "unplug"))
		return unplug(session, what);
	if (!strcmp(verb, "plug"))
		return plug(session, find(session, what));
	return -EINVAL;
}

static void answer(struct vm_session *session, int ret, uint64_t at)
{
	char *text = at ? vm_strf("%d %llu\n", ret, (unsigned long long)at) :
			  vm_strf("%d\n", ret);

	/* A few bytes, into a socket that is empty: it takes them or is gone. */
	if (send(session->fds[VM_CHANNEL_HOST], text, strlen(text),
		 MSG_NOSIGNAL) < 0)
		vm_say("the machine does not take the answer to its request");
	free(text);
}

void vm_session_requests(struct vm_session *session)
{
	struct vm_buf *asked = &session->asked;
	uint64_t at;
	size_t len;
	char *end;
	int ret;

	while ((end = memchr(asked->data, '\n', asked->len))) {
		*end = '\0';
		len = end - asked->data + 1;
		at = 0;
		ret = do_request(session, asked->data, &at);
		answer(session, ret, at);
		memmove(asked->data, end + 1, asked->len - len + 1);
		asked->len -= len;
	}
	if (asked->len > MAX_REQUEST) {
		asked->len = 0;
		answer(session, -EMSGSIZE, 0);
	}
}
