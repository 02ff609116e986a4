/*
 * Fuzz target: check digits.
 *
 * Each is verified by the rule of its standard, written down here another way:
 * with its check digits a text has the remainder that it must have.  One digit
 * changed, or two neighbours exchanged (but for 09 and 90 in LUHN), gives
 * other check digits.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char damm[] =
"0317598642" "7092154863" "4206871359" "1750983426" "6123045978"
"3674209581" "5869720134" "8945362017" "9438617205" "2581436790";

/*
 * LUHN: from the right, the check digit being the first, every second digit
 * is doubled and its digits added; the sum ends in 0.
 */
static bool
luhn_holds(const char *text, size_t bytes)
{
	int			sum = 0;
	int			place = 0;

	while (bytes-- > 0)
	{
		int			digit = text[bytes] - '0';

		if (digit < 0 || digit > 9)
			continue;
		if (place++ % 2 == 1)
			digit *= 2;
		sum += digit / 10 + digit % 10;
	}
	return sum % 10 == 0;
}

/*
 * DAMM: the last interim digit is 0.
 */
static bool
damm_holds(const char *text, size_t bytes)
{
	int			interim = 0;
	size_t		i;

	for (i = 0; i < bytes; i++)
	{
		if (text[i] >= '0' && text[i] <= '9')
			interim = damm[10 * interim + text[i] - '0'] - '0';
	}
	return interim == 0;
}

/*
 * MOD97: the number written with A=10 to Z=35 leaves 1.
 */
static bool
mod97_holds(const char *text, size_t bytes)
{
	int			rest = 0;
	size_t		i;

	for (i = 0; i < bytes; i++)
	{
		int			c = (unsigned char) text[i];

		if (c >= 'a' && c <= 'z')
			c += 'A' - 'a';
		if (c >= '0' && c <= '9')
			rest = (rest * 10 + c - '0') % 97;
		else if (c >= 'A' && c <= 'Z')
			rest = (rest * 100 + c - 'A' + 10) % 97;
	}
	return rest == 1;
}

/*
 * Checks a kind of check digit on a text with room for the digits.
 */
static void
check_kind(CheckDigitKind kind, char *text, size_t bytes)
{
	char		digits[CHECK_DIGIT_MAX];
	int			ndigits = check_digit_compute(kind, text, bytes, digits);

	FUZZ_CHECK(ndigits == check_digit_width(kind));
	memcpy(text + bytes, digits, (size_t) ndigits);
	bytes += (size_t) ndigits;
	if (kind == CHECK_LUHN)
		FUZZ_CHECK(luhn_holds(text, bytes));
	else if (kind == CHECK_DAMM)
		FUZZ_CHECK(damm_holds(text, bytes));
	else
		FUZZ_CHECK(mod97_holds(text, bytes));
}

/*
 * Makes an error in a text, and checks that its digits tell.
 */
static void
check_error(CheckDigitKind kind, char *text, size_t bytes, size_t at)
{
	char		before[CHECK_DIGIT_MAX] = {0};
	char		after[CHECK_DIGIT_MAX] = {0};
	char		kept = text[at];

	if (kept < '0' || kept > '9')
		return;
	check_digit_compute(kind, text, bytes, before);
	text[at] = (char) ('0' + (kept - '0' + 1 + (int) (bytes % 9)) % 10);
	check_digit_compute(kind, text, bytes, after);
	FUZZ_CHECK(memcmp(before, after, sizeof(before)) != 0);
	text[at] = kept;

	if (at + 1 == bytes || text[at + 1] < '0' || text[at + 1] > '9' || text[at + 1] == kept ||
		(kind == CHECK_LUHN && kept + text[at + 1] == '0' + '9' && (kept == '0' || kept == '9')))
		return;
	text[at] = text[at + 1];
	text[at + 1] = kept;
	check_digit_compute(kind, text, bytes, after);
	FUZZ_CHECK(memcmp(before, after, sizeof(before)) != 0);
	text[at + 1] = text[at];
	text[at] = kept;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"LUHN", "DAMM", "MOD97"};
	char	   *text = malloc(size + CHECK_DIGIT_MAX);
	CheckDigitKind kind;
	int			i;

	for (i = 0; i < 3; i++)
	{
		FUZZ_CHECK(check_digit_from_name(names[i], strlen(names[i]), &kind));
		FUZZ_CHECK(strcmp(check_digit_name(kind), names[i]) == 0);
		memcpy(text, data, size);
		check_kind(kind, text, size);
		if (size > 0)
			check_error(kind, text, size, data[0] % size);
	}
	/* a text is no name unless it is one of the three */
	if (check_digit_from_name((const char *) data, size, &kind))
		FUZZ_CHECK(size == strlen(names[kind]) && memcmp(data, names[kind], size) == 0);
	fuzz_reached();
	free(text);
	return 0;
}
