// SPDX-License-Identifier: GPL-2.0-only
/* points as text, names that the compiler changed, and what errors are explained */
#include "test.h"

#include <barrage/amplifier.h>

#include <amplifier-uapi.h>
#include <errno.h>
#include <kallsyms.h>
#include <stdio.h>
#include <sys/ioctl.h>

static void parse(const char *text, struct brg_amplifier_point *point)
{
	if (brg_amplifier_parse(text, point))
		fail_msg("%s", brg_last_error());
}

static void a_delay_is_understood(void **state)
{
	struct brg_amplifier_point point;

	parse("p2pdma_freeze:2000us", &point);
	assert_string_equal(point.symbol, "p2pdma_freeze");
	assert_string_equal(point.caller, "");
	assert_int_equal(point.where, BRG_AMPLIFIER_ENTRY);
	assert_int_equal(point.whom, BRG_AMPLIFIER_RUN);
	assert_int_equal(point.kind, BRG_AMPLIFIER_DELAY);
	assert_int_equal(point.least_us, 2000);
	assert_int_equal(point.most_us, 2000);
	assert_int_equal(point.probability, BRG_AMPLIFIER_ALWAYS);
	assert_true(!point.seed && !point.after && !point.most && !point.id &&
		    !point.wait_us && !point.offset_bytes);
	parse("f:10..2000us/0.5", &point);
	assert_int_equal(point.least_us, 10);
	assert_int_equal(point.most_us, 2000);
	assert_int_equal(point.probability, BRG_AMPLIFIER_ALWAYS / 2);
	parse("f:1..2ms", &point);
	assert_int_equal(point.least_us, 1000);
	assert_int_equal(point.most_us, 2000);
	parse("f:100us..2ms/1", &point);
	assert_int_equal(point.least_us, 100);
	assert_int_equal(point.most_us, 2000);
	assert_int_equal(point.probability, BRG_AMPLIFIER_ALWAYS);
	parse("f:20ms/0", &point);
	assert_int_equal(point.most_us, BRG_AMPLIFIER_MAX_US);
	assert_int_equal(point.probability, 0);
}

static void a_place_is_understood(void **state)
{
	struct brg_amplifier_point point;

	parse("a_b+return<c.isra.0:0us", &point);
	assert_string_equal(point.symbol, "a_b");
	assert_string_equal(point.caller, "c.isra.0");
	assert_int_equal(point.where, BRG_AMPLIFIER_RETURN);
	parse("vfio-pci-core:f<m:g:0us", &point);
	assert_string_equal(point.symbol, "vfio-pci-core:f");
	assert_string_equal(point.caller, "m:g");
	parse("f+0x1f:0us", &point);
	assert_int_equal(point.where, BRG_AMPLIFIER_OFFSET);
	assert_int_equal(point.offset_bytes, 0x1f);
	parse("f+any:0us", &point);
	assert_int_equal(point.where, BRG_AMPLIFIER_SOMEWHERE);
	assert_int_equal(point.offset_bytes, 0);
}

static void what_happens_is_understood(void **state)
{
	struct brg_amplifier_point point;

	parse("f:hold=3s,most=1,tid=77", &point);
	assert_int_equal(point.kind, BRG_AMPLIFIER_HOLD);
	assert_int_equal(point.wait_us, 3000000);
	assert_int_equal(point.most, 1);
	assert_int_equal(point.whom, BRG_AMPLIFIER_THREAD);
	assert_int_equal(point.id, 77);
	assert_int_equal(point.most_us, 0);
	parse("f:meet=15b,wait=20ms,5us,any,after=9", &point);
	assert_int_equal(point.kind, BRG_AMPLIFIER_MEET);
	assert_int_equal(point.meeting, 15);
	assert_int_equal(point.side, 1);
	assert_int_equal(point.wait_us, 20000);
	assert_int_equal(point.least_us, 5);
	assert_int_equal(point.whom, BRG_AMPLIFIER_ANY);
	assert_int_equal(point.after, 9);
	parse("f:meet=0a", &point);
	assert_int_equal(point.side, 0);
	assert_int_equal(point.wait_us, 0);
	parse("f:pid=1,seed=0xffffffffffffffff", &point);
	assert_int_equal(point.whom, BRG_AMPLIFIER_PROCESS);
	assert_true(point.seed == UINT64_MAX);
}

