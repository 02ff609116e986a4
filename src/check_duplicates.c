/*-------------------------------------------------------------------------
 *
 * check_duplicates.c
 *	  Numbers that two documents bear: docnum_check_duplicates.
 *
 * The ledger keeps its own texts apart; whether the documents do, only their
 * tables know.  A query is put together that counts, for each text, how often
 * it stands in attached columns and those that were named, and compares that with how many
 * numbers of that text the ledger has (more than one where texts are unique per
 * scope).  It runs with the caller's rights: privileges and row security of the
 * tables apply.
 *
 * Columns are found in the catalog by their parsed names; what goes into the
 * query is their quoted names from there, never the caller's text.
 *
 * Locks: AccessShareLock on each table, to the end of the transaction.
 * Memory: the query's; the result is a tuplestore.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/attnum.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
#include "utils/varlena.h"

#include "attach.h"
#include "face.h"
#include "privilege.h"

/* A column that bears numbers. */
typedef struct Place
{
	Oid			table;
	AttrNumber	column;
} Place;

/*
 * refuse_name raises 42602 for what is not the name of a column.
 */
static _Noreturn void
refuse_name(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_NAME),
			 errmsg("\"%s\" does not name a column", name),
			 errdetail("A column is named with its table: schema.table.column."),
			 errhint("Quote what needs it, as in SQL: 'public.\"Letters\".number'.")));
}

/*
 * check_kind refuses what has no rows of its own to read.
 */
static void
check_kind(const char *name, Oid table)
{
	switch (get_rel_relkind(table))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" is not a column of a table or view", name),
			 errdetail("Tables, partitioned and foreign tables, views and materialized views can be read."),
			 errhint("Name a column of one of these.")));
}

/*
 * parse_place finds the column that a name means.
 */
static void
parse_place(char *name, Place *place)
{
	List	   *parts;
	char	   *column;
	char	   *schema;
	RangeVar   *relation;

	if (!SplitIdentifierString(pstrdup(name), '.', &parts) ||
		list_length(parts) < 2 || list_length(parts) > 3)
		refuse_name(name);
	column = llast(parts);
	schema = list_length(parts) == 3 ? linitial(parts) : NULL;
	relation = makeRangeVar(schema, list_nth(parts, list_length(parts) - 2), -1);
	place->table = RangeVarGetRelid(relation, AccessShareLock, true);
	if (!OidIsValid(place->table))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table of \"%s\" does not exist", name),
				 errdetail("Names are folded to lower case unless they are quoted."),
				 errhint("Name the column as schema.table.column.")));
	check_kind(name, place->table);
	place->column = get_attnum(place->table, column);
	if (place->column <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column of \"%s\" does not exist", name),
				 errdetail("The table has no column \"%s\" of its own.", column),
				 errhint("Name the column as schema.table.column.")));
}

/*
 * add_place adds a column to the list, once.
 */
static List *
add_place(List *places, const Place *place)
{
	Place	   *copy;
	ListCell   *cell;

	foreach(cell, places)
	{
		Place	   *other = lfirst(cell);

		if (other->table == place->table && other->column == place->column)
			return places;
	}
	copy = palloc(sizeof(Place));
	*copy = *place;
	return lappend(places, copy);
}

/*
 * named_places returns the columns that an array names.
 */
static List *
named_places(ArrayType *columns)
{
	List	   *places = NIL;
	Datum	   *names;
	bool	   *isnull;
	int			count;

	deconstruct_array(columns, TEXTOID, -1, false, TYPALIGN_INT, &names, &isnull, &count);
	for (int i = 0; i < count; i++)
	{
		Place		place;

		if (isnull[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("name of a column must not be null"),
					 errdetail("Element %d of columns is null.", i + 1),
					 errhint("Name each column as schema.table.column.")));
		parse_place(TextDatumGetCString(names[i]), &place);
		places = add_place(places, &place);
	}
	return places;
}

/*
 * places_to_check returns all columns whose numbers are compared: those that
 * are attached to document types that the role may audit, and those named.
 */
static List *
places_to_check(ArrayType *columns)
{
	List	   *places = columns == NULL ? NIL : named_places(columns);
	ListCell   *cell;

	foreach(cell, attach_rows(NULL))
	{
		const AttachmentRow *row = lfirst(cell);
		Place		place = {.table = row->target};

		if (!privilege_has(GetUserId(), PRIVILEGE_AUDIT, row->document_type))
			continue;
		place.column = attach_number_column(row);
		if (place.column != 0)
			places = add_place(places, &place);
	}
	return places;
}

/*
 * append_place adds the part of the query that reads a column: for each text
 * how many rows bear it.  A column that is not text is compared by its text.
 */
static void
append_place(StringInfo query, const Place *place)
{
	const char *table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(place->table)),
												   get_rel_name(place->table));
	const char *column = quote_identifier(get_attname(place->table, place->column, false));

	appendStringInfo(query,
					 " UNION ALL"
					 " SELECT n, %s, pg_catalog.count(*), 0, false"
					 " FROM (SELECT (t.%s)::pg_catalog.text COLLATE pg_catalog.\"C\" FROM %s t) d (n)"
					 " WHERE n IS NOT NULL GROUP BY n",
					 quote_literal_cstr(psprintf("%s.%s", table, column)), column, table);
}

/*
 * query_for returns the query that compares ledger and columns.  Each part
 * gives, for a text: place, documents, numbers in the ledger, and whether these
 * are too many.
 */
static char *
query_for(List *places)
{
	StringInfoData query;
	ListCell   *cell;

	initStringInfo(&query);
	appendStringInfoString(&query,
						   "SELECT n, GREATEST(pg_catalog.sum(documents), pg_catalog.sum(numbers))::pg_catalog.int8,"
						   " pg_catalog.array_agg(place ORDER BY place)"
						   " FROM (SELECT document_number, 'docnum.number.document_number'::pg_catalog.text,"
						   " 0::pg_catalog.int8, pg_catalog.count(*),"
						   " pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 AND"
						   " (pg_catalog.bool_or(uniqueness_id OPERATOR(pg_catalog.=) 0) OR"
						   " pg_catalog.count(*) OPERATOR(pg_catalog.>) pg_catalog.count(DISTINCT uniqueness_id))"
						   " FROM docnum.number WHERE docnum.may('audit', document_type)"
						   " GROUP BY document_number");
	foreach(cell, places)
		append_place(&query, lfirst(cell));
	appendStringInfoString(&query,
						   ") p (n, place, documents, numbers, too_many) GROUP BY n"
						   " HAVING pg_catalog.bool_or(too_many) OR pg_catalog.sum(documents)"
						   " OPERATOR(pg_catalog.>) GREATEST(pg_catalog.sum(numbers), 1)"
						   " ORDER BY n");
	return query.data;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_check_duplicates);

/*
 * docnum_check_duplicates(columns) -> (document_number, count, places)
 */
Datum
docnum_check_duplicates(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *query;

	if (!privilege_has_any(GetUserId(), PRIVILEGE_AUDIT))
		privilege_check(PRIVILEGE_AUDIT, NULL);
	query = query_for(places_to_check(PG_ARGISNULL(0) ? NULL : PG_GETARG_ARRAYTYPE_P(0)));

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "query for duplicates failed");
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	SPI_finish();
	return (Datum) 0;
}
