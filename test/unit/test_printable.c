/*
 * Unit tests of printable.c.
 */
#include "printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/*
 * Encodes a code in UTF-8, whether it is a character or not.
 */
static size_t
encode(uint32_t code, char *text)
{
	if (code < 0x80)
	{
		text[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		text[0] = (char) (0xC0 | code >> 6);
		text[1] = (char) (0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000)
	{
		text[0] = (char) (0xE0 | code >> 12);
		text[1] = (char) (0x80 | (code >> 6 & 0x3F));
		text[2] = (char) (0x80 | (code & 0x3F));
		return 3;
	}
	text[0] = (char) (0xF0 | code >> 18);
	text[1] = (char) (0x80 | (code >> 12 & 0x3F));
	text[2] = (char) (0x80 | (code >> 6 & 0x3F));
	text[3] = (char) (0x80 | (code & 0x3F));
	return 4;
}

/*
 * Counts in an encoding whose characters have two bytes each.
 */
static size_t
count_pairs(const char *text, size_t bytes)
{
	(void) text;
	return bytes / 2;
}

/*
 * Is a text printable, read from a block of exactly its size?
 */
static bool
is_printable(const char *text, size_t bytes, bool utf8)
{
	Problem		problem;
	char	   *copy = unit_exact_copy(text, bytes);
	bool		printable = printable_check(copy, bytes, utf8, "text", &problem);

	free(copy);
	return printable;
}

static bool
has_outer_space(const char *text, size_t bytes, bool utf8)
{
	char	   *copy = unit_exact_copy(text, bytes);
	bool		space = printable_has_outer_space(copy, bytes, utf8);

	free(copy);
	return space;
}

/*
 * Trimmed of white space and byte order marks, and of nothing else; a text of
 * its exact bytes, so that a sanitizer sees a read beyond them.
 */
static void
test_trim(void)
{
	static const struct
	{
		const char *text;
		const char *trimmed;
		bool		utf8;
	}			cases[] = {
		{"", "", true},
		{"A-1", "A-1", true},
		{" \t\r\n", "", true},
		{"\xEF\xBB\xBF", "", true},
		{"\xEF\xBB\xBF" "A-1\r", "A-1", true},
		{"\xC2\xA0 A 1 \xC2\xA0\xE3\x80\x80", "A 1", true},
		{"\xE2\x80\x8B" "A", "\xE2\x80\x8B" "A", true}, /* zero width: no space */
		{"\xC3\xA9 ", "\xC3\xA9", true},
		{"\xA0 \xC2", "\xA0 \xC2", true},	/* no characters */
		{"\x80", "\x80", true},
		{" \xA0" "A\r\n", "\xA0" "A", false}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		size_t		bytes = strlen(cases[i].text);
		char	   *copy = unit_exact_copy(cases[i].text, bytes);
		const char *text = copy;

		printable_trim(&text, &bytes, cases[i].utf8);
		CHECK_NOTE(bytes == strlen(cases[i].trimmed) &&
				   memcmp(text, cases[i].trimmed, bytes) == 0, cases[i].text);
		free(copy);
	}
}

static void
test_length(void)
{
	CHECK_INT((int64_t) printable_length("", 0, true), 0, NULL);
	CHECK_INT((int64_t) printable_length("abc", 3, true), 3, NULL);
	CHECK_INT((int64_t) printable_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 10, true), 4, NULL);
	CHECK_INT((int64_t) printable_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 10, false), 10, NULL);
	printable_count = count_pairs;
	CHECK_INT((int64_t) printable_length("\xC6\xFC\xCB\xDC", 4, false), 2, NULL);
	CHECK_INT((int64_t) printable_length("abc", 3, true), 3, NULL);
	printable_count = NULL;
}

/*
 * Every code from 0 to 0x10FFFF, against rules written in another way.
 */
static void
test_every_code(void)
{
	static const uint32_t refused[] = {
		0x7F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200C, 0x200D,
		0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x3164, 0xFEFF,
		0xFFA0
	};
	uint32_t	code;

	for (code = 0; code <= 0x10FFFF; code++)
	{
		char		text[4];
		char		note[16];
		size_t		bytes = encode(code, text);
		bool		expected = code >= 0x20 && (code < 0x80 || code >= 0xA0);
		Problem		problem;
		size_t		i;

		for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		{
			if (code == refused[i])
				expected = false;
		}
		if (code >= 0x2060 && code < 0x2070)
			expected = false;
		if (code >= 0xFFF0 && code < 0xFFFC)
			expected = false;
		if (code >= 0x1BCA0 && code < 0x1BCA4)
			expected = false;
		if (code >= 0x1D173 && code < 0x1D17B)
			expected = false;
		if (code >= 0xE0000 && code < 0xE0080)
			expected = false;
		if (code >= 0xD800 && code < 0xE000)
			expected = false;
		if (code % 0x10000 >= 0xFFFE || (code >= 0xFDD0 && code < 0xFDF0))
			expected = false;
		snprintf(note, sizeof(note), "U+%04X", (unsigned int) code);
		CHECK_NOTE(printable_check(text, bytes, true, "text", &problem) == expected, note);
		if (bytes > 1)
			CHECK_NOTE(!printable_check(text, bytes - 1, true, "text", &problem), note);
	}
}

