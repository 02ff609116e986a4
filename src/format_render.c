/*-------------------------------------------------------------------------
 *
 * format_render.c
 *	  Number formats: write a number.
 *
 * Invariant: never writes beyond the given size; the text is terminated.
 *
 * Memory: writes into the caller's buffer, nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "format.h"

#include <string.h>

#include "format_internal.h"

typedef struct FormatWriter
{
	char	   *text;
	size_t		size;
	size_t		at;
} FormatWriter;

static void put_piece(FormatWriter *writer, const Format *format, const FormatPiece *piece,
					  const FormatValues *values);
static void put_text(FormatWriter *writer, const char *text, size_t bytes);
static void put_number(FormatWriter *writer, int64_t number, int width);

/*
 * Renders a number, terminated, and returns its bytes.
 *
 * The values shown must have passed format_check_values, and the sequence is
 * 1 to FORMAT_VALUE_MAX.  FORMAT_TEXT_SIZE bytes are always enough; a smaller
 * size, at least 1, cuts the text.
 */
size_t
format_render(const Format *format, const FormatValues *values, char *text, size_t size)
{
	FormatWriter writer;
	int			i;

	writer.text = text;
	writer.size = size;
	writer.at = 0;
	for (i = 0; i < format->npieces; i++)
		put_piece(&writer, format, &format->piece[i], values);
	text[writer.at] = '\0';
	return writer.at;
}

/*
 * Writes one piece.
 */
static void
put_piece(FormatWriter *writer, const Format *format, const FormatPiece *piece,
		  const FormatValues *values)
{
	if (piece->kind == FORMAT_LITERAL)
		put_text(writer, format->text + piece->start, (size_t) piece->bytes);
	else if (piece->kind == FORMAT_DIMENSION)
		put_text(writer, values->dimension[piece->number].text,
				 values->dimension[piece->number].bytes);
	else if (piece->kind == FORMAT_SEQ)
		put_number(writer, values->sequence, piece->number);
	else if (piece->kind == FORMAT_CHECK)
	{
		char		digits[CHECK_DIGIT_MAX];
		int			ndigits = check_digit_compute((CheckDigitKind) piece->number, writer->text,
												  writer->at, digits);

		put_text(writer, digits, (size_t) ndigits);
	}
	else
		put_number(writer, format_date_value(piece->kind, &values->date),
				   format_piece_width(piece));
}

/*
 * Writes a text, cut to what fits.
 */
static void
put_text(FormatWriter *writer, const char *text, size_t bytes)
{
	size_t		room = writer->size - 1 - writer->at;

	if (bytes > room)
		bytes = room;
	memcpy(writer->text + writer->at, text, bytes);
	writer->at += bytes;
}

/*
 * Writes a number, not negative, in at least width digits, at most
 * FORMAT_SEQ_MAX.
 */
static void
put_number(FormatWriter *writer, int64_t number, int width)
{
	char		digits[FORMAT_SEQ_MAX];
	int			first = FORMAT_SEQ_MAX;

	while (first > FORMAT_SEQ_MAX - width || (number > 0 && first > 0))
	{
		digits[--first] = (char) ('0' + number % 10);
		number /= 10;
	}
	put_text(writer, digits + first, (size_t) (FORMAT_SEQ_MAX - first));
}
