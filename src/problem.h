/*-------------------------------------------------------------------------
 *
 * problem.h
 *	  How the pure modules say what is wrong.
 *
 * The pure modules (format, period, scope, check_digit, printable) run
 * without a server: they neither allocate nor raise.  A function that can
 * refuse its input returns false and fills a Problem; the caller in the
 * server turns it into an error with SQLSTATE, DETAIL and HINT.  The texts
 * are plain English sentences without document data beyond what fits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_PROBLEM_H
#define DOCNUM_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PROBLEM_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define PROBLEM_PRINTF(f, a)
#endif

typedef struct Problem
{
	char		message[200];	/* primary message: lower case, no full stop */
	char		detail[400];	/* full sentence, may be empty */
	char		hint[300];		/* full sentence, may be empty */
} Problem;

/*
 * Fill one part of a problem; a text that is too long is cut, UTF-8 whole.
 * The message comes first: it empties detail and hint.  All return false.
 */
extern bool problem_set(Problem *problem, const char *message,...) PROBLEM_PRINTF(2, 3);
extern bool problem_detail(Problem *problem, const char *detail,...) PROBLEM_PRINTF(2, 3);
extern bool problem_hint(Problem *problem, const char *hint,...) PROBLEM_PRINTF(2, 3);

#endif							/* DOCNUM_PROBLEM_H */