static void
test_allowed(void)
{
	static const char *const texts[] = {
		"", "COR-2026-00042", "a b", "\xC3\x84", "\xE2\x82\xAC",	/* euro */
		"\xD8\xA7\xD9\x84",		/* Arabic */
		"\xE6\x97\xA5\xE6\x9C\xAC", /* Han */
		"\xE0\xB8\x81\xE0\xB9\x89", /* Thai with a mark */
		"\xEE\x80\x80",			/* private use */
		"\xF0\x9F\x98\x80",		/* emoji */
		"\xE2\x9D\xA4\xEF\xB8\x8F"	/* with a variation selector */
	};
	size_t		i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_NOTE(is_printable(texts[i], strlen(texts[i]), true), texts[i]);
}

static void
test_malformed(void)
{
	static const char *const texts[] = {
		"\x80", "\xBF", "\xC3", "\xC3(", "\xE2\x82", "\xE2(\xAC", "\xE2\x82(", "\xF0\x9F\x98",
		"\xF0\x9F\x98(", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF",
		"\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80",
		"\xF7\xBF\xBF\xBF", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "\xC3\xC3\xA9"
	};
	size_t		i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		char		text[16];

		CHECK_NOTE(!is_printable(texts[i], strlen(texts[i]), true), texts[i]);
		snprintf(text, sizeof(text), "ab%s", texts[i]);
		CHECK_NOTE(!is_printable(text, strlen(text), true), text);
		has_outer_space(texts[i], strlen(texts[i]), true);
		has_outer_space(text, strlen(text), true);
		printable_length(text, strlen(text), true);
	}
	CHECK(!is_printable("a\0b", 3, true));
	CHECK(!is_printable("a\0b", 3, false));
}

/*
 * Random bytes never lead beyond the end, nor does a text cut anywhere.
 */
static void
test_random_bytes(void)
{
	int			round;

	unit_seed(3);
	for (round = 0; round < 100000; round++)
	{
		char		text[12];
		size_t		bytes = unit_random(sizeof(text));
		size_t		i;

		for (i = 0; i < bytes; i++)
			text[i] = (char) (unit_random(2) == 0 ? 0x80 + unit_random(128) : unit_random(256));
		is_printable(text, bytes, true);
		has_outer_space(text, bytes, true);
		CHECK(printable_length(text, bytes, true) <= bytes);
	}
}

static void
test_single_byte(void)
{
	int			code;

	for (code = 0; code < 256; code++)
	{
		char		text = (char) code;
		char		note[16];

		snprintf(note, sizeof(note), "%d", code);
		CHECK_NOTE(is_printable(&text, 1, false) ==
				   ((code >= 32 && code < 127) || code >= 128), note);
		CHECK_NOTE(has_outer_space(&text, 1, false) ==
				   ((code >= 9 && code <= 13) || code == 32), note);
	}
}

static void
test_message(void)
{
	Problem		problem;

	CHECK(!printable_check("ab\tc", 4, true, "scope value", &problem));
	CHECK_TEXT(problem.message, "scope value contains a character that is not printable", NULL);
	CHECK_TEXT(problem.detail, "Character 3 is U+0009.", NULL);
	CHECK(!printable_check("\xC3\xA9\xE2\x80\x8B", 5, true, "format", &problem));
	CHECK_TEXT(problem.detail, "Character 2 is U+200B.", NULL);
	CHECK(!printable_check("\xC3\xA9\xE2\x80", 4, true, "format", &problem));
	CHECK_TEXT(problem.detail, "Character 2 is not valid UTF-8.", NULL);
	CHECK(problem.hint[0] != '\0');
}

static void
test_outer_space(void)
{
	static const char *const spaces[] = {
		" ", "\t", "\n", "\v", "\f", "\r", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80",
		"\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
		"\xE3\x80\x80"
	};
	size_t		i;

	for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
	{
		char		text[16];

		CHECK_NOTE(has_outer_space(spaces[i], strlen(spaces[i]), true), spaces[i]);
		snprintf(text, sizeof(text), "%sab", spaces[i]);
		CHECK_NOTE(has_outer_space(text, strlen(text), true), text);
		snprintf(text, sizeof(text), "ab%s", spaces[i]);
		CHECK_NOTE(has_outer_space(text, strlen(text), true), text);
		snprintf(text, sizeof(text), "a%sb", spaces[i]);
		CHECK_NOTE(!has_outer_space(text, strlen(text), true), text);
	}
	CHECK(!has_outer_space("", 0, true));
	CHECK(!has_outer_space("a", 1, true));
	CHECK(!has_outer_space("\xC3\xA0", 2, true));	/* its last byte is 0xA0 */
	CHECK(!has_outer_space("\xE2\x80\x8B", 3, true));	/* zero width is no
														 * space */
}

const UnitTest printable_tests[] = {
	{"printable: trim", test_trim},
	{"printable: length in characters", test_length},
	{"printable: every code", test_every_code},
	{"printable: letters, signs and marks of all scripts", test_allowed},
	{"printable: malformed UTF-8", test_malformed},
	{"printable: random bytes", test_random_bytes},
	{"printable: single-byte encodings", test_single_byte},
	{"printable: what the problem says", test_message},
	{"printable: outer white space", test_outer_space},
	{NULL, NULL}
};
