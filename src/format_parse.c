/*-------------------------------------------------------------------------
 *
 * format_parse.c
 *	  Number formats: read a number back.
 *
 * Invariants: by format_parse, a text is accepted if and only if format_render gives it for
 * some values that scope_value_check and format_check_values allow, a date
 * from 0001-01-01 to 9999-12-31 and a sequence from 1 to FORMAT_VALUE_MAX;
 * rendering what was parsed gives the text again.  No byte beyond the given
 * length is read.
 *
 * A reader goes from left to right; format_prove.c says why that has one
 * outcome.
 *
 * Memory: writes into the caller's FormatParsed and Problem, nothing else.
 * What was parsed points into the caller's text.
 *
 *-------------------------------------------------------------------------
 */
#include "format.h"

#include <string.h>

#include "format_internal.h"
#include "printable.h"

typedef struct FormatParser
{
	const Format *format;
	const char *text;
	size_t		bytes;
	size_t		at;				/* all before it is read */
	int			last_dimension; /* index of its piece, or -1 */
	bool		any_padding;	/* of {SEQ} */
	int			shown[FORMAT_KINDS];	/* what each date token shows */
	FormatParsed *parsed;
	Problem    *problem;
} FormatParser;

#define ANY_YEAR 2000

static bool parse(const Format *format, const char *text, size_t bytes, bool any_padding,
				  FormatParsed *parsed, Problem *problem);
static bool parse_piece(FormatParser *parser, int index);
static bool parse_literal(FormatParser *parser, const FormatPiece *piece);
static bool parse_dimension(FormatParser *parser, int index);
static bool find_end_of_last(const FormatParser *parser, size_t *end);
static bool find_terminator(const FormatParser *parser, const FormatPiece *literal, size_t *end);
static bool parse_sequence(FormatParser *parser, int index);
static size_t surplus_zeros(const FormatParser *parser, size_t ndigits);
static bool parse_date(FormatParser *parser, const FormatPiece *piece);
static bool parse_check(FormatParser *parser, const FormatPiece *piece);
static size_t fixed_bytes_after(const Format *format, int index);
static size_t digits_beside(const Format *format, int sequence, int step);
static bool read_digits(const FormatParser *parser, size_t ndigits, int64_t *number);
static void fill_date(FormatParser *parser);
static bool fill_year(const FormatParser *parser, FormatPieceKind full, FormatPieceKind short_form,
					  int *year, bool *two_digits);
static size_t mismatch(FormatParser *parser);

/*
 * Parses a number, bytes long.
 *
 * Returns false, with the problem filled, if the format gives no such number;
 * what was parsed is then of no use.
 */
bool
format_parse(const Format *format, const char *text, size_t bytes, FormatParsed *parsed,
			 Problem *problem)
{
	return parse(format, text, bytes, false, parsed, problem);
}

/*
 * Parses a number whose running number may have fewer or more zeros before it
 * than rendering gives; parsed->padded_otherwise tells.  It may be 0, too.
 * Else as format_parse.
 */
bool
format_parse_any_padding(const Format *format, const char *text, size_t bytes,
						 FormatParsed *parsed, Problem *problem)
{
	return parse(format, text, bytes, true, parsed, problem);
}

/*
 * Parses a number, from its first piece to its last.
 */
static bool
parse(const Format *format, const char *text, size_t bytes, bool any_padding,
	  FormatParsed *parsed, Problem *problem)
{
	FormatParser parser;
	FormatDate	date;
	int			i;

	memset(parsed, 0, sizeof(*parsed));
	parser.format = format;
	parser.text = text;
	parser.bytes = bytes;
	parser.at = 0;
	parser.any_padding = any_padding;
	parser.parsed = parsed;
	parser.problem = problem;
	for (i = 0; i < FORMAT_KINDS; i++)
		parser.shown[i] = FORMAT_NOT_SHOWN;
	parser.last_dimension = format->npieces - 1;
	while (parser.last_dimension >= 0 &&
		   format->piece[parser.last_dimension].kind != FORMAT_DIMENSION)
		parser.last_dimension--;

	/* nothing can remain: {SEQ} or the last dimension takes all that is left */
	for (i = 0; i < format->npieces; i++)
	{
		if (!parse_piece(&parser, i))
			return false;
	}
	memcpy(parsed->shown, parser.shown, sizeof(parsed->shown));
	if (format->shows_date && !format_find_date(format, parsed, ANY_YEAR, &date))
	{
		problem_set(problem, "document number does not match the format");
		return problem_detail(problem, "The parts of its date do not belong to one date.");
	}
	fill_date(&parser);
	return true;
}

