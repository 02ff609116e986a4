/*
 * Fuzz target: compiling a format.
 *
 * Whatever the text, it is compiled or refused with a reason.  What was
 * compiled has the shape that format.h promises, and the shortest number with
 * the largest value keeps to max_length.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "printable.h"

/*
 * Checks the pieces of a compiled format.
 */
static void
check_shape(const FuzzFormat *sample)
{
	const Format *format = &sample->format;
	int			sequences = 0;
	int			checks = 0;
	int			dimensions[SCOPE_MAX_DIMENSIONS] = {0};
	int			text = 0;
	int			ntext = 0;
	bool		dates = false;
	int			i;

	FUZZ_CHECK(format->npieces > 0 && format->npieces <= FORMAT_MAX_PIECES);
	for (i = 0; i < format->npieces; i++)
	{
		const FormatPiece *piece = &format->piece[i];

		switch (piece->kind)
		{
			case FORMAT_LITERAL:
				FUZZ_CHECK(piece->bytes > 0 && piece->start == text);
				FUZZ_CHECK(i == 0 || piece[-1].kind != FORMAT_LITERAL);
				text += piece->bytes;
				break;
			case FORMAT_DIMENSION:
				FUZZ_CHECK(piece->number >= 0 && piece->number < sample->scope.ndimensions);
				FUZZ_CHECK(dimensions[piece->number]++ == 0);
				ntext++;
				break;
			case FORMAT_SEQ:
				FUZZ_CHECK(piece->number >= 1 && piece->number <= FORMAT_SEQ_MAX);
				FUZZ_CHECK(sequences++ == 0);
				break;
			case FORMAT_CHECK:
				FUZZ_CHECK(checks++ == 0);
				break;
			default:
				dates = true;
		}
	}
	FUZZ_CHECK(sequences == 1);
	FUZZ_CHECK(text == format->text_bytes && (size_t) text <= sizeof(format->text));
	FUZZ_CHECK(ntext == format->ntext);
	FUZZ_CHECK(dates == format->shows_date);
	for (i = 0; i < sample->scope.ndimensions && !sample->context.unique_per_scope; i++)
		FUZZ_CHECK(dimensions[i] == 1);
}

/*
 * The shortest number with the largest value keeps to max_length.
 */
static void
check_length(const FuzzFormat *sample)
{
	char	   *text = malloc(FORMAT_TEXT_SIZE);
	FormatValues values;
	size_t		bytes;
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		values.dimension[i].text = "x";
		values.dimension[i].bytes = 1;
	}
	period_fields(2026, 11, 24, sample->context.fiscal_year_start, &values.date);
	values.sequence = sample->context.max_value > 0 ? sample->context.max_value : 1;
	bytes = format_render(&sample->format, &values, text, FORMAT_TEXT_SIZE);
	FUZZ_CHECK(bytes < FORMAT_TEXT_SIZE && text[bytes] == '\0');
	FUZZ_CHECK(printable_length(text, bytes, sample->context.utf8) <=
			   (size_t) sample->context.max_length);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	input;
	FuzzFormat	sample;

	fuzz_begin(&input, data, size);
	if (!fuzz_format(&input, &sample))
		return 0;
	fuzz_reached();
	check_shape(&sample);
	check_length(&sample);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	return fuzz_mutate(data, size, most, seed);
}
