/*-------------------------------------------------------------------------
 *
 * issue.c
 *	  Numbers in one step: docnum_next, and docnum_preview, which takes none.
 *
 * The number is confirmed at once; it commits and rolls back with the
 * transaction that took it.  docnum_next can be a column's DEFAULT: it is then
 * called with the rights of the inserting role.
 *
 * Locks and memory: see allocate.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "allocate.h"
#include "docnum.h"
#include "face.h"
#include "privilege.h"

/*
 * read_request decodes the arguments that docnum_next and docnum_preview
 * share, and checks the privilege; that of a type which does not exist is not
 * asked for, its name is no secret.
 */
static void
read_request(FunctionCallInfo fcinfo, TargetRequest *request)
{
	memset(request, 0, sizeof(*request));
	request->document_type = face_document_type(fcinfo, 0);
	(void) document_type_get(request->document_type);
	privilege_check(PRIVILEGE_USE, request->document_type);
	face_scope(fcinfo, 1, &request->scope);
	request->has_date = face_date(fcinfo, 2, &request->date);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_next);
PG_FUNCTION_INFO_V1(docnum_preview);

/*
 * docnum_next(document_type, scope_value, document_date, metadata) -> text
 */
Datum
docnum_next(PG_FUNCTION_ARGS)
{
	AllocationRequest request = {0};
	Allocation	allocation;

	face_begin_write("docnum_next()");
	read_request(fcinfo, &request.target);
	request.metadata = face_metadata(fcinfo, 3);
	request.state = STATE_CONFIRMED;
	request.operation = "ISSUE";
	allocate(&request, &allocation);
	PG_RETURN_TEXT_P(cstring_to_text(allocation.document_number));
}

/*
 * docnum_preview(document_type, scope_value, document_date) -> text
 */
Datum
docnum_preview(PG_FUNCTION_ARGS)
{
	TargetRequest request;

	read_request(fcinfo, &request);
	PG_RETURN_TEXT_P(cstring_to_text(allocate_preview(&request)));
}