/*
 * Parses what one piece gave, from parser->at on.
 */
static bool
parse_piece(FormatParser *parser, int index)
{
	const FormatPiece *piece = &parser->format->piece[index];

	if (piece->kind == FORMAT_LITERAL)
		return parse_literal(parser, piece);
	if (piece->kind == FORMAT_DIMENSION)
		return parse_dimension(parser, index);
	if (piece->kind == FORMAT_SEQ)
		return parse_sequence(parser, index);
	if (piece->kind == FORMAT_CHECK)
		return parse_check(parser, piece);
	return parse_date(parser, piece);
}

/*
 * Parses a literal.
 */
static bool
parse_literal(FormatParser *parser, const FormatPiece *piece)
{
	const char *literal = parser->format->text + piece->start;
	size_t		bytes = (size_t) piece->bytes;

	if (parser->bytes - parser->at < bytes ||
		memcmp(parser->text + parser->at, literal, bytes) != 0)
	{
		size_t		position = mismatch(parser);

		return problem_detail(parser->problem, "\"%.*s\" is expected at character %zu.",
							  piece->bytes, literal, position);
	}
	parser->at += bytes;
	return true;
}

/*
 * Parses the value of a dimension.
 */
static bool
parse_dimension(FormatParser *parser, int index)
{
	const FormatPiece *piece = &parser->format->piece[index];
	const char *name = parser->format->dimension_name[piece->number];
	ScopeValue *value = &parser->parsed->dimension[piece->number];
	bool		found;
	size_t		end;

	if (index == parser->last_dimension)
		found = find_end_of_last(parser, &end);
	else
		found = find_terminator(parser, piece + 1, &end);
	if (!found)
	{
		size_t		position = mismatch(parser);

		return problem_detail(parser->problem, "A value of %s, and what the format has after it, "
							  "are expected at character %zu.", name, position);
	}
	value->text = parser->text + parser->at;
	value->bytes = end - parser->at;
	parser->at = end;
	return scope_value_check(name, value, parser->format->utf8, parser->problem);
}

/*
 * Finds the end of the last dimension's value: what remains before the pieces
 * on its right, whose width is fixed but for {SEQ}.
 */
static bool
find_end_of_last(const FormatParser *parser, size_t *end)
{
	const Format *format = parser->format;
	size_t		right = fixed_bytes_after(format, parser->last_dimension);
	size_t		rest = parser->bytes - parser->at;
	int			sequence = format->npieces - 1;

	while (sequence > parser->last_dimension && format->piece[sequence].kind != FORMAT_SEQ)
		sequence--;
	if (right >= rest)
		return false;
	if (sequence > parser->last_dimension)
	{
		size_t		stop = parser->bytes - fixed_bytes_after(format, sequence);
		size_t		start = stop;
		size_t		beside = digits_beside(format, sequence, -1);

		while (start > parser->at && format_is_digit(parser->text[start - 1]))
			start--;
		if (stop - start < beside)
			return false;
		right += stop - start - beside;
		if (right >= rest)
			return false;
	}
	*end = parser->bytes - right;
	return true;
}

/*
 * Finds the end of a dimension's value: where its terminator first appears.
 */
static bool
find_terminator(const FormatParser *parser, const FormatPiece *literal, size_t *end)
{
	const char *terminator = parser->format->text + literal->start;
	size_t		bytes = (size_t) literal->bytes;

	for (*end = parser->at; parser->bytes - *end >= bytes; (*end)++)
	{
		if (memcmp(parser->text + *end, terminator, bytes) == 0)
			return true;
	}
	return false;
}

