/*
 * Fuzz target: which characters may be shown.
 *
 * Compared with the C library's own decoder and classes, and with itself:
 * a text is printable if and only if each of its characters is.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "fuzz.h"
#include "printable.h"

/*
 * Decodes one character with the C library.  Returns its bytes, 0 if it is
 * malformed.
 */
static size_t
decode(const char *text, size_t bytes, wchar_t * code)
{
	mbstate_t	state;
	size_t		used;

	memset(&state, 0, sizeof(state));
	used = mbrtowc(code, text, bytes, &state);
	if (used == (size_t) -1 || used == (size_t) -2)
		return 0;
	return used == 0 ? 1 : used;
}

/*
 * Takes UTF-8 apart and compares character by character.
 */
static void
check_utf8(const char *text, size_t bytes)
{
	Problem		problem;
	bool		printable = printable_check(text, bytes, true, "text", &problem);
	bool		space = printable_has_outer_space(text, bytes, true);
	bool		all = true;
	bool		first_space = false;
	bool		last_space = false;
	size_t		length = 0;
	size_t		at = 0;
	size_t		used;

	if (!printable)
		fuzz_check_problem(&problem, true);
	for (; at < bytes; at += used)
	{
		wchar_t		code;
		bool		shown;

		used = decode(text + at, bytes - at, &code);
		if (used == 0)
		{
			FUZZ_CHECK(!printable);
			return;
		}
		length++;
		shown = printable_check(text + at, used, true, "text", &problem);
		all = all && shown;
		FUZZ_CHECK(!shown || !iswcntrl((wint_t) code));
		FUZZ_CHECK(shown || code < ' ' || code > '~');
		last_space = iswspace((wint_t) code) != 0;
		if (at == 0)
			first_space = last_space;
	}
	FUZZ_CHECK(all == printable);
	FUZZ_CHECK(length == printable_length(text, bytes, true));
	FUZZ_CHECK(space || !(first_space || last_space));
	if (printable && bytes > 0)
		fuzz_reached();
}

/*
 * Of other encodings only ASCII is judged.
 */
static void
check_bytes(const char *text, size_t bytes)
{
	Problem		problem;
	bool		expected = true;
	size_t		i;

	for (i = 0; i < bytes; i++)
	{
		unsigned char c = (unsigned char) text[i];

		expected = expected && c >= ' ' && c != 0x7F;
	}
	FUZZ_CHECK(printable_check(text, bytes, false, "text", &problem) == expected);
	FUZZ_CHECK(printable_length(text, bytes, false) == bytes);
	FUZZ_CHECK(bytes == 0 || printable_has_outer_space(text, bytes, false) ==
			   (strchr(" \t\n\v\f\r", text[0] ? text[0] : 'x') != NULL ||
				strchr(" \t\n\v\f\r", text[bytes - 1] ? text[bytes - 1] : 'x') != NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = fuzz_exact_copy((const char *) data, size);

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		abort();
	check_utf8(text, size);
	check_bytes(text, size);
	free(text);
	return 0;
}
