/*-------------------------------------------------------------------------
 *
 * problem.c
 *	  How the pure modules say what is wrong.
 *
 * Invariants: every part is terminated; a text that does not fit is cut
 * between characters, never within one (UTF-8); setting the message empties
 * detail and hint, so that a Problem needs no other initialisation.
 *
 * Memory: writes into the caller's Problem, nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(char *part, size_t size, const char *text, va_list args) PROBLEM_PRINTF(3, 0);
static size_t whole_characters(const char *text, size_t bytes);

/*
 * Sets the primary message (printf-style) and empties detail and hint.
 *
 * Returns false always, so that a check can end with it.
 */
bool
problem_set(Problem *problem, const char *message,...)
{
	va_list		args;

	problem->detail[0] = '\0';
	problem->hint[0] = '\0';
	va_start(args, message);
	fill(problem->message, sizeof(problem->message), message, args);
	va_end(args);
	return false;
}

/*
 * Sets the detail of a problem whose message is set.  Returns false.
 */
bool
problem_detail(Problem *problem, const char *detail,...)
{
	va_list		args;

	va_start(args, detail);
	fill(problem->detail, sizeof(problem->detail), detail, args);
	va_end(args);
	return false;
}

/*
 * Sets the hint of a problem whose message is set.  Returns false.
 */
bool
problem_hint(Problem *problem, const char *hint,...)
{
	va_list		args;

	va_start(args, hint);
	fill(problem->hint, sizeof(problem->hint), hint, args);
	va_end(args);
	return false;
}

/*
 * Formats into one part of a problem, cut to its size.
 */
static void
fill(char *part, size_t size, const char *text, va_list args)
{
	int			bytes = vsnprintf(part, size, text, args);

	if (bytes < 0)
		part[0] = '\0';
	else if ((size_t) bytes >= size)
		part[whole_characters(part, size - 1)] = '\0';
}

/*
 * Returns how many of the first bytes, at least 4, of a text make whole UTF-8
 * characters: all of them, unless the last character is cut.
 */
static size_t
whole_characters(const char *text, size_t bytes)
{
	size_t		start = bytes;
	size_t		needed = 1;
	unsigned char lead;

	while (bytes - start < 3 &&
		   ((unsigned char) text[start - 1] & 0xC0) == 0x80)
		start--;

	lead = (unsigned char) text[start - 1];
	if (lead >= 0xF0)
		needed = 4;
	else if (lead >= 0xE0)
		needed = 3;
	else if (lead >= 0xC0)
		needed = 2;
	return bytes - (start - 1) < needed ? start - 1 : bytes;
}