/*
 * Parses the running number.
 */
static bool
parse_sequence(FormatParser *parser, int index)
{
	const Format *format = parser->format;
	size_t		width = (size_t) format->piece[index].number;
	size_t		rest = parser->bytes - parser->at;
	size_t		run = 0;
	size_t		surplus = 0;
	size_t		others;

	if (index < parser->last_dimension)
	{
		/* the run of digits ends at a literal */
		while (run < rest && format_is_digit(parser->text[parser->at + run]))
			run++;
		others = digits_beside(format, index, 1);
	}
	else
	{
		run = rest;
		others = fixed_bytes_after(format, index);
	}

	if (parser->any_padding && run > others)
	{
		surplus = surplus_zeros(parser, run - others);
		parser->parsed->padded_otherwise = run - others < width || (surplus > 0 && run - others > width);
		width = 1;
	}
	if (run >= others + width && run - others - surplus <= FORMAT_SEQ_MAX)
	{
		parser->at += surplus;
		if (read_digits(parser, run - others - surplus, &parser->parsed->sequence) &&
			(parser->any_padding ||
			 (parser->parsed->sequence > 0 && (run - others == width || parser->text[parser->at] != '0'))))
		{
			parser->at += run - others - surplus;
			return true;
		}
		parser->at -= surplus;
	}
	run = mismatch(parser);
	if (parser->any_padding)
		return problem_detail(parser->problem, "A number of at most %d digits is expected "
							  "at character %zu.", FORMAT_SEQ_MAX, run);
	return problem_detail(parser->problem, "A number from 1, in at least %d digits and without "
						  "surplus zeros, is expected at character %zu.", (int) width, run);
}

/*
 * Returns how many zeros stand before the last of that many digits, or before
 * the first other digit.
 */
static size_t
surplus_zeros(const FormatParser *parser, size_t ndigits)
{
	size_t		zeros = 0;

	while (zeros + 1 < ndigits && parser->text[parser->at + zeros] == '0')
		zeros++;
	return zeros;
}

/*
 * Parses a part of the date; the same part shown twice must agree.
 */
static bool
parse_date(FormatParser *parser, const FormatPiece *piece)
{
	const FormatDateToken *token = format_date_token(piece->kind);
	int		   *shown = &parser->shown[piece->kind];
	int64_t		number;
	size_t		position;

	if (read_digits(parser, (size_t) token->width, &number) &&
		number >= token->low && number <= token->high &&
		(*shown == FORMAT_NOT_SHOWN || *shown == number))
	{
		*shown = (int) number;
		parser->at += (size_t) token->width;
		return true;
	}
	position = mismatch(parser);
	if (*shown != FORMAT_NOT_SHOWN)
		return problem_detail(parser->problem, "{%s} is expected at character %zu: %0*d again.",
							  token->name, position, token->width, *shown);
	return problem_detail(parser->problem, "{%s} is expected at character %zu: %0*d to %d.",
						  token->name, position, token->width, token->low, token->high);
}

/*
 * Parses check digits, and compares them with those of all that stands before
 * them.
 */
static bool
parse_check(FormatParser *parser, const FormatPiece *piece)
{
	CheckDigitKind kind = (CheckDigitKind) piece->number;
	char		digits[CHECK_DIGIT_MAX];
	int			ndigits = check_digit_compute(kind, parser->text, parser->at, digits);

	if (parser->bytes - parser->at < (size_t) ndigits ||
		memcmp(parser->text + parser->at, digits, (size_t) ndigits) != 0)
	{
		size_t		position = mismatch(parser);

		return problem_detail(parser->problem, "Check digit %.*s (%s) is expected at character "
							  "%zu.", ndigits, digits, check_digit_name(kind), position);
	}
	parser->at += (size_t) ndigits;
	return true;
}

/*
 * Returns the bytes of all pieces of fixed width after one.
 */
