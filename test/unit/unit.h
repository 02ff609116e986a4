/*-------------------------------------------------------------------------
 *
 * unit.h
 *	  Checks for the unit tests of the pure modules.
 *
 * A test is a named function; it fails if one of its checks does.  Each
 * test_*.c ends with the list of its tests, which unit.c runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_UNIT_H
#define DOCNUM_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct UnitTest
{
	const char *name;			/* NULL ends a list */
	void		(*run) (void);
} UnitTest;

extern const UnitTest check_digit_tests[];
extern const UnitTest format_tests[];
extern const UnitTest format_property_tests[];
extern const UnitTest period_tests[];
extern const UnitTest printable_tests[];
extern const UnitTest problem_tests[];
extern const UnitTest scope_tests[];

/*
 * A check that fails says where, and of which row of a table (note), and lets
 * the test go on.  Each gives whether it holds.
 */
#define CHECK(condition) \
	unit_check(condition, __FILE__, __LINE__, #condition, NULL)
#define CHECK_NOTE(condition, note) \
	unit_check(condition, __FILE__, __LINE__, #condition, note)
#define CHECK_INT(actual, expected, note) \
	unit_check_int(actual, expected, __FILE__, __LINE__, #actual, note)
#define CHECK_TEXT(actual, expected, note) \
	unit_check_text(actual, expected, __FILE__, __LINE__, #actual, note)
#define CHECK_HOLDS(actual, part, note) \
	unit_check_holds(actual, part, __FILE__, __LINE__, #actual, note)

extern bool unit_check(bool holds, const char *file, int line, const char *what,
					   const char *note);
extern bool unit_check_int(int64_t actual, int64_t expected, const char *file, int line,
						   const char *what, const char *note);
extern bool unit_check_text(const char *actual, const char *expected, const char *file, int line,
							const char *what, const char *note);
extern bool unit_check_holds(const char *actual, const char *part, const char *file, int line,
							 const char *what, const char *note);

/* Random numbers, the same in every run: from 0 to below. */
extern void unit_seed(uint64_t seed);
extern uint32_t unit_random(uint32_t below);

/*
 * A copy of bytes in a block of exactly that size, so that a reader beyond
 * its end is found.  Free it.
 */
extern char *unit_exact_copy(const char *text, size_t bytes);

#endif							/* DOCNUM_UNIT_H */
