/*-------------------------------------------------------------------------
 *
 * format.h
 *	  Number formats: compile once, then render and parse.
 *
 * A format is literal text and tokens in braces.  Compiling proves that what
 * it renders can be parsed back and that it shows the whole scope; render and
 * parse are inverses.
 *
 * Pure: no server.  A Format is a plain struct without pointers into it from
 * outside, so that it can be copied with memcpy; nothing is allocated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_FORMAT_H
#define DOCNUM_FORMAT_H

#include "check_digit.h"
#include "scope.h"

#define FORMAT_LIMIT		200 /* characters of a format */
#define FORMAT_BYTES		(FORMAT_LIMIT * 4)
#define FORMAT_MAX_PIECES	(FORMAT_LIMIT / 2 + 1)
#define FORMAT_SEQ_MAX		18	/* widest {SEQ:n}; the largest value has as
								 * many digits */
#define FORMAT_VALUE_MAX	INT64_C(999999999999999999)
#define FORMAT_TYPE_LIMIT	50	/* characters of a document type's name */
#define FORMAT_TYPE_BYTES	(FORMAT_TYPE_LIMIT * 4)

/*
 * Longest text that any format renders, with its terminator: a bound for
 * buffers, reached by no format that max_length accepts in practice.
 */
#define FORMAT_TEXT_SIZE	16384

typedef enum FormatPieceKind
{
	FORMAT_LITERAL,				/* text: also {TYPE}, which is known */
	FORMAT_DIMENSION,			/* value of a dimension; also {SCOPE} */
	FORMAT_YYYY,
	FORMAT_YY,
	FORMAT_MM,
	FORMAT_DD,
	FORMAT_Q,
	FORMAT_IYYY,
	FORMAT_IW,
	FORMAT_FY,
	FORMAT_FY2,
	FORMAT_FYE,
	FORMAT_FYE2,
	FORMAT_SEQ,
	FORMAT_CHECK
} FormatPieceKind;

#define FORMAT_KINDS	(FORMAT_CHECK + 1)

typedef struct FormatPiece
{
	FormatPieceKind kind;
	int			start;			/* LITERAL: offset into Format.text */
	int			bytes;			/* LITERAL: its length */
	int			number;			/* DIMENSION: its index; SEQ: width; CHECK:
								 * kind */
} FormatPiece;

typedef struct Format
{
	int			npieces;
	FormatPiece piece[FORMAT_MAX_PIECES];
	char		text[FORMAT_BYTES + FORMAT_TYPE_BYTES * (FORMAT_LIMIT / 6 + 1)];
	int			text_bytes;
	int			ndimensions;	/* of the scope it was compiled for */
	char		dimension_name[SCOPE_MAX_DIMENSIONS][SCOPE_NAME_LIMIT + 1];
	int			ntext;			/* dimension pieces: values of open length */
	bool		shows_date;		/* any token of the document date */
	int			fiscal_year_start;	/* month, 1 to 12 */
	bool		utf8;			/* encoding of all texts */
} Format;

/* What the compiler must know of the type. */
typedef struct FormatContext
{
	const char *document_type;	/* its name, terminated */
	const ScopeSpec *scope;
	int			fiscal_year_start;	/* month, 1 to 12 */
	bool		unique_per_scope;	/* the scope need not be shown */
	int			max_length;		/* characters of the longest number allowed */
	int64_t		max_value;		/* largest value that will be rendered */
	bool		utf8;			/* encoding of all texts */
} FormatContext;

/* What a number is made of. */
typedef struct FormatValues
{
	ScopeValue	dimension[SCOPE_MAX_DIMENSIONS];
	PeriodFields date;
	int64_t		sequence;
} FormatValues;

/* In FormatParsed.shown: the format has no such token. */
#define FORMAT_NOT_SHOWN	(-1)

/* A calendar date, valid. */
typedef struct FormatDate
{
	int			year;
	int			month;
	int			day;
} FormatDate;

/*
 * What a parsed number says.  A part of the date that the format does not
 * show stays 0; two-digit years are as printed (0 to 99) with the flag set,
 * unless the format shows all four digits too.  A fiscal year can start in 0
 * and end in 10000, which {FYE} writes as 0000.  Dimension texts point into
 * the parsed text.
 */
typedef struct FormatParsed
{
	ScopeValue	dimension[SCOPE_MAX_DIMENSIONS];	/* bytes 0: not shown */
	int			year;
	int			month;
	int			day;
	int			quarter;
	int			iso_year;
	int			iso_week;
	int			fiscal_year;
	int			fiscal_year_end;
	bool		has_year;
	bool		has_iso_year;
	bool		has_fiscal_year;
	bool		has_fiscal_year_end;
	bool		year_two_digits;	/* {YY} only */
	bool		fiscal_two_digits;	/* {FY:2} only */
	bool		fiscal_end_two_digits;	/* {FYE:2} only */
	int			shown[FORMAT_KINDS];	/* of date kinds: the digits, as
										 * printed */
	int64_t		sequence;
	bool		padded_otherwise;	/* than rendering does; only of
									 * format_parse_any_padding */
} FormatParsed;

/*
 * Compiles a format (terminated text), or says why it is refused: unknown or
 * unclosed token, lone brace, no or two {SEQ}, bad width, over-long, control
 * characters, a dimension or period of the scope that it does not show
 * (unless unique_per_scope), a fiscal year not shown as {FY} or {FYE}, a
 * dimension that the scope does not have or that is shown twice, two
 * {CHECK}, text tokens that could trade characters, {SEQ} next to a text
 * token, a number that could not fit max_length.  (Those are NB006.)
 */
extern bool format_compile(Format *format, const char *source,
						   const FormatContext *context, Problem *problem);

/*
 * Checks values that the format shows: where two or more dimensions are
 * shown, one that holds the text which ends it is refused (NB009), since the
 * number could not be parsed back.
 */
extern bool format_check_values(const Format *format, const ScopeSpec *scope,
								const ScopeValue *values, Problem *problem);

/*
 * Renders a number into text (terminated) and returns its bytes.  The values
 * shown are checked already; the sequence is 1 to FORMAT_VALUE_MAX.  size
 * FORMAT_TEXT_SIZE is always enough, a smaller one cuts the text.
 */
extern size_t format_render(const Format *format, const FormatValues *values,
							char *text, size_t size);

/*
 * Parses a number: accepts exactly what format_render gives for some values.
 * False with a problem otherwise; never reads beyond bytes.
 */
extern bool format_parse(const Format *format, const char *text, size_t bytes,
						 FormatParsed *parsed, Problem *problem);

/*
 * The same for a number that somebody else wrote: the running number may have
 * fewer or more zeros before it than format_render gives, and may be 0, which
 * the caller refuses.  A check digit is that of the text as it stands.
 */
extern bool format_parse_any_padding(const Format *format, const char *text, size_t bytes,
									 FormatParsed *parsed, Problem *problem);

/* Does the number show nothing of its date that contradicts this one? */
extern bool format_date_fits(const FormatParsed *parsed, const PeriodFields *date);

/* Does the format show so much of a date that the period is known? */
extern bool format_shows_period(const Format *format, PeriodKind period);

/*
 * Finds a date that a parsed number can be of, nearest to a year where the
 * century is not shown.  False if the number shows nothing of a date.
 */
extern bool format_find_date(const Format *format, const FormatParsed *parsed,
							 int near_year, FormatDate *date);

#endif							/* DOCNUM_FORMAT_H */
