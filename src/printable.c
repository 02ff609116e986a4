/*-------------------------------------------------------------------------
 *
 * printable.c
 *	  Which characters a document number, a type's name or a scope value may
 *	  hold.
 *
 * Invariants: no byte beyond the given length is read, whatever the text
 * holds; malformed UTF-8 (cut, overlong, a surrogate, beyond U+10FFFF) is
 * never printable.  Of a text that is not UTF-8 only the ASCII bytes are
 * judged: what the others mean is the encoding's affair.
 *
 * Which characters are invisible follows the Unicode Character Database:
 * general categories Cc, Zl and Zp, those of Cf that show nothing, the
 * fillers, and the non-characters.  Private use characters and variation
 * selectors (they choose a glyph) are allowed.
 *
 * Memory: none but the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "printable.h"

typedef struct CodeRange
{
	uint32_t	first;
	uint32_t	last;
} CodeRange;

/* ascending */
static const CodeRange invisible_ranges[] = {
	{0x0000, 0x001F},			/* C0 controls */
	{0x007F, 0x009F},			/* DEL, C1 controls */
	{0x00AD, 0x00AD},			/* soft hyphen */
	{0x034F, 0x034F},			/* combining grapheme joiner */
	{0x061C, 0x061C},			/* Arabic letter mark */
	{0x115F, 0x1160},			/* Hangul fillers */
	{0x17B4, 0x17B5},			/* Khmer inherent vowels */
	{0x180E, 0x180E},			/* Mongolian vowel separator */
	{0x200B, 0x200F},			/* zero width, direction marks */
	{0x2028, 0x202E},			/* separators, embeddings */
	{0x2060, 0x206F},			/* word joiner, operators, isolates */
	{0x3164, 0x3164},			/* Hangul filler */
	{0xFDD0, 0xFDEF},			/* non-characters */
	{0xFEFF, 0xFEFF},			/* byte order mark */
	{0xFFA0, 0xFFA0},			/* halfwidth Hangul filler */
	{0xFFF0, 0xFFFB},			/* unassigned, interlinear annotation */
	{0x1BCA0, 0x1BCA3},			/* shorthand format controls */
	{0x1D173, 0x1D17A},			/* musical format controls */
	{0xE0000, 0xE007F}			/* tags */
};

/* ascending; line ends among them although they are not printable either */
static const CodeRange space_ranges[] = {
	{0x0009, 0x000D},
	{0x0020, 0x0020},
	{0x0085, 0x0085},
	{0x00A0, 0x00A0},			/* no-break space */
	{0x1680, 0x1680},
	{0x2000, 0x200A},
	{0x2028, 0x2029},
	{0x202F, 0x202F},
	{0x205F, 0x205F},
	{0x3000, 0x3000}			/* ideographic space */
};

#define BYTE_ORDER_MARK 0xFEFF

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

static size_t decode(const char *text, size_t bytes, bool utf8, uint32_t *code);
static size_t decode_utf8(const unsigned char *text, size_t bytes, uint32_t *code);
static bool in_ranges(uint32_t code, const CodeRange *ranges, size_t count);
static bool is_invisible(uint32_t code);
static bool is_space(uint32_t code);

PrintableCount printable_count = NULL;

/*
 * Returns the length of a text in characters: in UTF-8 the bytes that begin a
 * character, else what printable_count says.
 */
size_t
printable_length(const char *text, size_t bytes, bool utf8)
{
	size_t		length = 0;
	size_t		i;

	if (!utf8)
		return printable_count ? printable_count(text, bytes) : bytes;
	for (i = 0; i < bytes; i++)
	{
		if (((unsigned char) text[i] & 0xC0) != 0x80)
			length++;
	}
	return length;
}

/*
 * Checks that every character of a text is printable.
 *
 * what names the text in the message.  Returns false, with the problem
 * filled, at the first character that is not.
 */
