/*
 * Fuzz target: a type's scope.
 *
 * Whatever the text, it is read or refused with a reason.  What was read is
 * sound; as docnum stores it, it differs from the text in blanks only, and is
 * read as the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/*
 * Checks the names of a scope.
 */
static void
check_names(const ScopeSpec *spec)
{
	int			i;
	int			k;

	FUZZ_CHECK(spec->ndimensions >= 0 && spec->ndimensions <= SCOPE_MAX_DIMENSIONS);
	FUZZ_CHECK(spec->period_position >= 0 && spec->period_position <= spec->ndimensions);
	for (i = 0; i < spec->ndimensions; i++)
	{
		const char *name = spec->name[i];
		size_t		bytes = strnlen(name, sizeof(spec->name[i]));

		FUZZ_CHECK(bytes > 0 && bytes <= SCOPE_NAME_LIMIT);
		FUZZ_CHECK(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == bytes);
		FUZZ_CHECK(name[0] >= 'A' && name[0] <= 'Z');
		FUZZ_CHECK(!scope_name_is_reserved(name, bytes));
		FUZZ_CHECK(period_from_name(name, bytes) == PERIOD_NONE);
		FUZZ_CHECK(strcmp(name, "GLOBAL") != 0);
		for (k = 0; k < i; k++)
			FUZZ_CHECK(strcmp(name, spec->name[k]) != 0);
	}
}

/*
 * Are two texts the same but for blanks?
 */
static bool
same_words(const char *left, const char *right)
{
	static const char blanks[] = " \t\n\r";

	for (;;)
	{
		left += strspn(left, blanks);
		right += strspn(right, blanks);
		if (*left != *right)
			return false;
		if (*left == '\0')
			return true;
		left++;
		right++;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 1);
	ScopeSpec	spec;
	ScopeSpec	again;
	Problem		problem;
	char		stored[SCOPE_SPEC_TEXT_SIZE];
	size_t		bytes;
	size_t		small;

	memcpy(text, data, size);
	text[size] = '\0';
	if (!scope_parse(text, &spec, &problem))
	{
		fuzz_check_problem(&problem, fuzz_is_utf8(text, size));
		free(text);
		return 0;
	}
	fuzz_reached();
	check_names(&spec);
	bytes = scope_spec_text(&spec, stored, sizeof(stored));
	FUZZ_CHECK(bytes == strlen(stored) && bytes < sizeof(stored));
	FUZZ_CHECK(same_words(text, stored));
	FUZZ_CHECK(scope_parse(stored, &again, &problem));
	FUZZ_CHECK(memcmp(&spec, &again, sizeof(spec)) == 0);
	free(text);

	/* a smaller buffer holds the beginning */
	small = 1 + size % (bytes + 1);
	text = malloc(small);
	FUZZ_CHECK(scope_spec_text(&spec, text, small) == small - 1);
	FUZZ_CHECK(memcmp(stored, text, small - 1) == 0 && text[small - 1] == '\0');
	free(text);
	return 0;
}
