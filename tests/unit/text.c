// SPDX-License-Identifier: GPL-2.0-only
/* what is shown to people and written to records: sizes and UTF-8 */
#include "test.h"

#include <stdlib.h>

#include "size.h"
#include "utf8.h"

static void sizes_take_the_largest_unit_that_is_exact(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
		{ 0, "0 bytes" },
		{ 1, "1 bytes" },
		{ 1023, "1023 bytes" },
		{ 1024, "1 KiB" },
		{ 1025, "1025 bytes" },
		{ 16384, "16 KiB" },
		{ 64ull << 20, "64 MiB" },
		{ (64ull << 20) + 4096, "65540 KiB" },
		{ 256ull << 30, "256 GiB" },
		{ 1ull << 50, "1024 TiB" },
	};
	char text[BRG_SIZE_BYTES];
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_string_equal(brg_size_text(sizes[i].bytes, text),
				    sizes[i].text);
}

static void expect_clean(const char *dirty, const char *clean)
{
	char *text = brg_utf8_clean(dirty);

	assert_non_null(text);
	assert_string_equal(text, clean);
	free(text);
}

static void good_utf8_is_kept(void **state)
{
	expect_clean("", "");
	expect_clean("plain", "plain");
	expect_clean("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xbe",
		     "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xbe");
}

static void bad_bytes_become_question_marks(void **state)
{
	expect_clean("\xff", "?");
	expect_clean("a\x80"
		     "b",
		     "a?b");
	expect_clean("cut \xe2\x82", "cut ??");
	expect_clean("overlong \xc0\xaf", "overlong ??");
	expect_clean("surrogate \xed\xa0\x80", "surrogate ???");
	expect_clean("beyond \xf4\x90\x80\x80", "beyond ????");
	expect_clean("overlong \xe0\x80\x80", "overlong ???");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_take_the_largest_unit_that_is_exact),
		cmocka_unit_test(good_utf8_is_kept),
		cmocka_unit_test(bad_bytes_become_question_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
