/*-------------------------------------------------------------------------
 *
 * definition.h
 *	  Which definitions of document types are refused, and which changes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_DEFINITION_H
#define DOCNUM_DEFINITION_H

#include "executor/tuptable.h"

#include "document_type.h"

extern void definition_check(TupleTableSlot *row);
extern void definition_check_change(TupleTableSlot *old_row, TupleTableSlot *new_row,
									const char *format_change);
extern void definition_require_columns(TupleTableSlot *row);
extern char *definition_spell_scope(const char *document_type, const char *scope);
extern bool definition_changes_numbers(TupleTableSlot *old_row, TupleTableSlot *new_row);
extern void definition_exclude_writers(const char *document_type);
extern bool definition_has_numbers(const char *document_type, int64 *highest);
extern void definition_check_overlap(const DocumentType *type, const ScopeSpec *old_scope);

#endif							/* DOCNUM_DEFINITION_H */
