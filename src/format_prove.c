/*-------------------------------------------------------------------------
 *
 * format_prove.c
 *	  Number formats: prove that one may be used, and that values may.
 *
 * Why a number has one reading.  All pieces but dimensions and {SEQ} have a
 * fixed width.  Each dimension but the last one shown is directly followed by
 * a literal, its terminator, and format_check_values refuses a value that
 * would let the terminator appear earlier; so a reader who goes from left to
 * right knows where each of these values ends.  The last one ends where the
 * rest, read from the right, begins.  Between {SEQ} and a dimension stands,
 * among pieces of fixed width, a character of a literal that is no digit; so
 * from whichever side a reader comes, the run of digits that holds {SEQ}
 * ends there.  Without a dimension on its right, {SEQ} ends where the rest,
 * which is fixed, begins.
 *
 * Memory: writes into the caller's Problem, nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "format.h"

#include <string.h>

#include "format_internal.h"
#include "printable.h"

static bool prove_dimensions(const Format *format, Problem *problem);
static bool prove_sequence(const Format *format, Problem *problem);
static bool sequence_is_delimited(const Format *format, int sequence, int step);
static bool prove_scope(const Format *format, const ScopeSpec *scope, Problem *problem);
static const char *period_needs(const Format *format, PeriodKind period);
static bool prove_length(const Format *format, const FormatContext *context, Problem *problem);
static int	count_digits(int64_t value);
static bool ends_early(const ScopeValue *value, const char *terminator, size_t bytes);

/*
 * Proves that a format which was read may be used: its numbers can be parsed
 * back, it shows the scope, and its numbers fit.
 *
 * Returns false, with the problem filled, if not.
 */
bool
format_prove(const Format *format, const FormatContext *context, Problem *problem)
{
	return prove_dimensions(format, problem) &&
		prove_sequence(format, problem) &&
		(context->unique_per_scope || prove_scope(format, context->scope, problem)) &&
		prove_length(format, context, problem);
}

/*
 * Checks the values that the format shows: each but the last must end where
 * its terminator first appears.
 *
 * There is a value for each dimension of the scope, checked already by
 * scope_value_check.  Returns false, with the problem filled, if the number
 * could not be parsed back.
 */
bool
format_check_values(const Format *format, const ScopeSpec *scope,
					const ScopeValue *values, Problem *problem)
{
	int			left = format->ntext;	/* dimensions to come */
	int			i;

	for (i = 0; left > 1; i++)
	{
		const FormatPiece *piece = &format->piece[i];
		const FormatPiece *literal = piece + 1;
		const ScopeValue *value;
		const char *name;

		if (piece->kind != FORMAT_DIMENSION)
			continue;
		left--;
		value = &values[piece->number];
		name = scope->name[piece->number];
		if (ends_early(value, format->text + literal->start, (size_t) literal->bytes))
		{
			problem_set(problem, "value of %s holds the text that ends it in the number", name);
			problem_detail(problem, "After {%s} the format has \"%.*s\", which in \"%.*s\" comes "
						   "too early.", name, literal->bytes, format->text + literal->start,
						   (int) value->bytes, value->text);
			return problem_hint(problem, "Use a value without that text, or a format with "
								"another text after {%s}.", name);
		}
	}
	return true;
}

/*
 * Proves that each dimension but the last is directly followed by a literal.
 */
static bool
prove_dimensions(const Format *format, Problem *problem)
{
	int			left = format->ntext;	/* dimensions to come */
	int			i;

	for (i = 0; left > 1; i++)
	{
		const FormatPiece *piece = &format->piece[i];
		const char *name;

		if (piece->kind != FORMAT_DIMENSION)
			continue;
		left--;
		name = format->dimension_name[piece->number];
		if (piece[1].kind != FORMAT_LITERAL)
		{
			problem_set(problem, "format has no text directly after {%s}", name);
			problem_detail(problem, "Another dimension follows, and nothing would say where the "
						   "value of %s ends.", name);
			return problem_hint(problem, "Put a separator, such as -, after {%s}.", name);
		}
	}
	return true;
}

/*
 * Proves that there is {SEQ}, and that its digits cannot run into a
 * dimension's value.
 */
static bool
prove_sequence(const Format *format, Problem *problem)
{
	int			sequence = 0;

	while (sequence < format->npieces && format->piece[sequence].kind != FORMAT_SEQ)
		sequence++;
	if (sequence == format->npieces)
	{
		problem_set(problem, "format has no {SEQ}");
		return problem_hint(problem, "Add the running number with its least number of digits, "
							"such as {SEQ:5}.");
	}
	if (!sequence_is_delimited(format, sequence, -1) ||
		!sequence_is_delimited(format, sequence, 1))
	{
		problem_set(problem, "format does not separate {SEQ} from a dimension");
		problem_detail(problem, "The digits of {SEQ} could be taken for a part of the "
					   "dimension's value.");
		return problem_hint(problem, "Put a separator that is no digit, such as -, between them.");
	}
	return true;
}

/*
 * Stands there, from {SEQ} in the direction of step, a literal with a
 * character other than a digit before any dimension?
 */
