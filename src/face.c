/*-------------------------------------------------------------------------
 *
 * face.c
 *	  What the SQL-callable functions share: arguments, guards, results.
 *
 * A door decodes its arguments with these helpers, checks the privilege, calls
 * the function of its feature and returns; nothing below a door sees fcinfo.
 *
 * Memory: what is returned lives in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"

#include "docnum.h"
#include "face.h"

/*
 * face_begin_write refuses a function that writes on a standby, in a read-only
 * transaction (25006) and in a parallel worker (25000).
 */
void
face_begin_write(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
}

/*
 * face_required returns a required argument; NULL is 22004.
 */
Datum
face_required(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errdetail("%s is a required argument of the function.", name),
				 errhint("Give a value for %s.", name)));
	return PG_GETARG_DATUM(argument);
}

char *
face_text(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return TextDatumGetCString(face_required(fcinfo, argument, name));
}

char *
face_optional_text(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

char *
face_document_type(FunctionCallInfo fcinfo, int argument)
{
	return face_text(fcinfo, argument, "document_type");
}

/*
 * face_scope reads scope_value: text as it is, json and jsonb as an object,
 * any other type as its text output (run as the caller).
 */
void
face_scope(FunctionCallInfo fcinfo, int argument, ScopeInput *input)
{
	Oid			type;
	Oid			output;
	bool		is_varlena;
	char	   *output_text;

	memset(input, 0, sizeof(*input));
	if (PG_ARGISNULL(argument))
		return;
	type = get_fn_expr_argtype(fcinfo->flinfo, argument);
	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_INDETERMINATE_DATATYPE),
				 errmsg("could not determine the type of scope_value"),
				 errdetail("The function was called without type information."),
				 errhint("Cast the value: scope_value => '...'::text.")));
	type = getBaseType(type);
	if (type == JSONBOID)
	{
		input->object = PG_GETARG_JSONB_P(argument);
		return;
	}
	if (type == TEXTOID)
	{
		input->text = text_to_cstring(PG_GETARG_TEXT_PP(argument));
		return;
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	output_text = OidOutputFunctionCall(output, PG_GETARG_DATUM(argument));
	if (type == JSONOID)
		input->object = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(output_text)));
	else
		input->text = output_text;
}

/*
 * face_date reads document_date; false where none was given.  Infinite dates
 * are 22008.
 */
bool
face_date(FunctionCallInfo fcinfo, int argument, DateADT *date)
{
	if (PG_ARGISNULL(argument))
		return false;
	*date = PG_GETARG_DATEADT(argument);
	if (DATE_NOT_FINITE(*date))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("document date is infinite"),
				 errdetail("A number can show dates from 0001-01-01 to 9999-12-31."),
				 errhint("Give the document's own date, or none.")));
	return true;
}

/*
 * face_metadata reads metadata: a JSON object, or NULL.
 */
Jsonb *
face_metadata(FunctionCallInfo fcinfo, int argument)
{
	Jsonb	   *metadata;

	if (PG_ARGISNULL(argument))
		return NULL;
	metadata = PG_GETARG_JSONB_P(argument);
	if (!JB_ROOT_IS_OBJECT(metadata))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("metadata is not a JSON object"),
				 errdetail("What is added later is merged into it, key by key."),
				 errhint("Give an object, such as '{\"subject\": \"...\"}'.")));
	return metadata;
}

/*
 * face_target reads what most functions name: document_type as the first
 * argument, scope_value and document_date at those places.  Raises NB001.
 */
void
face_target(FunctionCallInfo fcinfo, int scope, int date, TargetRequest *request)
{
	memset(request, 0, sizeof(*request));
	request->document_type = face_document_type(fcinfo, 0);
	(void) document_type_get(request->document_type);
	face_scope(fcinfo, scope, &request->scope);
	request->has_date = face_date(fcinfo, date, &request->date);
}

/*
 * face_reason reads why somebody does something by hand: never empty.
 */
char *
face_reason(FunctionCallInfo fcinfo, int argument)
{
	char	   *reason = face_text(fcinfo, argument, "reason");

	if (reason[strspn(reason, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reason is empty"),
				 errdetail("Whoever reads the log later must see why this was done."),
				 errhint("Give the reason in words.")));
	return reason;
}

/*
 * face_row forms the one row that a function returns.
 */
Datum
face_row(FunctionCallInfo fcinfo, Datum *values, bool *isnull)
{
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, isnull));
}
