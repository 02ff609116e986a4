/*-------------------------------------------------------------------------
 *
 * unit.c
 *	  Runs the unit tests.
 *
 * Prints a line for each test, and at last the counts.  With arguments only
 * tests whose names contain one of them run.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COMPLAINTS 20		/* of one test */

static const UnitTest *const lists[] = {
	problem_tests,
	printable_tests,
	period_tests,
	scope_tests,
	check_digit_tests,
	format_tests,
	format_property_tests
};

static int	failures;			/* of the test that runs */
static uint64_t random_state;

/*
 * Is the test one of those asked for?
 */
static bool
is_wanted(const UnitTest *test, int argc, char **argv)
{
	int			i;

	for (i = 1; i < argc; i++)
	{
		if (strstr(test->name, argv[i]) != NULL)
			return true;
	}
	return argc == 1;
}

int
main(int argc, char **argv)
{
	int			passed = 0;
	int			failed = 0;
	size_t		i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
	{
		const UnitTest *test;

		for (test = lists[i]; test->name != NULL; test++)
		{
			if (!is_wanted(test, argc, argv))
				continue;
			failures = 0;
			test->run();
			printf("%s - %s\n", failures == 0 ? "ok" : "not ok", test->name);
			if (failures == 0)
				passed++;
			else
				failed++;
		}
	}
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * Counts a failed check.  Returns whether it should be told.
 */
static bool
count_failure(const char *file, int line, const char *what, const char *note)
{
	failures++;
	if (failures > MOST_COMPLAINTS)
		return false;
	printf("# %s:%d: %s%s%s\n", file, line, what, note != NULL ? "; case: " : "",
		   note != NULL ? note : "");
	return true;
}

bool
unit_check(bool holds, const char *file, int line, const char *what, const char *note)
{
	if (!holds)
		count_failure(file, line, what, note);
	return holds;
}

bool
unit_check_int(int64_t actual, int64_t expected, const char *file, int line, const char *what,
			   const char *note)
{
	if (actual != expected && count_failure(file, line, what, note))
		printf("#   is %" PRId64 ", expected %" PRId64 "\n", actual, expected);
	return actual == expected;
}

bool
unit_check_text(const char *actual, const char *expected, const char *file, int line,
				const char *what, const char *note)
{
	bool		holds = strcmp(actual, expected) == 0;

	if (!holds && count_failure(file, line, what, note))
		printf("#   is \"%s\", expected \"%s\"\n", actual, expected);
	return holds;
}

bool
unit_check_holds(const char *actual, const char *part, const char *file, int line,
				 const char *what, const char *note)
{
	bool		holds = strstr(actual, part) != NULL;

	if (!holds && count_failure(file, line, what, note))
		printf("#   is \"%s\", expected to hold \"%s\"\n", actual, part);
	return holds;
}

void
unit_seed(uint64_t seed)
{
	random_state = seed;
}

/*
 * A counter, mixed: every state is followed by another, and none is a trap.
 */
uint32_t
unit_random(uint32_t below)
{
	uint64_t	mixed;

	random_state += UINT64_C(0x9E3779B97F4A7C15);
	mixed = random_state;
	mixed = (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	mixed = (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t) ((mixed >> 32) % below);
}

char *
unit_exact_copy(const char *text, size_t bytes)
{
	char	   *copy = malloc(bytes > 0 ? bytes : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, text, bytes);
	return copy;
}
