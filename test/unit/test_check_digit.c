/*
 * Unit tests of check_digit.c.
 */
#include "check_digit.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static const CheckDigitKind kinds[] = {CHECK_LUHN, CHECK_DAMM, CHECK_MOD97};

/*
 * Returns the check digits of a text, terminated; the next call overwrites
 * them.
 */
static const char *
check_of(CheckDigitKind kind, const char *text)
{
	static char digits[CHECK_DIGIT_MAX + 1];
	int			width = check_digit_compute(kind, text, strlen(text), digits);

	CHECK_INT(width, check_digit_width(kind), text);
	digits[width] = '\0';
	return digits;
}

static void
test_names(void)
{
	CheckDigitKind kind;

	CHECK(check_digit_from_name("LUHN", 4, &kind) && kind == CHECK_LUHN);
	CHECK(check_digit_from_name("DAMM", 4, &kind) && kind == CHECK_DAMM);
	CHECK(check_digit_from_name("MOD97", 5, &kind) && kind == CHECK_MOD97);
	CHECK(check_digit_from_name("MOD97}", 5, &kind) && kind == CHECK_MOD97);
	CHECK(!check_digit_from_name("MOD97", 4, &kind));
	CHECK(!check_digit_from_name("luhn", 4, &kind));
	CHECK(!check_digit_from_name("", 0, &kind));
	CHECK(!check_digit_from_name("LUHNX", 5, &kind));
	CHECK_TEXT(check_digit_name(CHECK_LUHN), "LUHN", NULL);
	CHECK_TEXT(check_digit_name(CHECK_DAMM), "DAMM", NULL);
	CHECK_TEXT(check_digit_name(CHECK_MOD97), "MOD97", NULL);
	CHECK_INT(check_digit_width(CHECK_LUHN), 1, NULL);
	CHECK_INT(check_digit_width(CHECK_DAMM), 1, NULL);
	CHECK_INT(check_digit_width(CHECK_MOD97), 2, NULL);
}

/*
 * Published numbers: cards, bank accounts, legal entities, references.
 */
static void
test_vectors(void)
{
	static const struct
	{
		CheckDigitKind kind;
		const char *text;
		const char *check;
	}			cases[] = {
		{CHECK_LUHN, "7992739871", "3"},
		{CHECK_LUHN, "411111111111111", "1"},
		{CHECK_LUHN, "37828224631000", "5"},
		{CHECK_LUHN, "555555555555444", "4"},
		{CHECK_LUHN, "601111111111111", "7"},
		{CHECK_LUHN, "0", "0"},
		{CHECK_LUHN, "1", "8"},
		{CHECK_LUHN, "5", "9"},
		{CHECK_LUHN, "", "0"},
		{CHECK_LUHN, "799-2739/871 x", "3"},
		{CHECK_DAMM, "572", "4"},
		{CHECK_DAMM, "0", "0"},
		{CHECK_DAMM, "", "0"},
		{CHECK_DAMM, "INV 5-7-2", "4"},
		{CHECK_MOD97, "794", "44"},
		{CHECK_MOD97, "WEST12345698765432GB", "82"},
		{CHECK_MOD97, "west12345698765432gb", "82"},
		{CHECK_MOD97, "370400440532013000DE", "89"},
		{CHECK_MOD97, "5493001KJTIIGC8Y1R", "12"},
		{CHECK_MOD97, "539007547034RF", "18"},
		{CHECK_MOD97, "5-3900_75.47/034 rf", "18"},
		{CHECK_MOD97, "", "98"},
		{CHECK_MOD97, "0", "98"},
		{CHECK_MOD97, "A", "68"},
		{CHECK_MOD97, "Z", "90"},
		{CHECK_MOD97, "\xC3\x84" "794\xE2\x82\xAC", "44"},
		{CHECK_MOD97, "79@4[`{:/", "44"}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_TEXT(check_of(cases[i].kind, cases[i].text), cases[i].check, cases[i].text);
}

/*
 * A number followed by its check digits is sound by the definition of each
 * system.
 */
static void
test_definition(void)
{
	int			number;

	for (number = 0; number < 20000; number++)
	{
		char		text[16];
		char		whole[24];
		int64_t		value;

		snprintf(text, sizeof(text), "%d", number);
		snprintf(whole, sizeof(whole), "%s%s", text, check_of(CHECK_DAMM, text));
		CHECK_TEXT(check_of(CHECK_DAMM, whole), "0", text);
		value = (int64_t) number * 100 + (check_of(CHECK_MOD97, text)[0] - '0') * 10 +
			check_of(CHECK_MOD97, text)[1] - '0';
		CHECK_INT(value % 97, 1, text);
		snprintf(whole, sizeof(whole), "%s%s0", text, check_of(CHECK_LUHN, text));
		CHECK_TEXT(check_of(CHECK_LUHN, whole), "0", text);
	}
}

/*
 * Every wrong digit is found, by DAMM and MOD97 every swap of neighbours, and
 * by LUHN all but those of 0 and 9.
 */
static void
test_errors_found(void)
{
	size_t		k;

	for (k = 0; k < 3; k++)
	{
		int			number;

		for (number = 0; number < 10000; number++)
		{
			char		text[16];
			char		check[4];
			int			i;

			snprintf(text, sizeof(text), "%04d", number);
			snprintf(check, sizeof(check), "%s", check_of(kinds[k], text));
			for (i = 0; i < 4; i++)
			{
				char		digit = text[i];
				char		other;

				for (other = '0'; other <= '9'; other++)
				{
					text[i] = other;
					CHECK_NOTE((strcmp(check_of(kinds[k], text), check) == 0) == (other == digit),
							   text);
				}
				text[i] = digit;
			}
			for (i = 0; i < 3; i++)
			{
				char		left = text[i];
				char		right = text[i + 1];
				bool		missed = left == right ||
				(kinds[k] == CHECK_LUHN && left + right == '0' + '9' &&
				 (left == '0' || right == '0'));

				text[i] = right;
				text[i + 1] = left;
				CHECK_NOTE((strcmp(check_of(kinds[k], text), check) == 0) == missed, text);
				text[i] = left;
				text[i + 1] = right;
			}
		}
	}
}

const UnitTest check_digit_tests[] = {
	{"check_digit: names and widths", test_names},
	{"check_digit: published numbers", test_vectors},
	{"check_digit: the definitions", test_definition},
	{"check_digit: the errors that each finds", test_errors_found},
	{NULL, NULL}
};
