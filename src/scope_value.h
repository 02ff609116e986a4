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

/* What the caller gave: a text, a JSON object, or nothing (both NULL). */
typedef struct ScopeInput
{
	const char *text;
	Jsonb	   *object;
} ScopeInput;

extern void scope_value_resolve(const DocumentType *type, const ScopeInput *input,
								ScopeValue *values);

#endif							/* DOCNUM_SCOPE_VALUE_H */
