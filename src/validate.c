/*-------------------------------------------------------------------------
 *
 * validate.c
 *	  docnum_validate: the promises checked against the tables.
 *
 * The checks are SQL (docnum.problems), run as the caller, under row-level
 * security; this door runs them and says how much was checked.
 *
 * Memory: rows go through SPI into the result's tuplestore.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/tuplestore.h"

#include "document_type.h"
#include "face.h"
#include "privilege.h"

/*
 * run runs a query with one text parameter, read-only, and leaves its rows in
 * SPI_tuptable.
 */
static void
run(const char *query, const char *parameter)
{
	Oid			type = TEXTOID;
	Datum		value = parameter ? CStringGetTextDatum(parameter) : (Datum) 0;
	char		null = parameter ? ' ' : 'n';

	if (SPI_execute_with_args(query, 1, &type, &value, &null, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "validation query failed");
}

/*
 * without_jit switches compiling of queries off until AtEOXact_GUC is called
 * with what it returns: the query is long, and compiling it takes seconds.
 */
static int
without_jit(void)
{
	int			nest_level = NewGUCNestLevel();

	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/*
 * say_what_was_checked raises the notice: no problem means little if nothing
 * was there.
 */
static void
say_what_was_checked(const char *document_type)
{
	run("SELECT numbers, counters, log_rows FROM docnum.checked($1)", document_type);
	ereport(NOTICE,
			(errmsg("checked %s numbers of %s counters and %s rows of the log",
					SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1),
					SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2),
					SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3))));
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_validate);

/*
 * docnum_validate(document_type) -> a row for each problem
 */
Datum
docnum_validate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *document_type = face_optional_text(fcinfo, 0);
	int			nest_level;

	if (document_type != NULL)
	{
		(void) document_type_get(document_type);
		privilege_check(PRIVILEGE_AUDIT, document_type);
	}
	else if (!privilege_has_any(GetUserId(), PRIVILEGE_AUDIT))
		privilege_check(PRIVILEGE_AUDIT, NULL);

	InitMaterializedSRF(fcinfo, 0);
	nest_level = without_jit();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run("SELECT problem, document_type, scope, document_number, detail"
		" FROM docnum.problems($1) ORDER BY 1, 2, 3, 4, 5", document_type);
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	say_what_was_checked(document_type);
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
	return (Datum) 0;
}
