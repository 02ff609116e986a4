/*-------------------------------------------------------------------------
 *
 * history.c
 *	  What happened to a number: docnum_history.
 *
 * The function itself is SQL over the log; here is what it asks: which number
 * of the ledger the text names.
 *
 * Locks and memory: see locate.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "face.h"
#include "locate.h"

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_locate);

/*
 * docnum.locate(document_number, document_type, scope)
 *	   -> (counter_id, value, document_type, scope)
 * Raises NB001, NB015, NB016, 42501.
 */
Datum
docnum_locate(PG_FUNCTION_ARGS)
{
	NumberName	name;
	NumberPlace place;
	char	   *scope;
	Datum		values[4];
	bool		isnull[4] = {false};

	name.document_number = face_text(fcinfo, 0, "document_number");
	name.document_type = face_optional_text(fcinfo, 1);
	name.scope = face_optional_text(fcinfo, 2);
	locate_number(&name, PRIVILEGE_AUDIT, &place);

	scope = locate_scope(&place);
	values[0] = Int64GetDatum(place.external ? place.uniqueness_id : place.counter_id);
	isnull[0] = DatumGetInt64(values[0]) == 0;
	values[1] = Int64GetDatum(place.value);
	isnull[1] = place.external;
	values[2] = CStringGetTextDatum(place.document_type);
	values[3] = CStringGetTextDatum(scope);
	isnull[3] = scope[0] == '\0';
	PG_RETURN_DATUM(face_row(fcinfo, values, isnull));
}
