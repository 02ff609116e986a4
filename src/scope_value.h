/*-------------------------------------------------------------------------
 *
 * scope_value.h
 *	  From the argument scope_value to the values of a type's dimensions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_SCOPE_VALUE_H
#define DOCNUM_SCOPE_VALUE_H

#include "utils/jsonb.h"

#include "document_type.h"

/* What the caller gave: a text, a JSON object, named values, or nothing. */
typedef struct ScopeInput
{
	const char *text;			/* or NULL */
	Jsonb	   *object;			/* or NULL */
	int			nnamed;
	const char *const *names;	/* of dimensions .. */
	const char *const *values;	/* .. and their values; NULL: missing */
} ScopeInput;

extern Jsonb *scope_value_read_json(const char *text);
extern void scope_value_resolve(const DocumentType *type, const ScopeInput *input,
								ScopeValue *values);

#endif							/* DOCNUM_SCOPE_VALUE_H */