static size_t
fixed_bytes_after(const Format *format, int index)
{
	size_t		bytes = 0;
	int			i;

	for (i = index + 1; i < format->npieces; i++)
		bytes += (size_t) format_piece_width(&format->piece[i]);
	return bytes;
}

/*
 * Returns how many digits stand between {SEQ} and the first character that is
 * no digit, in the direction of step.  There is such a character, in a
 * literal, since a dimension lies in that direction.
 */
static size_t
digits_beside(const Format *format, int sequence, int step)
{
	const FormatPiece *piece = &format->piece[sequence + step];
	size_t		digits = 0;

	for (;; piece += step)
	{
		const char *literal = format->text + piece->start;
		int			k;

		if (piece->kind != FORMAT_LITERAL)
		{
			digits += (size_t) format_piece_width(piece);
			continue;
		}
		for (k = 0; k < piece->bytes; k++)
		{
			if (!format_is_digit(step > 0 ? literal[k] : literal[piece->bytes - 1 - k]))
				return digits;
			digits++;
		}
	}
}

/*
 * Reads exactly that many digits, at most FORMAT_SEQ_MAX, without moving on.
 */
static bool
read_digits(const FormatParser *parser, size_t ndigits, int64_t *number)
{
	size_t		i;

	if (parser->bytes - parser->at < ndigits)
		return false;
	*number = 0;
	for (i = 0; i < ndigits; i++)
	{
		char		c = parser->text[parser->at + i];

		if (!format_is_digit(c))
			return false;
		*number = *number * 10 + (c - '0');
	}
	return true;
}

/*
 * Fills the date of what was parsed.
 */
static void
fill_date(FormatParser *parser)
{
	FormatParsed *parsed = parser->parsed;
	const int  *shown = parser->shown;
	bool		unused;

	parsed->has_year = fill_year(parser, FORMAT_YYYY, FORMAT_YY, &parsed->year,
								 &parsed->year_two_digits);
	parsed->has_iso_year = fill_year(parser, FORMAT_IYYY, FORMAT_IYYY, &parsed->iso_year, &unused);
	parsed->has_fiscal_year = fill_year(parser, FORMAT_FY, FORMAT_FY2, &parsed->fiscal_year,
										&parsed->fiscal_two_digits);
	parsed->has_fiscal_year_end = fill_year(parser, FORMAT_FYE, FORMAT_FYE2,
											&parsed->fiscal_year_end,
											&parsed->fiscal_end_two_digits);
	if (shown[FORMAT_FYE] == 0)
		parsed->fiscal_year_end = 10000;
	if (shown[FORMAT_MM] != FORMAT_NOT_SHOWN)
		parsed->month = shown[FORMAT_MM];
	if (shown[FORMAT_DD] != FORMAT_NOT_SHOWN)
		parsed->day = shown[FORMAT_DD];
	if (shown[FORMAT_Q] != FORMAT_NOT_SHOWN)
		parsed->quarter = shown[FORMAT_Q];
	if (shown[FORMAT_IW] != FORMAT_NOT_SHOWN)
		parsed->iso_week = shown[FORMAT_IW];
}

/*
 * Fills one year, from its full or else its short form.  Returns whether
 * either is shown.
 */
static bool
fill_year(const FormatParser *parser, FormatPieceKind full, FormatPieceKind short_form, int *year,
		  bool *two_digits)
{
	FormatPieceKind kind = parser->shown[full] != FORMAT_NOT_SHOWN ? full : short_form;

	*two_digits = false;
	if (parser->shown[kind] == FORMAT_NOT_SHOWN)
		return false;
	*year = parser->shown[kind];
	*two_digits = kind != full;
	return true;
}

/*
 * Says that the number does not match.  Returns where, counted in characters
 * from 1, for the detail.
 */
static size_t
mismatch(FormatParser *parser)
{
	problem_set(parser->problem, "document number does not match the format");
	return printable_length(parser->text, parser->at, parser->format->utf8) + 1;
}