static void bad_text_is_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} bad[] = {
		{ "", -EINVAL },
		{ "f", -EINVAL },
		{ "f:", -EINVAL },
		{ ":2us", -EINVAL },
		{ "f:2", -EINVAL },
		{ "f:us", -EINVAL },
		{ "f:-2us", -EINVAL },
		{ "f: 2us", -EINVAL },
		{ "f:2usx", -EINVAL },
		{ "f:2us,", -EINVAL },
		{ "f:2us/x", -EINVAL },
		{ "f:2us/", -EINVAL },
		{ "f:2us/1.1", -ERANGE },
		{ "f:2us/-0.1", -EINVAL },
		{ "f:2us/nan", -EINVAL },
		{ "f:2..1us", -ERANGE },
		{ "f:1..us", -EINVAL },
		{ "f:1..2", -EINVAL },
		{ "f:21ms", -ERANGE },
		{ "f:18446744073709551616us", -ERANGE },
		{ "f:18446744073709552s", -ERANGE },
		{ "f:hold=0us", -ERANGE },
		{ "f:hold=6s", -ERANGE },
		{ "f:hold=1", -EINVAL },
		{ "f:hold=1s,meet=1a", -EINVAL },
		{ "f:meet=1a,hold=1s", -EINVAL },
		{ "f:meet=16a", -ERANGE },
		{ "f:meet=1c", -EINVAL },
		{ "f:meet=1ab", -EINVAL },
		{ "f:meet=a", -EINVAL },
		{ "f:meet=1a,wait=0us", -EINVAL },
		{ "f:wait=1us", -EINVAL },
		{ "f:hold=1s,wait=1s", -EINVAL },
		{ "f:tid=0", -ERANGE },
		{ "f:tid=2147483648", -ERANGE },
		{ "f:tid=1,pid=1", -EINVAL },
		{ "f:any,tid=1", -EINVAL },
		{ "f:tid=1,any", -EINVAL },
		{ "f:most=", -EINVAL },
		{ "f:most=18446744073709551616", -ERANGE },
		{ "f:other=1", -EINVAL },
		{ "f:any=1", -EINVAL },
		{ "f+:1us", -EINVAL },
		{ "f+0:1us", -ERANGE },
		{ "f+ret:1us", -EINVAL },
		{ "f+4294967296:1us", -ERANGE },
		{ "f+4<g:1us", -EINVAL },
		{ "f+any<g:1us", -EINVAL },
		{ "f<:1us", -EINVAL },
		{ "f<g<h:1us", -EINVAL },
		{ "f g:1us", -EINVAL },
		{ "m::f:1us", -EINVAL },
	};
	struct brg_amplifier_point point, before;
	size_t i;

	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		point = before;
		brg_clear_error();
		if (brg_amplifier_parse(bad[i].text, &point) != bad[i].err)
			fail_msg("\"%s\" was not refused as it should be: %s",
				 bad[i].text, brg_last_error());
		assert_contains(brg_last_error(), bad[i].text);
		assert_memory_equal(&point, &before, sizeof(point));
	}
}

static void a_long_name_is_refused(void **state)
{
	char text[BRG_AMPLIFIER_NAME_BYTES + 8];
	struct brg_amplifier_point point;

	memset(text, 'x', sizeof(text));
	strcpy(text + BRG_AMPLIFIER_NAME_BYTES - 1, ":1us");
	parse(text, &point);
	memset(text, 'x', BRG_AMPLIFIER_NAME_BYTES);
	strcpy(text + BRG_AMPLIFIER_NAME_BYTES, ":1us");
	assert_int_equal(brg_amplifier_parse(text, &point), -ERANGE);
}

static void text_comes_back(void **state)
{
	static const char *const texts[] = {
		"f:0us",
		"f:10..2000us",
		"f:10..2000us/0.500000",
		"f:1us/0.000015",
		"m:f+return<g.cold:0us",
		"f+0x1f:0us,any",
		"f+any:0us,any,seed=3",
		"f:0us,hold=3000000us,tid=77,most=1",
		"f:7us,meet=15b,wait=20000us,pid=3,after=2,seed=9",
		"f:0us,meet=0a",
	};
	struct brg_amplifier_point point;
	char text[BRG_AMPLIFIER_TEXT_BYTES];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		parse(texts[i], &point);
		assert_int_equal(
			brg_amplifier_format(&point, text, sizeof(text)), 0);
		assert_string_equal(text, texts[i]);
	}
	assert_int_equal(brg_amplifier_format(&point, text, 5), -ENOSPC);
	assert_string_equal(text, texts[i - 1]);
}

