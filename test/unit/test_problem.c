/*
 * Unit tests of problem.c: parts are set, reset and cut between characters.
 */
#include "problem.h"

#include <string.h>
#include <wchar.h>

#include "unit.h"

static void
test_parts(void)
{
	Problem		problem;

	memset(&problem, 'x', sizeof(problem));
	CHECK(!problem_set(&problem, "value %d of %s", 7, "P1"));
	CHECK_TEXT(problem.message, "value 7 of P1", NULL);
	CHECK_TEXT(problem.detail, "", NULL);
	CHECK_TEXT(problem.hint, "", NULL);
	CHECK(!problem_detail(&problem, "It is %c.", 'a'));
	CHECK(!problem_hint(&problem, "Do %s.", "this"));
	CHECK_TEXT(problem.message, "value 7 of P1", NULL);
	CHECK_TEXT(problem.detail, "It is a.", NULL);
	CHECK_TEXT(problem.hint, "Do this.", NULL);
	problem_set(&problem, "other");
	CHECK_TEXT(problem.detail, "", NULL);
	CHECK_TEXT(problem.hint, "", NULL);
}

/*
 * For characters of 1 to 4 bytes, and every offset of the cut within one, the
 * text that remains is whole.
 */
static void
test_cut(void)
{
	static const char *const characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
	size_t		width;

	for (width = 1; width <= 4; width++)
	{
		size_t		before;

		for (before = 0; before < width; before++)
		{
			Problem		problem;
			char		text[1024];
			size_t		bytes = before;
			size_t		kept;

			memset(text, 'x', before);
			for (; bytes + width < sizeof(text); bytes += width)
				memcpy(text + bytes, characters[width - 1], width);
			text[bytes] = '\0';

			problem_set(&problem, "%s", text);
			kept = strlen(problem.message);
			CHECK(kept >= sizeof(problem.message) - width && kept < sizeof(problem.message));
			CHECK_INT((int64_t) ((kept - before) % width), 0, text);
			CHECK(memcmp(problem.message, text, kept) == 0);
		}
	}
}

/*
 * Bytes that are no UTF-8 are cut too, and nothing else happens.
 */
static void
test_cut_malformed(void)
{
	Problem		problem;
	char		text[1024];

	memset(text, '\x80', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	problem_set(&problem, "%s", text);
	CHECK(strlen(problem.message) >= sizeof(problem.message) - 4);
	problem_set(&problem, "%.*s", (int) sizeof(problem.message) - 1, text);
	CHECK_INT((int64_t) strlen(problem.message), (int64_t) sizeof(problem.message) - 1, NULL);
	problem_detail(&problem, "%s", text);
	problem_hint(&problem, "%s", text);
	CHECK(strlen(problem.detail) < sizeof(problem.detail));
	CHECK(strlen(problem.hint) < sizeof(problem.hint));
}

/*
 * A text that cannot be formatted is empty.
 */
static void
test_unformattable(void)
{
	static const wchar_t no_character[] = {0x110000, 0};
	Problem		problem;

	problem_set(&problem, "before %ls", no_character);
	CHECK_TEXT(problem.message, "", NULL);
}

const UnitTest problem_tests[] = {
	{"problem: parts are set and reset", test_parts},
	{"problem: a long text is cut between characters", test_cut},
	{"problem: a long text that is not UTF-8 is cut", test_cut_malformed},
	{"problem: a text that cannot be formatted", test_unformattable},
	{NULL, NULL}
};
