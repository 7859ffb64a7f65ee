// SPDX-License-Identifier: GPL-2.0-only
/* Records and streams: what the runner and the machine's init share. */
#include "vm-test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "record.h"
#include "stream.h"

static void records_survive_any_cut(void **state)
{
	struct vm_buf sent = { 0 }, received = { 0 };
	char *key, *value;
	int n = 0;

	vm_record_add(&sent, "arg", "%s", "a=b\nc");
	vm_record_add(&sent, "go", "%s", "");
	for (size_t i = 0; i < sent.len; i++) {
		vm_buf_add(&received, sent.data + i, 1);
		while (vm_record_take(&received, &key, &value)) {
			assert_string_equal(key, n ? "go" : "arg");
			assert_string_equal(value, n ? "" : "a=b\nc");
			free(key);
			free(value);
			n++;
		}
	}
	assert_int_equal(n, 2);
	assert_int_equal(received.len, 0);
	vm_buf_free(&sent);
	vm_buf_free(&received);
}

static void nothing_received_is_no_record(void **state)
{
	struct vm_buf received = { 0 };
	char *key, *value;

	assert_false(vm_record_take(&received, &key, &value));
}

static void pump(struct vm_stream *s)
{
	struct pollfd pfd;

	vm_stream_prepare(s, &pfd);
	if (pfd.fd >= 0 && poll(&pfd, 1, 0) > 0)
		vm_stream_step(s, &pfd);
}

static void a_stream_copies_until_the_end(void **state)
{
	struct vm_stream s = { 0 };
	int in[2], out[2];
	char got[16] = "";

	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	s.in = in[0];
	s.out = out[1];
	pump(&s);
	assert_int_equal(s.total, 0);
	assert_int_equal(write(in[1], "hello", 5), 5);
	for (int i = 0; i < 4; i++)
		pump(&s);
	assert_int_equal(s.total, 5);
	assert_false(vm_stream_done(&s));
	close(in[1]);
	pump(&s);
	assert_true(vm_stream_done(&s));
	assert_int_equal(read(out[0], got, sizeof(got)), 5);
	assert_string_equal(got, "hello");
	close(in[0]);
	close(out[0]);
	close(out[1]);
}

/* A reader that is gone ends the stream with its error, and blocks nobody. */
static void a_stream_without_reader_has_an_error(void **state)
{
	struct vm_stream s = { 0 };
	int in[2], out[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	s.in = in[0];
	s.out = out[1];
	close(out[0]);
	assert_int_equal(write(in[1], "x", 1), 1);
	for (int i = 0; i < 4; i++)
		pump(&s);
	assert_int_equal(s.error, EPIPE);
	close(in[0]);
	close(in[1]);
	close(out[1]);
}

/* With a full pipe behind it, it neither reads on nor blocks. */
static void a_stream_waits_for_its_reader(void **state)
{
	static char block[VM_STREAM_CHUNK];
	struct vm_stream s = { 0 };
	int in[2], out[2], n = 0;

	assert_int_equal(pipe2(in, O_NONBLOCK) | pipe2(out, O_CLOEXEC), 0);
	s.in = in[0];
	s.out = out[1];
	while (n < 64 && write(in[1], block, sizeof(block)) > 0) {
		n++;
		for (int i = 0; i < 4; i++)
			pump(&s);
	}
	/* Two pipes of 64 KiB, less what the first one could not give. */
	assert_true(s.total < 64 * sizeof(block));
	assert_true(s.total >= 8 * sizeof(block));
	for (int i = 0; i < 2; i++) {
		close(in[i]);
		close(out[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_survive_any_cut),
		cmocka_unit_test(nothing_received_is_no_record),
		cmocka_unit_test(a_stream_copies_until_the_end),
		cmocka_unit_test(a_stream_without_reader_has_an_error),
		cmocka_unit_test(a_stream_waits_for_its_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