static void the_longest_text_fits(void **state)
{
	struct brg_amplifier_point point = {
		.where = BRG_AMPLIFIER_RETURN,
		.whom = BRG_AMPLIFIER_THREAD,
		.id = INT32_MAX,
		.kind = BRG_AMPLIFIER_MEET,
		.wait_us = BRG_AMPLIFIER_MAX_WAIT_US,
		.meeting = BRG_AMPLIFIER_MEETINGS - 1,
		.least_us = BRG_AMPLIFIER_MAX_US - 1,
		.most_us = BRG_AMPLIFIER_MAX_US,
		.seed = UINT64_MAX,
		.after = UINT64_MAX,
		.most = UINT64_MAX,
	}, again;
	char text[BRG_AMPLIFIER_TEXT_BYTES];

	memset(point.symbol, 's', sizeof(point.symbol) - 1);
	memset(point.caller, 'c', sizeof(point.caller) - 1);
	for (point.probability = 0; point.probability <= BRG_AMPLIFIER_ALWAYS;
	     point.probability++) {
		assert_int_equal(
			brg_amplifier_format(&point, text, sizeof(text)), 0);
		parse(text, &again);
		assert_memory_equal(&again, &point, sizeof(point));
	}
}

static int variants(const char *kallsyms, const char *name, char *variant,
		    size_t size)
{
	FILE *file =
		fmemopen((void *)(uintptr_t)kallsyms, strlen(kallsyms), "r");
	int nr;

	assert_non_null(file);
	nr = brg_kallsyms_variant(file, name, variant, size);
	fclose(file);
	return nr;
}

static void changed_copies_are_found(void **state)
{
	static const char kallsyms[] = "0 T one\n"
				       "0 t one.cold\n"
				       "0 t one.part.0.cold\n"
				       "0 t two.isra.0\n"
				       "0 t two.isra.0.cold\n"
				       "0 t twofold.isra.0\n"
				       "0 t many.constprop.0\n"
				       "0 t many.part.0\n"
				       "0 d data.llvm.123\n"
				       "0 t here.isra.0\t[a_module]\n"
				       "0 t last.llvm.123";
	char name[32] = "as it was";

	assert_int_equal(variants(kallsyms, "one", name, sizeof(name)), 0);
	assert_int_equal(variants(kallsyms, "none", name, sizeof(name)), 0);
	assert_int_equal(variants(kallsyms, "data", name, sizeof(name)), 0);
	assert_int_equal(variants(kallsyms, "here", name, sizeof(name)), 0);
	assert_int_equal(variants(kallsyms, "b:here", name, sizeof(name)), 0);
	assert_string_equal(name, "as it was");
	assert_int_equal(variants(kallsyms, "two", name, sizeof(name)), 1);
	assert_string_equal(name, "two.isra.0");
	assert_int_equal(variants(kallsyms, "last", name, sizeof(name)), 1);
	assert_string_equal(name, "last.llvm.123");
	assert_int_equal(
		variants(kallsyms, "a_module:here", name, sizeof(name)), 1);
	assert_string_equal(name, "a_module:here.isra.0");
	assert_int_equal(variants(kallsyms, "many", name, sizeof(name)), 2);
	assert_string_equal(name, "many.constprop.0");
	assert_int_equal(variants(kallsyms, "many", NULL, 0), 2);
	assert_int_equal(variants(kallsyms, "two", name, 10), -ENAMETOOLONG);
}

int __wrap_ioctl(int fd, unsigned long request, ...);

static int err;

/* where it is not 0: a function of so many bytes, with one instruction in each five */
static uint32_t function_bytes, probed_at;

static int add_to_function(const struct barrage_amplifier_point *ask)
{
	errno = ask->offset >= function_bytes ? ERANGE :
		ask->offset % 5		      ? EILSEQ :
						EOPNOTSUPP;
	probed_at = ask->offset;
	/* there are places for no probe */
	if (ask->offset < function_bytes && !(ask->offset % 5) &&
	    ask->offset % 3)
		return 0;
	return -1;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	int ret;

	if (request == BARRAGE_AMPLIFIER_ADD && function_bytes) {
		va_start(ap, request);
		ret = add_to_function(
			va_arg(ap, const struct barrage_amplifier_point *));
		va_end(ap);
		return ret;
	}
	errno = err;
	return -1;
}

static const struct brg_amplifier open_amplifier = { .fd = 9 };