static bool
sequence_is_delimited(const Format *format, int sequence, int step)
{
	int			i;

	for (i = sequence + step; i >= 0 && i < format->npieces; i += step)
	{
		const FormatPiece *piece = &format->piece[i];
		int			k;

		if (piece->kind == FORMAT_DIMENSION)
			return false;
		for (k = 0; k < piece->bytes; k++)
		{
			if (!format_is_digit(format->text[piece->start + k]))
				return true;
		}
	}
	return true;
}

/*
 * Proves that the format shows every dimension of the scope and its period,
 * so that two scopes never have the same number.
 */
static bool
prove_scope(const Format *format, const ScopeSpec *scope, Problem *problem)
{
	const char *name = period_name(scope->period);
	int			i;

	for (i = 0; i < scope->ndimensions; i++)
	{
		if (!format_shows(format, FORMAT_DIMENSION, i))
		{
			problem_set(problem, "format does not show dimension %s of the scope", scope->name[i]);
			problem_detail(problem, "Two scopes would have the same numbers.");
			return problem_hint(problem, "Add {%s}, or make numbers unique per scope only.",
								scope->name[i]);
		}
	}
	if (!format_shows_period(format, scope->period))
	{
		problem_set(problem, "format does not show the period %s of the scope", name);
		problem_detail(problem, "%s needs %s.", name, period_needs(format, scope->period));
		return problem_hint(problem,
							"Add what is missing, or make numbers unique per scope only.");
	}
	return true;
}

/*
 * Does the format tell any two periods of a kind apart?  (A year is told by
 * its last two digits: a century is taken for granted.)
 */
bool
format_shows_period(const Format *format, PeriodKind period)
{
	bool		fiscal = format_shows(format, FORMAT_FY, -1) || format_shows(format, FORMAT_FY2, -1) ||
	format_shows(format, FORMAT_FYE, -1) || format_shows(format, FORMAT_FYE2, -1);
	bool		year = format_shows(format, FORMAT_YYYY, -1) || format_shows(format, FORMAT_YY, -1);
	bool		month = format_shows(format, FORMAT_MM, -1);

	if (format->fiscal_year_start == 1)
		year = year || fiscal;
	else if (period == PERIOD_YEARLY)
		year = fiscal;

	switch (period)
	{
		case PERIOD_YEARLY:
			return year;
		case PERIOD_QUARTERLY:
			return year && (month || format_shows(format, FORMAT_Q, -1));
		case PERIOD_MONTHLY:
			return year && month;
		case PERIOD_WEEKLY:
			return format_shows(format, FORMAT_IYYY, -1) && format_shows(format, FORMAT_IW, -1);
		case PERIOD_DAILY:
			return year && month && format_shows(format, FORMAT_DD, -1);
		default:
			return true;
	}
}

/*
 * Returns the tokens that a period, other than PERIOD_NONE, needs.
 */
static const char *
period_needs(const Format *format, PeriodKind period)
{
	/* indexed by PeriodKind */
	static const char *const needs[] = {
		NULL,
		"{YYYY} or {YY}",
		"{YYYY} or {YY}, and {Q} or {MM}",
		"{YYYY} or {YY}, and {MM}",
		"{IYYY} and {IW}",
		"{YYYY} or {YY}, {MM} and {DD}"
	};

	if (period == PERIOD_YEARLY && format->fiscal_year_start != 1)
		return "{FY} or {FYE}, because its fiscal year does not start in January";
	return needs[period];
}

/*
 * Proves that the longest number fits, as far as it is known: a dimension's
 * value has at least one character.
 */
static bool
prove_length(const Format *format, const FormatContext *context, Problem *problem)
{
	int			longest = (int) printable_length(format->text, (size_t) format->text_bytes,
												 format->utf8);
	int			i;

	for (i = 0; i < format->npieces; i++)
	{
		const FormatPiece *piece = &format->piece[i];
		int			digits = count_digits(context->max_value);

		if (piece->kind == FORMAT_DIMENSION)
			longest++;
		else if (piece->kind == FORMAT_SEQ)
			longest += piece->number > digits ? piece->number : digits;
		else if (piece->kind != FORMAT_LITERAL)
			longest += format_piece_width(piece);
	}
	if (longest > context->max_length)
	{
		problem_set(problem, "format makes numbers that are too long");
		problem_detail(problem, "The longest has at least %d characters; at most %d are allowed.",
					   longest, context->max_length);
		return problem_hint(problem, "Shorten the format, or raise max_length.");
	}
	return true;
}

/*
 * Returns the number of digits of a value, at least 1.
 */
static int
count_digits(int64_t value)
{
	int			digits = 1;

	while (value >= 10)
	{
		value /= 10;
		digits++;
	}
	return digits;
}

/*
 * Does the terminator, in the text made of value and terminator, first appear
 * before the value's end?
 */
static bool
ends_early(const ScopeValue *value, const char *terminator, size_t bytes)
{
	size_t		at;

	for (at = 0; at < value->bytes; at++)
	{
		size_t		inside = value->bytes - at;

		if (inside > bytes)
			inside = bytes;
		/* the rest of it would be the beginning of the terminator itself */
		if (memcmp(value->text + at, terminator, inside) == 0 &&
			memcmp(terminator, terminator + inside, bytes - inside) == 0)
			return true;
	}
	return false;
}
