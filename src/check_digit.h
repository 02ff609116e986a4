/*-------------------------------------------------------------------------
 *
 * check_digit.h
 *	  Check digits: LUHN (ISO/IEC 7812-1), DAMM, MOD97 (ISO/IEC 7064 MOD 97-10).
 *
 * LUHN and DAMM cover the ASCII digits of a text, MOD97 its ASCII digits and
 * letters (A=10 to Z=35, either case); all else is ignored.
 *
 * Pure: no server, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_CHECK_DIGIT_H
#define DOCNUM_CHECK_DIGIT_H

#include "problem.h"

typedef enum CheckDigitKind
{
	CHECK_LUHN,
	CHECK_DAMM,
	CHECK_MOD97
} CheckDigitKind;

#define CHECK_DIGIT_MAX 2		/* digits of the longest kind */

/* Finds the kind of that name (LUHN, DAMM, MOD97); false if there is none. */
extern bool check_digit_from_name(const char *name, size_t bytes, CheckDigitKind *kind);
extern const char *check_digit_name(CheckDigitKind kind);

/* How many digits the kind writes: 1, or 2 for MOD97. */
extern int	check_digit_width(CheckDigitKind kind);

/* Writes the check digits of a text (not terminated); returns their number. */
extern int	check_digit_compute(CheckDigitKind kind, const char *text, size_t bytes,
								char digits[CHECK_DIGIT_MAX]);

#endif							/* DOCNUM_CHECK_DIGIT_H */
