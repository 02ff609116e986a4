/*-------------------------------------------------------------------------
 *
 * format_internal.h
 *	  What the verbs of formats share: date tokens and widths.
 *
 * Private to format_*.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_FORMAT_INTERNAL_H
#define DOCNUM_FORMAT_INTERNAL_H

#include "format.h"

/* A token that shows a part of the document date in a fixed width. */
typedef struct FormatDateToken
{
	const char *name;			/* without braces */
	int			width;			/* digits */
	int			low;			/* what the digits can say */
	int			high;
	size_t		field;			/* offset in PeriodFields */
} FormatDateToken;

#define FORMAT_FIRST_DATE		FORMAT_YYYY
#define FORMAT_LAST_DATE		FORMAT_FYE2

/* The token of a date kind. */
extern const FormatDateToken *format_date_token(FormatPieceKind kind);

/* What the token of a date kind shows of a date. */
extern int	format_date_value(FormatPieceKind kind, const PeriodFields *date);

/*
 * Finds a date that shows exactly this, in the century nearest to a year.  By
 * kind of token: what its digits say, or FORMAT_NOT_SHOWN.
 */
extern bool format_date_find(const int shown[FORMAT_KINDS], int fiscal_year_start,
							 int near_year, FormatDate *date);

/* Bytes of a piece, other than a dimension, in every number; 0 for {SEQ}. */
extern int	format_piece_width(const FormatPiece *piece);

/* Has the format a piece of that kind, and of that number unless it is -1? */
extern bool format_shows(const Format *format, FormatPieceKind kind, int number);

/* Is it an ASCII digit? */
extern bool format_is_digit(char c);

/* Proves that a format which was read may be used, or says why not. */
extern bool format_prove(const Format *format, const FormatContext *context,
						 Problem *problem);

#endif							/* DOCNUM_FORMAT_INTERNAL_H */
