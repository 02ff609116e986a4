/*-------------------------------------------------------------------------
 *
 * check_digit.c
 *	  Check digits: LUHN, DAMM, MOD97.
 *
 * LUHN is the double-add-double formula of ISO/IEC 7812-1, annex B.  DAMM is
 * the algorithm of H. M. Damm, "Total anti-symmetrische Quasigruppen"
 * (Marburg 2004), with the quasigroup of order 10 given there.  MOD97 is
 * the pure system MOD 97-10 of ISO/IEC 7064; its letters stand for A=10 to
 * Z=35, as in ISO 13616.
 *
 * All three find every single wrong digit; DAMM and MOD97 also every swap of
 * neighbours.
 *
 * Memory: none but the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "check_digit.h"

#include <string.h>

typedef struct CheckDigitSystem
{
	const char *name;
	int			width;
	int			(*compute) (const char *text, size_t bytes);
} CheckDigitSystem;

static int	compute_luhn(const char *text, size_t bytes);
static int	compute_damm(const char *text, size_t bytes);
static int	compute_mod97(const char *text, size_t bytes);
static bool is_digit(char c);
static int	character_value(char c);

/* indexed by CheckDigitKind */
static const CheckDigitSystem systems[] = {
	{"LUHN", 1, compute_luhn},
	{"DAMM", 1, compute_damm},
	{"MOD97", 2, compute_mod97}
};

/*
 * Finds the kind of that name (bytes long, case-sensitive).  Returns false,
 * and leaves kind alone, if there is none.
 */
bool
check_digit_from_name(const char *name, size_t bytes, CheckDigitKind *kind)
{
	int			i;

	for (i = CHECK_LUHN; i <= CHECK_MOD97; i++)
	{
		if (strlen(systems[i].name) == bytes &&
			memcmp(systems[i].name, name, bytes) == 0)
		{
			*kind = (CheckDigitKind) i;
			return true;
		}
	}
	return false;
}

/*
 * Returns the name of a kind.
 */
const char *
check_digit_name(CheckDigitKind kind)
{
	return systems[kind].name;
}

/*
 * Returns how many digits a kind writes.
 */
int
check_digit_width(CheckDigitKind kind)
{
	return systems[kind].width;
}

/*
 * Writes the check digits of a text, not terminated, and returns their
 * number.
 */
int
check_digit_compute(CheckDigitKind kind, const char *text, size_t bytes,
					char digits[CHECK_DIGIT_MAX])
{
	int			check = systems[kind].compute(text, bytes);
	int			width = systems[kind].width;
	int			i;

	for (i = width - 1; i >= 0; i--)
	{
		digits[i] = (char) ('0' + check % 10);
		check /= 10;
	}
	return width;
}

/*
 * LUHN: returns the digit that makes the sum a multiple of 10, where from the
 * right every second digit, the last one of the text first, counts double and
 * as the sum of its digits.
 */
static int
compute_luhn(const char *text, size_t bytes)
{
	int			sum = 0;
	bool		twice = true;
	size_t		i;

	for (i = bytes; i > 0; i--)
	{
		int			digit;

		if (!is_digit(text[i - 1]))
			continue;
		digit = text[i - 1] - '0';
		if (twice)
			digit = 2 * digit - (digit > 4 ? 9 : 0);
		sum = (sum + digit) % 10;
		twice = !twice;
	}
	return (10 - sum) % 10;
}

/*
 * DAMM: returns the digit that takes the quasigroup's interim digit back to 0.
 */
static int
compute_damm(const char *text, size_t bytes)
{
	static const char quasigroup[10][10] = {
		{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
		{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
		{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
		{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
		{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
		{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
		{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
		{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
		{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
		{2, 5, 8, 1, 4, 3, 6, 7, 9, 0}
	};
	int			interim = 0;
	size_t		i;

	for (i = 0; i < bytes; i++)
	{
		if (is_digit(text[i]))
			interim = quasigroup[interim][text[i] - '0'];
	}
	return interim;				/* the diagonal is 0 */
}

/*
 * MOD97: returns the two digits, 02 to 98, that make the number, the text
 * followed by them, leave 1 when divided by 97.
 */
static int
compute_mod97(const char *text, size_t bytes)
{
	int			rest = 0;
	size_t		i;

	for (i = 0; i < bytes; i++)
	{
		int			value = character_value(text[i]);

		if (value >= 10)
			rest = (rest * 100 + value) % 97;
		else if (value >= 0)
			rest = (rest * 10 + value) % 97;
	}
	return 98 - rest * 100 % 97;
}

/*
 * Is it an ASCII digit?
 */
static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Returns what an ASCII digit or letter stands for, -1 for all else.
 */
static int
character_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return -1;
}
