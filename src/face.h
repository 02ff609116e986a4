/*-------------------------------------------------------------------------
 *
 * face.h
 *	  What the SQL-callable functions share: arguments, guards, results.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_FACE_H
#define DOCNUM_FACE_H

#include "funcapi.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "target.h"

extern void face_begin_write(const char *function);
extern Datum face_required(FunctionCallInfo fcinfo, int argument, const char *name);
extern char *face_text(FunctionCallInfo fcinfo, int argument, const char *name);
extern char *face_optional_text(FunctionCallInfo fcinfo, int argument);
extern char *face_document_type(FunctionCallInfo fcinfo, int argument);
extern void face_scope(FunctionCallInfo fcinfo, int argument, ScopeInput *input);
extern bool face_date(FunctionCallInfo fcinfo, int argument, DateADT *date);
extern Jsonb *face_metadata(FunctionCallInfo fcinfo, int argument);
extern void face_target(FunctionCallInfo fcinfo, int scope, int date, TargetRequest *request);
extern char *face_reason(FunctionCallInfo fcinfo, int argument);
extern Datum face_row(FunctionCallInfo fcinfo, Datum *values, bool *isnull);

#endif							/* DOCNUM_FACE_H */