/* as the seed says, anywhere in the function, and what is found is told */
static void a_place_is_drawn(void **state)
{
	struct brg_amplifier_point point;
	bool seen[500] = {};
	unsigned int nr = 0;

	function_bytes = 500;
	for (uint64_t seed = 0; seed < 2000; seed++) {
		uint32_t first;

		parse("f+any:0us", &point);
		point.seed = seed;
		assert_int_equal(brg_amplifier_settle(&open_amplifier, &point),
				 0);
		assert_int_equal(point.where, BRG_AMPLIFIER_OFFSET);
		assert_int_equal(point.offset_bytes, probed_at);
		first = point.offset_bytes;
		assert_in_range(first, 5, 499);
		nr += !seen[first];
		seen[first] = true;
		point.where = BRG_AMPLIFIER_SOMEWHERE;
		assert_int_equal(brg_amplifier_settle(&open_amplifier, &point),
				 0);
		assert_int_equal(point.offset_bytes, first);
	}
	/* all instructions but the first that may have a probe */
	assert_int_equal(nr, 66);
	function_bytes = 0;
}

static void where_no_place_is_found_it_ends(void **state)
{
	struct brg_amplifier_point point, before;

	parse("f+any:0us", &point);
	before = point;
	function_bytes = 4;
	assert_int_equal(brg_amplifier_settle(&open_amplifier, &point),
			 -EOPNOTSUPP);
	function_bytes = 0;
	err = EOPNOTSUPP;
	assert_int_equal(brg_amplifier_settle(&open_amplifier, &point),
			 -EOPNOTSUPP);
	err = ENOENT;
	assert_int_equal(brg_amplifier_settle(&open_amplifier, &point),
			 -ENOENT);
	assert_memory_equal(&point, &before, sizeof(point));
	parse("f:0us", &point);
	assert_int_equal(brg_amplifier_settle(&open_amplifier, &point),
			 -EINVAL);
}

static void errors_are_explained(void **state)
{
	static const struct {
		int err;
		int ret;
		const char *part;
	} kinds[] = {
		{ ENOENT, -ENOENT, "no_such_function_at_all: this kernel has" },
		{ ENODATA, -ENOENT, "called from no_such_caller_at_all" },
		{ EOPNOTSUPP, -EOPNOTSUPP, "lets no probe be" },
		{ EILSEQ, -EILSEQ, "+0x3: no instruction begins" },
		{ ERANGE, -ERANGE, "+0x3: the function is not that long" },
		{ ESRCH, -ESRCH, "there is no task 5" },
		{ ENOSPC, -ENOSPC, "too many points" },
		{ EINVAL, -EINVAL, "not valid" },
		{ ESHUTDOWN, -ESHUTDOWN, "has gone" },
		{ ENOMEM, -ENOMEM, "Cannot allocate memory" },
	};
	const struct brg_amplifier_point point = {
		.symbol = "no_such_function_at_all",
		.caller = "no_such_caller_at_all",
		.offset_bytes = 3,
		.id = 5,
	};
	const struct brg_amplifier amplifier = { .fd = 9 };
	struct brg_amplifier_stats stats;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		err = kinds[i].err;
		assert_int_equal(brg_amplifier_add(&amplifier, &point),
				 kinds[i].ret);
		assert_error(kinds[i].part);
	}
	err = ENOENT;
	assert_int_equal(brg_amplifier_stats(&amplifier, 7, &stats), -ENOENT);
	assert_error("point 7: no such point");
	assert_int_equal(brg_amplifier_await_held(&amplifier, 7, 10), -ENOENT);
	err = EINVAL;
	assert_int_equal(brg_amplifier_release(&amplifier, 7), -EINVAL);
	assert_error("nobody is ever held");
	err = ESHUTDOWN;
	assert_int_equal(brg_amplifier_clear(&amplifier), -ESHUTDOWN);
	assert_error("has gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delay_is_understood),
		cmocka_unit_test(a_place_is_understood),
		cmocka_unit_test(what_happens_is_understood),
		cmocka_unit_test(bad_text_is_refused),
		cmocka_unit_test(a_long_name_is_refused),
		cmocka_unit_test(text_comes_back),
		cmocka_unit_test(the_longest_text_fits),
		cmocka_unit_test(changed_copies_are_found),
		cmocka_unit_test(a_place_is_drawn),
		cmocka_unit_test(where_no_place_is_found_it_ends),
		cmocka_unit_test(errors_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
