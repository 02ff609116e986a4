/*-------------------------------------------------------------------------
 *
 * scope.h
 *	  A type's scope (its dimensions), and the canonical text of one scope.
 *
 * A type's scope is GLOBAL, or dimension names separated by commas, at most
 * one of which is a period.  The canonical text joins the values by '/' in
 * the type's order; '/' and '\' inside a value are escaped by '\'.
 *
 * Pure: no server, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_SCOPE_H
#define DOCNUM_SCOPE_H

#include "period.h"

#define SCOPE_MAX_DIMENSIONS	8	/* besides the period */
#define SCOPE_NAME_LIMIT		50	/* bytes of a dimension's name (ASCII) */
#define SCOPE_VALUE_LIMIT		50	/* characters of a dimension's value */
#define SCOPE_VALUE_BYTES		(SCOPE_VALUE_LIMIT * 4)

/* every byte escaped, separators, the period, the terminator */
#define SCOPE_TEXT_SIZE \
	(SCOPE_MAX_DIMENSIONS * (2 * SCOPE_VALUE_BYTES + 1) + PERIOD_TEXT_SIZE + 1)

/* names, ", " between them, the period, the terminator */
#define SCOPE_SPEC_TEXT_SIZE \
	(SCOPE_MAX_DIMENSIONS * (SCOPE_NAME_LIMIT + 2) + PERIOD_TEXT_SIZE)

typedef struct ScopeSpec
{
	int			ndimensions;	/* without the period */
	char		name[SCOPE_MAX_DIMENSIONS][SCOPE_NAME_LIMIT + 1];
	PeriodKind	period;
	int			period_position;	/* how many dimensions stand before it */
} ScopeSpec;

/* A value in the order of ScopeSpec.name; not terminated. */
typedef struct ScopeValue
{
	const char *text;
	size_t		bytes;
} ScopeValue;

/*
 * Reads a type's scope.  Names are case-sensitive: upper-case letters, digits
 * and underscores, beginning with a letter; blanks around commas are allowed.
 * Refused: unknown shapes, a name twice, a second period, GLOBAL together
 * with others, names of format tokens (TYPE, SCOPE, SEQ, YYYY, ...) and of the
 * columns of an import (DOCUMENT_NUMBER, ...), too many.
 */
extern bool scope_parse(const char *text, ScopeSpec *spec, Problem *problem);

/* Is it a name that format tokens use, so that no dimension may bear it? */
extern bool scope_name_is_reserved(const char *name, size_t bytes);

/*
 * Writes the scope as docnum stores it: "PROJECT, DISCIPLINE, YEARLY".
 * SCOPE_SPEC_TEXT_SIZE is always enough.
 */
extern size_t scope_spec_text(const ScopeSpec *spec, char *text, size_t size);

/*
 * Checks one value: 1 to 50 characters, printable, no outer white space.
 * name is the dimension's name, for the message.
 */
extern bool scope_value_check(const char *name, const ScopeValue *value,
							  bool utf8, Problem *problem);

/*
 * Writes the canonical text of the scope with these values (checked already)
 * and this period.  Returns its length; 0 for GLOBAL.
 */
extern size_t scope_canonical(const ScopeSpec *spec, const ScopeValue *values,
							  const PeriodFields *fields, int fiscal_year_start,
							  char text[SCOPE_TEXT_SIZE]);

/*
 * Reads the values of the dimensions back from a canonical text, into buffer.
 * False if the text has not as many parts as the spec.
 */
extern bool scope_values_of(const ScopeSpec *spec, const char *text, ScopeValue *values,
							char buffer[SCOPE_TEXT_SIZE]);

#endif							/* DOCNUM_SCOPE_H */
