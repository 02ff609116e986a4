/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What the fuzz targets of the pure modules share.
 *
 * A target is a file fuzz_NAME.c with one function, which libFuzzer calls with
 * inputs that it makes from corpus/NAME.txt.  Inputs are texts in lines, so
 * that a person can read and write them.  A property that does not hold ends
 * the program, as a finding of the sanitizers does.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_FUZZ_H
#define DOCNUM_FUZZ_H

#include "format.h"

/* The lines of an input that are not read yet. */
typedef struct FuzzInput
{
	const char *text;
	size_t		bytes;
} FuzzInput;

/* A format that was compiled, and all that it was compiled for. */
typedef struct FuzzFormat
{
	char		scope_text[512];
	char		document_type[FORMAT_TYPE_BYTES + 16];
	char		source[FORMAT_BYTES + 64];
	ScopeSpec	scope;
	FormatContext context;
	Format		format;
} FuzzFormat;

/* libFuzzer calls these; LLVMFuzzerMutate is its own. */
extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

#define FUZZ_CHECK(condition) \
	((condition) ? (void) 0 : fuzz_fail(__FILE__, __LINE__, #condition))

/* Ends the program and says which property does not hold. */
extern void fuzz_fail(const char *file, int line, const char *condition)
			__attribute__((noreturn));

/*
 * Counts an input that got to the property: a run in which none did proves
 * nothing.  The number is printed at the end.
 */
extern void fuzz_reached(void);

extern void fuzz_begin(FuzzInput *input, const uint8_t *data, size_t size);

/* Reads one line, without its end, into text (terminated), cut to size. */
extern size_t fuzz_line(FuzzInput *input, char *text, size_t size);

/* Reads one line of numbers between other characters; returns how many. */
extern int	fuzz_numbers(FuzzInput *input, int64_t *numbers, int most);

/* A copy of bytes in a block of exactly that size.  Free it. */
extern char *fuzz_exact_copy(const char *text, size_t bytes);

/*
 * Reads four lines, the type's scope, its name, its settings and the format,
 * and compiles.  The settings are fiscal_year_start, max_length, max_value,
 * and whether numbers are unique per scope (0 or 1), and the encoding is UTF-8.
 * False if the format was refused, or one of the others is what a caller of
 * format_compile must not give.
 */
extern bool fuzz_format(FuzzInput *input, FuzzFormat *sample);

/*
 * Changes an input that holds a format for another one, of at most that many
 * bytes; returns its size.
 */
extern size_t fuzz_mutate(uint8_t *data, size_t size, size_t most, unsigned int seed);

/* Is it valid UTF-8?  (Whether the module is right about that, fuzz_printable asks.) */
extern bool fuzz_is_utf8(const char *text, size_t bytes);

/* Is every part of a problem terminated, whole UTF-8, and the message there? */
extern void fuzz_check_problem(const Problem *problem, bool utf8);

#endif							/* DOCNUM_FUZZ_H */