bool
printable_check(const char *text, size_t bytes, bool utf8, const char *what,
				Problem *problem)
{
	size_t		position = 0;
	size_t		at = 0;

	while (at < bytes)
	{
		uint32_t	code;
		size_t		used = decode(text + at, bytes - at, utf8, &code);

		position++;
		if (used == 0 || is_invisible(code))
		{
			problem_set(problem, "%s contains a character that is not printable", what);
			if (used == 0)
				problem_detail(problem, "Character %zu is not valid UTF-8.", position);
			else
				problem_detail(problem, "Character %zu is U+%04X.", position,
							   (unsigned int) code);
			return problem_hint(problem, "Remove control characters and invisible characters.");
		}
		at += used;
	}
	return true;
}

/*
 * Tells whether a text begins or ends with white space.  Bytes that are no
 * character are no white space.
 */
bool
printable_has_outer_space(const char *text, size_t bytes, bool utf8)
{
	uint32_t	code;
	size_t		last;

	if (bytes == 0)
		return false;
	if (decode(text, bytes, utf8, &code) > 0 && is_space(code))
		return true;

	last = bytes - 1;
	while (utf8 && last > 0 && ((unsigned char) text[last] & 0xC0) == 0x80)
		last--;
	return decode(text + last, bytes - last, utf8, &code) > 0 && is_space(code);
}

/*
 * Takes white space and byte order marks off both ends of a text.
 */
void
printable_trim(const char **text, size_t *bytes, bool utf8)
{
	uint32_t	code;
	size_t		used;

	while (*bytes > 0 && (used = decode(*text, *bytes, utf8, &code)) > 0 &&
		   (is_space(code) || code == BYTE_ORDER_MARK))
	{
		*text += used;
		*bytes -= used;
	}
	while (*bytes > 0)
	{
		size_t		last = *bytes - 1;

		while (utf8 && last > 0 && ((unsigned char) (*text)[last] & 0xC0) == 0x80)
			last--;
		if (decode(*text + last, *bytes - last, utf8, &code) == 0 ||
			!(is_space(code) || code == BYTE_ORDER_MARK))
			break;
		*bytes = last;
	}
}

/*
 * Decodes the first character of a text that is not empty.  Returns the bytes
 * it takes, or 0 if it is malformed.
 */
static size_t
decode(const char *text, size_t bytes, bool utf8, uint32_t *code)
{
	if (utf8)
		return decode_utf8((const unsigned char *) text, bytes, code);
	*code = (unsigned char) text[0] < 0x80 ? (unsigned char) text[0] : 'x';
	return 1;
}

/*
 * Decodes the first UTF-8 character of a text that is not empty.  Returns the
 * bytes it takes, or 0 if it is malformed.
 */
static size_t
decode_utf8(const unsigned char *text, size_t bytes, uint32_t *code)
{
	/* the smallest code that needs so many bytes */
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t		needed;
	size_t		i;

	if (text[0] < 0x80)
	{
		*code = text[0];
		return 1;
	}
	if (text[0] < 0xC0 || text[0] > 0xF7)
		return 0;

	needed = text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
	if (bytes < needed)
		return 0;
	*code = text[0] & (0x7Fu >> needed);
	for (i = 1; i < needed; i++)
	{
		if ((text[i] & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3Fu);
	}
	if (*code < smallest[needed] || *code > 0x10FFFF ||
		(*code >= 0xD800 && *code <= 0xDFFF))
		return 0;
	return needed;
}

/*
 * Is the code in one of the ranges, which ascend?
 */
static bool
in_ranges(uint32_t code, const CodeRange *ranges, size_t count)
{
	size_t		i;

	for (i = 0; i < count && code >= ranges[i].first; i++)
	{
		if (code <= ranges[i].last)
			return true;
	}
	return false;
}

/*
 * Is it a control, an invisible or a non-character?  The last two codes of
 * every plane are non-characters.
 */
static bool
is_invisible(uint32_t code)
{
	return (code & 0xFFFE) == 0xFFFE ||
		in_ranges(code, invisible_ranges, LENGTH_OF(invisible_ranges));
}

/*
 * Is it white space?
 */
static bool
is_space(uint32_t code)
{
	return in_ranges(code, space_ranges, LENGTH_OF(space_ranges));
}
